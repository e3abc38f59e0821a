//! Whether a board's run and its twin's are the same: `compare ELF BYTES RECORDING`.
//!
//! It compares as `loopscope diff` does, and leaves out the kinds that a board never sends.

use std::error::Error;
use std::fs;
use std::sync::Arc;

use loopscope_model::Names;
use loopscope_model::diff::{Side, diff};
use loopscope_model::history::{History, InMemory};
use loopscope_model::stream::Ingest;
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
    let file = Arc::new(InMemory::holding(fs::read(recording)?));
    let twin = History::open(file, Arc::new(InMemory::default()))?.complete()?;
    let never_sends = Sender::Board.never_sends();
    let one = Side { title: "board", history: &board, names: &board_names, never_sends };
    let two = Side { title: "twin", history: &twin, names: twin.names(), never_sends };
    match diff(one, two) {
        None => println!("the same: {} records of the board", board.len()),
        Some(found) => println!("{}", found.sentence),
    }
    let mut state = loopscope_model::State::default();
    for position in 1..=board.len() {
        if let Some(record) = board.record(position) {
            state.apply(&record);
            for anomaly in state.anomalies() {
                println!("anomaly at {}: {}", anomaly.seq, anomaly.text);
            }
        }
    }
    Ok(())
}

fn board(elf: &[u8], bytes: &[u8]) -> Result<(History, Names), Box<dyn Error>> {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    let mut history = History::new();
    ingest.by_ref().for_each(|arrived| history.take(arrived));
    let mut names = ingest.into_names();
    names::define(&mut names, elf)?;
    Ok((history, names))
}
