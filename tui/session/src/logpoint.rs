//! `logpoint EVENT "text {task.name}"`: a line for each such record, of those that are there already
//! and of those that come.

use loopscope_model::{Cursor, Names, Record, State};

use super::Session;
use super::answer::{Answer, Outcome};
use super::breaks::{Breaks, Trigger};
use super::command::Events;
use super::execute::compile;
use super::log_line::{LogWhen, Logged, Template};
use super::long_walk::Task;
use super::progress::{PORTION, Progress};

/// What lies further ahead is reached by a checkpoint.
const FAR: usize = 1 << 14;

/// A walk through what is there already.
#[derive(Debug)]
pub(super) struct Logging {
    number: u32,
    when: LogWhen,
    cursor: Cursor,
    end: usize,
    logged: Logged,
}

impl Logging {
    pub(super) fn progress(&self) -> Progress {
        Progress::new("looking for records", self.cursor.position(), self.end)
    }
}

impl Session {
    /// Sets a logpoint, and starts to go through what is there.
    pub(super) fn set_logpoint(&mut self, events: &Events, text: &str) -> Outcome {
        let when = match (compile(events.condition.as_deref()), Template::parse(text)) {
            (Ok(condition), Ok(text)) => LogWhen { kinds: events.kinds, condition, text },
            (Err(trouble), _) | (_, Err(trouble)) => return Outcome::Failed(trouble),
        };
        let shown = format!("{events} \"{text}\"");
        let after = self.history.seq();
        let trigger = Trigger::Log { when: when.clone(), after };
        let number = self.breaks.add(trigger, shown, false).number;
        let mut cursor = Cursor::new();
        cursor.seek(&self.history, self.history.first());
        let end = self.live_edge();
        let logging = Logging { number, when, cursor, end, logged: Logged::default() };
        self.start_walk(Task::Log(Box::new(logging)))
    }

    /// Goes through a portion. `Some`: it is over.
    pub(super) fn log_on(&self, walk: &mut Logging) -> Option<Answer> {
        let here = walk.cursor.position();
        let next = self.history.find_kinds(here, walk.when.kinds).filter(|next| *next <= walk.end);
        let Some(next) = next else {
            let number = walk.number;
            let text = self.breaks.get(number).map_or("", |point| &point.text);
            let answer = Answer::new(format!("Logpoint {number}: {text}"));
            return Some(walk.logged.before(answer).with("breakpoint", number));
        };
        if next - here > FAR {
            walk.cursor.seek(&self.history, next - 1);
        }
        let here = walk.cursor.position();
        let names = self.history.names();
        let upto = here.saturating_add(PORTION).min(walk.end);
        for record in self.history.range(here, upto) {
            walk.cursor.follow(&record);
            if let Some(text) = walk.when.test(&record, walk.cursor.state(), names) {
                walk.logged.push(&record, text);
            }
        }
        None
    }
}

/// What logpoints say of a record that they have not seen yet. `state` is that after it.
pub(super) fn log(
    breaks: &mut Breaks,
    logged: &mut Logged,
    record: &Record,
    state: &State,
    names: &Names,
) {
    for point in breaks.iter_mut() {
        if let Trigger::Log { when, after } = &mut point.trigger
            && point.enabled
            && record.seq > *after
        {
            *after = record.seq;
            if let Some(text) = when.test(record, state, names) {
                point.hits += 1;
                logged.push(record, text);
            }
        }
    }
}
