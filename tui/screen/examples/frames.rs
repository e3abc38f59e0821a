//! What a frame of the screen costs with more and more live tasks: at a stop, and while the program
//! runs. Each frame is drawn three times and the best counts, so other work on the machine counts
//! little; a step and a tick are done once.
//!
//! `cargo run --release --ignore-rust-version -p loopscope-screen --example frames [TASKS...]`

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]
#![allow(clippy::unwrap_used, reason = "a benchmark stops at what goes wrong")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use loopscope_model::History;
use loopscope_model::history::InMemory;
use loopscope_model::story::Story;
use loopscope_protocol::{FutureId, HandleHow, On};
use loopscope_screen::app::controller::Controller;
use loopscope_screen::event::Event;
use loopscope_screen::keys::{Chord, Keymap};
use loopscope_screen::theme::Theme;
use loopscope_session::Session;
use loopscope_session::source::replay::Replay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// How many tasks are resumed in each turn, and how many turns there are.
const BUSY: u32 = 50;
const TURNS: u32 = 400;

/// What stands in the panel of the program's text.
const TEXT: &str = "import asyncio

async def sleeper(): await asyncio.sleep(1e6)
async def busy():
    while True: await asyncio.sleep(0)
";

/// How many frames are drawn.
const FRAMES: usize = 600;

fn main() {
    let given: Vec<u32> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let counts = if given.is_empty() { vec![100, 1_000, 10_000, 100_000] } else { given };
    println!(
        "{:>8} {:<12} {:>8} {:>8} {:>8}   ms; 120 columns, 40 lines",
        "tasks", "", "p50", "p99", "max"
    );
    for tasks in counts {
        let recording = recording(tasks);
        let mut screen = Shown::new(recording);
        screen.command("goto end");
        let mut held = Vec::new();
        let mut steps = Vec::new();
        for n in 0..FRAMES {
            // Back and forth, so that each frame has something else to show.
            let line = if n / 20 % 2 == 0 { "rstep 3" } else { "step 2" };
            let start = Instant::now();
            screen.command(line);
            steps.push(start.elapsed());
            held.push(screen.frame());
        }
        row(tasks, "held", held);
        row(tasks, "step", steps);
        screen.command("goto end");
        screen.command(&format!("rturn {}", TURNS - 2));
        screen.start("continue");
        let (mut running, mut ticks) = (Vec::new(), Vec::new());
        while screen.controller.is_busy() {
            let start = Instant::now();
            screen.controller.tick(Duration::ZERO);
            ticks.push(start.elapsed());
            running.push(screen.frame());
        }
        row(tasks, "running", running);
        row(tasks, "tick", ticks);
    }
}

fn row(tasks: u32, what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |permille: usize| times[(times.len() - 1) * permille / 1000].as_secs_f64() * 1e3;
    println!("{tasks:>8} {what:<12} {:>8.3} {:>8.3} {:>8.3}", at(500), at(990), at(1000));
}

/// Tasks of which most wait for ever, and a few run all the time.
fn recording(tasks: u32) -> Arc<InMemory> {
    let store = Arc::new(InMemory::default());
    let mut history = History::on(store.clone());
    let mut story = Story::streaming();
    story.start();
    for task in 1..=tasks {
        story.task(task, "sleeper", task).future(task);
        story.drain().for_each(|arrived| history.take(arrived));
    }
    story.turn(&[]);
    for task in 1..=tasks {
        story.step(task, task);
        let on = if task <= BUSY {
            again(&mut story, task, 2 * tasks + task);
            On::Nothing
        } else {
            // It sleeps for a long time.
            story.timer(tasks + task, 1e6, "wake_up", task);
            On::Future(FutureId(task))
        };
        story.suspend(task, task, on, 3);
        story.drain().for_each(|arrived| history.take(arrived));
    }
    story.end_turn();
    for turn in 1..=TURNS {
        story.turn(&[]);
        for task in 1..=BUSY.min(tasks) {
            let handle = 2 * tasks + (turn - 1) * BUSY + task;
            story.step(handle, task);
            again(&mut story, task, handle + BUSY);
            story.suspend(handle, task, On::Nothing, 5);
        }
        story.end_turn();
        story.drain().for_each(|arrived| history.take(arrived));
    }
    history.finish().unwrap();
    store
}

/// A task is queued again.
fn again(story: &mut Story, task: u32, handle: u32) {
    story.handle(handle, HandleHow::Step, "busy", task, 0);
}

struct Shown {
    controller: Controller,
    buffer: Buffer,
}

impl Shown {
    fn new(recording: Arc<InMemory>) -> Self {
        let replay = Replay::read(recording, "tasks.loop".to_owned()).unwrap();
        let session = Session::new(replay);
        let controller =
            Controller::new(session, Some(TEXT.to_owned()), Theme::default(), Keymap::default());
        let mut shown = Self { controller, buffer: Buffer::empty(Rect::new(0, 0, 120, 40)) };
        shown.frame();
        shown
    }

    fn start(&mut self, line: &str) {
        let enter = |text: &str| Event::Key(Chord::parse(text).unwrap());
        self.controller.event(&enter(":"));
        self.controller.event(&Event::Paste(line.to_owned()));
        self.controller.event(&enter("enter"));
    }

    fn command(&mut self, line: &str) {
        self.start(line);
        while self.controller.is_busy() {
            self.controller.tick(Duration::ZERO);
        }
    }

    /// Draws a frame three times; gives how long the quickest took.
    fn frame(&mut self) -> Duration {
        let draw = |_| {
            self.buffer.reset();
            let start = Instant::now();
            self.controller.draw(self.buffer.area, &mut self.buffer);
            start.elapsed()
        };
        (0..3).map(draw).min().unwrap_or_default()
    }
}
