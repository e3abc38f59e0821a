//! The native modules `_asyncio` and `_loopscope` of MicroPython's asyncio, and the frozen Python
//! package.
#![allow(
    clippy::unwrap_used,
    reason = "the interpreter's `pyattr(once)` unwraps what it has just filled in"
)]

use rustpython_vm::Context;
use rustpython_vm::builtins::PyModuleDef;

/// The package `asyncio` and its neighbours as MicroPython programs import them.
pub(super) const FROZEN: &rustpython_vm::frozen::FrozenLib =
    rustpython_vm::py_freeze!(dir = "package");

/// The native modules of MicroPython's asyncio.
pub(super) fn native_modules(ctx: &Context) -> Vec<&'static PyModuleDef> {
    vec![_asyncio::module_def(ctx), _loopscope::module_def(ctx)]
}

/// The two classes that boards have natively.
#[rustpython_vm::pymodule]
mod _asyncio {
    use rustpython_vm::VirtualMachine;
    use rustpython_vm::builtins::PyTypeRef;
    use rustpython_vm::class::PyClassImpl;

    use super::super::queue::PyTaskQueue;
    use super::super::task::PyTask;

    #[pyattr(name = "Task", once)]
    fn task(_vm: &VirtualMachine) -> PyTypeRef {
        PyTask::make_static_type()
    }

    #[pyattr(name = "TaskQueue", once)]
    fn task_queue(_vm: &VirtualMachine) -> PyTypeRef {
        PyTaskQueue::make_static_type()
    }
}

/// What `asyncio.core` is made of.
#[rustpython_vm::pymodule]
mod _loopscope {
    use loopscope_protocol::{ChainId, FutureHow, FutureId, RunHow, Which};
    use rustpython_vm::builtins::{
        PyBaseException, PyBaseExceptionRef, PyDictRef, PyStrRef, PyTypeRef,
    };
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::function::OptionalArg;
    use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

    use super::super::io_queue::PyIoQueue;
    use super::super::language;
    use super::super::program::{cancelled_error, no_loop, program, timeout_error};
    use super::super::queue::PyTaskQueue;
    use super::super::sleep::{self, PySleep};
    use super::super::task::{PyTask, as_task};
    use super::super::{run as running, schedule as scheduled};
    use crate::core::About;
    use crate::dialect::Rules;
    use crate::python::{describe, frames, readable};

    #[pyattr]
    const WAS_ASYNC: u32 = language::WAS_ASYNC;

    #[pyattr(name = "CancelledError", once)]
    fn cancelled(vm: &VirtualMachine) -> PyTypeRef {
        cancelled_error(vm).clone()
    }

    #[pyattr(name = "TimeoutError", once)]
    fn timeout(vm: &VirtualMachine) -> PyTypeRef {
        timeout_error(vm).clone()
    }

    #[pyattr(name = "SingletonGenerator", once)]
    fn singleton_generator(_vm: &VirtualMachine) -> PyTypeRef {
        PySleep::make_static_type()
    }

    #[pyattr(name = "IOQueue", once)]
    fn io_queue(_vm: &VirtualMachine) -> PyTypeRef {
        PyIoQueue::make_static_type()
    }

    // ---- sleeping ----------------------------------------------------------------------------

