//! What a link's thread tells.

/// What the thread tells.
#[derive(Debug)]
pub enum LinkEvent {
    /// Frames of the stream.
    Bytes(Vec<u8>),
    /// The board is gone for good, or the capture is at its end: the last thing that is told.
    Over {
        /// Whether that is a loss.
        lost: bool,
        /// The exit code of a program that has ended by itself.
        exit: Option<u8>,
        /// The sentence.
        text: String,
    },
}
