//! How a program ends: what its result means, the exit code that `python3` would leave, and the
//! record of the end.

use loopscope_protocol::{Event, ExitHow, LoopId, Text};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyResult, VirtualMachine};

use super::{output, readable};
use crate::process::{guard, is_copy};
use crate::run::Run;

/// What `python3` exits with when it is interrupted, as a shell counts it.
pub(super) const INTERRUPTED: i32 = 128 + 2;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) code: i32,
    pub(super) how: ExitHow,
    pub(super) text: String,
}

impl Ending {
    pub(super) fn new(code: i32, how: ExitHow, text: impl Into<String>) -> Self {
        Self { code, how, text: text.into() }
    }
}

/// What the main program's result means, with its traceback on standard error.
pub(super) fn ended(vm: &VirtualMachine, ran: PyResult<()>, compiling: bool) -> Ending {
    let Err(raised) = ran else {
        return Ending::new(0, ExitHow::End, "The program ran to its end.");
    };
    flush(vm);
    if raised.fast_isinstance(vm.ctx.exceptions.system_exit) {
        // Prints what is not a number.
        #[allow(clippy::cast_possible_wrap, reason = "only the lowest eight bits count")]
        let code = (vm.handle_exit_exception(raised) as i32) & 0xff;
        return Ending::new(
            code,
            ExitHow::Exit,
            format!("The program ended itself with code {code}."),
        );
    }
    shorten(&raised);
    vm.print_exception(&raised);
    if raised.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) {
        return Ending::new(INTERRUPTED, ExitHow::Interrupted, "The program was interrupted.");
    }
    let what = one_line(vm, &raised);
    if compiling {
        return Ending::new(1, ExitHow::Syntax, format!("The program does not compile: {what}."));
    }
    let mut text = format!("Nothing caught the program's {what}.");
    if raised.fast_isinstance(vm.ctx.exceptions.permission_error)
        && let Some(sandbox) = guard::sandbox()
    {
        // Most likely that is why.
        let sentence = sandbox.sentence();
        output::to_stderr(&format!("loopscope: {sentence}\n"));
        text.push_str(&format!(" Note that {sentence}."));
    }
    Ending::new(1, ExitHow::Exception, text)
}

/// Cuts a traceback to its innermost entries, as CPython does when it prints one: with a limit on
/// recursion of the program's own it may have a million.
fn shorten(raised: &PyBaseExceptionRef) {
    const SHOWN: usize = 1000;
    let mut length = 0;
    let mut at = raised.__traceback__();
    while let Some(entry) = at {
        length += 1;
        let next = entry.next.lock().clone();
        at = next;
    }
    if length > SHOWN {
        let mut shown = raised.__traceback__();
        for _ in SHOWN..length {
            shown = shown.and_then(|entry| entry.next.lock().clone());
        }
        raised.set_traceback(shown);
    }
}

/// An exception as its type and the first line of its text.
fn one_line(vm: &VirtualMachine, raised: &PyBaseExceptionRef) -> String {
    const LONGEST: usize = 160;
    let name = raised.class().name().to_owned();
    let text = raised.as_object().str(vm).map(|text| readable(&text).into_owned());
    let text = text.unwrap_or_default();
    let first = text.lines().next().unwrap_or_default().trim_end_matches('.');
    if first.is_empty() {
        return name;
    }
    let cut: String = first.chars().take(LONGEST).collect();
    let dots = if cut.len() < first.len() { "..." } else { "" };
    format!("{name}: {cut}{dots}")
}

/// What Python does after the main program: it waits for its threads, calls the exit functions and
/// throws away what nobody can reach any more.
pub(super) fn settle(vm: &VirtualMachine, mut ending: Ending) -> Ending {
    let modules = vm.sys_module.get_attr("modules", vm).ok();
    let imported =
        |name: &str| modules.as_ref().and_then(|modules| modules.get_item(name, vm).ok());
    if let Some(threading) = imported("threading")
        && let Err(raised) = vm.call_method(&threading, "_shutdown", ())
    {
        let text = "Exception ignored in threading shutdown".to_owned();
        vm.run_unraisable(raised, Some(text), threading);
    }
    rustpython_vm::stdlib::atexit::_run_exitfuncs(vm);
    if imported("asyncio").is_some()
        && let Ok(gc) = vm.import("gc", 0)
    {
        let _ = vm.call_method(&gc, "collect", ());
    }
    if !flush(vm) && ending.code == 0 {
        // As CPython does when what was printed cannot be written.
        ending.code = 120;
    }
    ending
}

/// Whether everything that was printed could be written.
fn flush(vm: &VirtualMachine) -> bool {
    let mut whole = true;
    for name in ["stdout", "stderr"] {
        if let Ok(stream) = vm.sys_module.get_attr(name, vm)
            && !vm.is_none(&stream)
            && !stream.get_attr("closed", vm).is_ok_and(|closed| closed.is(&vm.ctx.true_value))
        {
            whole &= vm.call_method(&stream, "flush", ()).is_ok();
        }
    }
    whole
}

/// The record of a program that used up its memory. The caller keeps everybody else away.
pub(crate) fn tell_out_of_memory(limit: u64) {
    const ABORTED: i32 = 128 + 6;
    super::streams::finish();
    let text = &format!(
        "The program ran out of memory: it may use {}; --memory can give it more.",
        size(limit)
    );
    let event = Event::ProgramExit { code: ABORTED, how: ExitHow::Lost, text: Text::FIRST };
    let trace = &Run::current().trace;
    trace.emit_with(LoopId::NONE, event, &[text]);
    trace.flush();
}

/// The record of a program that a mistake of ours ends. Gives whether anybody gets records.
pub(crate) fn tell_mistake(sentence: &str, code: i32) -> bool {
    let trace = &Run::current().trace;
    if !trace.is_on() {
        return false;
    }
    let text = &format!("The program was ended by {sentence}.");
    let event = Event::ProgramExit { code, how: ExitHow::Lost, text: Text::FIRST };
    trace.emit_with(LoopId::NONE, event, &[text]);
    trace.flush();
    true
}

/// Ends the program where nothing can ever wake its loop: with the sentence about it, at once, so that
/// nothing of it runs that it did not mean to run.
pub(crate) fn end_deadlock(sentence: &str, vm: &VirtualMachine) -> ! {
    flush(vm);
    let text = format!("{sentence} With --wait-forever it would wait, as it does in CPython.");
    let trace = &Run::current().trace;
    if !trace.is_on() {
        // Otherwise whoever takes the records tells it.
        output::to_stderr(&format!("loopscope: {text}\n"));
    }
    announce(&Ending::new(1, ExitHow::Deadlock, text));
    trace.flush();
    std::process::exit(1)
}

/// A number of bytes in the larger unit that fits.
#[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
fn size(bytes: u64) -> String {
    const MIB: f64 = 1_048_576.0;
    let mib = bytes as f64 / MIB;
    if mib < 1024.0 { format!("{mib:.0} MiB") } else { format!("{:.1} GiB", mib / 1024.0) }
}

/// The record of the end. Where somebody steps, the program holds here once more.
pub(super) fn announce(ending: &Ending) {
    if is_copy() {
        return;
    }
    if let Some(output) = output::current() {
        output.finish();
    }
    let event = Event::ProgramExit { code: ending.code, how: ending.how, text: Text::FIRST };
    Run::current().trace.emit_with(LoopId::NONE, event, &[&ending.text]);
}
