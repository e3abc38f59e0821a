//! The user's own CPython in place of our interpreter: this process becomes it, with the recorder, which
//! speaks over the same two descriptors.
//!
//! It is below the same keeper and within the same bounds. Nobody seals what it sends: the recorder is
//! plain Python in the middle of the program.

use std::io;
use std::path::Path;
use std::process::Command;

use loopscope_protocol::ClockMode;

use super::interpreter::{self, OUTPUT, close_successors};
use crate::options::{Options, Program};
use crate::process::fd::borrow;

/// What records in it: plain Python.
pub const RECORDER: &str = include_str!("../../recorder/loopscope.py");

/// What Python does first: it reads the recorder out of a descriptor, or is handed it.
const BEGIN: &str = "\
import sys, types, os
m = types.ModuleType('loopscope')
m.__file__ = '<loopscope>'
s = sys.argv.pop(1)
if s.isdigit():
    with os.fdopen(int(s), encoding='utf-8') as f:
        s = f.read()
sys.modules['loopscope'] = m
exec(compile(s, '<loopscope>', 'exec'), m.__dict__)
m.start(sys.argv[1:])
";

/// What becomes the interpreter.
pub(super) fn command(options: &Options, python: &Path) -> io::Result<Command> {
    if !options.wire {
        return Ok(interpreter::alone(options, python));
    }
    lead_output(options)?;
    let mut command = interpreter::command(python);
    command.args(["-c", BEGIN]).arg(recorder()?).args(["out=3", "in=4"]);
    command.args((options.clock == ClockMode::Virtual).then_some("clock=virtual"));
    command.args(options.paused.then_some("paused"));
    command.args(options.handles_only.then_some("level=handles"));
    command.args(options.capture.then_some("capture"));
    let (how, what) = match &options.program {
        Program::File(path) => ("file=", path.as_os_str()),
        Program::Module(module) => ("module=", module.as_ref()),
        Program::Code(code) => ("code=", code.as_ref()),
    };
    let mut program = std::ffi::OsString::from(how);
    program.push(what);
    command.arg(program);
    command.args(&options.args);
    Ok(command)
}

/// Leads the standard streams to where they are to go.
fn lead_output(options: &Options) -> io::Result<()> {
    if options.capture && options.successor {
        let [out, err] = OUTPUT.map(borrow);
        let missing = || io::Error::from(io::ErrorKind::InvalidInput);
        rustix::stdio::dup2_stdout(out.ok_or_else(missing)?)?;
        rustix::stdio::dup2_stderr(err.ok_or_else(missing)?)?;
    } else if options.stdout_to_stderr {
        rustix::stdio::dup2_stdout(io::stderr())?;
    }
    close_successors(options)
}

/// How the recorder is handed over: the number of a descriptor that it can be read from.
#[cfg(target_os = "linux")]
fn recorder() -> io::Result<String> {
    use std::io::{Seek, Write};
    use std::os::fd::IntoRawFd;

    let memory = rustix::fs::memfd_create("loopscope.py", rustix::fs::MemfdFlags::empty())?;
    let mut file = std::fs::File::from(memory);
    file.write_all(RECORDER.as_bytes())?;
    file.rewind()?;
    Ok(file.into_raw_fd().to_string())
}

/// How the recorder is handed over: as it is.
#[cfg(not(target_os = "linux"))]
fn recorder() -> io::Result<&'static str> {
    Ok(RECORDER)
}
