//! What the suite drives the real binary with: running it, reading its records, looking at its
//! screen.
//!
//! Nothing here waits without a limit: whatever is still running at its limit is killed, and the
//! test fails with all that was printed until then.

#![forbid(unsafe_code)]

pub mod cpython;
pub mod events;
pub mod job;
pub mod left_out;
pub mod live;
pub mod micropython;
#[cfg(target_os = "linux")]
pub mod older_kernel;
pub mod outside;
pub mod program;
pub mod programs;
pub mod run;
pub mod scratch;
pub mod screen;

pub use events::{Record, events};
pub use job::Job;
pub use live::Live;
pub use run::{Ended, Run, loopscope};
pub use scratch::Scratch;
pub use screen::Screen;
