//! The seal on what the engine sends: the program shares its process, and can find the pipe and
//! write into it. What it writes there has no seal, so it is told from the engine's own.
//!
//! The stream is cut into blocks that the system passes on as a whole. A block is a mark, the length
//! of what it holds, its number and a sum over all of that, made with a key that only the two sides
//! have, then what it holds. A number is taken once, so a block that was copied is of no use either.
//! The length says as well whether something begins with the block: where blocks are missing, what
//! comes before the next one that begins something is of no use.
//! Who reads the engine's memory can make seals of his own; nothing in the process can prevent that.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// What both sides have, and nobody else.
pub type Key = [u8; 16];

/// What a pipe takes as a whole, on every system.
const BLOCK: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// Mark, length, number, sum.
const HEAD: usize = 4 + 2 + 8 + 8;

/// The most that one block holds.
const MOST: usize = BLOCK - HEAD;

/// Set in the length of a block with which something begins.
const BEGINS: u16 = 0x8000;

fn mark(key: &Key) -> [u8; 4] {
    let mut hasher = SipHasher13::new_with_key(key);
    hasher.write(b"mark");
    let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
    [a, b, c, d]
}

fn sum(key: &Key, length: u16, number: u64, bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_key(key);
    hasher.write_u16(length);
    hasher.write_u64(number);
    hasher.write(bytes);
    hasher.finish()
}

/// Makes blocks.
#[derive(Debug)]
pub(crate) struct Sealer {
    key: Key,
    mark: [u8; 4],
    number: u64,
}

impl Sealer {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, mark: mark(&key), number: 0 }
    }

    /// The blocks that hold `bytes`, one after the other. Something begins with the first.
    pub(crate) fn seal(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        let mut block = Vec::with_capacity(BLOCK);
        let mut begins = BEGINS;
        for piece in bytes.chunks(MOST) {
            let length = u16::try_from(piece.len()).unwrap_or(0) | begins;
            begins = 0;
            self.number += 1;
            block.clear();
            block.extend_from_slice(&self.mark);
            block.extend_from_slice(&length.to_le_bytes());
            block.extend_from_slice(&self.number.to_le_bytes());
            block.extend_from_slice(&sum(&self.key, length, self.number, piece).to_le_bytes());
            block.extend_from_slice(piece);
            each(&block);
        }
    }
}

/// Opens blocks, and counts what is none.
#[derive(Debug)]
pub struct Opener {
    key: Key,
    mark: [u8; 4],
    /// The number of the last block.
    number: u64,
    buffer: Vec<u8>,
    strange: u64,
    lost: u64,
    /// Blocks are missing, and nothing has begun since.
    broken: bool,
}

/// What begins at a place in the bytes.
enum BlockStart {
    /// A block with what it holds.
    Block { number: u64, length: usize, begins: bool },
    /// It may become one when more bytes come.
    Short,
    /// Nothing of the engine's.
    Nothing,
}

impl Opener {
    /// For the stream of the engine that has this key.
    #[must_use]
    pub fn new(key: Key) -> Self {
        let (number, strange, lost) = (0, 0, 0);
        Self { key, mark: mark(&key), number, buffer: Vec::new(), strange, lost, broken: false }
    }

    /// How many bytes came that the engine did not write.
    #[must_use]
    pub const fn strange(&self) -> u64 {
        self.strange
    }

    /// How many blocks of the engine's did not come: somebody else read them.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Takes bytes, and hands out what the blocks among them hold. True with it: blocks are missing
    /// before this one, with which something begins.
    pub fn open(&mut self, bytes: &[u8], mut each: impl FnMut(bool, &[u8])) {
        self.buffer.extend_from_slice(bytes);
        let buffer = std::mem::take(&mut self.buffer);
        let mut done = 0;
        while let Some((at, number, length, begins)) = self.next_block(&buffer, done) {
            self.strange += (at - done) as u64;
            let lost = number - self.number - 1;
            self.lost += lost;
            self.broken |= lost > 0;
            self.number = number;
            done = at + HEAD + length;
            // Without what it begins with the rest of something is of no use.
            if begins || !self.broken {
                each(std::mem::take(&mut self.broken), &buffer[at + HEAD..done]);
            }
        }
        // What is left may begin a block that is not there as a whole yet.
        while done < buffer.len() && matches!(self.look(&buffer[done..]), BlockStart::Nothing) {
            self.strange += 1;
            done += 1;
        }
        self.buffer = buffer;
        self.buffer.drain(..done);
    }

    /// The first whole block from `done` on. One that only seems to begin before it is none.
    fn next_block(&self, buffer: &[u8], done: usize) -> Option<(usize, u64, usize, bool)> {
        (done..buffer.len()).find_map(|at| match self.look(&buffer[at..]) {
            BlockStart::Block { number, length, begins } => Some((at, number, length, begins)),
            BlockStart::Short | BlockStart::Nothing => None,
        })
    }

    /// No more bytes will come: what is left is no block.
    pub fn end(&mut self) {
        self.strange += std::mem::take(&mut self.buffer).len() as u64;
    }

    fn look(&self, bytes: &[u8]) -> BlockStart {
        let known = bytes.len().min(self.mark.len());
        if bytes[..known] != self.mark[..known] {
            return BlockStart::Nothing;
        }
        let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return BlockStart::Short };
        let told = u16::from_le_bytes([head[4], head[5]]);
        let (length, begins) = (usize::from(told & !BEGINS), told & BEGINS != 0);
        let eight = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&head[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        let (number, said) = (eight(6), eight(14));
        if length > MOST || number <= self.number {
            return BlockStart::Nothing;
        }
        match rest.get(..length) {
            None => BlockStart::Short,
            Some(held) if sum(&self.key, told, number, held) == said => {
                BlockStart::Block { number, length, begins }
            }
            Some(_) => BlockStart::Nothing,
        }
    }
}

#[cfg(test)]
mod tests;
