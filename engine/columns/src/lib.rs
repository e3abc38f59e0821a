//! Records as columns: what is alike in neighbouring records stands together, and of most numbers
//! nothing is written, since they are what follows from the records before.
//!
//! The engine makes columns of what it sends, and a history keeps them as they are, so that a record
//! is interpreted once on its whole way into a file. Whoever wants records again reads them by
//! `loopscope_model`.
//!
//! What this crate does not do: read or write anything but bytes in memory, or know what records
//! mean.
#![forbid(unsafe_code)]

pub mod columns;
pub mod encode;
pub mod expect;
mod part;
pub mod piece;
mod row;
pub mod starts;
pub mod summary;
pub mod turns;

pub use encode::Encoder;
pub use part::Part;
pub use piece::{Maker, Piece};
pub use row::Row;
pub use starts::StartFinder;
pub use summary::{Summary, Tally};
pub use turns::Turns;

/// How many records a full block has.
pub const FULL: u32 = 4096;

/// How many bytes of text fill a block as well.
pub const FULL_LETTERS: usize = 256 * 1024;
