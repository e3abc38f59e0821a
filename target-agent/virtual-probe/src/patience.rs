//! How long QEMU is waited for.

use std::time::Duration;

/// How long QEMU may take for one answer.
pub const PATIENCE: Duration = Duration::from_secs(5);
