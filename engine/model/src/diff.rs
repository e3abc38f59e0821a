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
use std::collections::VecDeque;

use loopscope_protocol::{
    By, Family, FieldValue, Kind, KindSet, LoopEvent, NameId, On, RunEvent, Stream, TaskEvent,
    TaskId,
};

use crate::history::{History, RecordRef, Records};
use crate::names::Names;
use crate::record::Record;
use crate::sentence;
use crate::state::State;

pub use columns::{Around, Cell, Row};

use columns::Reading;

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
        match [first, second].map(scheduler) {
            [Some(one), Some(two)] if one != two => Self::Visible,
            _ => Self::Everything,
        }
    }
}

/// Who scheduled, as the last start of the source says, or what is known where the history begins.
fn scheduler(history: &History) -> Option<reasons::Family> {
    let started = history.last_of(history.len(), Kind::RunStart).map(|(_, record)| {
        let mut state = State::default();
        state.apply(&record);
        state
    });
    reasons::family(&started.unwrap_or_else(|| history.at(history.first())))
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
    let mut comparing = Comparing::new(compare, [first, second], Around::default());
    comparing.advance([first, second], usize::MAX);
    comparing.found
}

/// How far apart two places are at least from which lines side by side can be read again.
const APART: usize = 1 << 17;

/// Two histories while they are compared, in portions. It keeps neither of them: each portion is
/// handed the same two sides.
#[derive(Debug)]
pub struct Comparing {
    compare: Compare,
    never: KindSet,
    around: Around,
    places: [Place; 2],
    equal: usize,
    /// Places on the way, with how many events were equal up to there.
    marks: VecDeque<(usize, [Place; 2])>,
    found: Option<Divergence>,
    /// Once that is found: the lines around it.
    reading: Option<[Reading; 2]>,
    over: bool,
}

impl Comparing {
    /// From their beginnings on.
    pub fn new(compare: Compare, sides: [Side<'_>; 2], around: Around) -> Self {
        let mut places = sides.map(|side| Place::first(side.history));
        let marks = VecDeque::from([(0, places.each_mut().map(Place::share))]);
        Self {
            compare,
            never: sides[0].never_sends.union(sides[1].never_sends),
            around,
            places,
            equal: 0,
            marks,
            found: None,
            reading: None,
            over: false,
        }
    }

    /// The first difference, once it is found.
    pub const fn found(&self) -> Option<&Divergence> {
        self.found.as_ref()
    }

    /// How many events were equal so far.
    pub const fn equal(&self) -> usize {
        self.equal
    }

    /// The positions that are reached on both sides.
    pub fn positions(&self) -> [usize; 2] {
        self.places.each_ref().map(|place| place.position)
    }

    /// Looks at about `budget` more records on each side. True: the difference is found and the
    /// lines around it are read, or there is none.
    pub fn advance(&mut self, sides: [Side<'_>; 2], budget: usize) -> bool {
        if self.found.is_none() && !self.over {
            self.compare(sides, budget);
        } else if !self.over {
            self.read_around(sides, budget);
        }
        self.over
    }

    fn compare(&mut self, sides: [Side<'_>; 2], budget: usize) {
        let until = self.positions().map(|position| position.saturating_add(budget));
        let mut walks = self.walks(sides);
        while !self.over && self.found.is_none() {
            let [a, b] = &mut walks;
            if !(a.advance(self.never, until[0]) && b.advance(self.never, until[1])) {
                break;
            }
            self.compare_next(a, b);
            let [a, b] = &mut walks;
            let last = self
                .marks
                .back()
                .map_or([0; 2], |(_, places)| places.each_ref().map(|place| place.position));
            let is_far = a.place.position - last[0] >= APART || b.place.position - last[1] >= APART;
            if is_far && self.found.is_none() && !self.over {
                self.mark([a, b].map(|walk| walk.place.share()));
            }
        }
        self.places = walks.map(|walk| walk.place);
        if self.found.is_some() {
            self.begin_reading();
        }
    }

    fn walks<'a>(&mut self, sides: [Side<'a>; 2]) -> [SideCursor<'a>; 2] {
        let [one, two] = std::mem::take(&mut self.places);
        let [first, second] = sides;
        [SideCursor::new(first, self.compare, one), SideCursor::new(second, self.compare, two)]
    }

    /// Compares what both stand at. They stand there no longer if that is equal.
    fn compare_next(&mut self, a: &mut SideCursor<'_>, b: &mut SideCursor<'_>) {
        let field = match (a.record(), b.record()) {
            (None, None) => {
                self.over = true;
                return;
            }
            (Some(x), Some(y)) if x.kind() == y.kind() => match differs(a, x, b, y) {
                None => {
                    self.equal += 1;
                    (a.place.stands, b.place.stands) = (false, false);
                    return;
                }
                Some(field) => Some(field),
            },
            _ => None,
        };
        self.found = Some(Divergence {
            equal: self.equal,
            first: a.record().map(|_| a.place.position),
            second: b.record().map(|_| b.place.position),
            field,
            sentence: explain(self.equal, a, b, field),
        });
    }

    /// Notes a place to read from again. Enough of them are kept for what is wanted before a
    /// difference, however far apart what counts is.
    fn mark(&mut self, places: [Place; 2]) {
        self.marks.push_back((self.equal, places));
        if self.marks.len() > self.around.before + 2 {
            self.marks.pop_front();
        }
    }

    /// The lines around the difference are read from the last mark before them.
    fn begin_reading(&mut self) {
        let Around { before, after } = self.around;
        let from = self.equal.saturating_sub(before);
        let begins = |(equal, _): &&(usize, [Place; 2])| *equal <= from;
        let mark = self.marks.iter().rfind(begins).map(|(equal, places)| (*equal, places.clone()));
        self.marks.clear();
        if let Some((equal, places)) = mark
            && before + after > 0
        {
            self.places = places;
            self.reading = Some([equal; 2].map(|at| Reading { at, cells: Vec::new() }));
        } else {
            self.over = true;
        }
    }
}

/// Where one side is, with the state that tells what ids are called.
#[derive(Clone, Debug, Default)]
struct Place {
    position: usize,
    /// How far it is walked: what comes meanwhile is not looked at.
    end: usize,
    state: State,
    record: Option<RecordRef>,
    /// It has come to something that counts, or to the end.
    stands: bool,
    /// Something was compared already.
    begun: bool,
    /// A snapshot says again what is known.
    again: bool,
}

impl Place {
    fn first(history: &History) -> Self {
        let (position, end) = (history.first(), history.len());
        Self { position, end, state: history.at(position), ..Self::default() }
    }

