//! Pieces of a block that are kept as they came: nobody has looked at their records.

use std::sync::Arc;

use loopscope_columns::{Piece, Summary};
use loopscope_protocol::wire::Malformed;

use crate::decode;
use crate::record::Record;

/// The pieces of the open block.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pieces: Vec<Arc<Piece>>,
    /// How many records they have.
    count: u32,
    /// How many of the pieces are in the store as tails.
    stored: usize,
}

impl Passed {
    /// How many records there are.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn add(&mut self, piece: Arc<Piece>) {
        self.count += piece.count;
        self.pieces.push(piece);
    }

    /// The columns of what was added since this was last asked.
    pub(super) fn more(&mut self) -> Result<Vec<u8>, Malformed> {
        let fresh = self.stored;
        self.stored = self.pieces.len();
        self.columns(fresh)
    }

    /// The columns and the summary of the block that these are, if it has come to its end.
    pub(super) fn block(&mut self) -> Option<Result<(Vec<u8>, Summary), Malformed>> {
        let summary = self.pieces.last()?.summary.as_ref()?;
        Some(Summary::read(summary).and_then(|summary| Ok((self.columns(0)?, summary))))
    }

    fn columns(&self, from: usize) -> Result<Vec<u8>, Malformed> {
        match &self.pieces[from..] {
            [one] => Ok(one.columns.clone()),
            pieces => {
                let columns: Vec<_> = pieces.iter().map(|piece| &piece.columns[..]).collect();
                decode::joined(&columns)
            }
        }
    }

    /// The records of a block that does not go on as it began.
    pub(super) fn records(&self) -> Result<Vec<Record>, Malformed> {
        decode::records(&self.columns(0)?, self.count)
    }
}
