//! Where in a board's stream the splice stands, as states: what the host adds may not stand
//! everywhere, and the first record's number is not always known.
//!
//! ```text
//!              text                             snapshot-begin
//!   InText ◀────────── Between ────────────────────────────────────────▶ InSnapshot
//!     │                ▲     ▲   snapshot-end, gap, a hole in the numbers │  ▲   │ text
//!     └── its event ───┘     └────────────────────────────────────────────┘  │   ▼
//!                                                       its event └── TextInSnapshot
//! ```

/// Where what was passed on last stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum StreamState {
    /// Between records: the host may add something.
    #[default]
    Between,
    /// Behind texts whose event has not come yet.
    InText,
    /// In a snapshot, which is told in one piece.
    InSnapshot,
    /// In a snapshot, behind texts whose event has not come yet.
    TextInSnapshot,
}

impl StreamState {
    /// Whether texts were passed on whose event has not come yet.
    pub(super) const fn is_in_text(self) -> bool {
        matches!(self, Self::InText | Self::TextInSnapshot)
    }

    /// A text has come.
    pub(super) const fn with_text(self) -> Self {
        match self {
            Self::Between | Self::InText => Self::InText,
            Self::InSnapshot | Self::TextInSnapshot => Self::TextInSnapshot,
        }
    }

    /// The texts' event has come, or never will.
    pub(super) const fn without_text(self) -> Self {
        match self {
            Self::Between | Self::InText => Self::Between,
            Self::InSnapshot | Self::TextInSnapshot => Self::InSnapshot,
        }
    }
}

/// What is known of the number of the board's next record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Next {
    /// It goes on from those before it.
    #[default]
    GoesOn,
    /// It is the first one: whatever its number is on the board, it is the next one of the stream.
    First,
    /// The same, and records before it were not seen, at least one.
    Joins,
}
