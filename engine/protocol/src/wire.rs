//! The wire format: how events, names and texts become bytes on a pipe, in a recording and on RTT.
//!
//! # Frames
//!
//! ```text
//! event   kind  seq  time  [loop]  fields...  check
//!         u8    u8   var   var                u8
//! short   code  seq  time  [loop]  numbers... check
//!         u8    u8   var   var     var        u8
//! item    code  len  body...                  check
//!         u8    u8   len bytes                u8
//! ```
//!
//! - `kind` is the number in [`crate::Kind`]. Its highest bit set means that `loop` follows;
//!   without it the event belongs to loop 1.
//! - `seq` is the sequence number modulo 256. Sequence numbers count from 1; only events have one.
//! - `time` is the number of ticks since the previous event (since 0 for the first one); after a
//!   `gap` and after `snapshot-begin`, since 0.
//! - `var` is LEB128, least significant group first, at most ten bytes. Signed numbers are
//!   zigzagged; a float is its eight bytes, least significant first.
//! - `check` is the CRC-8 with polynomial 0x2F (initial value 0xFF) of all bytes before it in the
//!   frame. In a frame whose length is unharmed it finds every error of up to three bits and every
//!   burst of up to eight; another corruption passes with a chance of 1 in 256, and then still has
//!   to carry the right sequence number. Of all changes of one byte, fewer than 1 in 300 pass.
//! - `code` of an item is one of the numbers in [`code`], all above 0x60 and below 0x80.
//! - `short` is another way to write an event, for boards: see [`short`], which has its codes. What
//!   is said here of events holds for it too.
//!
//! The pieces of one text follow each other directly, so that a reader knows after damage whether it
//! has the first one.
//!
//! A `gap` takes a sequence number after those that were lost: after record 10, five lost ones and
//! the gap, the gap is record 16. Where a reader itself finds records missing, it makes a gap that
//! stands in the place of the last missing one.
//!
//! # Reading after damage
//!
//! [`Decoder`] trusts a frame that follows a good one directly and carries the next sequence number.
//! Otherwise it moves on, a byte at a time, until [`CHAIN`] frames in a row are whole and carry
//! consecutive numbers: by chance that happens once in 2^40. Where a stream ends with fewer than
//! that, they are believed only if the first event among them has the next number.
//!
//! A name of the number 0 is none: it says that whatever texts came before it belong to no event,
//! since their sender stopped in the middle. What is sent after it begins anew.

mod check;
mod coded;
mod decode;
mod encode;
mod item;
pub mod leb128;
mod malformed;
pub mod short;

pub use check::{CRC8_START, crc8, crc8_add};
pub use coded::{Coded, Reader, Writer};
pub use decode::{CHAIN, Decoder, Step, frame_at};
pub use encode::{Encoder, LOOP_FOLLOWS};
pub use item::{EventFrame, Item, ItemFrame, code};
pub use malformed::Malformed;

/// The version of this format. A reader refuses what is newer than itself.
pub const VERSION: u16 = 1;

/// The longest frame, in bytes.
pub const MAX_FRAME: usize = 260;

/// The longest body of an item, in bytes.
pub const MAX_BODY: usize = 255;

/// The byte that stands before each frame where the program's own text shares the line: no text in
/// UTF-8 has it.
pub const MARK: u8 = 0xff;

#[cfg(test)]
mod tests;
