//! Whether a board's run and its twin's are the same: `compare ELF BYTES RECORDING`.
//!
//! It compares as `loopscope diff` does, and leaves out the kinds that a board never sends.

use std::error::Error;
use std::fs::{self, File};

use loopscope_model::diff::{Side, diff};
use loopscope_model::recording::Recording;
use loopscope_model::stream::{Arrived, Ingest};
use loopscope_model::{Names, Timeline};
use loopscope_protocol::Sender;

#[path = "shared/names.rs"]
mod names;

// The agent is linked too, so it needs a clock.
loopscope_agent::clock!(1_000_000, || 0);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, elf, bytes, recording] = &arguments[..] else {
        return Err("usage: compare ELF BYTES RECORDING".into());
    };
    let (board, board_names) = board(&fs::read(elf)?, &fs::read(bytes)?)?;
    let Recording { timeline: twin, names: twin_names, .. } =
        Recording::read(File::open(recording)?)?;
    let never_sends = Sender::Board.never_sends();
    let one = Side { title: "board", timeline: &board, names: &board_names, never_sends };
    let two = Side { title: "twin", timeline: &twin, names: &twin_names, never_sends };
    match diff(one, two) {
        None => println!("the same: {} records of the board", board.len()),
        Some(found) => println!("{}", found.sentence),
    }
    let mut state = loopscope_model::State::default();
    for position in 1..=board.len() {
        if let Some(record) = board.record(position) {
            state.apply(record);
            for anomaly in state.anomalies() {
                println!("anomaly at {}: {}", anomaly.seq, anomaly.text);
            }
        }
    }
    Ok(())
}

fn board(elf: &[u8], bytes: &[u8]) -> Result<(Timeline, Names), Box<dyn Error>> {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    let mut timeline = Timeline::new();
    timeline.extend(ingest.by_ref().filter_map(|arrived| match arrived {
        Arrived::Record(record) => Some(record),
        Arrived::Reply(_) => None,
    }));
    let mut names = ingest.into_names();
    names::define(&mut names, elf)?;
    Ok((timeline, names))
}
