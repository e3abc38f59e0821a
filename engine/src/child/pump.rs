//! The thread that hands records on while the program is busy, so that a child that is killed
//! leaves its timeline behind, and that takes up what other processes write to its output.

use std::io;
use std::time::Duration;

use crate::process::fault;
use crate::python::output::Output;

/// How long a record waits at most.
const TICK: Duration = Duration::from_millis(10);

/// Starts it.
pub(super) fn start(output: &'static Output) -> io::Result<()> {
    let pump = move || {
        loop {
            output.wait(TICK);
            output.tick();
            fault("engine-records");
        }
    };
    std::thread::Builder::new().name("records".into()).spawn(pump).map(drop)
}
