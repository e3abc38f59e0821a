//! A trace for ui.perfetto.dev, in its own format: a track for each loop with its handles and sleeps,
//! one for each task with what it does - runs, is ready, waits for what -, one for each job, child
//! process, server and transport; counters of what is ready, of timers, tasks and locks; and an arrow
//! from each cause to its effect. All of it twice: by loop time, and by record, since under the virtual
//! clock running takes no time and would not be seen.

mod events;
mod packet;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use loopscope_model::state::Completer;
use loopscope_model::{Names, Record, State, titles};
use loopscope_protocol::{Event, HandleId, LoopId, NameId, On, TaskId};

use packet::{Happening, Track, What};

/// What the two axes are called. The first one begins every trace of ours, by which it is known again.
const AXES: [&str; 2] = ["Loopscope: by loop time", "Loopscope: by record, 1 ms each"];

/// How long a record is on the axis of records, in nanoseconds.
const RECORD: u64 = 1_000_000;

/// What a track is about. Its number is part of the track's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Axis,
    Loop,
    Ready,
    Timers,
    Tasks,
    Task,
    Job,
    Process,
    Server,
    Transport,
    Sync,
}

/// A track on both axes.
type Key = (About, u32);

/// A trace while it is written.
#[derive(Debug)]
pub(super) struct Trace {
    state: State,
    known: BTreeSet<Key>,
    /// What is open on a track: how many stretches.
    open: BTreeMap<Key, u32>,
    /// What each task was last seen to do.
    doing: BTreeMap<TaskId, String>,
    counted: BTreeMap<Key, u64>,
    /// Handles that another one asked for.
    causes: BTreeSet<HandleId>,
    asleep: BTreeSet<LoopId>,
    at: [u64; 2],
}

/// Where it is written to, with the record at hand.
struct Pen<'a, W> {
    to: &'a mut W,
    names: &'a Names,
    seq: u64,
    line: String,
}

impl Trace {
    pub(super) fn begin(to: &mut impl Write) -> io::Result<Self> {
        for (axis, name) in AXES.iter().enumerate() {
            let uuid = uuid(axis, (About::Axis, 0));
            let name = (*name).to_owned();
            Track { uuid, name, parent: None, rank: 0, counts: false }.write(to)?;
        }
        Ok(Self {
            state: State::default(),
            known: BTreeSet::new(),
            open: BTreeMap::new(),
            doing: BTreeMap::new(),
            counted: BTreeMap::new(),
            causes: BTreeSet::new(),
            asleep: BTreeSet::new(),
            at: [0; 2],
        })
    }

    /// Writes what the next record shows.
    pub(super) fn take(
        &mut self,
        record: &Record,
        names: &Names,
        to: &mut impl Write,
    ) -> io::Result<()> {
        // What ends with the record had its names before it.
        let gone = if let Event::HandleRun { handle, .. } | Event::HandleDone { handle, .. } =
            record.event
        {
            Some(handle)
        } else {
            None
        };
        let called = gone.map(|handle| titles::entry(handle, &self.state, names));
        self.state.apply(record);
        self.at = [record.t.unwrap_or(self.at[0]).max(self.at[0]), record.seq * RECORD];
        let line = record.cause(names).and_then(|cause| names.exact_place(cause.place));
        let mut pen = Pen { to, names, seq: record.seq, line: line.unwrap_or_default() };
        self.take_event(record, called, &mut pen)?;
        self.follow_task(record, &mut pen)?;
        self.count(record.loop_id, &mut pen)
    }

    /// Ends what is still open. True: it is complete.
    pub(super) fn end(
        &mut self,
        names: &Names,
        budget: usize,
        to: &mut impl Write,
    ) -> io::Result<bool> {
        let mut pen = Pen { to, names, seq: 0, line: String::new() };
        for _ in 0..budget {
            let Some(key) = self.open.keys().next().copied() else { return Ok(true) };
            self.close(key, &mut pen)?;
        }
        Ok(self.open.is_empty())
    }

    /// The counters of a loop, where they have changed.
    fn count<W: Write>(&mut self, id: LoopId, pen: &mut Pen<'_, W>) -> io::Result<()> {
        let Some(the_loop) = self.state.event_loop(id) else { return Ok(()) };
        let (ready, timers) = (the_loop.ready().len(), the_loop.timers().len());
        let pending = self.state.pending();
        for (about, now) in
            [(About::Ready, ready), (About::Timers, timers), (About::Tasks, pending)]
        {
            self.set((about, id.0), now as u64, pen)?;
        }
        Ok(())
    }

    // ---- on both axes ---------------------------------------------------------------------------

