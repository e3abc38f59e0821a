//! Prints the records in a board's bytes: `decode ELF < BYTES`.
//!
//! What stands here is all that a host needs to read a board: the names from the ELF's section
//! (`shared/names.rs`), and `Ingest` for the rest.
#![allow(clippy::cast_precision_loss, reason = "a time to be shown")]

use std::error::Error;
use std::io::{Read, Write};

use loopscope_agent as _;
use loopscope_model::stream::{Arrived, Ingest};

#[path = "shared/names.rs"]
mod names;

// The agent is linked too, so it needs a clock.
loopscope_agent::clock!(1_000_000, || 0);

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: decode ELF < BYTES")?;
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let mut ingest = Ingest::new();
    ingest.feed(&bytes);
    ingest.end();
    let arrived: Vec<_> = ingest.by_ref().collect();
    let mut names = ingest.into_names();
    names::define(&mut names, &std::fs::read(path)?)?;
    let mut out = std::io::stdout().lock();
    for arrived in arrived {
        match arrived {
            Arrived::Record(record) => {
                let t = record.t.map_or("?".into(), |t| format!("{:.6}", t as f64 / 1e9));
                writeln!(out, "{:>6} {t:>12} {}", record.seq, names.line(&record))?;
            }
            Arrived::Reply(reply) => writeln!(out, "{reply:?}")?,
            // Those are in the tables already.
            Arrived::Name(..) | Arrived::Chain { .. } => {}
        }
    }
    Ok(())
}
