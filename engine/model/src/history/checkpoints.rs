//! States that are kept, so that any other is some thousand records away.
//!
//! One is written down each [`APART`] records, at the end of a block: with the records where these
//! are written, beside them where they are only read. A state with many things in it is written less
//! often, so that all of them together take no more room than the records. The last few are kept in
//! memory as well, where they have in common what is the same in them.

use std::collections::VecDeque;

use loopscope_protocol::wire::Malformed;

use super::StoreError;
use crate::sheet::{ReadSheet, Sheet, Stored};
use crate::state::State;

/// The least number of records between two that are written down.
pub(super) const APART: usize = 1 << 14;

/// What of the form of a state that is written down can be counted: how many columns it has. One of
/// another form is none, and what it says is worked out from the records instead.
pub(super) const SHAPE: u64 = State::COLUMNS as u64;

/// How many records more for each thing that there is.
const APART_FOR_EACH: usize = 4;

/// How many records lie between two in memory at least, for each thing that there is.
const NEAR_FOR_EACH: usize = 2;

/// How many are kept in memory.
const NEAR: usize = 16;

/// The latest states at the ends of blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    states: VecDeque<State>,
    /// The position of the last one that was kept, and of the last one that was written down.
    kept: usize,
    written: usize,
}

impl Near {
    /// Takes note of the state at the end of a block. `Some`: it is to be written down.
    pub(super) fn pass(&mut self, state: &mut State) -> Option<Vec<u8>> {
        let position = position_of(state);
        let size = state.size();
        // What was shared is copied where it is changed, so sharing much costs as much each time.
        if position - self.kept >= NEAR_FOR_EACH * size {
            self.kept = position;
            self.states.push_back(state.share());
            if self.states.len() > NEAR {
                self.states.pop_front();
            }
        }
        if position - self.written < APART.max(APART_FOR_EACH * size) {
            return None;
        }
        self.written = position;
        Some(bytes(state))
    }

    /// The last one that does not lie after `n`.
    pub(super) fn before(&self, n: usize) -> Option<&State> {
        self.states.iter().rev().find(|state| position_of(state) <= n)
    }
}

/// How many records were applied to a state.
#[allow(clippy::cast_possible_truncation, reason = "a position is that of a record we can name")]
pub(crate) const fn position_of(state: &State) -> usize {
    state.position() as usize
}

/// A state as it is written down.
pub(super) fn bytes(state: &State) -> Vec<u8> {
    let mut sheet = Sheet::default();
    state.put(0, &mut sheet);
    sheet.bytes()
}

/// The state that was written down.
pub(super) fn read(bytes: &[u8]) -> Result<State, StoreError> {
    let read = |bytes| -> Result<State, Malformed> { State::get(0, &mut ReadSheet::new(bytes)?) };
    Ok(read(bytes)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sim::Sim;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_state_is_read_as_it_was_written(
            seed: u64,
            harm in prop::collection::vec((0usize..5000, 0usize..5000), 0..20),
        ) {
            let mut records = Sim::run(seed, 200).story.records().to_vec();
            let len = records.len();
            // Impossible states are states too.
            for (a, b) in harm {
                records.swap(a % len, b % len);
            }
            let mut state = State::default();
            for (n, record) in records.iter().enumerate() {
                state.apply(record);
                if n % 61 == 0 || n + 1 == len {
                    prop_assert_eq!(&read(&bytes(&state)).unwrap(), &state);
                }
            }
        }

        #[test]
        fn no_bytes_do_harm(
            seed: u64,
            bits in prop::collection::vec((any::<prop::sample::Index>(), 1u8..=255), 1..8),
            noise in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut state = State::default();
            Sim::run(seed, 30).story.records().iter().for_each(|record| state.apply(record));
            let mut bytes = bytes(&state);
            for (at, bits) in bits {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            let _ = (read(&bytes), read(&noise));
        }
    }
}
