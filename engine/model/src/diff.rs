//! Where two histories first differ.
//!
//! Events are compared in order and matched by name: numbers that a run gives out (sequence
//! numbers, times, ids, descriptors, process ids) and places in files are left out, and so are
//! kinds of events that one side declares it never sends, and a snapshot in the middle, which says
//! again what is known.
//!
//! Two dialects do the same work by different events. There only what a program can tell is
//! compared: in which order its tasks take their steps, how they end, what it prints, which
//! exceptions reach the handler, and its exit code; see [`Compare::Visible`].
#![deny(clippy::wildcard_enum_match_arm)]

mod columns;
mod reasons;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use loopscope_protocol::{
    By, Family, FieldValue, Kind, KindSet, LoopEvent, NameId, On, RunEvent, Stream, TaskEvent,
    TaskId,
};

use crate::history::{History, RecordRef, Records};
use crate::names::Names;
use crate::record::Record;
use crate::sentence;
use crate::state::State;

pub use columns::{Cell, Row, side_by_side};

/// What counts when two histories are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// Every event that both sides send.
    #[default]
    Everything,
    /// What a program can tell: the order of its tasks' steps, how they end, standard output,
    /// exceptions that reach the handler, the exit code.
    Visible,
}

impl Compare {
    /// What can be compared of two runs: everything, unless two schedulers of different kinds made
    /// them, whose events are not the same even where the programs do the same.
    pub fn between(first: &History, second: &History) -> Self {
        match [first, second].map(|history| reasons::family(&history.at(history.len()))) {
            [Some(one), Some(two)] if one != two => Self::Visible,
            _ => Self::Everything,
        }
    }
}

/// One of two histories.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is called in the explanation: a file's name.
    pub title: &'a str,
    /// What happened.
    pub history: &'a History,
    /// What it was called.
    pub names: &'a Names,
    /// The kinds of events that its source never sends.
    pub never_sends: KindSet,
}

/// The first difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// How many events were compared before it and found equal.
    pub equal: usize,
    /// The position on the first side; `None`: it has ended.
    pub first: Option<usize>,
    /// The position on the second side; `None`: it has ended.
    pub second: Option<usize>,
    /// The field that differs, where both have the same event.
    pub field: Option<&'static str>,
    /// The explanation.
    pub sentence: String,
}

/// The first difference of two histories; `None` if there is none.
///
/// ```
/// use loopscope_model::diff::{Side, diff};
/// use loopscope_model::story::Story;
/// use loopscope_protocol::KindSet;
///
/// let (mut one, mut two) = (Story::new(), Story::new());
/// one.start().soon(1, "tick");
/// two.start().soon(1, "tock");
/// let (a, b) = (one.history(), two.history());
/// let never_sends = KindSet::NONE;
/// let first = Side { title: "a.rec", history: &a, names: one.names(), never_sends };
/// let second = Side { title: "b.rec", history: &b, names: two.names(), never_sends };
/// assert_eq!(
///     diff(first, second).unwrap().sentence,
///     "After 3 equal events they differ. a.rec, record 4: call_soon put h1 tick into the ready \
///      queue. b.rec, record 4: call_soon put h1 tock into the ready queue."
/// );
/// assert_eq!(diff(first, first), None);
/// ```
pub fn diff(first: Side<'_>, second: Side<'_>) -> Option<Divergence> {
    diff_by(Compare::Everything, first, second)
}

/// The first difference in what counts.
pub fn diff_by(compare: Compare, first: Side<'_>, second: Side<'_>) -> Option<Divergence> {
    let mut comparing = Comparing::new(compare, first, second);
    comparing.advance(usize::MAX);
    comparing.found
}

/// Two histories while they are compared, in portions.
#[derive(Debug)]
pub struct Comparing<'a> {
    sides: [SideCursor<'a>; 2],
    never: KindSet,
    equal: usize,
    /// The first difference, once it is found.
    pub found: Option<Divergence>,
    over: bool,
}

impl<'a> Comparing<'a> {
    /// From their beginnings on.
    pub fn new(compare: Compare, first: Side<'a>, second: Side<'a>) -> Self {
        let never = first.never_sends.union(second.never_sends);
        let sides = [first, second].map(|side| SideCursor::new(side, compare));
        Self { sides, never, equal: 0, found: None, over: false }
    }

    /// Whether a difference is found, or there is none.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The positions that are reached on both sides.
    pub fn positions(&self) -> [usize; 2] {
        [self.sides[0].position, self.sides[1].position]
    }

