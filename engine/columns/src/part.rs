//! What the engine's sealed stream consists of: frames of the protocol (names, await chains, replies)
//! and pieces of blocks, each with its length.
//!
//! ```text
//! part    tag u8, length u32, bytes
//! ```
//!
//! Parts come in the order in which they are to be read, and what a record refers to comes before it.
//! Nothing here finds its place again in a stream with a hole: the seal says where parts begin.

use loopscope_protocol::wire::Malformed;

/// The length of what stands before a part's bytes.
const HEAD: usize = 5;

/// A part of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Frames without records.
    Frames(&'a [u8]),
    /// A [`Piece`](crate::Piece).
    Piece(&'a [u8]),
}

impl<'a> Part<'a> {
    /// The part at the start of these bytes, and its length. `None`: it is not there as a whole.
    ///
    /// ```
    /// use loopscope_columns::Part;
    ///
    /// let mut bytes = Vec::new();
    /// Part::write(&mut bytes, Part::FRAMES, |to| to.extend_from_slice(b"abc"));
    /// assert_eq!(Part::read(&bytes), Ok(Some((Part::Frames(b"abc"), 8))));
    /// assert_eq!(Part::read(&bytes[..7]), Ok(None));
    /// assert!(Part::read(b"strange").is_err());
    /// ```
    pub fn read(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, Malformed> {
        let Some(tag) = bytes.first() else { return Ok(None) };
        let part = match *tag {
            Self::FRAMES => Self::Frames,
            Self::PIECE => Self::Piece,
            _ => return Err(Malformed::Bad),
        };
        let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else { return Ok(None) };
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        Ok(rest.get(..length).map(|bytes| (part(bytes), HEAD + length)))
    }
}

impl Part<'_> {
    /// The tag of frames.
    pub const FRAMES: u8 = 1;
    /// The tag of a piece.
    pub const PIECE: u8 = 2;

    /// Adds a part; `write` adds its bytes.
    pub fn write(to: &mut Vec<u8>, tag: u8, write: impl FnOnce(&mut Vec<u8>)) {
        let at = to.len();
        to.extend_from_slice(&[tag, 0, 0, 0, 0]);
        write(to);
        // A text is cut long before that.
        let length = u32::try_from(to.len() - at - HEAD).unwrap_or(u32::MAX);
        to[at + 1..at + HEAD].copy_from_slice(&length.to_le_bytes());
    }
}
