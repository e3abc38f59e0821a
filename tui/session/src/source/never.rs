//! What a board never sends, live or recorded.

use loopscope_protocol::{KindSet, Sender};

/// What a board never tells. Output and exits in its stream are the host's own words.
pub(crate) const NEVER: KindSet = Sender::Board.never_sends();
