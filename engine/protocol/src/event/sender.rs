//! Who sends an event, and which kinds somebody never sends.

use crate::{Kind, KindSet};

/// Who puts an event into a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sender {
    /// A program's own process, in which its loop runs.
    Program,
    /// The agent on a board.
    Board,
    /// Loopscope itself, where it reads the stream.
    Host,
}

impl Sender {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Program, Self::Board, Self::Host];

    /// What it is called in the reference of events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Board => "board",
            Self::Host => "host",
        }
    }

    /// The kinds that it sends.
    #[must_use]
    pub const fn kinds(self) -> KindSet {
        self.select(true)
    }

    /// The kinds that it never sends. Of a board that is what its stream has only from the host, or
    /// not at all: a board has no interpreter, no descriptors and no threads, and counts no turns.
    #[must_use]
    pub const fn never_sends(self) -> KindSet {
        self.select(false)
    }

    const fn select(self, sends: bool) -> KindSet {
        let mut kinds = KindSet::NONE;
        let mut at = 0;
        while at < Kind::ALL.len() {
            if Kind::ALL[at].is_from(self) == sends {
                kinds = kinds.with(Kind::ALL[at]);
            }
            at += 1;
        }
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sender_and_a_board_sends_no_turns() {
        for &kind in Kind::ALL {
            assert!(Sender::ALL.iter().any(|sender| kind.is_from(*sender)), "{kind:?}");
        }
        let never = Sender::Board.never_sends();
        assert!(never.has(Kind::TurnBegin) && never.has(Kind::Output) && never.has(Kind::RunStart));
        assert!(!never.has(Kind::Gap) && !never.has(Kind::HandleRun));
        assert_eq!(never.union(Sender::Board.kinds()), Kind::ALL.iter().copied().collect());
    }
}
