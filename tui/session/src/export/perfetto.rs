//! The trace-event JSON that ui.perfetto.dev reads: a track for each loop with its handles and
//! sleeps, a track for each task with its steps, one for each job, child process, server and
//! transport, and an arrow from each cause to its effect.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use loopscope_model::{Names, Record, State, safe_text, titles};
use loopscope_protocol::{
    By, ConnectionEvent, Family, HandleEvent, HandleId, LoopEvent, LoopId, ObjectId, RunEvent,
    TaskEvent, TaskId, Text, Word, WorkEvent,
};
use serde_json::{Value, json};

use super::object;

/// Tasks are tracks of their own, numbered from here so that they come after the loops.
const FIRST_TASK: u32 = 1000;

/// A trace while it is written.
#[derive(Debug)]
pub(super) struct Trace {
    first: bool,
    state: State,
    builder: Builder,
}

impl Trace {
    pub(super) fn begin(to: &mut impl Write) -> io::Result<Self> {
        write!(to, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
        Ok(Self { first: true, state: State::default(), builder: Builder::default() })
    }

    /// Writes what the next record shows.
    pub(super) fn take(
        &mut self,
        record: &Record,
        names: &Names,
        to: &mut impl Write,
    ) -> io::Result<()> {
        self.state.apply(record);
        let at = record.seconds().unwrap_or(0.0) * 1e6;
        let events = self.builder.take(record, &self.state, names, at);
        events.iter().try_for_each(|event| self.put(event, to))
    }

    /// Writes about `budget` of the tracks' names. True: it is complete.
    pub(super) fn end(
        &mut self,
        names: &Names,
        budget: usize,
        to: &mut impl Write,
    ) -> io::Result<bool> {
        for _ in 0..budget {
            let Some(name) = self.builder.next_track(names) else {
                writeln!(to, "\n]}}")?;
                return Ok(true);
            };
            self.put(&name, to)?;
        }
        Ok(false)
    }

    fn put(&mut self, event: &Value, to: &mut impl Write) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        write!(to, "{comma}{}", safe_text::json(&event.to_string()))
    }
}

#[derive(Debug, Default)]
struct Builder {
    running: BTreeMap<LoopId, (HandleId, f64)>,
    asleep: BTreeMap<LoopId, f64>,
    steps: BTreeMap<TaskId, f64>,
    /// Handles that another one asked for, and where the arrow begins.
    causes: BTreeSet<HandleId>,
    loops: BTreeSet<LoopId>,
    tasks: BTreeSet<TaskId>,
}

