//! Which events have a value: what a task or a future has ended by, as a short text.
//!
//! A value is no field. It is the first text of the record, beside the event, so that whoever sends
//! none, as a board does, need not say so, and what was recorded before there were values is read as
//! it is. The second text is the traceback, where the value is an exception's: a line `file:line name`
//! for each frame, with the innermost one last.

use crate::{Kind, Text};

/// The slot of a value.
pub const VALUE: Text = Text::FIRST;

/// The slot of a traceback.
pub const TRACEBACK: Text = Text::SECOND;

impl Kind {
    /// Whether its records may have a value.
    ///
    /// ```
    /// use loopscope_protocol::Kind;
    ///
    /// assert!(Kind::TaskDone.has_value() && !Kind::TaskNew.has_value());
    /// ```
    #[inline]
    #[must_use]
    pub const fn has_value(self) -> bool {
        matches!(self, Self::TaskDone | Self::FutureDone)
    }
}
