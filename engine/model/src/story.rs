//! Histories written by hand, for tests and examples: events in, and out come the records that a
//! real source's bytes would have given.

mod outside;

use std::collections::HashMap;
use std::sync::Arc;

use loopscope_protocol::event::value::{TRACEBACK, VALUE};
use loopscope_protocol::wire::{Encoder, Item, MAX_BODY};
use loopscope_protocol::{
    By, ChainId, Event, FutureId, HandleHow, HandleId, Level, LoopId, NameId, On, Place,
    RemarkKind, RunHow, TaskHow, TaskId, Text,
};

use crate::history::{History, InMemory};
use crate::names::Names;
use crate::record::Record;
use crate::stream::{Arrived, Ingest};

/// A history in the making.
///
/// ```
/// use loopscope_model::story::Story;
///
/// let mut story = Story::new();
/// story.start().soon(1, "hello").turn(&[1]);
/// story.run(1).done(1).end_turn();
/// assert_eq!(story.history().live().handles().count(), 0);
/// ```
#[derive(Debug)]
pub struct Story {
    encoder: Encoder,
    bytes: Vec<u8>,
    ingest: Ingest,
    records: Vec<Record>,
    /// What came out since it was last taken, of a story that keeps nothing else.
    stream: Option<Vec<Arrived>>,
    ids: HashMap<String, NameId>,
    chains: u32,
    at: u64,
    loop_id: LoopId,
    current: By,
    turns: u32,
    timers: u32,
}

impl Default for Story {
    fn default() -> Self {
        Self::new()
    }
}