impl Builder {
    fn take(&mut self, record: &Record, state: &State, names: &Names, at: f64) -> Vec<Value> {
        let track = record.loop_id.0;
        if record.loop_id.is_some() {
            self.loops.insert(record.loop_id);
        }
        let title = |id: HandleId| match state.handle(id) {
            Some(handle) if handle.name.is_some() => names.exact(handle.name).into_owned(),
            _ => format!("h{}", id.0),
        };
        match record.event.family() {
            Family::Run(event) => match event {
                RunEvent::Output { .. } | RunEvent::Log { .. } | RunEvent::Remark { .. } => {
                    vec![mark(record.kind().word(), record.text(Text::FIRST), track, at)]
                }
                RunEvent::RunStart { .. }
                | RunEvent::Clock { .. }
                | RunEvent::ProgramExit { .. }
                | RunEvent::Lint { .. }
                | RunEvent::Gap { .. }
                | RunEvent::SnapshotBegin {}
                | RunEvent::SnapshotEnd {} => Vec::new(),
            },
            Family::Loop(event) => self.take_loop(record, event, at),
            Family::Handle(event) => match event {
                HandleEvent::HandleNew { handle, by: By::Handle(_), .. }
                | HandleEvent::TimerNew { handle, by: By::Handle(_), .. } => {
                    self.causes.insert(handle);
                    vec![arrow("s", handle, track, at)]
                }
                HandleEvent::HandleRun { handle, .. } => {
                    self.running.insert(record.loop_id, (handle, at));
                    if self.causes.remove(&handle) {
                        return vec![arrow("f", handle, track, at)];
                    }
                    Vec::new()
                }
                HandleEvent::HandleDone { handle, .. } => {
                    let begun =
                        self.running.remove(&record.loop_id).filter(|(id, _)| *id == handle);
                    let Some((_, since)) = begun else { return Vec::new() };
                    let about = json!({ "handle": handle.0, "seq": record.seq });
                    vec![span("handle", title(handle), track, since, at, about)]
                }
                HandleEvent::HandleNew { .. }
                | HandleEvent::TimerNew { .. }
                | HandleEvent::TimerDue { .. }
                | HandleEvent::TimerCancel { .. }
                | HandleEvent::TimerDrop { .. }
                | HandleEvent::HandleCancel { .. }
                | HandleEvent::HandleSkip { .. } => Vec::new(),
            },
            Family::Task(event) => match event {
                TaskEvent::TaskStep { task } => {
                    self.tasks.insert(task);
                    self.steps.insert(task, at);
                    Vec::new()
                }
                TaskEvent::TaskSuspend { task, .. } | TaskEvent::TaskDone { task, .. } => {
                    let Some(since) = self.steps.remove(&task) else { return Vec::new() };
                    let name = state
                        .task(task)
                        .map_or(String::new(), |task| names.exact(task.name).into_owned());
                    let line = record.cause(names).and_then(|cause| names.exact_place(cause.place));
                    let about = json!({ "task": task.0, "seq": record.seq, "at": line });
                    vec![span("task", name, FIRST_TASK + task.0, since, at, about)]
                }
                TaskEvent::TaskNew { .. } | TaskEvent::TaskCancel { .. } => Vec::new(),
            },
            Family::Future(_) | Family::Outside(_) => Vec::new(),
            Family::Work(_) | Family::Connection(_) => Self::take_outside(record, state, names, at),
        }
    }

    /// What lasts outside the loop: each thing has a track of its own from its beginning to its end.
    fn take_outside(record: &Record, state: &State, names: &Names, at: f64) -> Vec<Value> {
        let track = record.loop_id.0;
        let lasting = |phase: &str, kind: &str, id: u32, name: String| {
            vec![json!({
                "ph": phase, "cat": kind, "id": format!("{kind} {id}"), "name": name, "pid": 1,
                "tid": track, "ts": at, "args": { "seq": record.seq },
            })]
        };
        let peer = |id: ObjectId| titles::peer(id, state);
        match record.event.family() {
            Family::Work(event) => match event {
                WorkEvent::ExecutorSubmit { job, .. } => {
                    lasting("b", "job", job.0, titles::job(job, state, names))
                }
                WorkEvent::ExecutorStart { job, name } => {
                    lasting("n", "job", job.0, format!("in {}", names.exact(name)))
                }
                WorkEvent::ExecutorDone { job, how } => {
                    lasting("e", "job", job.0, how.word().to_owned())
                }
                WorkEvent::ProcessNew { id, .. } => {
                    lasting("b", "process", id.0, titles::process(id, state))
                }
                WorkEvent::ProcessExit { id, code, .. } => {
                    lasting("e", "process", id.0, format!("code {code}"))
                }
                WorkEvent::FutureOutside { .. } => Vec::new(),
            },
            Family::Connection(event) => match event {
                ConnectionEvent::ServerNew { id, .. } => {
                    lasting("b", "server", id.0, titles::server(id, state))
                }
                ConnectionEvent::ServerClosed { id } => {
                    lasting("e", "server", id.0, "closed".to_owned())
                }
                ConnectionEvent::TransportNew { id, .. } => {
                    lasting("b", "transport", id.0, peer(id))
                }
                ConnectionEvent::TransportRead { id, bytes } => {
                    let name = format!("{} read", titles::bytes(bytes));
                    lasting("n", "transport", id.0, name)
                }
                ConnectionEvent::TransportWrite { id, bytes } => {
                    let name = format!("{} written", titles::bytes(bytes));
                    lasting("n", "transport", id.0, name)
                }
                ConnectionEvent::TransportClosed { id } => {
                    lasting("e", "transport", id.0, "closed".to_owned())
                }
                ConnectionEvent::TransportPause { id, .. }
                | ConnectionEvent::TransportResume { id, .. }
                | ConnectionEvent::TransportEof { id, .. }
                | ConnectionEvent::TransportTls { id, .. }
                | ConnectionEvent::TransportClose { id, .. } => {
                    lasting("n", "transport", id.0, record.kind().word().to_owned())
                }
                ConnectionEvent::ServerListen { .. } | ConnectionEvent::ServerClose { .. } => {
                    Vec::new()
                }
            },
            Family::Run(_)
            | Family::Loop(_)
            | Family::Handle(_)
            | Family::Task(_)
            | Family::Future(_)
            | Family::Outside(_) => Vec::new(),
        }
    }

