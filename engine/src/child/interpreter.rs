//! An interpreter of the user's own in place of ours, whichever it is: how this process becomes it, and
//! where its output goes.

use std::io;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::complain;
use crate::options::{AS_PYTHON, DIALECT, Options, Program};
use crate::process::fd::borrow;

/// Where output goes that the host reads as it comes: what the program's processes write.
pub(super) const OUTPUT: [RawFd; 2] = [5, 6];

/// Becomes the interpreter that `python` names, which is a `kind`. Gives the exit code where that cannot
/// be.
pub(super) fn become_it(command: io::Result<Command>, python: &Path, kind: &str) -> i32 {
    let error = match command {
        Ok(mut command) => command.exec(),
        Err(error) => error,
    };
    complain(
        &format!(
            "loopscope: `{}` cannot be started: {error}; name another {kind} with --python",
            python.display()
        ),
        127,
    )
}

/// The interpreter without arguments. What it starts is not to take us for Python.
pub(super) fn command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.env_remove(AS_PYTHON).env_remove(DIALECT);
    command
}

/// The interpreter with the program, where nobody looks.
pub(super) fn alone(options: &Options, python: &Path) -> Command {
    let mut command = command(python);
    match &options.program {
        Program::File(path) => command.arg(path),
        Program::Module(module) => command.arg("-m").arg(module),
        Program::Code(code) => command.arg("-c").arg(code),
    };
    command.args(&options.args);
    command
}

/// Leads the standard error to where the host reads it.
pub(super) fn lead_err(options: &Options) -> io::Result<()> {
    if options.successor
        && let Some(err) = borrow(OUTPUT[1])
    {
        rustix::stdio::dup2_stderr(err)?;
    }
    Ok(())
}

/// What output was led to is not needed under its own number.
pub(super) fn close_successors(options: &Options) -> io::Result<()> {
    if options.successor {
        for fd in OUTPUT {
            nix::unistd::close(fd)?;
        }
    }
    Ok(())
}
