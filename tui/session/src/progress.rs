//! How far something is that takes its time, for whoever waits for it.

/// How many records a walk looks at between two looks at the time.
pub(super) const PORTION: usize = 2048;

/// How far something is that takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What Loopscope is doing.
    pub doing: &'static str,
    /// How much of it is done, in percent, where that is known.
    pub percent: Option<u64>,
}

impl Progress {
    /// Of something of which that much is done.
    pub fn new(doing: &'static str, done: usize, of: usize) -> Self {
        let percent = (done as u64).saturating_mul(100) / (of as u64).max(1);
        Self { doing, percent: Some(percent.min(100)) }
    }
}

/// Whoever waits for something is told how far it is, and says whether it is still wanted.
pub type GoOn<'a> = dyn FnMut(Progress) -> bool + 'a;
