//! What a run of the tests found: counted, kept, and told at the end.

use std::fmt::Write as _;

/// The sum of a run. Each test counts as one, and so does each step that is no test.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: u64,
    failed: u64,
    failures: Vec<String>,
    left_out: Vec<String>,
    optional: Vec<String>,
}

impl Report {
    /// A step went well.
    pub(crate) fn pass(&mut self) {
        self.passed += 1;
    }

    /// A step did not.
    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failed += 1;
        self.failures.push(what.into());
    }

    /// Some tests could not run here.
    pub(crate) fn leave_out(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.left_out.contains(&what) {
            self.left_out.push(what);
        }
    }

    /// What was compared, or was not, with something that nobody has to have.
    pub(crate) fn mention(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.optional.contains(&what) {
            self.optional.push(what);
        }
    }

    /// The outcome of a Rust test run: what it printed, and whether the command went well.
    pub(crate) fn tests(&mut self, step: &str, printed: &Counted, went_well: bool) {
        self.passed += printed.passed;
        self.failed += printed.failed;
        self.failures.extend(printed.names.iter().map(|name| {
            let said = printed.said.iter().filter(|(of, _)| of == name);
            said.fold(format!("test {name}"), |text, (_, line)| format!("{text}\n    {line}"))
        }));
        if !went_well && printed.failed == 0 {
            self.fail(format!("{step}: it did not compile, or crashed; see above"));
        }
    }

    /// Whether nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.failed == 0
    }

    /// The end of the output. Its last line is the count, alone.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        for failure in &self.failures {
            let _ = writeln!(text, "FAILED {failure}");
        }
        if !self.left_out.is_empty() {
            let _ = writeln!(text, "Could not run here: {}.", self.left_out.join("; "));
        }
        for what in &self.optional {
            let _ = writeln!(text, "Optional: {what}.");
        }
        let _ = writeln!(text, "{} passed, {} failed", self.passed, self.failed);
        text
    }
}

/// The tests in the output of `cargo test`.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// How many passed.
    pub(crate) passed: u64,
    /// How many failed.
    pub(crate) failed: u64,
    /// Which ones failed.
    pub(crate) names: Vec<String>,
    /// What those said first: a test, and a line of its output.
    pub(crate) said: Vec<(String, String)>,
    /// Whose output is being read.
    pub(crate) of: Option<String>,
}

/// How many lines of a failed test the summary repeats: who reads the end of a long log sees why.
const SAID: usize = 20;

impl Counted {
    /// Takes in one line of the output.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            let numbers = result.split([' ', ';', '.']).collect::<Vec<_>>();
            for pair in numbers.windows(2) {
                let count = pair[0].parse::<u64>().unwrap_or(0);
                match pair[1] {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    _ => {}
                }
            }
        } else if let Some(name) =
            line.strip_prefix("test ").and_then(|l| l.strip_suffix(" ... FAILED"))
        {
            self.names.push(name.to_owned());
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|l| l.strip_suffix(" stdout ----"))
        {
            self.of = Some(name.to_owned());
        } else if line == "failures:" {
            self.of = None;
        } else if let Some(of) = self.of.as_ref().filter(|_| !line.is_empty())
            && self.said.iter().filter(|(name, _)| name == of).count() < SAID
        {
            self.said.push((of.clone(), line.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
running 3 tests
test clock::follows ... ok
test clock::jumps ... FAILED
test clock::stands ... ok

failures:

---- clock::jumps stdout ----

thread 'clock::jumps' panicked at tests/suite/clock.rs:7:5:
it jumped by 3 s

failures:
    clock::jumps

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.12s
test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    fn counted() -> Counted {
        let mut counted = Counted::default();
        PRINTED.lines().for_each(|line| counted.line(line));
        counted
    }

    #[test]
    fn counts_every_binary_and_names_what_failed() {
        let counted = counted();
        assert_eq!((counted.passed, counted.failed), (12, 1));
        assert_eq!(counted.names, ["clock::jumps"]);
    }

    #[test]
    fn the_count_is_the_last_line_alone() {
        let mut report = Report::default();
        report.pass();
        report.tests("tests", &counted(), false);
        report.leave_out("screen tests (tmux is missing)");
        report.leave_out("screen tests (tmux is missing)");
        report.mention("3 of 4 programs ran live");
        report.mention("3 of 4 programs ran live");
        assert!(!report.is_good());
        let expected = "FAILED test clock::jumps\n\
                        \x20   thread 'clock::jumps' panicked at tests/suite/clock.rs:7:5:\n\
                        \x20   it jumped by 3 s\n\
                        Could not run here: screen tests (tmux is missing).\n\
                        Optional: 3 of 4 programs ran live.\n\
                        13 passed, 1 failed\n";
        assert_eq!(report.summary(), expected);
    }

    #[test]
    fn tests_that_do_not_compile_are_a_failure() {
        let mut report = Report::default();
        report.tests("tests", &Counted::default(), false);
        assert!(report.summary().ends_with("0 passed, 1 failed\n"));
    }
}
