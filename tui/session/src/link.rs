//! How the session and its source stand to each other: whether it holds, what it was told.

use std::time::Instant;

use super::brake::{Full, Limits};
use super::run;

/// What is known of the source: whether it holds.
#[derive(Debug)]
pub(super) struct Link {
    /// It holds, or has ended: nothing will come before it is asked.
    pub(super) held: bool,
    /// It was told where to hold when it was made to run. One that runs by itself was not.
    pub(super) told: bool,
    /// The present command has made it run.
    pub(super) asked: bool,
    /// It was asked to pause, and when.
    pub(super) pausing: Option<Instant>,
    /// A run has come to its end, but the source does not hold yet; and since when.
    pub(super) landed: Option<(run::End, Instant)>,
    /// When the last record came.
    pub(super) last: Instant,
    /// How much the present command may let it send.
    pub(super) limits: Limits,
    /// What there is too much of, once the present command was braked for it.
    pub(super) full: Option<Full>,
    /// When a statement was interrupted for that.
    pub(super) interrupted: Option<Instant>,
    /// The sentence of a source that can do no more.
    pub(super) broken: Option<String>,
}

impl Link {
    /// To a source that nothing was asked of yet.
    pub(super) fn new(held: bool) -> Self {
        Self {
            held,
            told: held,
            asked: false,
            pausing: None,
            landed: None,
            last: Instant::now(),
            limits: Limits::default(),
            full: None,
            interrupted: None,
            broken: None,
        }
    }
}
