//! One record as it is put into columns.

use loopscope_protocol::{ChainId, Event, Kind, LoopId};

/// One record: an event with its number, its time and the texts that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its number, from 1.
    pub seq: u64,
    /// Loop time in nanoseconds, where it is known.
    pub t: Option<u64>,
    /// The turn of its loop.
    pub turn: u32,
    /// The loop that it belongs to.
    pub loop_id: LoopId,
    /// How many bytes just before it were no record.
    pub garbage: u32,
    /// The line that caused it; see [`Kind::has_line`].
    pub line: ChainId,
    /// What happened.
    pub event: &'a Event,
    /// The texts of slots 1 and 2, if it has any.
    pub texts: Option<[&'a str; 2]>,
}

impl Row<'_> {
    /// The event's kind.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.event.kind()
    }
}
