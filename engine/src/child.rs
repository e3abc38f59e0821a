//! The child process: it runs one program, sends records out and takes requests in.
//!
//! What the parent has to do:
//!
//! - Start `current_exe()` with the arguments `__engine` and then [`Options::to_args`]; its `main`
//!   calls [`main`] with what follows `__engine`. It should set the environment variable
//!   [`AS_PYTHON`] to `1` for the child, because `sys.executable` names the same binary; where it
//!   does not, the child does so by starting itself once more, which costs a few milliseconds.
//!   The same is true of [`DIALECT`], where the dialect is not the default one.
//! - With [`Options::wire`], hand over descriptor 3 (records and replies out) and 4 (requests in).
//!   The first frame is [`Reply::Hello`]. Descriptor 4 at its end means that the parent is gone,
//!   and then the child goes as well.
//! - After a `program-exit` record the child holds once more where somebody steps: a
//!   [`Request::Run`](loopscope_protocol::Request::Run) lets it take the interpreter apart, which
//!   may run finalizers, whose output comes after `program-exit`, and end.
//! - With a [`Guard`] that names a lifeline, hand over the reading end of a pipe under that number,
//!   and write a [`Key`] into it. The child then divides itself: what was started is the keeper of
//!   the program, which ends everything below it when the pipe is closed, and records are sealed
//!   with the key: [`Opener`] opens them. They are then not frames but the parts of
//!   [`loopscope_columns`]. A signal's number written into the pipe goes to the
//!   program, with [`Guard::TO_GROUP`] added to everything in its process group.
//! - With `successor`, hand over the writing ends of two pipes as 5 and 6: what the program becomes
//!   by `exec` writes its output and its errors there, after the end of the records.
//! - Without a keeper, start the child from a thread that lives as long as the child: on Linux the child dies with
//!   the *thread* that started it.
//! - A binary that is called with [`AS_PYTHON`] set and without `__engine` is to call
//!   [`python_main`]; [`acts_as_python`] says whether it is so.

mod cpython;
mod gate;
mod interpreter;
mod keeper;
mod look;
mod micropython;
mod mistakes;
mod pump;
mod requests;
mod seal;
mod statement;
mod wire;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::sync::Arc;

use loopscope_protocol::wire::VERSION;
use loopscope_protocol::{
    Capabilities, Capability, ClockMode, Dialect, Event, ExitHow, LoopId, Reply, Text, Word,
};
use nix::sys::signal::{SigSet, Signal};

pub use crate::options::{
    AS_PYTHON, BadArgument, DIALECT, MEMORY_LIMIT, Options, Program, WALL_START_NS,
};
#[cfg(target_os = "linux")]
pub use crate::process::descendants::{children, end_tree};
pub use crate::process::guard::{Guard, Powers, Sandbox, no_sandbox};
pub use crate::process::ring::no_ring;
pub use crate::process::set_fault;
pub use cpython::RECORDER;
pub use micropython::MICROPYTHON_RECORDER;
pub use seal::{Key, Opener};

use crate::asyncio;
use crate::core::{Clock, Gate, Ids, Sink, Trace};
use crate::dialect::{Family, Rules};
use crate::process::{guard, is_copy, limits, spelling};
use crate::python::flags::PythonArgs;
use crate::python::output::{self, Output};
use crate::python::{ending, frames, parts, program, start_at};
use crate::run::Run;

/// The stack of the interpreter's thread. Only what is used of it costs memory.
const STACK: usize = 64 << 20;

/// While the value lives, only this thread is at the records. It may be asked for only where no
/// record can be on its way out on the same thread.
fn aside() -> Option<output::Aside<'static>> {
    output::current().map(Output::aside)
}

