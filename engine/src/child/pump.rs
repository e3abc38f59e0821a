//! The thread that hands records on while the program is busy, so that a child that is killed
//! leaves its timeline behind, and that takes up what other processes write to its output.

use std::io;
use std::time::Duration;

use crate::process::fault;
use crate::python::output::Output;
use crate::run::Run;

/// How long a record waits at most.
const TICK: Duration = Duration::from_millis(10);

/// How long it waits while records come in a stream: each time that they are handed on costs both
/// processes something.
const BUSY_TICK: Duration = Duration::from_millis(30);

/// This many records within a tick are a stream.
const BUSY: u64 = 2_000;

/// Starts it.
pub(super) fn start(output: &'static Output) -> io::Result<()> {
    let pump = move || {
        let mut before = 0;
        let mut tick = TICK;
        loop {
            output.wait(tick);
            output.tick();
            let seq = Run::current().trace.seq();
            tick = if seq - before > BUSY { BUSY_TICK } else { TICK };
            before = seq;
            fault("engine-records");
        }
    };
    std::thread::Builder::new().name("records".into()).spawn(pump).map(drop)
}
