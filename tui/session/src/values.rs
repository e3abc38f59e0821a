//! The values that an expression was seen to have, each from a record on.

/// How many values of one expression are kept.
const KEPT: usize = 100_000;

/// The values of an expression, each with the number of the record from which on it was that.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<(u64, String)>);

impl Values {
    /// Notes the value at a record. Says what it was before, if that is another one.
    pub(super) fn note(&mut self, seq: u64, value: String) -> Option<String> {
        let before = self.0.last().map(|(_, before)| before.clone());
        if before.as_ref() == Some(&value) {
            return None;
        }
        if self.0.last().is_some_and(|(last, _)| *last == seq) {
            self.0.pop();
        }
        if self.0.len() >= KEPT {
            self.0.drain(..KEPT / 2);
        }
        self.0.push((seq, value));
        before
    }

    /// The value at a record, as far as it is known.
    pub(super) fn at(&self, seq: u64) -> Option<&str> {
        let behind = self.0.partition_point(|(from, _)| *from <= seq);
        behind.checked_sub(1).map(|at| self.0[at].1.as_str())
    }

    /// What a value was before it changed just at this record, and what it is since.
    pub(super) fn change_at(&self, seq: u64) -> Option<(&str, &str)> {
        let at = self.0.binary_search_by_key(&seq, |(from, _)| *from).ok()?;
        Some((&self.0[at.checked_sub(1)?].1, &self.0[at].1))
    }

    /// All of them.
    pub(super) fn all(&self) -> &[(u64, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_from_where_it_was_seen_until_it_is_another_one() {
        let mut values = Values::default();
        assert_eq!(values.note(5, "0".into()), None);
        assert_eq!(values.note(6, "0".into()), None);
        assert_eq!(values.note(9, "1".into()), Some("0".to_owned()));
        let known: Vec<_> = [4, 5, 8, 9, 100].map(|seq| values.at(seq)).into();
        assert_eq!(known, [None, Some("0"), Some("0"), Some("1"), Some("1")]);
        assert_eq!(values.change_at(9), Some(("0", "1")));
        assert_eq!((values.change_at(5), values.change_at(8)), (None, None));
    }

    #[test]
    fn two_values_at_one_record_are_the_later_one() {
        let mut values = Values::default();
        let _ = values.note(1, "0".into());
        let _ = values.note(2, "1".into());
        assert_eq!(values.note(2, "2".into()), Some("1".to_owned()));
        assert_eq!(values.all(), [(1, "0".to_owned()), (2, "2".to_owned())]);
    }
}