/// Whether this process was started as if it were `python3`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "how this process was started")]
pub fn acts_as_python() -> bool {
    std::env::var_os(AS_PYTHON).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Runs a program as the child process; `args` are what follows `__engine`. Gives the exit code.
///
/// # Panics
///
/// If the operating system refuses a thread.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> i32 {
    let args: Vec<OsString> = args.into_iter().collect();
    let options = match Options::from_args(args) {
        Ok(options) => options,
        Err(error) => return complain(&error.to_string(), 2),
    };
    if !acts_as_python() || program::inherited_dialect() != options.dialect || spelling::is_needed()
    {
        return again(options.dialect);
    }
    if let Some(code) = refuse_stdin() {
        return code;
    }
    // Who starts us receives it in a way of its own; a program is stopped by it.
    let _ = SigSet::from(Signal::SIGTSTP).thread_unblock();
    // Before there is a second thread: the process is divided, and bounds hold for one thread only.
    let key = match options.guard.lifeline.map(keeper::begin).transpose() {
        Ok(key) => key,
        Err(error) => {
            return complain(&format!("loopscope: the program has no keeper: {error}"), 1);
        }
    };
    let guarded = guard::apply(&options.guard);
    mistakes::watch();
    limits::die_with_parent();
    limits::set(options.memory_limit);
    if let Some(python) = &options.python
        && guarded.is_ok()
    {
        return match Rules::of(options.dialect).family {
            Family::Cpython => {
                interpreter::become_it(cpython::command(&options, python), python, "Python")
            }
            Family::Micropython => {
                let command = micropython::command(&options, python);
                interpreter::become_it(command, python, "MicroPython")
            }
        };
    }
    let signals = block_signals();
    match prepare(&options, key).and_then(|()| limits::watch(options.memory_limit, out_of_memory)) {
        Ok(()) => {}
        Err(error) => {
            return complain(
                &format!(
                    "loopscope: the program cannot be started, because its descriptors cannot be \
                     set up: {error}"
                ),
                1,
            );
        }
    }
    if let Err(sentence) = guarded {
        return refuse(&sentence);
    }
    let code = in_big_thread(signals, move || program::run(&options));
    if let Some(output) = output::current() {
        output.finish();
    }
    code
}

/// The hidden sub-command before arguments of `python3` that are spelled out.
pub const PYTHON_COMMAND: &str = "__python";

/// Runs as `python3` does; `args` are the arguments without the program's name. Gives the exit
/// code. Programs start it through `sys.executable`.
///
/// # Panics
///
/// If the operating system refuses a thread.
#[must_use]
pub fn python_main(args: impl IntoIterator<Item = OsString>) -> i32 {
    if spelling::is_needed() {
        return python_again(args);
    }
    run_python(args)
}

/// The same with arguments that [`python_main`] has spelled out.
#[must_use]
pub fn spelled_python_main(args: impl IntoIterator<Item = OsString>) -> i32 {
    run_python(args.into_iter().map(spelling::read))
}

/// Starts this very program once more, with arguments that the interpreter can read.
fn python_again(args: impl IntoIterator<Item = OsString>) -> i32 {
    let own = std::env::args_os().next().unwrap_or_default();
    let exe = std::env::current_exe().unwrap_or_else(|_| own.clone().into());
    let mut command = std::process::Command::new(exe);
    command.arg0(spelling::own_name(own)).arg(PYTHON_COMMAND);
    command.args(args.into_iter().map(|arg| spelling::spell(&arg)));
    let error = command.exec();
    complain(&format!("loopscope: python3 cannot be started: {error}"), 1)
}

fn run_python(args: impl IntoIterator<Item = OsString>) -> i32 {
    let args = match PythonArgs::parse(args) {
        Ok(args) => args,
        Err(done) => return done.tell(),
    };
    if let Some(code) = refuse_stdin() {
        return code;
    }
    let signals = block_signals();
    let mut options = Options::new(args.program);
    options.args = args.args;
    options.clock = ClockMode::Real;
    options.wall_start_ns = now();
    options.dialect = program::inherited_dialect();
    install(&options, None);
    in_big_thread(signals, move || program::run_as_python(&options, &args.flags, args.from_stdin))
}

/// Refuses a standard input that no interpreter can begin with, as CPython does.
fn refuse_stdin() -> Option<i32> {
    let is_folder = rustix::fs::fstat(std::io::stdin())
        .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).is_dir());
    is_folder.then(|| {
        let sentence = "standard input is a folder, which no program can read; give it a file";
        complain(&format!("loopscope: {sentence}"), 1)
    })
}

/// Sets up descriptors, clock, records and the threads that serve them.
fn prepare(options: &Options, key: Option<Key>) -> std::io::Result<()> {
    if !options.wire {
        if options.stdout_to_stderr {
            nix::unistd::dup2_stdout(std::io::stderr())?;
        }
        install(options, None);
        return Ok(());
    }
    let (out, requests) = wire::take()?;
    let successor = options.successor.then(wire::take_successors).transpose()?;
    let output = Output::take(options.capture, options.stdout_to_stderr, successor)?;
    let control = Arc::new(gate::Control::new(options.paused));
    let records = Records {
        is_sealed: key.is_some(),
        sink: wire::sink(out, key, Arc::clone(&control)),
        gate: Box::new(gate::RecordGate(Arc::clone(&control))),
    };
    install(options, Some(records));
    let output = output.install();
    let trace = &Run::current().trace;
    gate::reply(trace, &hello(options.dialect));
    gate::hold_at_lines(&control);
    requests::start(requests, control)?;
    pump::start(output)
}