    fn set<W: Write>(&mut self, key: Key, value: u64, pen: &mut Pen<'_, W>) -> io::Result<()> {
        if self.counted.insert(key, value) == Some(value) {
            return Ok(());
        }
        self.introduce(key, pen)?;
        for (axis, at) in self.at.into_iter().enumerate() {
            let track = uuid(axis, key);
            Happening { value, ..Happening::new(What::Counter, track) }.write(at, pen.to)?;
        }
        Ok(())
    }

    fn begin_stretch<W: Write>(
        &mut self,
        key: Key,
        name: &str,
        category: &'static str,
        caused: Option<HandleId>,
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        *self.open.entry(key).or_default() += 1;
        self.happens(What::Begin, key, (name, category), [None, caused], pen)
    }

    fn mark<W: Write>(
        &mut self,
        key: Key,
        name: &str,
        category: &'static str,
        causes: Option<HandleId>,
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        self.happens(What::Instant, key, (name, category), [causes, None], pen)
    }

    /// Ends the innermost stretch that is open on a track; without one, nothing.
    fn close<W: Write>(&mut self, key: Key, pen: &mut Pen<'_, W>) -> io::Result<()> {
        let Some(open) = self.open.get_mut(&key) else { return Ok(()) };
        *open -= 1;
        if *open == 0 {
            self.open.remove(&key);
        }
        for (axis, at) in self.at.into_iter().enumerate() {
            Happening::new(What::End, uuid(axis, key)).write(at, pen.to)?;
        }
        Ok(())
    }

    fn happens<W: Write>(
        &mut self,
        what: What,
        key: Key,
        (name, category): (&str, &'static str),
        [flow, flow_end]: [Option<HandleId>; 2],
        pen: &mut Pen<'_, W>,
    ) -> io::Result<()> {
        self.introduce(key, pen)?;
        for (axis, at) in self.at.into_iter().enumerate() {
            let arrow = |handle: HandleId| u64::from(handle.0) << 1 | axis as u64;
            Happening {
                name,
                category,
                flow: flow.map(arrow),
                flow_end: flow_end.map(arrow),
                numbers: &[("record", pen.seq)],
                texts: &[("at", pen.line.as_str())],
                ..Happening::new(what, uuid(axis, key))
            }
            .write(at, pen.to)?;
        }
        Ok(())
    }

    /// Says what a track is called, before its first use.
    fn introduce<W: Write>(&mut self, key: Key, pen: &mut Pen<'_, W>) -> io::Result<()> {
        if !self.known.insert(key) {
            return Ok(());
        }
        let name = self.called(key, pen.names);
        let counts = matches!(key.0, About::Ready | About::Timers | About::Tasks | About::Sync);
        for axis in 0..AXES.len() {
            let parent = Some(uuid(axis, (About::Axis, 0)));
            let rank = (key.0 as u32) << 24 | key.1.min(0xff_ffff);
            let uuid = uuid(axis, key);
            Track { uuid, name: name.clone(), parent, rank, counts }.write(pen.to)?;
        }
        Ok(())
    }

    fn called(&self, (about, id): Key, names: &Names) -> String {
        let object = loopscope_protocol::ObjectId(id);
        let state = &self.state;
        match about {
            About::Axis => String::new(),
            About::Loop if id == 0 => "program".to_owned(),
            About::Loop => format!("loop {id}"),
            About::Ready => format!("ready in loop {id}"),
            About::Timers => format!("timers of loop {id}"),
            About::Tasks => "tasks that are not done".to_owned(),
            About::Task => {
                let name = state.task(TaskId(id)).map_or(NameId::NONE, |task| task.name);
                titles::task_title(TaskId(id), name, names)
            }
            About::Job => titles::job(loopscope_protocol::JobId(id), state, names),
            About::Process => titles::process(object, state),
            About::Server => titles::server(object, state),
            About::Transport => titles::peer(object, state),
            About::Sync => titles::sync(object, state, names),
        }
    }
}

/// What a task waits for.
fn waits(on: On, state: &State, names: &Names) -> String {
    if let On::Future(id) = on
        && let Some(future) = state.future(id)
        && future.completer != Completer::Unknown
    {
        return format!("waits for {}", titles::completer(future.completer, state, names));
    }
    let name = match on {
        On::Task(id) => state.task(id).map(|task| task.name),
        On::Future(id) => state.future(id).map(|future| future.name),
        On::Nothing | On::Timer(_) | On::Queue(_) | On::Fd(_) | On::Waker => None,
    };
    match on {
        On::Nothing => "waits".to_owned(),
        _ => format!("waits for {}", titles::on_title(on, name.unwrap_or(NameId::NONE), names)),
    }
}

/// The number of a track: the axis, what it is about, and which of those.
const fn uuid(axis: usize, (about, id): Key) -> u64 {
    (axis as u64 + 1) << 40 | (about as u64) << 32 | id as u64
}

#[cfg(test)]
mod reading;
#[cfg(test)]
mod tests;
