//! `diff`, while whoever asked for it waits: the history beside a recording's, or two runs of the
//! program by the rules of two dialects.

use std::path::Path;
use std::time::Duration;

use loopscope_model::History;
use loopscope_protocol::{Dialect, Word as _};
use web_time::Instant;

use super::Session;
use super::answer::{Answer, Outcome, Trouble};
use super::comparison::{Compared, Comparing};
use super::files::Unfinished;
use super::long_walk::Task;
use super::progress::{PORTION, Progress};
use crate::source::Source;
use crate::source::replay::{self, Replay};

/// How long two runs may take that are compared while somebody waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long one portion of a run may wait for records.
const WAIT: Duration = Duration::from_millis(4);

/// How many bytes of a recording are read in one portion.
const READ: u64 = 1 << 17;

/// A comparison under way.
#[derive(Debug)]
pub(super) struct Diffing {
    what: What,
    /// Once both sides are there.
    comparing: Option<Comparing>,
}

/// What is compared.
#[derive(Debug)]
enum What {
    /// This history, and a recording that is opened first.
    Recording { title: String, opening: Option<Box<replay::Opening>>, opened: Option<Box<Other>> },
    /// Two runs of the program, which are made first.
    Runs { runs: Vec<Session>, deadline: Instant },
}

/// The recording.
#[derive(Debug)]
struct Other {
    source: Source,
    history: History,
}

impl Other {
    fn of(replay: Replay) -> Self {
        let mut source = Source::from(replay);
        let history = source.take_history();
        Self { source, history }
    }

    fn compared(&self) -> Compared<'_> {
        let never_sends = self.source.never_sends();
        Compared { history: &self.history, names: self.history.names(), never_sends }
    }
}

impl Diffing {
    pub(super) fn progress(&self, len: usize) -> Progress {
        match (&self.what, &self.comparing) {
            (What::Recording { opened: Some(other), .. }, Some(comparing)) => {
                comparing.progress([len, other.history.len()])
            }
            (What::Runs { runs, .. }, Some(comparing)) => {
                comparing.progress([0, 1].map(|n| runs.get(n).map_or(0, Session::live_edge)))
            }
            (What::Recording { opening: Some(opening), .. }, None) => {
                let (done, of) = opening.progress();
                Progress::new("reading", done, of)
            }
            (What::Runs { .. }, None) => Progress { doing: "running it again", percent: None },
            (What::Recording { .. }, _) => Progress::new("comparing", 0, 1),
        }
    }

    /// It is not wanted any more.
    pub(super) fn left(&self) -> Trouble {
        let equal = self.comparing.as_ref().map_or(0, Comparing::equal);
        Trouble::new(format!(
            "The comparison was left after {equal} equal events; more may be equal, or not."
        ))
    }
}

impl Session {
    /// Starts to compare with a recording.
    pub(super) fn diff_with(&mut self, file: &str) -> Outcome {
        match Replay::begin(Path::new(file)) {
            Ok(opening) => {
                let title = file.to_owned();
                let what =
                    What::Recording { title, opening: Some(Box::new(opening)), opened: None };
                self.start_walk(Task::Diff(Box::new(Diffing { what, comparing: None })))
            }
            Err(error) => Outcome::Failed(Trouble::new(format!("{error}."))),
        }
    }

    /// Starts to run the program twice from its start, by the rules that it has and by those of
    /// another dialect, and to compare. [`PATIENCE`] bounds it.
    pub(super) fn diff_dialects(&mut self, dialect: Dialect) -> Outcome {
        let deadline = Instant::now() + PATIENCE;
        let mut runs = Vec::new();
        for rules in [None, Some(dialect)] {
            match self.source.again(rules) {
                Ok(source) => runs.push(Self::new(source)),
                Err(error) => return Outcome::Failed(Trouble::new(error.to_string())),
            }
        }
        runs.iter_mut().for_each(Self::start_to_end);
        let what = What::Runs { runs, deadline };
        self.start_walk(Task::Diff(Box::new(Diffing { what, comparing: None })))
    }

    /// Goes on with a comparison. `Some`: it is over.
    pub(super) fn compare_on(&self, diffing: &mut Diffing) -> Result<Option<Answer>, Trouble> {
        let Diffing { what, comparing } = diffing;
        let (titles, sides) = match what {
            What::Recording { title, opening, opened } => {
                if let Some(mut open) = opening.take() {
                    if open.advance(READ) {
                        *opened = Some(Box::new(Other::of(open.finish())));
                    } else {
                        *opening = Some(open);
                    }
                    return Ok(None);
                }
                let Some(other) = opened else { return Ok(None) };
                ([self.name(), title.clone()], [self.compared(), other.compared()])
            }
            What::Runs { runs, deadline } => {
                for run in runs.iter_mut() {
                    match run.go_to_end(WAIT, Some(*deadline)) {
                        None => return Ok(None),
                        Some(Ok(())) => {}
                        Some(Err(error)) => return Err(unfinished(error)),
                    }
                }
                let [one, two] = &runs[..] else { return Ok(None) };
                ([title(one), title(two)], [one.compared(), two.compared()])
            }
        };
        let comparing = comparing.get_or_insert_with(|| Comparing::begin(sides, titles));
        Ok(comparing.advance(sides, PORTION).then(|| comparing.comparison().answer()))
    }
}

fn title(side: &Session) -> String {
    match side.state().run().dialect {
        Some(rules) => format!("{} ({})", side.name(), rules.word()),
        None => side.name(),
    }
}

fn unfinished(error: Unfinished) -> Trouble {
    match error {
        Unfinished::Late => Trouble::new(format!(
            "Comparing dialects takes more than {} s here; `loopscope diff --dialect A --dialect \
             B FILE` takes as long as it needs.",
            PATIENCE.as_secs()
        )),
        Unfinished::Left => Trouble::new("The comparison was left while it ran.".to_owned()),
        Unfinished::Stopped(text) => Trouble::new(text),
    }
}
