//! What the source is doing, as one state: what may come from it, and what it may be asked.
//!
//! ```text
//!          asked to run              asked to pause
//!   Held ───────────────▶ Running ──────────────────▶ Pausing
//!    ▲                       │                           │
//!    └──── it says `held` ───┴────── it says `held` ─────┘
//!
//!   Running, Pausing ◀──▶ Following    as it becomes known whether it can hold
//!   all of these ──▶ Ended or Lost     its stream is over
//! ```
//!
//! A program begins in `Held`, before its first record. A board begins in `Running` if it can be
//! made to hold, and in `Following` if it can not. A recording is `Ended` as soon as it was read,
//! and without a source there is `Empty`. Nothing leads out of `Empty`, `Ended` and `Lost`.

/// What the source is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// There is no source.
    Empty,
    /// It holds: nothing comes before it is asked to run. A program may have ended here, too: its
    /// process stays for Python statements.
    Held,
    /// It runs, and can be made to hold.
    Running {
        /// Whether it was told where to hold. What runs by itself was not.
        told: bool,
    },
    /// It runs, and was asked to hold at its next record.
    Pausing,
    /// It runs, and nothing makes it hold: only the view can stop.
    Following,
    /// Nothing more will come: its process is gone, it was let go, or it was read.
    Ended,
    /// It is gone although nobody wanted that: how, in a sentence.
    Lost(String),
}

/// What may happen to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was asked to run, and told where to hold.
    AskedToRun,
    /// It was asked to hold at its next record.
    AskedToPause,
    /// It says that it holds.
    SaidHeld,
    /// It became known whether it can hold.
    CanHold(bool),
    /// Its stream is over; with a sentence if it was lost.
    Over(Option<String>),
}

impl RunState {
    /// Whether records may come by themselves.
    pub const fn runs(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Pausing | Self::Following)
    }

    /// Whether nothing more will come.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Empty | Self::Ended | Self::Lost(_))
    }

    /// What follows a change. What cannot happen in a state changes nothing.
    pub(crate) fn after(&self, change: Change) -> Self {
        match (self, change) {
            (Self::Empty | Self::Ended | Self::Lost(_), _) => self.clone(),
            (_, Change::Over(None)) => Self::Ended,
            (_, Change::Over(Some(sentence))) => Self::Lost(sentence),
            (_, Change::SaidHeld) => Self::Held,
            (Self::Held, Change::AskedToRun) => Self::Running { told: true },
            (Self::Running { .. }, Change::AskedToPause) => Self::Pausing,
            (Self::Following, Change::CanHold(true)) => Self::Running { told: false },
            (Self::Running { .. } | Self::Pausing, Change::CanHold(false)) => Self::Following,
            (_, Change::AskedToRun | Change::AskedToPause | Change::CanHold(true | false)) => {
                self.clone()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: RunState = RunState::Running { told: true };
    const UNTOLD: RunState = RunState::Running { told: false };

    #[test]
    fn each_change_leads_from_each_state_to_the_one_that_is_documented() {
        use Change::{AskedToPause, AskedToRun, CanHold, Over, SaidHeld};
        use RunState::{Ended, Following, Held, Pausing};
        let table = [
            // From, and what follows: run, pause, held, can hold, cannot hold, over.
            (Held, [TOLD, Held, Held, Held, Held, Ended]),
            (TOLD, [TOLD, Pausing, Held, TOLD, Following, Ended]),
            (UNTOLD, [UNTOLD, Pausing, Held, UNTOLD, Following, Ended]),
            (Pausing, [Pausing, Pausing, Held, Pausing, Following, Ended]),
            (Following, [Following, Following, Held, UNTOLD, Following, Ended]),
        ];
        let changes =
            [AskedToRun, AskedToPause, SaidHeld, CanHold(true), CanHold(false), Over(None)];
        for (from, expected) in table {
            for (change, to) in changes.iter().zip(expected) {
                assert_eq!(from.after(change.clone()), to, "{from:?} {change:?}");
            }
            let lost = RunState::Lost("gone".to_owned());
            assert_eq!(from.after(Over(Some("gone".to_owned()))), lost);
            assert!(!from.is_over());
        }
    }

    #[test]
    fn nothing_leads_out_of_an_end() {
        let lost = RunState::Lost("It is gone.".to_owned());
        for end in [RunState::Empty, RunState::Ended, lost] {
            for change in [
                Change::AskedToRun,
                Change::AskedToPause,
                Change::SaidHeld,
                Change::CanHold(true),
                Change::CanHold(false),
                Change::Over(None),
                Change::Over(Some("again".to_owned())),
            ] {
                assert_eq!(end.after(change), end);
            }
            assert!(end.is_over() && !end.runs());
        }
    }

    #[test]
    fn what_runs_may_send_by_itself() {
        for state in [TOLD, UNTOLD, RunState::Pausing, RunState::Following] {
            assert!(state.runs() && !state.is_over());
        }
        assert!(!RunState::Held.runs());
    }
}
