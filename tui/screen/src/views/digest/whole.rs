//! What stands at both ends of a stretch of a long history in which times can be compared.

use loopscope_model::History;

/// The positions and the times among which the cursor stands, in a history of which not each run is
/// kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The first and the last position.
    pub records: (usize, usize),
    /// The first and the last moment of loop time.
    pub times: (u64, u64),
}

/// How many records without a time there may be at an end.
const TIMELESS: usize = 1024;

impl Whole {
    /// Around a position; `None`: no time is known there.
    pub(super) fn at(history: &History, position: usize) -> Option<Self> {
        let (first, last) = history.era(position).into_inner();
        let start = first.max(history.first() + 1);
        let begin = (start..=last).take(TIMELESS).find_map(|n| history.record(n)?.t)?;
        let end = (start..=last).rev().take(TIMELESS).find_map(|n| history.record(n)?.t)?;
        Some(Self { records: (first, last), times: (begin, end.max(begin)) })
    }
}
