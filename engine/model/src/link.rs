//! How the link to a board is: what the host can tell of it that is in no record.

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
}

/// How the link is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether the board is there at this moment.
    pub connected: bool,
    /// What the processor does.
    pub processor: Processor,
    /// How many times the board was reset.
    pub resets: u32,
    /// How many times the link was lost and came back.
    pub returns: u32,
    /// Bytes that came from the board.
    pub bytes: u64,
    /// Bytes among them that were no frame.
    pub garbage: u64,
}