    /// Compares about `budget` more events.
    pub fn advance(&mut self, budget: usize) {
        for _ in 0..budget {
            if self.over {
                return;
            }
            self.compare_next();
        }
    }

    fn compare_next(&mut self) {
        let [a, b] = &mut self.sides;
        a.advance(self.never);
        b.advance(self.never);
        let field = match (a.record(), b.record()) {
            (None, None) => {
                self.over = true;
                return;
            }
            (Some(x), Some(y)) if x.kind() == y.kind() => match differs(a, x, b, y) {
                None => {
                    self.equal += 1;
                    return;
                }
                Some(field) => Some(field),
            },
            _ => None,
        };
        self.over = true;
        self.found = Some(Divergence {
            equal: self.equal,
            first: a.record().map(|_| a.position),
            second: b.record().map(|_| b.position),
            field,
            sentence: explain(self.equal, a, b, field),
        });
    }
}

/// One side while it is walked along, with the state that tells what ids are called.
#[derive(Debug)]
struct SideCursor<'a> {
    side: Side<'a>,
    compare: Compare,
    state: State,
    records: Records<'a>,
    position: usize,
    record: Option<RecordRef>,
    /// Something was compared already.
    begun: bool,
    /// A snapshot says again what is known.
    again: bool,
}

impl<'a> SideCursor<'a> {
    fn new(side: Side<'a>, compare: Compare) -> Self {
        let position = side.history.first();
        let (state, records) = (side.history.at(position), side.history.records());
        let (begun, again) = (false, false);
        Self { side, compare, state, records, position, record: None, begun, again }
    }

    /// Goes on to the next record that counts.
    fn advance(&mut self, never: KindSet) {
        loop {
            self.position += 1;
            self.record = self.records.next();
            let Some(record) = &self.record else { return };
            let kind = record.kind();
            self.state.apply(record);
            self.again |= self.begun && kind == Kind::SnapshotBegin;
            if !self.again && !never.has(kind) && self.counts(record) {
                self.begun = true;
                return;
            }
            self.again &= kind != Kind::SnapshotEnd;
        }
    }

    /// Whether a record, which has been applied, is among what is compared.
    fn counts(&self, record: &Record) -> bool {
        if self.compare == Compare::Everything {
            // What Loopscope says is not what the program did.
            return record.kind() != Kind::Remark;
        }
        match record.event.family() {
            Family::Run(event) => match event {
                // The libraries word their own messages differently, and those go to standard error.
                RunEvent::Output { stream, .. } => stream == Stream::Stdout,
                RunEvent::ProgramExit { .. } => true,
                RunEvent::RunStart { .. }
                | RunEvent::Clock { .. }
                | RunEvent::Lint { .. }
                | RunEvent::Gap { .. }
                | RunEvent::SnapshotBegin {}
                | RunEvent::SnapshotEnd {}
                | RunEvent::Log { .. }
                | RunEvent::Remark { .. } => false,
            },
            Family::Loop(event) => match event {
                LoopEvent::HandlerCall { .. } => true,
                LoopEvent::LoopNew {}
                | LoopEvent::LoopClose { .. }
                | LoopEvent::LoopRun { .. }
                | LoopEvent::LoopStopRequest { .. }
                | LoopEvent::LoopStopped { .. }
                | LoopEvent::TurnBegin { .. }
                | LoopEvent::TurnEnd { .. }
                | LoopEvent::PollBegin { .. }
                | LoopEvent::PollEnd { .. }
                | LoopEvent::AsyncgensShutdown { .. }
                | LoopEvent::ExecutorShutdown {}
                | LoopEvent::HandlerSet { .. } => false,
            },
            Family::Task(event) => match event {
                TaskEvent::TaskStep { task } | TaskEvent::TaskDone { task, .. } => {
                    self.is_programs(task)
                }
                TaskEvent::TaskNew { .. }
                | TaskEvent::TaskSuspend { .. }
                | TaskEvent::TaskCancel { .. } => false,
            },
            // Handles, futures and watchers are how a scheduler does it.
            Family::Handle(_) | Family::Future(_) | Family::Outside(_) => false,
        }
    }

    /// Whether a task's coroutine stands in a file of the program's. The libraries make tasks of
    /// their own, as for `wait_for` or at the end of `run`.
    fn is_programs(&self, task: TaskId) -> bool {
        self.state.task(task).is_none_or(|task| {
            let file = self.side.names.exact(task.defined.file);
            // What is compiled into the engine is called by its module.
            let library = file.starts_with("<frozen") || file.starts_with("asyncio.");
            !file.is_empty() && (!library || file.ends_with(".py"))
        })
    }