    /// A copy that has the state in common with this one.
    fn share(&mut self) -> Self {
        let state = self.state.share();
        Self { state, record: self.record.clone(), ..*self }
    }
}

/// One side while it is walked along.
#[derive(Debug)]
struct SideCursor<'a> {
    side: Side<'a>,
    compare: Compare,
    records: Records<'a>,
    place: Place,
}

impl<'a> SideCursor<'a> {
    fn new(side: Side<'a>, compare: Compare, place: Place) -> Self {
        let records = side.history.range(place.position, place.end);
        Self { side, compare, records, place }
    }

    /// Goes on to the next record that counts, or to the end. False: that lies beyond `until`.
    fn advance(&mut self, never: KindSet, until: usize) -> bool {
        while !self.place.stands {
            if self.place.position >= until {
                return false;
            }
            self.place.record = self.records.next();
            let Some(record) = &self.place.record else {
                self.place.stands = true;
                break;
            };
            self.place.position += 1;
            let kind = record.kind();
            self.place.state.apply(record);
            self.place.again |= self.place.begun && kind == Kind::SnapshotBegin;
            if !self.place.again && !never.has(kind) && self.counts(record) {
                self.place.begun = true;
                self.place.stands = true;
                break;
            }
            self.place.again &= kind != Kind::SnapshotEnd;
        }
        true
    }

    const fn state(&self) -> &State {
        &self.place.state
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
        self.state().task(task).is_none_or(|task| {
            let file = self.side.names.exact(task.defined.file);
            // What is compiled into the engine is called by its module.
            let library = file.starts_with("<frozen") || file.starts_with("asyncio.");
            !file.is_empty() && (!library || file.ends_with(".py"))
        })
    }

    fn record(&self) -> Option<&Record> {
        self.place.record.as_deref()
    }

    fn name(&self, id: NameId) -> Compared<'_> {
        Compared::Text(self.side.names.exact(id))
    }

    /// What of a field's value counts.
    fn compared<'s>(&'s self, record: &'s Record, value: FieldValue) -> Compared<'s> {
        let state = self.state();
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
            let said = sentence::happened(walk.state(), record, walk.side.names);
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
