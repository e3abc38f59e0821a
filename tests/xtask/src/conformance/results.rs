//! What became of each test, as the driver's lines tell it.

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Pass,
    Fail,
    Error,
    Skip,
    /// It was silent for too long and was killed.
    Hung,
    /// It took the process with it.
    Crashed,
}

impl Word {
    /// In the order of the table.
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Pass, "passed"),
        (Self::Fail, "failed"),
        (Self::Error, "errors"),
        (Self::Hung, "hung"),
        (Self::Crashed, "crashed"),
        (Self::Skip, "skipped"),
    ];

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pass" => Self::Pass,
            "fail" => Self::Fail,
            "error" => Self::Error,
            "skip" => Self::Skip,
            _ => return None,
        })
    }
}

/// One test and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Result {
    pub(super) module: String,
    /// As `test_locks.LockTests.test_repr`.
    pub(super) test: String,
    pub(super) word: Word,
    /// The last line of the reason.
    pub(super) why: String,
}

/// What the lines of a worker tell so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Every test that is there.
    pub(super) known: Vec<String>,
    /// How tests ended: the name, how, and why.
    pub(super) ended: Vec<(String, Word, String)>,
    /// The test that has begun and has not ended.
    pub(super) running: Option<String>,
    /// Whether the worker said that it is through; and why it could not begin.
    pub(super) is_through: bool,
    pub(super) broken: Option<String>,
}

impl Lines {
    pub(super) fn read(text: &str) -> Self {
        let mut lines = Self::default();
        // The last line may be half there.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines() {
            let mut fields = line.split('\t');
            let (word, test) =
                (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let why = fields.next().unwrap_or_default();
            let name = short(test);
            match word {
                "test" => lines.known.push(name),
                "begin" => lines.running = Some(name),
                "end" | "none" => lines.is_through = true,
                "broken" => lines.broken = Some(why.to_owned()),
                "hung" | "crashed" => {
                    let word = if word == "hung" { Word::Hung } else { Word::Crashed };
                    lines.ended.push((name, word, why.to_owned()));
                    lines.running = None;
                }
                _ => {
                    if let Some(word) = Word::parse(word) {
                        lines.ended.push((name, word, why.to_owned()));
                        lines.running = None;
                    }
                }
            }
        }
        lines
    }
}

/// A test's name without what all have in common.
fn short(test: &str) -> String {
    test.strip_prefix("test.test_asyncio.").unwrap_or(test).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_what_ended_and_what_runs() {
        let text = "test\ttest.test_asyncio.test_x.T.a\ntest\ttest.test_asyncio.test_x.T.b\n\
                    begin\ttest.test_asyncio.test_x.T.a\n\
                    fail\ttest.test_asyncio.test_x.T.a\tAssertionError: 1\t0.10\n\
                    begin\ttest.test_asyncio.test_x.T.b\npass\ttest.test";
        let lines = Lines::read(text);
        assert_eq!(lines.known, ["test_x.T.a", "test_x.T.b"]);
        let failed = ("test_x.T.a".to_owned(), Word::Fail, "AssertionError: 1".to_owned());
        assert_eq!(lines.ended, [failed]);
        assert_eq!(lines.running.as_deref(), Some("test_x.T.b"));
        assert!(!lines.is_through);
    }
}