/// Where records go.
struct Records {
    /// What arrives is known to be what was sent.
    is_sealed: bool,
    sink: Sink,
    gate: Box<dyn Gate>,
}

fn install(options: &Options, records: Option<Records>) {
    let clock = Arc::new(Clock::new(options.clock));
    let trace = match records {
        None => Trace::off(Arc::clone(&clock)),
        Some(Records { is_sealed: false, sink, gate }) => {
            Trace::to(Arc::clone(&clock), sink, Some(gate))
        }
        Some(Records { is_sealed: true, sink, gate }) => {
            Trace::in_columns(Arc::clone(&clock), sink, Some(gate))
        }
    };
    trace.find_lines_by(frames::at_work);
    parts::install(match Rules::of(options.dialect).family {
        Family::Cpython => &asyncio::PARTS,
        Family::Micropython => &crate::micropython::PARTS,
    });
    start_at(options.wall_start_ns);
    Run {
        ids: Arc::new(Ids::default()),
        clock,
        trace,
        dialect: options.dialect,
        proactor: options.proactor,
        ties: options.ties,
        seed: options.seed,
        ends_deadlock: options.ends_deadlock,
        folder: program::folder(&options.program),
    }
    .install();
}

/// The calendar time, in nanoseconds since 1970.
fn now() -> i64 {
    use std::time::{SystemTime, UNIX_EPOCH};
    #[expect(clippy::disallowed_methods, reason = "the calendar time at loop time 0")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}

/// The program used up its memory. It is told while there is still some to tell it with; then the
/// process ends as it would have ended a moment later.
fn out_of_memory(limit: u64) {
    let _aside = aside();
    ending::tell_out_of_memory(limit);
    std::process::abort();
}

/// Who this child is.
fn hello(dialect: Dialect) -> Reply<'static> {
    Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default()
            .with(Capability::Pause)
            .with(Capability::Python)
            .with(Capability::Lines)
            .with(Capability::Look)
            .with(Capability::Interrupt),
        ticks_per_second: 1_000_000_000,
        dialect,
        pid: std::process::id(),
    }
}

/// From now on this thread, and those that it starts, leave every signal to the interpreter's.
fn block_signals() -> SigSet {
    SigSet::all()
        .thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK)
        .unwrap_or_else(|_| SigSet::empty())
}

/// Runs `work` in a thread with a stack that deep recursion fits into, and with `signals` blocked
/// as they were at the start of the process.
fn in_big_thread(signals: SigSet, work: impl FnOnce() -> i32 + Send + 'static) -> i32 {
    let work = move || {
        let _ = signals.thread_set_mask();
        crate::core::mark_loop_thread();
        let code = work();
        if is_copy() {
            // The thread that waits for this one exists only in the original.
            std::process::exit(code);
        }
        code
    };
    let thread = std::thread::Builder::new().name("python".into()).stack_size(STACK).spawn(work);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => {
            mistakes::wait_for_the_end();
            101
        }
        Err(error) => complain(
            &format!(
                "loopscope: the interpreter has no thread to run in: {error}; free some memory"
            ),
            1,
        ),
    }
}

/// Starts this very program once more, with the variables set that let it serve as
/// `sys.executable`.
fn again(dialect: Dialect) -> i32 {
    let mut args = std::env::args_os();
    let own = args.next().unwrap_or_default();
    let exe = std::env::current_exe().unwrap_or_else(|_| own.clone().into());
    let mut command = std::process::Command::new(exe);
    command.arg0(spelling::own_name(own));
    // What our own parent sent is spelled out already.
    command.args(args.map(|arg| if arg.to_str().is_some() { arg } else { spelling::spell(&arg) }));
    command.env(AS_PYTHON, "1").env(DIALECT, dialect.word());
    let error = command.exec();
    complain(&format!("loopscope: the engine cannot be started: {error}"), 1)
}

/// The program is not run at all.
fn refuse(sentence: &str) -> i32 {
    let event = Event::ProgramExit { code: 1, how: ExitHow::Exit, text: Text::FIRST };
    let trace = &Run::current().trace;
    trace.emit_with(LoopId::NONE, event, &[&format!("The program was not run: {sentence}.")]);
    trace.flush();
    complain(&format!("loopscope: {sentence}"), 1)
}

fn complain(sentence: &str, code: i32) -> i32 {
    let _ = writeln!(std::io::stderr(), "{sentence}");
    code
}
