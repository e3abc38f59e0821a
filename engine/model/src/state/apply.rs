//! What each record does to the state. [`State::apply`] is the only way to change it.
//!
//! Nothing here fails: an impossible transition is noted as an [`Anomaly`] and then carried out as
//! well as it can be. In a snapshot, and for things that a gap made unknown, nothing is impossible.
#![deny(clippy::wildcard_enum_match_arm)]

mod connections;
mod handles;
mod interrupted;
mod loops;
mod outside;
mod queues;
mod sync;
mod tasks;
mod unknown;
mod work;

use loopscope_protocol::{By, ClockHow, Family, HandleId, Kind, NameId, RunEvent, Stream};

use super::{Anomaly, AnomalyKind, Exit, Handle, Loop, Order, RunInfo, State};
use crate::record::Record;

/// This many skipped bytes may have held 256 records, which the sequence number would not show.
pub(crate) const BLIND_SPOT: u32 = 1024;

impl State {
    /// Folds one record into the state.
    ///
    /// ```
    /// use loopscope_model::State;
    /// use loopscope_model::story::Story;
    /// use loopscope_protocol::Event;
    ///
    /// let mut story = Story::new();
    /// story.push(Event::LoopNew {});
    /// let mut state = State::default();
    /// for record in story.records() {
    ///     state.apply(record);
    /// }
    /// assert_eq!(state.loops().len(), 1);
    /// ```
    pub fn apply(&mut self, record: &Record) {
        self.anomalies.clear();
        self.position += 1;
        self.seq = record.seq;
        self.t = record.t;
        self.turn = record.turn;
        if record.loop_id.is_some() {
            self.focus = record.loop_id;
        }
        self.touch(record.loop_id);
        if record.garbage > 0 {
            self.note(AnomalyKind::Corrupt, || {
                format!(
                    "{} bytes just before record {} were no record; a name or a text may be \
                     missing.",
                    record.garbage, record.seq
                )
            });
            if record.garbage >= BLIND_SPOT {
                self.forget();
            }
        }
        let on = record.loop_id;
        match record.event.family() {
            Family::Run(event) => self.apply_run(record, event),
            Family::Loop(event) => self.apply_loop(record, event, on),
            Family::Handle(event) => self.apply_handle(record, event, on),
            Family::Task(event) => self.apply_task(record, event, on),
            Family::Future(event) => self.apply_future(record, event, on),
            Family::Outside(event) => self.apply_outside(record, event, on),
            Family::Work(event) => self.apply_work(record, event, on),
            Family::Connection(event) => self.apply_connection(record, event, on),
            Family::Sync(event) => self.apply_sync(record, event, on),
        }
        if matches!(record.kind(), Kind::HandleNew | Kind::FutureDone | Kind::TaskCancel) {
            self.disturb(on);
        }
        self.count_running(on);
    }

    fn apply_run(&mut self, record: &Record, event: RunEvent) {
        match event {
            RunEvent::RunStart { dialect, clock, wall_start, seed, ties, file } => {
                self.run = RunInfo {
                    dialect: Some(dialect),
                    clock: Some(clock),
                    real_since: None,
                    wall_start,
                    seed,
                    ties: Some(ties),
                    file,
                };
            }
            RunEvent::Clock { how } => {
                self.run.real_since = Some(how);
                self.threads |= matches!(how, ClockHow::Thread | ClockHow::Executor);
            }
            RunEvent::ProgramExit { code, how, .. } => {
                self.exit = Some(Exit { code, how, texts: record.texts.clone() });
            }
            RunEvent::Output { stream, .. } => {
                self.counts.outputs += 1;
                self.last_output = Some((stream, record.texts.clone()));
            }
            RunEvent::Log { .. } => {
                self.counts.outputs += 1;
                self.last_output = Some((Stream::Stderr, record.texts.clone()));
            }
            // The program did not write that.
            RunEvent::Remark { .. } => self.counts.outputs += 1,
            RunEvent::Lint { .. } => self.counts.lints += 1,
            RunEvent::Gap { lost } => {
                self.counts.gaps += 1;
                self.counts.lost += u64::from(lost);
                self.forget();
            }
            RunEvent::SnapshotBegin {} => self.begin_snapshot(),
            RunEvent::SnapshotEnd {} => self.end_snapshot(),
        }
    }

    /// Notes something impossible.
    fn note(&mut self, kind: AnomalyKind, text: impl FnOnce() -> String) {
        self.counts.anomalies += 1;
        self.anomalies.push(Anomaly { kind, seq: self.seq, text: text() });
    }

    /// Notes a transition that the life cycles do not have. A snapshot repeats what is known, so
    /// nothing is impossible there.
    fn odd(&mut self, text: impl FnOnce() -> String) {
        if !self.in_snapshot {
            self.note(AnomalyKind::Transition, text);
        }
    }

    /// Notes an id that was never introduced. After a gap that is no wonder; and what another
    /// thread made may be seen before its record comes.
    fn unknown_id(&mut self, text: impl FnOnce() -> String) {
        if !self.in_snapshot && !self.uncertain && !self.threads {
            self.note(AnomalyKind::UnknownId, text);
        }
    }

    /// Whether the order of running is known to be that of CPython's queue.
    pub(crate) const fn is_strict(&self) -> bool {
        self.run.dialect.is_some() && matches!(self.order(), Order::Batches)
    }

    /// Whether the rules are MicroPython's: one queue of tasks, ordered by the millisecond.
    pub const fn is_micropython(&self) -> bool {
        matches!(self.order(), Order::OneQueue)
    }

    /// MicroPython's one queue in its order, cut at the present millisecond: what is due, and what
    /// is due later.
    pub fn one_queue(&self, the_loop: &Loop) -> [Vec<HandleId>; 2] {
        let mut all: Vec<&Handle> = the_loop
            .ready()
            .chain(the_loop.timers())
            .filter_map(|id| self.handle(id))
            .filter(|handle| !handle.cancelled)
            .collect();
        all.sort_by_key(|handle| handle.place_in_queue());
        let now = self.t.unwrap_or(0) / 1_000_000;
        let due = all.partition_point(|handle| handle.key_ms().is_none_or(|key| key <= now));
        let later = all.split_off(due);
        [all, later].map(|part| part.into_iter().map(|handle| handle.id).collect())
    }

    /// Whether the order of records is exactly that of the queue as well: only one thread works.
    const fn is_exact(&self) -> bool {
        self.is_strict() && !self.threads
    }

    /// The name of a handle that caused something, kept because the handle itself is dropped soon.
    fn name_of(&self, by: By) -> NameId {
        match by {
            By::Handle(id) => self.handle_name(id),
            By::Outside | By::Py => NameId::NONE,
        }
    }

    fn handle_name(&self, id: HandleId) -> NameId {
        self.handles.get(&id).map_or(NameId::NONE, |handle| handle.name)
    }
}
