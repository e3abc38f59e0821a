//! `cargo xtask conformance`: CPython's own tests of asyncio, `test_asyncio`, on our binary.
//!
//! They are those of an installed CPython, found or named, never ours and never required. Each module
//! runs in a process of its own by `tests/conformance/driver.py`; a test that hangs or takes the
//! process with it counts as that, and the rest goes on without it. What cannot pass stands, with a
//! reason, in `tests/conformance/cannot.toml`; whoever makes one of those pass takes it off the list.

mod list;
mod results;
mod suite;
mod table;
mod workers;

use std::path::Path;

use crate::report::{Counted, Report};
use crate::{Outcome, cargo};
use list::List;
use results::{Result, Word};
use suite::Suite;
use workers::Job;

/// Modules that take long begin first, the longest before the others, and most are shared out: this
/// many processes each.
const LONG: [(&str, usize); 6] = [
    ("test_ssl", 1),
    ("test_subprocess", 6),
    ("test_tasks", 4),
    ("test_events", 4),
    ("test_unix_events", 2),
    ("test_sslproto", 2),
];

const USAGE: &str =
    "usage: cargo xtask conformance [--python PATH] [--recorded] [MODULE]... [=WORD]...
  --python PATH  the CPython whose test_asyncio is run; found if it is not named
  --recorded     with records on
  MODULE         only this module, as test_tasks
  =WORD          only tests with this in their name";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    python: Option<String>,
    recorded: bool,
    modules: Vec<String>,
    words: Vec<String>,
}

impl Asked {
    fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut asked = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--python" => asked.python = Some(arguments.next().ok_or(USAGE)?.clone()),
                "--recorded" => asked.recorded = true,
                word if word.starts_with('=') => asked.words.push(word[1..].to_owned()),
                module if module.starts_with("test_") => asked.modules.push(module.to_owned()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(asked)
    }
}

/// The command.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let asked = Asked::parse(arguments)?;
    let suite = Suite::find(asked.python.as_deref())?;
    if workers::named_binary().is_none() && !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let found = measure(root, &suite, &asked)?;
    let whole = asked.modules.is_empty() && asked.words.is_empty();
    match found.complaints(whole).as_slice() {
        [] => Ok(()),
        complaints => {
            Err(format!("{} complaints:\n{}", complaints.len(), complaints.join("\n")).into())
        }
    }
}

/// The step of `cargo xtask test`.
pub(crate) fn step(root: &Path, report: &mut Report) {
    let suite = match Suite::find(None) {
        Ok(suite) => suite,
        Err(error) => return report.mention(format!("CPython's own tests did not run: {error}")),
    };
    match measure(root, &suite, &Asked::default()) {
        Ok(found) => {
            let passed = found.results.iter().filter(|result| result.word == Word::Pass).count();
            let complaints = found.complaints(true);
            let counted = Counted {
                passed: passed as u64,
                failed: complaints.len() as u64,
                names: complaints.iter().map(|text| format!("of CPython: {text}")).collect(),
                ..Counted::default()
            };
            report.tests("conformance", &counted, true);
        }
        Err(error) => report.fail(format!("conformance: {error}")),
    }
}

/// What came of a run, and what may come of it.
struct Found {
    results: Vec<Result>,
    list: List,
    version: String,
}

impl Found {
    /// Where the run and the list disagree.
    fn complaints(&self, whole: bool) -> Vec<String> {
        // Another version has other tests, which the list does not know.
        if self.version == self.list.version {
            self.list.complaints(&self.results, whole)
        } else {
            println!("The list is of {}: it is not compared with this run.", self.list.version);
            Vec::new()
        }
    }
}

/// Runs what was asked for and prints the table.
fn measure(root: &Path, suite: &Suite, asked: &Asked) -> Outcome<Found> {
    println!("test_asyncio of CPython {}, in {}", suite.version, suite.tests.display());
    let list = List::read(root)?;
    let mut jobs = Vec::new();
    for module in suite.modules()? {
        if asked.modules.is_empty() || asked.modules.contains(&module) {
            let parts = LONG.iter().find(|(name, _)| *name == module).map_or(1, |(_, n)| *n);
            jobs.extend((0..parts).map(|part| Job { module: module.clone(), part, parts }));
        }
    }
    jobs.sort_by_key(|job| {
        LONG.iter().position(|(name, _)| *name == job.module).unwrap_or(LONG.len())
    });
    let runner = workers::Runner::new(root, suite, asked.recorded)?;
    let mut results = runner.run(jobs, &asked.words);
    // On a busy machine a test may be late for its own clock: what is unexpected runs once more.
    let again: Vec<_> = results
        .iter()
        .filter(|result| !list.expects(result) && result.word != Word::Pass)
        .map(|result| result.test.clone())
        .collect();
    let mended = runner.once_more(&again, &mut results);
    print!("\n{}", table::text(&results, &list));
    if mended > 0 {
        println!("{mended} of these passed only when they ran once more.");
    }
    Ok(Found { results, list, version: suite.version.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_words_and_options_may_be_named() {
        let words = ["--recorded", "test_tasks", "=cancel", "--python", "python3.13"];
        let asked = Asked::parse(&words.map(str::to_owned)).unwrap();
        let expected = Asked {
            python: Some("python3.13".into()),
            recorded: true,
            modules: vec!["test_tasks".into()],
            words: vec!["cancel".into()],
        };
        assert_eq!(asked, expected);
        assert!(Asked::parse(&["--other".to_owned()]).is_err());
        assert!(Asked::parse(&["--python".to_owned()]).is_err());
    }
}
