//! The thread that hands records on while the program is busy, so that a child that is killed
//! leaves its timeline behind, and that takes up what other processes write to its output.

use std::io;
use std::time::Duration;

use loopscope_protocol::{Event, ExitHow, LoopId, Text};

use super::limits::nearly_out_of_memory;
use crate::python::output::Output;
use crate::run::Run;

/// How long a record waits at most.
const TICK: Duration = Duration::from_millis(10);

/// The exit code of a process that `abort` ends.
const ABORTED: i32 = 128 + 6;

/// Starts it.
pub(super) fn start(output: &'static Output) -> io::Result<()> {
    let pump = move || {
        loop {
            output.wait(TICK);
            output.tick();
            if let Some(allowed) = nearly_out_of_memory() {
                out_of_memory(output, allowed);
            }
        }
    };
    std::thread::Builder::new().name("records".into()).spawn(pump).map(drop)
}

/// The sentence for a program that used up its memory.
fn out_of_memory_sentence(allowed: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
    let gib = allowed as f64 / f64::from(1 << 30);
    format!("The program ran out of memory: it may use {gib:.1} GiB.")
}

/// Tells it while there is still memory to tell it with, and ends the process as it would have
/// ended a moment later.
fn out_of_memory(output: &Output, allowed: u64) -> ! {
    let run = Run::current();
    let text = out_of_memory_sentence(allowed);
    let event = Event::ProgramExit { code: ABORTED, how: ExitHow::Lost, text: Text::FIRST };
    {
        let _aside = output.aside();
        run.trace.emit_with(LoopId::NONE, event, &[&text]);
        run.trace.flush();
    }
    std::process::abort()
}
