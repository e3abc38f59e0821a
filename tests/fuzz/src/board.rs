//! A made-up board: a scheduler with a few tasks whose records each tell their own number, and the
//! state that it is really in after each of them.

mod events;

use std::collections::BTreeMap;

use loopscope_model::{Arrived, Ingest, State};
use loopscope_protocol::wire::{Encoder, Item};
use loopscope_protocol::{
    By, ChainId, ClockMode, Dialect, Event, HandleId, LoopId, NameId, On, Place, Stream, TaskHow,
    TaskId, Text, Ties,
};

use events::{RUN, hello, new_step, new_task, new_timer};

/// The most records of one run: numbers modulo 256 tell them apart.
const MOST: usize = 200;

/// The length of a text's pieces.
pub const PIECE: usize = 9;

/// What was sent, and what was true after it.
#[derive(Debug)]
pub struct Sent {
    /// What happened.
    pub event: Event,
    /// When, in microseconds.
    pub at: u64,
    /// The text that belongs to it.
    pub text: String,
    /// The state after it.
    pub truth: State,
}

/// One run of a board, from its reset on.
#[derive(Debug)]
pub struct Board {
    encoder: Encoder,
    /// The undamaged way, which tells the truth.
    ingest: Ingest,
    truth: State,
    /// All records: number n is at n - 1. What was lost on the board is not there.
    pub sent: BTreeMap<u64, Sent>,
    at: u64,
    run: u32,
    last_handle: u32,
    last_task: u32,
    /// The handles that are ready, and the task that each steps.
    ready: Vec<(u32, u32)>,
    timers: Vec<(u32, u32)>,
}

impl Board {
    /// A board after its reset number `run`.
    pub fn new(run: u32) -> Self {
        let mut ingest = Ingest::new();
        // The host says whose rules these are before it passes records on.
        let mut host = Encoder::new();
        ingest.feed(&hello(&mut host));
        let start = Event::RunStart {
            dialect: Dialect::Embassy,
            clock: ClockMode::Board,
            wall_start: 0,
            seed: 0,
            ties: Ties::Fifo,
            file: NameId::NONE,
        };
        ingest.feed(host.event(0, LoopId::NONE, &start));
        let mut board = Self {
            encoder: Encoder::new(),
            ingest,
            truth: State::default(),
            sent: BTreeMap::new(),
            at: u64::from(run) * 7,
            run,
            last_handle: run * 100_000,
            last_task: run * 1000,
            ready: Vec::new(),
            timers: Vec::new(),
        };
        board.absorb();
        board
    }

    /// Whether it has said as much as it may.
    pub fn is_full(&self) -> bool {
        self.encoder.seq() as usize >= MOST
    }

    fn absorb(&mut self) {
        for arrived in self.ingest.by_ref() {
            if let Arrived::Record(record) = arrived {
                self.truth.apply(&record);
            }
        }
    }

    fn event(&mut self, event: Event, text: &str, frames: &mut Vec<Vec<u8>>) {
        self.at += 13;
        let mut bytes = Vec::new();
        for piece in text.as_bytes().chunks(PIECE) {
            bytes.push(self.encoder.item(&Item::Text { slot: 1, bytes: piece }).to_vec());
        }
        bytes.push(self.encoder.event(self.at, LoopId(1), &event).to_vec());
        // The undamaged way has one more record in front, which the host made.
        let mut through = Encoder::new();
        through.resume(self.ingest.seq(), 0);
        let mut delta = self.at;
        if !matches!(event, Event::SnapshotBegin {}) {
            delta -= self.ingest_ticks();
        }
        for piece in &bytes[..bytes.len() - 1] {
            self.ingest.feed(piece);
        }
        self.ingest.feed(through.event(delta, LoopId(1), &event));
        self.absorb();
        let (at, truth) = (self.at, self.truth.clone());
        self.sent.insert(self.encoder.seq(), Sent { event, at, text: text.to_owned(), truth });
        frames.extend(bytes);
    }

    fn ingest_ticks(&self) -> u64 {
        self.truth.t().map_or(0, |t| t / 1000)
    }

    /// The hello.
    pub fn hello(&mut self) -> Vec<u8> {
        hello(&mut self.encoder)
    }

