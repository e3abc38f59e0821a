//! Makes the events of real runs a table for the cost measurement: `mix BYTES... > mix.txt`.
//!
//! The bytes are what boards sent, from their start; the table is `cost/mix.txt`: a line is the ticks
//! since the event before, the event, and its numbers.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times of a run are a few seconds after its start"
)]

use std::error::Error;
use std::fmt::Write;

use loopscope_protocol::wire::{Decoder, ItemFrame, Step};
use loopscope_protocol::{By, Event, On};

// The agent is linked too, so it needs a clock.
loopscope_agent::clock!(1_000_000, || 0);

fn main() -> Result<(), Box<dyn Error>> {
    let mut table = String::new();
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(path)?;
        let mut rest = &bytes[..];
        let mut decoder = Decoder::new();
        while let Step::Frame { item, used, .. } = decoder.next(rest, true) {
            rest = &rest[used..];
            let ItemFrame::Event(frame) = item else { continue };
            if let Some(what) = call(&frame.event) {
                writeln!(table, "{} {what}", frame.delta)?;
            }
        }
    }
    print!("{table}");
    Ok(())
}

fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

fn by(by: By) -> u32 {
    match by {
        By::Handle(id) => id.0,
        By::Outside | By::Py => 0,
    }
}

fn call(event: &Event) -> Option<String> {
    Some(match *event {
        Event::LoopNew {} => "LoopNew".into(),
        Event::LoopRun { task, .. } => format!("LoopRun {}", task.0),
        Event::LoopStopped { .. } => "LoopStopped".into(),
        Event::LoopStopRequest { by: who } => format!("StopRequest {}", by(who)),
        Event::PollBegin { timeout } => format!("PollBegin {}", ms(timeout?)),
        Event::PollEnd { .. } => "PollEnd".into(),
        Event::HandleNew { handle, how, by: who, .. } => {
            format!("HandleNew {} {} {}", handle.0, how as u8, by(who))
        }
        Event::TimerNew { handle, when, by: who, .. } => {
            format!("TimerNew {} {} {}", handle.0, ms(when), by(who))
        }
        Event::TimerDue { handle, when } => format!("TimerDue {} {}", handle.0, ms(when)),
        Event::TimerCancel { handle, when, by: who } => {
            format!("TimerCancel {} {} {}", handle.0, ms(when), by(who))
        }
        Event::TimerDrop { handle, when } => format!("TimerDrop {} {}", handle.0, ms(when)),
        Event::HandleRun { handle, .. } => format!("HandleRun {}", handle.0),
        Event::HandleDone { handle, .. } => format!("HandleDone {}", handle.0),
        Event::HandleCancel { handle, by: who } => {
            format!("HandleCancel {} {}", handle.0, by(who))
        }
        Event::HandleSkip { handle } => format!("HandleSkip {}", handle.0),
        Event::TaskNew { task, name, place, by: who, .. } => {
            format!("TaskNew {} {} {} {}", task.0, name.0, place.line, by(who))
        }
        Event::TaskStep { task } => format!("TaskStep {}", task.0),
        Event::TaskSuspend { task, on, .. } => {
            let (kind, number) = match on {
                On::Nothing => (0, 0),
                On::Future(id) => (1, id.0),
                On::Task(id) => (2, id.0),
                On::Timer(id) => (3, id.0),
                On::Queue(id) => (4, id.0),
                On::Fd(_) | On::Waker => return None,
            };
            format!("TaskSuspend {} {kind} {number}", task.0)
        }
        Event::TaskDone { task, how } => format!("TaskDone {} {}", task.0, how as u8),
        Event::TaskCancel { task, by: who } => format!("TaskCancel {} {}", task.0, by(who)),
        Event::FutureNew { future, name, by: who } => {
            format!("FutureNew {} {} {}", future.0, name.0, by(who))
        }
        Event::FutureLink { future, on: On::Task(task) } => {
            format!("FutureLink {} {}", future.0, task.0)
        }
        Event::FutureDone { future, how, by: who } => {
            format!("FutureDone {} {} {}", future.0, how as u8, by(who))
        }
        // Rare, or with texts: not part of the mean.
        _ => return None,
    })
}
