//! How the link to a board or to a process is: what the host knows of it that is in no record. One type, from the
//! thread that moves the bytes to the screen.

/// How the link to a board is, or to a process that was attached to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkStatus {
    /// Whether it is there.
    pub state: LinkState,
    /// The process's number, if it is one and not a board.
    pub pid: Option<u32>,
    /// Whether the board may be paused and stepped.
    pub control: bool,
    /// Bytes that came from the board.
    pub bytes: u64,
    /// Bytes among them that were no frame.
    pub garbage: u64,
    /// How many times the board was reset.
    pub resets: u32,
    /// How many times the link was lost and came back.
    pub returns: u32,
    /// Records that came.
    pub records: u64,
    /// Records in the last second.
    pub rate: u64,
    /// Gaps in the stream.
    pub gaps: u64,
    /// Records that are missing, at least.
    pub lost: u64,
    /// Records that the board says it has dropped since its start, if it has said so.
    pub dropped: Option<u32>,
}

/// Whether a board is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// It does not answer at the moment; it is tried again.
    #[default]
    Away,
    /// It is there, and its processor does this.
    Up(Processor),
    /// It is gone for good: how, in a sentence.
    Gone(String),
    /// It was let go, and runs on without us.
    Released,
}

/// What the processor does, as far as the probe can see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Processor {
    /// A raw stream does not tell.
    #[default]
    Unknown,
    /// It runs.
    Running,
    /// It waits for an interrupt.
    Sleeping,
    /// It is held, and why.
    Halted(String),
    /// It handles a fault and does not come back: which, since when, where it came from.
    Faulted(String),
}

impl LinkStatus {
    /// Whether the board is there at this moment.
    pub const fn is_up(&self) -> bool {
        matches!(self.state, LinkState::Up(_))
    }

    /// The fault that the board's processor handles, if it does not come back from it.
    pub fn fault(&self) -> Option<&str> {
        match &self.state {
            LinkState::Up(Processor::Faulted(what)) => Some(what),
            _ => None,
        }
    }

    /// Why the board's processor stands still, if it does and that is not our doing.
    pub fn halted_by(&self) -> Option<&str> {
        match &self.state {
            LinkState::Up(Processor::Halted(why)) => Some(why),
            _ => None,
        }
    }
}