    /// The first record and a task.
    pub fn start(&mut self) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        self.event(Event::LoopNew {}, "", &mut frames);
        self.event(RUN, "", &mut frames);
        self.task(By::Outside, &mut frames);
        frames
    }

    fn task(&mut self, by: By, frames: &mut Vec<Vec<u8>>) {
        self.last_task += 1;
        let task = self.last_task;
        self.event(new_task(task, by), "", frames);
        self.step(task, by, frames);
    }

    fn step(&mut self, task: u32, by: By, frames: &mut Vec<Vec<u8>>) {
        self.last_handle += 1;
        let handle = self.last_handle;
        self.ready.push((handle, task));
        self.event(new_step(handle, task, by), "", frames);
    }

    /// One step of a task; `choice` says what it does. Then perhaps a timer that is due.
    pub fn turn(&mut self, choice: u8) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        if choice & 0x80 != 0 && !self.timers.is_empty() {
            let (handle, task) = self.timers.remove(0);
            self.ready.push((handle, task));
            let when = f64::from(handle) / 1000.0;
            self.event(Event::TimerDue { handle: HandleId(handle), when }, "", &mut frames);
        }
        if self.ready.is_empty() {
            self.task(By::Outside, &mut frames);
            return frames;
        }
        let (number, of) = self.ready.remove(0);
        let (handle, task) = (HandleId(number), TaskId(of));
        self.event(Event::HandleRun { handle, task }, "", &mut frames);
        self.event(Event::TaskStep { task }, "", &mut frames);
        let by = By::Handle(handle);
        let line = self.encoder.seq() as u32;
        let place = Place { file: NameId(2), line };
        let suspend = |on| Event::TaskSuspend { task, on, place, chain: ChainId::NONE };
        match choice & 7 {
            0 => self.event(Event::TaskDone { task, how: TaskHow::Result }, "", &mut frames),
            1 => {
                self.task(by, &mut frames);
                self.step(of, by, &mut frames);
                self.event(suspend(On::Nothing), "", &mut frames);
            }
            2 | 3 => {
                self.last_handle += 1;
                let timer = self.last_handle;
                self.timers.push((timer, of));
                self.event(new_timer(timer, of, by), "", &mut frames);
                self.event(suspend(On::Timer(HandleId(timer))), "", &mut frames);
            }
            4 => {
                let text = format!("run {} says {line}", self.run);
                let output = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
                self.event(output, &text, &mut frames);
                self.step(of, by, &mut frames);
                self.event(suspend(On::Nothing), "", &mut frames);
            }
            _ => {
                self.step(of, by, &mut frames);
                self.event(suspend(On::Nothing), "", &mut frames);
            }
        }
        self.event(Event::HandleDone { handle, task }, "", &mut frames);
        frames
    }

    /// All that there is, between two marks.
    pub fn snapshot(&mut self) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        self.event(Event::SnapshotBegin {}, "", &mut frames);
        self.event(Event::LoopNew {}, "", &mut frames);
        self.event(RUN, "", &mut frames);
        let mut tasks: Vec<_> = self.ready.iter().chain(&self.timers).map(|pair| pair.1).collect();
        tasks.sort_unstable();
        for task in tasks {
            self.event(new_task(task, By::Outside), "", &mut frames);
        }
        for (handle, task) in self.ready.clone() {
            self.event(new_step(handle, task, By::Outside), "", &mut frames);
        }
        for (timer, task) in self.timers.clone() {
            self.event(new_timer(timer, task, By::Outside), "", &mut frames);
            let suspend = Event::TaskSuspend {
                task: TaskId(task),
                on: On::Timer(HandleId(timer)),
                place: Place::NONE,
                chain: ChainId::NONE,
            };
            self.event(suspend, "", &mut frames);
        }
        self.event(Event::SnapshotEnd {}, "", &mut frames);
        frames
    }

    /// A turn for which the ring had no room, and the gap that tells so.
    pub fn overflow(&mut self, choice: u8) -> Vec<Vec<u8>> {
        let before = self.encoder.seq();
        let _ = self.turn(choice);
        self.at += 1;
        // None of it leaves the board.
        self.sent.split_off(&(before + 1));
        let lost = u32::try_from(self.encoder.seq() - before).unwrap_or_default();
        vec![self.encoder.event(self.at, LoopId(1), &Event::Gap { lost }).to_vec()]
    }
}
