//! The list of tests that cannot pass, with their reasons, and how it is kept true.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Outcome;

use super::results::{Result, Word};

/// Where the list is.
const FILE: &str = "tests/conformance/cannot.toml";

/// What may not pass.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The version of CPython whose tests it names.
    pub(super) version: String,
    /// Tests with the reason.
    tests: BTreeMap<String, String>,
    /// Reasons for which CPython skips tests on this system too.
    skips: Vec<String>,
}

impl List {
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(root.join(FILE))?;
        Self::parse(&text).map_err(|error| format!("{FILE}: {error}").into())
    }

    fn parse(text: &str) -> Outcome<Self> {
        let file: toml::Table = text.parse()?;
        let text =
            |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
        let texts = |value: Option<&toml::Value>| -> Vec<String> {
            let all = value.and_then(toml::Value::as_array).into_iter().flatten();
            all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let mut list = Self {
            version: text(file.get("version")).ok_or("there is no `version`")?,
            skips: texts(file.get("skips")),
            ..Self::default()
        };
        let groups = file.get("cannot").and_then(toml::Value::as_array).into_iter().flatten();
        for group in groups {
            let reason = text(group.get("reason")).ok_or("a `cannot` has no `reason`")?;
            for test in texts(group.get("tests")) {
                if list.tests.insert(test.clone(), reason.clone()).is_some() {
                    return Err(format!("{test} stands there twice").into());
                }
            }
        }
        Ok(list)
    }

    /// How many tests it holds.
    pub(super) fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether a test ended as it may.
    pub(super) fn expects(&self, result: &Result) -> bool {
        let listed = self.tests.contains_key(&result.test);
        match result.word {
            Word::Pass => !listed,
            Word::Skip => listed || self.skips.iter().any(|skip| result.why.contains(skip)),
            _ => listed,
        }
    }

    /// Where it and a run disagree. A run of everything also finds tests that are no more.
    pub(super) fn complaints(&self, results: &[Result], whole: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        for result in results.iter().filter(|result| !self.expects(result)) {
            let test = &result.test;
            complaints.push(match result.word {
                Word::Pass => format!("{test} passes: take it off {FILE}"),
                word => {
                    let how = Word::ALL.iter().find(|(known, _)| *known == word);
                    format!("{test} {}: {}", how.map_or("", |(_, how)| how), result.why)
                }
            });
        }
        for test in self.tests.keys().filter(|_| whole) {
            if results.iter().all(|result| result.test != *test) {
                complaints.push(format!("{test} stands in {FILE}, and there is no such test"));
            }
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "version = '3.13.0'\nskips = ['Windows only']\n\
                        [[cannot]]\nreason = 'mocks'\ntests = ['test_x.T.a', 'test_x.T.b']\n";

    fn result(test: &str, word: Word, why: &str) -> Result {
        let (module, test) = ("test_x".to_owned(), format!("test_x.T.{test}"));
        Result { module, test, word, why: why.to_owned() }
    }

    #[test]
    fn who_passes_must_not_stand_there_and_who_fails_must() {
        let list = List::parse(LIST).unwrap();
        let results = [
            result("a", Word::Pass, ""),
            result("c", Word::Hung, ""),
            result("d", Word::Skip, "Windows only"),
            result("e", Word::Skip, "no ssl"),
            result("f", Word::Pass, ""),
        ];
        let told = list.complaints(&results, true);
        let begins =
            ["test_x.T.a passes", "test_x.T.c hung", "test_x.T.e skipped", "test_x.T.b st"];
        assert_eq!(told.len(), begins.len(), "{told:?}");
        assert!(told.iter().zip(begins).all(|(told, begin)| told.starts_with(begin)), "{told:?}");
        assert_eq!(list.complaints(&results, false).len(), 3);
    }

    #[test]
    fn a_reason_is_needed_and_a_test_has_one() {
        assert!(List::parse("version = '1'\n[[cannot]]\ntests = ['a']\n").is_err());
        let twice = format!("{LIST}[[cannot]]\nreason = 'again'\ntests = ['test_x.T.a']\n");
        assert!(List::parse(&twice).is_err());
    }
}
