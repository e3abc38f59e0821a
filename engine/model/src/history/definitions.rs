//! Names and await chains, as they stand in a segment of their own.
//!
//! They are written before the first record that may use them, and once: what a block does not
//! define is found in an earlier segment, by the least and the highest id that the summary tells.
//!
//! ```text
//! summary  least name, highest name, least chain, highest chain; 0 where there is none
//! body     how many names, then for each: its id, less the one after that of the name before;
//!          0: it is the name before with the number at its end one higher; otherwise its length
//!          plus 1, and the bytes;
//!          how many chains, then for each: its id as above, the outer chain, the name, the file,
//!          the line, each less that of the chain before
//! ```

use std::ops::RangeInclusive;

use loopscope_columns::columns::{Reading, put_var, unzigzag, zigzag};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{ChainId, NameId, Place};

use crate::names::Frame;

/// No ids at all.
#[allow(clippy::reversed_empty_ranges, reason = "it is to be empty")]
const NONE: RangeInclusive<u32> = 1..=0;

/// Definitions in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Definitions {
    pub(crate) names: Vec<(NameId, Box<str>)>,
    pub(crate) chains: Vec<(ChainId, ChainId, Frame)>,
}

/// Which ids are defined in a segment, from the least to the highest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) names: RangeInclusive<u32>,
    pub(super) chains: RangeInclusive<u32>,
}

impl Definitions {
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.chains.is_empty()
    }

    pub(super) fn ids(&self) -> Ids {
        let around = |ids: &mut dyn Iterator<Item = u32>| {
            ids.fold(None, |all: Option<(u32, u32)>, id| {
                Some(all.map_or((id, id), |(least, most)| (least.min(id), most.max(id))))
            })
            .map_or(NONE, |(least, most)| least..=most)
        };
        Ids {
            names: around(&mut self.names.iter().map(|(id, _)| id.0)),
            chains: around(&mut self.chains.iter().map(|(id, ..)| id.0)),
        }
    }

    pub(super) fn body(&self) -> Vec<u8> {
        let mut to = Vec::new();
        put_var(&mut to, self.names.len() as u64);
        let (mut next, mut before) = (1, "");
        for (id, name) in &self.names {
            put_step(&mut to, id.0, next);
            if is_next(before, name) {
                to.push(0);
            } else {
                put_var(&mut to, name.len() as u64 + 1);
                to.extend_from_slice(name.as_bytes());
            }
            (next, before) = (id.0.wrapping_add(1), name);
        }
        put_var(&mut to, self.chains.len() as u64);
        let (mut next, mut before) = (1, [0; 4]);
        for (id, outer, frame) in &self.chains {
            put_step(&mut to, id.0, next);
            let numbers = [outer.0, frame.name.0, frame.place.file.0, frame.place.line];
            for (number, before) in numbers.iter().zip(before) {
                put_step(&mut to, *number, before);
            }
            (next, before) = (id.0.wrapping_add(1), numbers);
        }
        to
    }

    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reading::new(body);
        let mut read = Self::default();
        let (mut next, mut before) = (1, Box::<str>::default());
        for _ in 0..from.plain()? {
            let id = get_step(&mut from, next)?;
            let name = match from.plain()? {
                0 => following(&before).ok_or(Malformed::Bad)?.into(),
                length => {
                    let length = usize::try_from(length - 1).map_err(|_| Malformed::Bad)?;
                    let bytes = from.bytes(length)?;
                    std::str::from_utf8(bytes).map_err(|_| Malformed::Bad)?.into()
                }
            };
            read.names.push((NameId(id), name));
            next = id.wrapping_add(1);
            before.clone_from(&read.names[read.names.len() - 1].1);
        }
        let (mut next, mut before) = (1, [0; 4]);
        for _ in 0..from.plain()? {
            let id = get_step(&mut from, next)?;
            for number in &mut before {
                *number = get_step(&mut from, *number)?;
            }
            let [outer, name, file, line] = before;
            let place = Place { file: NameId(file), line };
            read.chains.push((ChainId(id), ChainId(outer), Frame { name: NameId(name), place }));
            next = id.wrapping_add(1);
        }
        if from.is_at_end() { Ok(read) } else { Err(Malformed::Bad) }
    }
}

impl Ids {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut to = Vec::new();
        for range in [&self.names, &self.chains] {
            let (least, most) =
                if range.is_empty() { (0, 0) } else { (*range.start(), *range.end()) };
            put_var(&mut to, least.into());
            put_var(&mut to, most.into());
        }
        to
    }

    pub(super) fn read(summary: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reading::new(summary);
        let mut range = || -> Result<RangeInclusive<u32>, Malformed> {
            let (least, most) = (from.plain_as()?, from.plain_as()?);
            Ok(if most == 0 { NONE } else { least..=most })
        };
        Ok(Self { names: range()?, chains: range()? })
    }
}

fn put_step(to: &mut Vec<u8>, number: u32, from: u32) {
    put_var(to, zigzag(i64::from(number) - i64::from(from)));
}

fn get_step(from: &mut Reading<'_>, last: u32) -> Result<u32, Malformed> {
    let number = i64::from(last).wrapping_add(unzigzag(from.plain()?));
    u32::try_from(number).map_err(|_| Malformed::Bad)
}

/// The name with the number at its end one higher: `Task-8` follows on `Task-7`.
fn following(name: &str) -> Option<String> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name[stem.len()..];
    // What begins with a zero is no plain number, and a long one would not fit.
    if digits.is_empty() || digits.len() > 18 || (digits.starts_with('0') && digits.len() > 1) {
        return None;
    }
    Some(format!("{stem}{}", digits.parse::<u64>().ok()? + 1))
}

fn is_next(before: &str, name: &str) -> bool {
    following(before).as_deref() == Some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![".{0,12}", "Task-[0-9]{1,3}", "x[0-9]{17,20}"]
    }

    proptest! {
        #[test]
        fn definitions_are_read_as_they_were(
            names in prop::collection::vec((any::<u32>(), name()), 0..30),
            tasks in 0u32..40,
            chains in prop::collection::vec((any::<[u32; 5]>(),), 0..20),
        ) {
            let mut all = Definitions::default();
            for (id, name) in &names {
                all.names.push((NameId(*id), name.as_str().into()));
            }
            for task in 0..tasks {
                all.names.push((NameId(100 + task), format!("Task-{}", 98 + task).into()));
            }
            for ([id, outer, name, file, line],) in chains {
                let place = Place { file: NameId(file), line };
                all.chains.push((ChainId(id), ChainId(outer), Frame { name: NameId(name), place }));
            }
            prop_assert_eq!(Definitions::read(&all.body()), Ok(all.clone()));
            prop_assert_eq!(Ids::read(&all.ids().bytes()), Ok(all.ids()));
        }

        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Definitions::read(&bytes);
            let _ = Ids::read(&bytes);
        }
    }

    #[test]
    fn names_that_count_up_take_two_bytes_each() {
        let mut all = Definitions::default();
        for task in 1..=1000u32 {
            all.names.push((NameId(task), format!("Task-{task}").into()));
        }
        assert!(all.body().len() < 2100, "{}", all.body().len());
    }
}