impl Story {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self {
            encoder: Encoder::new(),
            bytes: Vec::new(),
            ingest: Ingest::new(),
            records: Vec::new(),
            stream: None,
            ids: HashMap::new(),
            chains: 0,
            at: 0,
            loop_id: LoopId(1),
            current: By::Outside,
            turns: 0,
            timers: 0,
        }
    }

    /// Nothing has happened, and what happens is kept only until it is taken by [`Story::drain`]: for
    /// histories that are too long to be kept as a story.
    ///
    /// ```
    /// use loopscope_model::History;
    /// use loopscope_model::story::Story;
    ///
    /// let (mut story, mut history) = (Story::streaming(), History::new());
    /// story.start();
    /// for handle in 1..1000 {
    ///     story.soon(handle, "tick").turn(&[handle]).run(handle).done(handle).end_turn();
    ///     story.drain().for_each(|arrived| history.take(arrived));
    /// }
    /// assert_eq!(history.len(), 3 + 7 * 999);
    /// ```
    pub fn streaming() -> Self {
        Self { stream: Some(Vec::new()), ..Self::new() }
    }

    /// What has happened since the last call, in a story that was begun by [`Story::streaming`].
    pub fn drain(&mut self) -> impl Iterator<Item = Arrived> {
        self.stream.as_mut().map(std::mem::take).unwrap_or_default().into_iter()
    }

    /// The id of a name, defined at its first use.
    pub fn name(&mut self, name: &str) -> NameId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = NameId(u32::try_from(self.ids.len()).unwrap_or(0) + 1);
        self.ids.insert(name.to_owned(), id);
        self.item(&Item::Name { id, name: name.as_bytes() });
        id
    }

    /// A line of a file.
    pub fn place(&mut self, file: &str, line: u32) -> Place {
        Place { file: self.name(file), line }
    }

    /// Defines an await chain; `frames` are name, file and line, innermost first.
    pub fn chain(&mut self, frames: &[(&str, &str, u32)]) -> ChainId {
        let mut outer = ChainId::NONE;
        for (name, file, line) in frames.iter().rev() {
            let (name, place) = (self.name(name), self.place(file, *line));
            self.chains += 1;
            let id = ChainId(self.chains);
            self.item(&Item::Chain { id, outer, name, place });
            outer = id;
        }
        outer
    }

    /// A text for the next event, in the slot of that number.
    pub fn text(&mut self, slot: Text, text: &str) -> Text {
        for piece in text.as_bytes().chunks(MAX_BODY - 1) {
            self.item(&Item::Text { slot: slot.0, bytes: piece });
        }
        slot
    }

    /// From now on this is the loop time, in seconds.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of tests")]
    pub fn at(&mut self, seconds: f64) -> &mut Self {
        self.at = (seconds * 1e9).round() as u64;
        self
    }

    /// From now on events belong to this loop.
    pub fn on(&mut self, id: u32) -> &mut Self {
        self.loop_id = LoopId(id);
        self
    }

    /// This line causes the next event; [`Story::chain`] defines it.
    pub fn caused_by(&mut self, line: ChainId) -> &mut Self {
        self.item(&Item::At { line });
        self
    }

    /// The next event ends a task or a future by this value, with the frames of its traceback, each as
    /// `file:line name`.
    pub fn ending(&mut self, value: &str, traceback: &[&str]) -> &mut Self {
        self.text(VALUE, value);
        self.text(TRACEBACK, &traceback.join("\n"));
        self
    }

    /// Adds an event.
    pub fn push(&mut self, event: Event) -> &mut Self {
        let frame = self.encoder.event(self.at, self.loop_id, &event).to_vec();
        self.take(&frame);
        self
    }

    /// Adds an item.
    pub fn item(&mut self, item: &Item<'_>) {
        let frame = self.encoder.item(item).to_vec();
        self.take(&frame);
    }

    fn take(&mut self, frame: &[u8]) {
        self.ingest.feed(frame);
        if let Some(stream) = &mut self.stream {
            stream.extend(self.ingest.by_ref());
            return;
        }
        self.bytes.extend_from_slice(frame);
        for arrived in self.ingest.by_ref() {
            if let Arrived::Record(record) = arrived {
                self.records.push(record);
            }
        }
    }

    /// The records so far.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The tables so far.
    pub const fn names(&self) -> &Names {
        self.ingest.names()
    }

    /// All bytes so far, as a source would have sent them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records so far as a history.
    pub fn history(&self) -> History {
        let mut history = History::new();
        self.arrivals().for_each(|arrived| history.take(arrived));
        history
    }

    /// It as a recording.
    pub fn recording(&self) -> Vec<u8> {
        let store = Arc::new(InMemory::default());
        let mut history = History::on(store.clone());
        self.arrivals().for_each(|arrived| history.take(arrived));
        history.finish().expect("there is always room in memory");
        store.bytes()
    }

    /// Everything that comes out of the bytes so far.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrived> {
        let mut ingest = Ingest::new();
        ingest.feed(&self.bytes);
        ingest.end();
        ingest
    }

    // ---- the usual events, in few words ------------------------------------------------------

    /// `run-start` under CPython's rules and the virtual clock, then a loop that runs for ever.
    pub fn start(&mut self) -> &mut Self {
        use loopscope_protocol::{ClockMode, Dialect, Ties};
        let file = self.name("program.py");
        let before = std::mem::replace(&mut self.loop_id, LoopId::NONE);
        self.push(Event::RunStart {
            dialect: Dialect::Cpython,
            clock: ClockMode::Virtual,
            wall_start: 946_684_800_000_000_000,
            seed: 0,
            ties: Ties::Heapq,
            file,
        });
        self.loop_id = before;
        self.push(Event::LoopNew {});
        self.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE })
    }

    /// `call_soon` of a callback.
    pub fn soon(&mut self, handle: u32, name: &str) -> &mut Self {
        self.handle(handle, HandleHow::Soon, name, 0, 0)
    }

    /// A handle made in some way, perhaps for a task or a future (0: none).
    pub fn handle(
        &mut self,
        handle: u32,
        how: HandleHow,
        name: &str,
        task: u32,
        future: u32,
    ) -> &mut Self {
        let (name, place) = (self.name(name), self.place("program.py", 3));
        let (task, future, by) = (TaskId(task), FutureId(future), self.current);
        let handle = HandleId(handle);
        self.push(Event::HandleNew { handle, how, name, place, by, task, future })
    }

    /// `call_at` of a callback.
    pub fn timer(&mut self, handle: u32, when: f64, name: &str, future: u32) -> &mut Self {
        let (name, place) = (self.name(name), self.place("program.py", 4));
        self.timers += 1;
        let (handle, future, by) = (HandleId(handle), FutureId(future), self.current);
        self.push(Event::TimerNew { handle, when, name, place, by, future, task: TaskId::NONE })
    }

    /// A timer becomes due.
    pub fn due(&mut self, handle: u32, when: f64) -> &mut Self {
        self.timers -= 1;
        self.push(Event::TimerDue { handle: HandleId(handle), when })
    }

    /// A poll that sleeps until a time, or not at all.
    pub fn poll(&mut self, timeout: Option<f64>, until: f64) -> &mut Self {
        self.push(Event::PollBegin { timeout });
        self.at(until).push(Event::PollEnd { ready: 0 })
    }

    /// A poll that does not sleep, and the start of a turn with this batch.
    pub fn turn(&mut self, batch: &[u32]) -> &mut Self {
        let now = self.at;
        self.poll(Some(0.0), 0.0);
        self.at = now;
        self.begin_turn(batch.len())
    }

    /// The start of a turn.
    pub fn begin_turn(&mut self, batch: usize) -> &mut Self {
        self.turns += 1;
        let ready = u32::try_from(batch).unwrap_or(u32::MAX);
        self.push(Event::TurnBegin { turn: self.turns, ready, timers: self.timers })
    }

    /// The end of a turn after which nothing is ready.
    pub fn end_turn(&mut self) -> &mut Self {
        self.push(Event::TurnEnd { ready: 0, timers: self.timers })
    }

    /// A handle starts to run.
    pub fn run(&mut self, handle: u32) -> &mut Self {
        self.current = By::Handle(HandleId(handle));
        self.push(Event::HandleRun { handle: HandleId(handle), task: TaskId::NONE })
    }

    /// A handle has run.
    pub fn done(&mut self, handle: u32) -> &mut Self {
        self.current = By::Outside;
        self.push(Event::HandleDone { handle: HandleId(handle), task: TaskId::NONE })
    }

    /// A task and the handle of its first step.
    pub fn task(&mut self, task: u32, name: &str, handle: u32) -> &mut Self {
        self.named_task(task, name, &format!("Task-{task}"), handle)
    }

    /// The same for a task that has a name of its own.
    pub fn named_task(&mut self, task: u32, name: &str, label: &str, handle: u32) -> &mut Self {
        let (by, label) = (self.current, self.name(label));
        let (id, place) = (TaskId(task), self.place("program.py", 7));
        let defined = self.name(name);
        self.push(Event::TaskNew { task: id, name: defined, place, label, by });
        self.handle(handle, HandleHow::Step, name, task, 0)
    }

    /// A handle starts to run and resumes a task.
    pub fn step(&mut self, handle: u32, task: u32) -> &mut Self {
        self.current = By::Handle(HandleId(handle));
        let task = TaskId(task);
        self.push(Event::HandleRun { handle: HandleId(handle), task });
        self.push(Event::TaskStep { task })
    }

    /// A task waits, at a line of the program, and its handle has run.
    pub fn suspend(&mut self, handle: u32, task: u32, on: On, line: u32) -> &mut Self {
        let place = self.place("program.py", line);
        let task = TaskId(task);
        self.push(Event::TaskSuspend { task, on, place, chain: ChainId::NONE });
        self.current = By::Outside;
        self.push(Event::HandleDone { handle: HandleId(handle), task })
    }

    /// A task ends, and its handle has run.
    pub fn finish(&mut self, handle: u32, task: u32, how: TaskHow) -> &mut Self {
        let task = TaskId(task);
        self.push(Event::TaskDone { task, how });
        self.current = By::Outside;
        self.push(Event::HandleDone { handle: HandleId(handle), task })
    }

    /// A future is made.
    pub fn future(&mut self, future: u32) -> &mut Self {
        let (name, by) = (self.name("Future"), self.current);
        self.push(Event::FutureNew { future: FutureId(future), name, by })
    }

    /// A future gets a result.
    pub fn complete(&mut self, future: u32) -> &mut Self {
        use loopscope_protocol::FutureHow;
        let (how, by) = (FutureHow::Result, self.current);
        self.push(Event::FutureDone { future: FutureId(future), how, by })
    }

    /// The program writes a line.
    pub fn print(&mut self, line: &str) -> &mut Self {
        let text = self.text(Text::FIRST, line);
        self.push(Event::Output { stream: loopscope_protocol::Stream::Stdout, text })
    }

    /// A line of a board's log, written at `time` by the program's clock, in line `line` of
    /// `src/main.rs`. What the host adds belongs to no loop.
    pub fn log(&mut self, level: Level, time: f64, line: u32, text: &str) -> &mut Self {
        let place = self.place("src/main.rs", line);
        let text = self.text(Text::FIRST, text);
        self.of_the_host(Event::Log { level, time: Some(time), place, text })
    }

    /// A remark of the host's.
    pub fn remark(&mut self, kind: RemarkKind, text: &str) -> &mut Self {
        let text = self.text(Text::FIRST, text);
        self.of_the_host(Event::Remark { kind, text })
    }

    fn of_the_host(&mut self, event: Event) -> &mut Self {
        let before = std::mem::replace(&mut self.loop_id, LoopId::NONE);
        self.push(event);
        self.loop_id = before;
        self
    }
}
