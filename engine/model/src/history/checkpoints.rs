//! States that are kept, so that any other is some thousand records away.
//!
//! One is written down each [`APART`] records, at the end of a block: with the records where these
//! are written, beside them where they are only read. A state with many things in it is written less
//! often, so that all of them together take no more room than the records. The last few are kept in
//! memory as well, where they have in common what is the same in them.

use std::collections::VecDeque;

use loopscope_protocol::wire::Malformed;

use super::StoreError;
use crate::sheet::{InFields, ReadSheet, Sheet, Stored};
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

/// How many things are written down at the end of one block: a millisecond's worth or two, for which
/// a key can wait.
const AT_ONCE: usize = 1 << 13;

/// The latest states at the ends of blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    states: VecDeque<State>,
    /// The position of the last one that was kept, and of the last one that was written down.
    kept: usize,
    written: usize,
    /// The one that is being written down.
    writing: Option<Box<Writing>>,
}

/// A state that has been written down.
#[derive(Debug)]
pub(super) struct Written {
    /// The position it is of.
    pub(super) position: usize,
    /// The number of its last record.
    pub(super) seq: u64,
    pub(super) bytes: Vec<u8>,
}

impl Written {
    /// All of a state at once.
    pub(super) fn now(state: &State) -> Self {
        Self { position: position_of(state), seq: state.seq(), bytes: bytes(state) }
    }
}

/// A state that is being written down, a little at the end of each block.
#[derive(Clone, Debug)]
struct Writing {
    state: State,
    sheet: Sheet,
    /// The field that comes next, and how many members of it are there.
    field: usize,
    members: usize,
}

impl Writing {
    fn new(state: State) -> Self {
        Self { state, sheet: Sheet::default(), field: 0, members: 0 }
    }

    /// Writes about `most` things more. Tells whether that was all.
    fn go_on(&mut self, most: usize) -> bool {
        let mut room = most;
        while self.field < State::FIELDS && room > 0 {
            let next = self.members..self.members + room;
            let all = self.state.put_field(self.field, &mut self.sheet, next.clone());
            if all > next.end {
                self.members = next.end;
                return false;
            }
            room -= all.saturating_sub(self.members);
            self.field += 1;
            self.members = 0;
        }
        self.field == State::FIELDS
    }

    fn over(&self) -> Written {
        let (position, seq) = (position_of(&self.state), self.state.seq());
        Written { position, seq, bytes: self.sheet.bytes() }
    }
}

impl Near {
    /// Takes note of the state at the end of a block. `Some`: this one, or an earlier one, has been
    /// written down.
    pub(super) fn pass(&mut self, state: &mut State) -> Option<Written> {
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
        if self.writing.is_none() {
            if position - self.written < APART.max(APART_FOR_EACH * size) {
                return None;
            }
            self.written = position;
            // What was shared is copied where it is changed: what is little is written without that.
            if size <= AT_ONCE {
                return Some(Written::now(state));
            }
            self.writing = Some(Box::new(Writing::new(state.share())));
        }
        self.writing.take_if(|writing| writing.go_on(AT_ONCE)).map(|writing| writing.over())
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
    use crate::story::Story;

    /// A key waits for what is done at the end of one block.
    #[test]
    fn what_has_much_is_written_at_the_ends_of_several_blocks() {
        let mut story = Story::new();
        story.start();
        for id in 1..=3 * u32::try_from(AT_ONCE).expect("it is small") {
            story.soon(id, "tick");
        }
        story.print("much happens\n");
        let mut state = State::default();
        story.records().iter().for_each(|record| state.apply(record));
        // So much that it is time for one.
        while position_of(&state) < APART_FOR_EACH * state.size() {
            story.records().last().into_iter().for_each(|record| state.apply(record));
        }
        let (before, mut near) = (state.clone(), Near::default());
        let mut passed = 0;
        let written = loop {
            passed += 1;
            if let Some(written) = near.pass(&mut state) {
                break written;
            }
            // What comes meanwhile is not in it.
            story.soon(900_000 + passed, "late");
            story.records().last().into_iter().for_each(|record| state.apply(record));
        };
        assert_eq!(written.position, position_of(&before));
        assert_eq!(written.seq, before.seq());
        assert_eq!(read(&written.bytes).unwrap(), before);
        assert!((4..20).contains(&passed), "{passed}");
    }

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
                    let whole = bytes(&state);
                    prop_assert_eq!(&read(&whole).unwrap(), &state);
                    for most in [1, 3, 50] {
                        let mut writing = Writing::new(state.clone());
                        while !writing.go_on(most) {}
                        prop_assert_eq!(&writing.sheet.bytes(), &whole);
                    }
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