    /// The one object that all sleeps share.
    fn the_sleep(vm: &VirtualMachine) -> &'static PyRef<PySleep> {
        use rustpython_vm::PyPayload;
        static SLEEP: std::sync::OnceLock<PyRef<PySleep>> = std::sync::OnceLock::new();
        SLEEP.get_or_init(|| {
            let _ = PySleep::make_static_type();
            PySleep::new().into_ref(&vm.ctx)
        })
    }

    #[pyfunction]
    fn sleep_ms(t: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PySleep>> {
        let sleep = the_sleep(vm);
        sleep.set(sleep::millis(&t, vm)?, vm)?;
        Ok(sleep.clone())
    }

    #[pyfunction(name = "sleep")]
    fn sleep_seconds(t: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PySleep>> {
        let sleep = the_sleep(vm);
        sleep.set(sleep::millis_of_seconds(&t, vm)?, vm)?;
        Ok(sleep.clone())
    }

    // ---- tasks -------------------------------------------------------------------------------

    #[pyfunction]
    fn create_task(coro: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
        running::create_task(coro, vm)
    }

    #[pyfunction]
    fn promote(awaitable: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
        running::promote(awaitable, vm)
    }

    #[pyfunction]
    fn current_task(vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
        program().current().ok_or_else(|| no_loop(vm))
    }

    /// `cur_task`: None outside of tasks.
    #[pyfunction]
    fn cur_task() -> Option<PyRef<PyTask>> {
        program().current()
    }

    /// The task that is about to wait for something.
    #[pyfunction]
    fn waiter(vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
        program().to_suspend(vm)
    }

    #[pyfunction]
    fn wake_all(queue: PyRef<PyTaskQueue>, vm: &VirtualMachine) {
        queue.wake_all(vm);
    }

    // ---- the loop ----------------------------------------------------------------------------

    #[pyfunction]
    fn task_queue() -> Option<PyRef<PyTaskQueue>> {
        program().queue()
    }

    #[pyfunction]
    fn streams() -> Option<PyRef<PyIoQueue>> {
        program().streams()
    }

    #[pyfunction]
    fn reset(vm: &VirtualMachine) {
        program().reset(vm);
    }

    #[pyfunction]
    fn run(coro: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        running::run(coro, vm)
    }

    #[pyfunction]
    fn run_until_complete(main: OptionalArg, vm: &VirtualMachine) -> PyResult {
        running::refuse_nested("run_until_complete", vm)?;
        let main = match main.into_option() {
            Some(main) if !vm.is_none(&main) => Some(running::promote(main, vm)?),
            _ => None,
        };
        running::run_until_complete(main, RunHow::UntilComplete, vm)
    }

    #[pyfunction]
    fn run_forever(sentinel: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if let Err(refused) = running::refuse_nested("run_forever", vm) {
            // It was made only for this.
            let _ = vm.call_method(&sentinel, "close", ());
            return Err(refused);
        }
        running::run_forever(sentinel, vm)
    }

    #[pyfunction]
    fn stop(vm: &VirtualMachine) {
        running::stop(vm);
    }

    /// Whether the behaviour is the documented one.
    #[pyfunction]
    fn as_documented() -> bool {
        Rules::current().cancels_leftovers
    }

    // ---- gather ------------------------------------------------------------------------------

    /// A gather begins to wait for these tasks: its number.
    #[pyfunction]
    fn gather_began(tasks: Vec<PyRef<PyTask>>) -> u32 {
        let numbers = tasks.iter().map(|task| task.id());
        program().core.gather_new("gather", numbers).0
    }

    /// It waits no more.
    #[pyfunction]
    fn gather_ended(number: u32, how: u8) {
        let how = match how {
            0 => FutureHow::Result,
            1 => FutureHow::Exception,
            _ => FutureHow::Cancelled,
        };
        program().core.gather_done(FutureId(number), how);
    }

    // ---- the exception handler ---------------------------------------------------------------

    #[pyfunction]
    fn note_handler_set(handler: PyObjectRef, vm: &VirtualMachine) {
        let core = &program().core;
        if core.trace().is_on() {
            if vm.is_none(&handler) {
                core.records().handler_set(Which::Default, Default::default());
            } else {
                core.records()
                    .handler_set(Which::Custom, describe::callable(&handler, core.trace(), vm));
            }
        }
    }

    #[pyfunction]
    fn note_handler_call(custom: bool, context: PyObjectRef, vm: &VirtualMachine) {
        let core = &program().core;
        if !core.trace().is_on() {
            return;
        }
        let Ok(context) = context.downcast::<rustpython_vm::builtins::PyDict>() else { return };
        let context: PyDictRef = context;
        let get = |key: &str| context.get_item_opt(key, vm).ok().flatten();
        let message = get("message")
            .and_then(|text| text.str(vm).ok())
            .map(|text| readable(&text).into_owned());
        let exception = get("exception").filter(|exception| !vm.is_none(exception));
        let raised = exception
            .as_ref()
            .and_then(|it| it.clone().downcast::<PyBaseException>().ok())
            .map_or(ChainId::NONE, |it| frames::raised(&it, core.trace()));
        let exception =
            exception.and_then(|it| it.repr(vm).ok()).map(|text| readable(&text).into_owned());
        let task = get("future").and_then(|future| as_task(&future).map(|task| task.id()));
        let about = About { task: task.unwrap_or_default(), raised, ..About::default() };
        let which = if custom { Which::Custom } else { Which::Default };
        core.records().handler_call(
            which,
            &message.unwrap_or_default(),
            &exception.unwrap_or_default(),
            about,
        );
    }

    /// A coroutine as MicroPython shows it. Its number stands where an address would, so that two
    /// runs print the same.
    #[pyfunction]
    fn shown(task: PyObjectRef, vm: &VirtualMachine) -> PyResult<String> {
        let Some(task) = as_task(&task) else { return Ok(task.repr(vm)?.to_string()) };
        let coro = task.coro();
        let name = match vm.get_attribute_opt(&coro, "__name__")? {
            Some(name) => name.str(vm)?.to_string(),
            None => return Ok(coro.repr(vm)?.to_string()),
        };
        let place = 0x2000_0000 + u64::from(task.id().0) * 0x20;
        Ok(format!("<generator object '{name}' at {place:x}>"))
    }

    // ---- beside asyncio ----------------------------------------------------------------------

    /// `at_once`: at the next instruction of the program's main thread, because it is another
    /// thread that asks.
    #[pyfunction]
    fn schedule(
        function: PyObjectRef,
        argument: PyObjectRef,
        at_once: bool,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        scheduled::schedule(function, argument, at_once, vm)
    }

    /// Calls the scheduled functions; whether none is left.
    #[pyfunction]
    fn run_pending(vm: &VirtualMachine) -> PyResult<bool> {
        scheduled::run_pending(vm)?;
        Ok(scheduled::is_empty())
    }

    /// A coroutine was dropped before it was ever awaited: a board says nothing.
    #[pyfunction]
    fn note_never_awaited(coroutine: PyObjectRef, vm: &VirtualMachine) {
        language::never_awaited(&coroutine, vm);
    }

    // ---- the language ------------------------------------------------------------------------

    /// Puts a function in the place of a method of a native class.
    #[pyfunction]
    fn replace(class: PyTypeRef, name: PyStrRef, function: PyObjectRef, vm: &VirtualMachine) {
        class.set_attr(vm.ctx.intern_str(name.as_wtf8()), function);
    }

    /// A function with the system's errors as a board raises them.
    #[pyfunction]
    fn plain_errors(function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        language::plain_errors(function, vm)
    }

    /// A function whose own lines do not stand in tracebacks.
    #[pyfunction]
    fn unseen(function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        language::unseen(function, vm)
    }

    /// A native class's methods with the system's errors as a board raises them.
    #[pyfunction]
    fn plain_methods(class: PyTypeRef, names: Vec<PyStrRef>, vm: &VirtualMachine) {
        // A native class lives as long as the process; this keeps one more reference to it.
        let class: &'static PyTypeRef = Box::leak(Box::new(class));
        for name in names {
            let name = vm.ctx.intern_str(name.as_wtf8());
            language::plain_method(class, name, vm);
        }
    }

    /// A function that takes a str where it takes bytes, from its argument `first` on.
    #[pyfunction]
    fn taking_str(function: PyObjectRef, first: usize, vm: &VirtualMachine) -> PyObjectRef {
        language::taking_str(function, first, vm)
    }

    #[pyfunction]
    fn print_exception(
        raised: PyBaseExceptionRef,
        file: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        language::print_exception(&raised, &file, vm)
    }
}
