//! How many records come in a second.

use std::time::{Duration, Instant};

/// Over which time the rate is measured.
const RATE: Duration = Duration::from_secs(1);

/// How many records come in a second.
#[derive(Debug)]
pub(super) struct Meter {
    since: Instant,
    count: u64,
    /// In the last second that was measured.
    pub(super) rate: u64,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), count: 0, rate: 0 }
    }

    pub(super) fn count(&mut self, records: u64) {
        self.count += records;
        let passed = self.since.elapsed();
        if passed >= RATE {
            let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
            self.rate = self.count.saturating_mul(1000) / millis;
            self.count = 0;
            self.since = Instant::now();
        }
    }
}
