//! Coroutines are generators: there is one kind of both on a board, and what is dropped before its
//! end is collected without a word.

use rustpython_vm::builtins::{PyGenerator, PyType};
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};

/// The flag of the code of `async def`, once it makes generators.
pub(in super::super) const WAS_ASYNC: u32 = 0x100;

/// Lets a generator go without raising `GeneratorExit` in it.
pub(super) fn set_up(vm: &VirtualMachine) {
    let class: &'static Py<PyType> = vm.ctx.types.generator_type;
    class.slots.del.store(Some(dropped));
}

#[allow(clippy::unnecessary_wraps, reason = "the interpreter's table takes one that may fail")]
fn dropped(object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(generator) = object.downcast_ref::<PyGenerator>() else { return Ok(()) };
    let coro = generator.as_coro();
    let started = coro.frame_opt().is_none_or(|frame| frame.lasti() != 0);
    if !coro.closed() && !started && coro.code().flags.bits() & WAS_ASYNC != 0 {
        super::never_awaited(object, vm);
    }
    // What it holds goes with it; no line of it runs any more.
    coro.closed.store(true);
    Ok(())
}