    fn record(&self) -> Option<&Record> {
        self.record.as_deref()
    }

    fn name(&self, id: NameId) -> Compared<'_> {
        Compared::Text(self.side.names.exact(id))
    }

    /// What of a field's value counts.
    fn compared<'s>(&'s self, record: &'s Record, value: FieldValue) -> Compared<'s> {
        let state = &self.state;
        let task = |id| state.task(id).map_or(NameId::NONE, |task| task.name);
        let future = |id| state.future(id).map_or(NameId::NONE, |future| future.name);
        let handle = |id| state.handle(id).map_or(NameId::NONE, |handle| handle.name);
        match value {
            FieldValue::Uint(n) => Compared::Number(n),
            FieldValue::Int(n) => Compared::Number(n.cast_unsigned()),
            FieldValue::Word(word) => Compared::Text(Cow::Borrowed(word)),
            FieldValue::Handle(id) | FieldValue::By(By::Handle(id)) => self.name(handle(id)),
            FieldValue::Task(id) | FieldValue::On(On::Task(id)) => self.name(task(id)),
            FieldValue::Future(id) | FieldValue::On(On::Future(id)) => self.name(future(id)),
            FieldValue::Signal(signal) => Compared::Number(u64::from(signal.0)),
            FieldValue::Name(id) => self.name(id),
            FieldValue::Text(text) => Compared::Text(Cow::Borrowed(record.text(text))),
            FieldValue::By(By::Outside) => Compared::Text(Cow::Borrowed("outside")),
            FieldValue::By(By::Py) => Compared::Text(Cow::Borrowed("py")),
            FieldValue::On(on) => Compared::Text(Cow::Borrowed(
                crate::titles::on_word(on).map_or("", |(kind, _)| kind),
            )),
            FieldValue::None
            | FieldValue::Seconds(_)
            | FieldValue::WallTime(_)
            | FieldValue::Job(_)
            | FieldValue::Object(_)
            | FieldValue::Fd(_)
            | FieldValue::Place(_)
            | FieldValue::Chain(_) => Compared::Nothing,
        }
    }
}

#[derive(PartialEq)]
enum Compared<'a> {
    Nothing,
    Number(u64),
    Text(Cow<'a, str>),
}

/// Whether a field says nothing about what the program did.
fn is_left_out(kind: Kind, field: &str, compare: Compare) -> bool {
    let varies = || kind.described_fields().iter().any(|own| own.varies && own.name == field);
    // Messages are each dialect's own.
    let is_wording =
        kind == Kind::HandlerCall && compare == Compare::Visible && field != "exception";
    is_wording || varies()
}

/// The first field in which two events of one kind differ.
fn differs(a: &SideCursor<'_>, x: &Record, b: &SideCursor<'_>, y: &Record) -> Option<&'static str> {
    let (left, right) = (x.event.fields(), y.event.fields());
    left.as_slice()
        .iter()
        .zip(right.as_slice())
        .find(|(one, two)| {
            !is_left_out(x.kind(), one.name, a.compare)
                && a.compared(x, one.value) != b.compared(y, two.value)
        })
        .map(|(one, _)| one.name)
}

fn explain(equal: usize, a: &SideCursor<'_>, b: &SideCursor<'_>, field: Option<&str>) -> String {
    let what = match a.compare {
        Compare::Everything => "event",
        Compare::Visible => "step or output",
    };
    let after = match equal {
        0 => format!("They differ from the first {what} on."),
        1 => format!("After 1 equal {what} they differ."),
        n if a.compare == Compare::Visible => {
            format!("After {n} equal steps and outputs they differ.")
        }
        n => format!("After {n} equal events they differ."),
    };
    let side = |walk: &SideCursor<'_>| match walk.record() {
        Some(record) => {
            let said = sentence::happened(&walk.state, record, walk.side.names);
            format!("{}, record {}: {said}", walk.side.title, record.seq)
        }
        None => format!("{} has ended.", walk.side.title),
    };
    let (one, two) = (side(a), side(b));
    // Where both sentences say the same, only the field tells the difference.
    let plain = |text: &str| text.split_once(": ").map(|(_, said)| said.to_owned());
    let hint = match field {
        Some(field) if plain(&one) == plain(&two) => format!(" The difference is in `{field}`."),
        _ => String::new(),
    };
    let reason = reasons::reason(a, b).map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{after} {one} {two}{hint}{reason}")
}
