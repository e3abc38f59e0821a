//! One side of a comparison while it is walked along: which of its records count, and what of them.
#![deny(clippy::wildcard_enum_match_arm)]

use std::borrow::Cow;

use loopscope_protocol::{
    By, Family, FieldValue, Kind, KindSet, LoopEvent, NameId, On, RunEvent, Stream, TaskEvent,
    TaskId,
};

use super::{Compare, Side};
use crate::history::{History, RecordRef, Records};
use crate::record::Record;
use crate::state::State;

/// The coroutines that MicroPython's own library makes tasks of.
const LIBRARY_OF_MICROPYTHON: [&str; 3] = ["_run", "_serve", "_stopper"];

/// Where one side is, with the state that tells what ids are called.
#[derive(Clone, Debug, Default)]
pub(super) struct SidePosition {
    pub(super) position: usize,
    /// How far it is walked: what comes meanwhile is not looked at.
    pub(super) end: usize,
    pub(super) state: State,
    pub(super) record: Option<RecordRef>,
    /// It has come to something that counts, or to the end.
    pub(super) stands: bool,
    /// Something was compared already.
    pub(super) begun: bool,
    /// A snapshot says again what is known.
    pub(super) again: bool,
}

impl SidePosition {
    pub(super) fn first(history: &History) -> Self {
        let (position, end) = (history.first(), history.len());
        Self { position, end, state: history.at(position), ..Self::default() }
    }

    /// A copy that has the state in common with this one.
    pub(super) fn share(&mut self) -> Self {
        let state = self.state.share();
        Self { state, record: self.record.clone(), ..*self }
    }
}

/// One side while it is walked along.
#[derive(Debug)]
pub(super) struct SideCursor<'a> {
    pub(super) side: Side<'a>,
    pub(super) compare: Compare,
    pub(super) records: Records<'a>,
    pub(super) place: SidePosition,
}

impl<'a> SideCursor<'a> {
    pub(super) fn new(side: Side<'a>, compare: Compare, place: SidePosition) -> Self {
        let records = side.history.range(place.position, place.end);
        Self { side, compare, records, place }
    }

    /// Goes on to the next record that counts, or to the end. False: that lies beyond `until`.
    pub(super) fn advance(&mut self, never: KindSet, until: usize) -> bool {
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

    pub(super) const fn state(&self) -> &State {
        &self.place.state
    }

    /// Whether a record, which has been applied, is among what is compared.
    fn counts(&self, record: &Record) -> bool {
        if self.compare == Compare::Everything {
            // What Loopscope says is not what the program did; and when a thread begins and ends is
            // its own affair: the loop learns of it by other records.
            let kind = record.kind();
            return !matches!(kind, Kind::Remark | Kind::ExecutorStart | Kind::ExecutorDone);
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
                | TaskEvent::TaskCancel { .. }
                | TaskEvent::TaskTimeout { .. } => false,
            },
            // Handles, futures and watchers are how a scheduler does it.
            Family::Handle(_)
            | Family::Future(_)
            | Family::Outside(_)
            | Family::Work(_)
            | Family::Connection(_)
            | Family::Sync(_) => false,
        }
    }

    /// Whether a task's coroutine stands in a file of the program's. The libraries make tasks of
    /// their own, as for `wait_for` or at the end of `run`.
    fn is_programs(&self, task: TaskId) -> bool {
        self.state().task(task).is_none_or(|task| {
            let file = self.side.names.exact(task.defined.file);
            // A real MicroPython does not tell where its coroutines stand.
            if file.is_empty() && self.state().is_micropython() {
                let name = self.side.names.exact(task.name);
                return !LIBRARY_OF_MICROPYTHON.contains(&&*name);
            }
            // What is compiled into the engine is called by its module.
            let library = file.starts_with("<frozen") || file.starts_with("asyncio.");
            !file.is_empty() && (!library || file.ends_with(".py"))
        })
    }

    pub(super) fn record(&self) -> Option<&Record> {
        self.place.record.as_deref()
    }

    fn name(&self, id: NameId) -> Compared<'_> {
        let name = self.side.names.exact(id);
        // Not every interpreter knows in which class or function a function stands.
        if self.compare == Compare::Visible
            && let Some((_, last)) = name.rsplit_once('.')
        {
            return Compared::Text(Cow::Owned(last.to_owned()));
        }
        Compared::Text(name)
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
pub(super) fn differs(
    a: &SideCursor<'_>,
    x: &Record,
    b: &SideCursor<'_>,
    y: &Record,
) -> Option<&'static str> {
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
