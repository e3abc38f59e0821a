//! A board at 10,000 records a second for a day, watched on the screen: what the screen takes of the
//! memory and of the processor, hour by hour. The day is simulated; how much of a board's history is
//! kept is what a session keeps unless it is told otherwise.
//!
//! `cargo run --release --ignore-rust-version -p loopscope-screen --example day [HOURS]`

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]
#![allow(clippy::unwrap_used, reason = "a benchmark stops at what goes wrong")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use loopscope_model::story::Story;
use loopscope_model::stream::Arrived;
use loopscope_protocol::{HandleHow, Level, On};
use loopscope_screen::app::controller::Controller;
use loopscope_screen::event::Event;
use loopscope_screen::keys::{Chord, Keymap};
use loopscope_screen::theme::Theme;
use loopscope_session::Session;
use loopscope_session::source::script::Script;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// How many tasks the board has, and how many records come whenever it is looked at.
const TASKS: u32 = 8;
const AT_ONCE: u32 = 5000;

/// Records of one step of a task, and how long it is until the next one: 10,000 records a second.
const A_STEP: u32 = 7;
const EACH: f64 = 0.0007;

fn main() {
    let hours = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(24.0);
    let sent = Arc::new(AtomicU64::new(0));
    let source = Script::fed(board(Arc::clone(&sent)));
    let keymap = Keymap::default();
    let mut screen = Controller::new(Session::new(source), None, Theme::default(), keymap);
    for line in [":", "goto end", "enter"] {
        match Chord::parse(line) {
            Some(chord) => screen.event(&Event::Key(chord)),
            None => screen.event(&Event::Paste(line.to_owned())),
        }
    }
    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
    let (began, mut told, mut slowest) = (Instant::now(), 0.0, Duration::ZERO);
    println!("{:>6} {:>12} {:>8} {:>8} {:>12}", "hour", "records", "MB", "real s", "frame ms");
    loop {
        screen.tick(Duration::ZERO);
        buffer.reset();
        let start = Instant::now();
        screen.draw(buffer.area, &mut buffer);
        slowest = slowest.max(start.elapsed());
        #[allow(clippy::cast_precision_loss, reason = "hours for people")]
        let hour = sent.load(Ordering::Relaxed) as f64 * EACH / f64::from(A_STEP) / 3600.0;
        if hour >= told || hour >= hours {
            println!(
                "{hour:>6.2} {:>12} {:>8} {:>8} {:>12.1}",
                sent.load(Ordering::Relaxed),
                resident(),
                began.elapsed().as_secs(),
                slowest.as_secs_f64() * 1e3
            );
            (told, slowest) = (hour + hours / 24.0, Duration::ZERO);
        }
        if hour >= hours {
            return;
        }
    }
}

/// The memory of this process, in megabytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Tasks that sleep and are woken in turn, and a line of log now and then.
fn board(sent: Arc<AtomicU64>) -> impl FnMut() -> Vec<Arrived> + Send {
    let mut story = Story::streaming();
    story.start();
    for task in 1..=TASKS {
        story.task(task, "blink", task);
    }
    let (mut handle, mut now) = (0u32, 0.0);
    move || {
        for _ in 0..AT_ONCE / A_STEP {
            handle += 1;
            now += EACH;
            let task = (handle - 1) % TASKS + 1;
            story.poll(Some(EACH), now).step(handle, task);
            // It is queued again.
            story.handle(handle + TASKS, HandleHow::Step, "blink", task, 0);
            story.suspend(handle, task, On::Nothing, 3);
            if handle.is_multiple_of(2000) {
                story.log(Level::Info, now, 9, "still here");
            }
        }
        let arrived: Vec<Arrived> = story.drain().collect();
        let records = arrived.iter().filter(|it| matches!(it, Arrived::Record(_))).count();
        sent.fetch_add(records as u64, Ordering::Relaxed);
        arrived
    }
}
