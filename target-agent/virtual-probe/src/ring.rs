//! RTT's rings in a board's memory, in SEGGER's layout for processors of 32 bits.
//!
//! A control block is an identifier of 16 bytes, the numbers of up and of down channels, and their
//! descriptors of six words: name, buffer, size, write offset, read offset, flags. A ring is empty
//! when both offsets are the same, so one byte of it always stays free. The reader moves only the
//! read offset, and the writer only the write offset.

use crate::Error;
use crate::processor::{Board, Core};

/// What a control block begins with, once the program has filled it in.
const ID: [u8; 16] = *b"SEGGER RTT\0\0\0\0\0\0";

/// How long the block is before its descriptors.
const HEAD: u32 = 24;

/// How long a descriptor is, and where in it the offsets are.
const DESCRIPTOR: u32 = 24;
const WRITE_OFFSET: u32 = 12;
const READ_OFFSET: u32 = 16;

/// How many channels a block may have before it is none.
const MOST_CHANNELS: u32 = 32;

/// How large a ring may be before it is none.
const LARGEST: u32 = 1 << 24;

/// How much is moved at once, so that a board is never kept for long.
pub(crate) const PIECE: u32 = 4096;

/// One direction of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ring {
    /// Where its descriptor is.
    at: u32,
    buffer: u32,
    size: u32,
    write: u32,
    read: u32,
}

impl Ring {
    /// Takes what the board has written; at most [`PIECE`].
    pub(crate) fn take<B: Board>(
        &self,
        core: &mut Core<B>,
        into: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let waiting = distance(self.read, self.write, self.size).min(PIECE);
        if waiting == 0 {
            return Ok(());
        }
        let start = into.len();
        into.resize(start + waiting as usize, 0);
        let before_end = (self.size - self.read).min(waiting) as usize;
        let (first, second) = into[start..].split_at_mut(before_end);
        core.read(self.buffer.wrapping_add(self.read), first)?;
        core.read(self.buffer, second)?;
        let read = (self.read + waiting) % self.size;
        core.write(self.at.wrapping_add(READ_OFFSET), &read.to_le_bytes())
    }

    /// Gives the board as much as there is room for; tells how much that was.
    pub(crate) fn give<B: Board>(&self, core: &mut Core<B>, bytes: &[u8]) -> Result<usize, Error> {
        let room = distance(self.write, self.read, self.size).wrapping_sub(1);
        // With equal offsets it is empty, and not full.
        let room = if self.write == self.read { self.size - 1 } else { room };
        let length = bytes.len().min(room as usize).min(PIECE as usize);
        if length == 0 {
            return Ok(0);
        }
        let before_end = length.min((self.size - self.write) as usize);
        let (first, second) = bytes[..length].split_at(before_end);
        core.write(self.buffer.wrapping_add(self.write), first)?;
        core.write(self.buffer, second)?;
        let moved = u32::try_from(length).unwrap_or(0);
        let write = (self.write + moved) % self.size;
        core.write(self.at.wrapping_add(WRITE_OFFSET), &write.to_le_bytes())?;
        Ok(length)
    }

    fn read<B: Board>(core: &mut Core<B>, at: u32) -> Result<Option<Self>, Error> {
        let mut bytes = [0; DESCRIPTOR as usize];
        core.read(at, &mut bytes)?;
        let ring = Self {
            at,
            buffer: word(&bytes, 1),
            size: word(&bytes, 2),
            write: word(&bytes, 3),
            read: word(&bytes, 4),
        };
        let sound = (2..=LARGEST).contains(&ring.size) && ring.write.max(ring.read) < ring.size;
        Ok(sound.then_some(ring))
    }
}

/// The first channels of a block, as they are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channels {
    /// What the program sends; `None` if there is no such channel, or its descriptor makes no sense.
    pub(crate) up: Option<Ring>,
    /// What the program is sent.
    pub(crate) down: Option<Ring>,
}

/// The first channels of a block. `None` while the block is not there:
/// before the program has filled it in, and after a reset.
pub(crate) fn first_channels<B: Board>(
    core: &mut Core<B>,
    block: u32,
) -> Result<Option<Channels>, Error> {
    let mut head = [0; HEAD as usize];
    core.read(block, &mut head)?;
    let (up, down) = (word(&head, 4), word(&head, 5));
    if head[..ID.len()] != ID || up > MOST_CHANNELS || down > MOST_CHANNELS {
        return Ok(None);
    }
    let mut ring = |count, after| match count {
        0 => Ok(None),
        _ => Ring::read(core, block.wrapping_add(HEAD + DESCRIPTOR * after)),
    };
    Ok(Some(Channels { up: ring(up, 0)?, down: ring(down, up)? }))
}

/// How far it is from one offset forward to another.
const fn distance(from: u32, to: u32, size: u32) -> u32 {
    if to >= from { to - from } else { size - from + to }
}

/// A word of some bytes.
fn word(bytes: &[u8], number: usize) -> u32 {
    let piece = bytes.get(4 * number..4 * number + 4).and_then(|piece| piece.try_into().ok());
    piece.map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
pub(crate) mod tests;