    fn take_loop(&mut self, record: &Record, event: LoopEvent, at: f64) -> Vec<Value> {
        let (on, track) = (record.loop_id, record.loop_id.0);
        match event {
            LoopEvent::PollBegin { .. } => {
                self.asleep.insert(on, at);
                Vec::new()
            }
            LoopEvent::PollEnd { .. } => {
                // A poll that did not sleep is not worth showing.
                let since = self.asleep.remove(&on).filter(|since| at - since >= 1.0);
                since
                    .map(|since| span("poll", "asleep".to_owned(), track, since, at, json!({})))
                    .into_iter()
                    .collect()
            }
            LoopEvent::HandlerCall { .. } => {
                vec![mark("exception", record.text(Text::FIRST), track, at)]
            }
            LoopEvent::LoopNew {}
            | LoopEvent::LoopClose { .. }
            | LoopEvent::LoopRun { .. }
            | LoopEvent::LoopStopRequest { .. }
            | LoopEvent::LoopStopped { .. }
            | LoopEvent::TurnBegin { .. }
            | LoopEvent::TurnEnd { .. }
            | LoopEvent::AsyncgensShutdown { .. }
            | LoopEvent::ExecutorShutdown {}
            | LoopEvent::HandlerSet { .. } => Vec::new(),
        }
    }

    /// The name of a track that was not named yet: first the loops', then the tasks'.
    fn next_track(&mut self, names: &Names) -> Option<Value> {
        let (track, name) = if let Some(id) = self.loops.pop_first() {
            (id.0, format!("loop {}", id.0))
        } else {
            let id = self.tasks.pop_first()?;
            let named = names.task(id);
            let name = named.map_or(String::new(), |task| names.exact(task.name).into_owned());
            (FIRST_TASK + id.0, format!("task {} {name}", id.0))
        };
        Some(json!({
            "ph": "M", "name": "thread_name", "pid": 1, "tid": track, "args": { "name": name }
        }))
    }
}

fn span(category: &str, name: String, track: u32, since: f64, until: f64, args: Value) -> Value {
    object([
        ("ph", "X".into()),
        ("cat", category.into()),
        ("name", name.into()),
        ("pid", 1.into()),
        ("tid", track.into()),
        ("ts", since.into()),
        ("dur", (until - since).max(0.0).into()),
        ("args", args),
    ])
}

fn mark(category: &str, text: &str, track: u32, at: f64) -> Value {
    json!({
        "ph": "i", "s": "t", "cat": category, "name": format!("{category}: {}", text.trim_end()),
        "pid": 1, "tid": track, "ts": at,
    })
}

/// One end of an arrow: `s` where it starts, `f` where it ends.
fn arrow(phase: &str, handle: HandleId, track: u32, at: f64) -> Value {
    let mut event = json!({
        "ph": phase, "cat": "cause", "name": "asks for", "id": handle.0, "pid": 1, "tid": track, "ts": at,
    });
    if phase == "f"
        && let Value::Object(fields) = &mut event
    {
        // The arrow ends at the slice that encloses this point.
        fields.insert("bp".to_owned(), "e".into());
    }
    event
}
