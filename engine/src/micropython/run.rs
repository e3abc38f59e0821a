//! Running the loop: `run`, `run_until_complete` and `run_forever`, and what may interrupt them.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use loopscope_protocol::{HandleHow, LintRule, RunHow, TaskId};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::program::{Program, program};
use super::step::{self, Outcome};
use super::task::{PyTask, as_task};
use super::{cancel, schedule};
use crate::core::micro::{Outside, TaskRunner, Turned};
use crate::dialect::Rules;
use crate::process::is_copy;
use crate::python::{describe, ending, frames, wait_millis};
use crate::run::Run;

/// Runs Python for the loop.
pub(super) struct PyRunner<'a> {
    vm: &'a VirtualMachine,
    main: Option<PyRef<PyTask>>,
    outcome: RefCell<Option<Outcome>>,
}

impl<'a> PyRunner<'a> {
    pub(super) const fn without_main(vm: &'a VirtualMachine) -> Self {
        Self { vm, main: None, outcome: RefCell::new(None) }
    }
}

impl TaskRunner<PyRef<PyTask>> for PyRunner<'_> {
    type Escape = PyBaseExceptionRef;

    fn run(&self, task: PyRef<PyTask>) -> PyResult<()> {
        let is_main = self.main.as_ref().is_some_and(|main| main.is(&task));
        if let Some(outcome) = step::turn(&task, is_main, self.vm)? {
            self.outcome.replace(Some(outcome));
        }
        Ok(())
    }

    fn between(&self) -> PyResult<()> {
        self.vm.check_signals()?;
        schedule::run_pending(self.vm)
    }

    fn is_watching(&self) -> bool {
        program().watched.load(Ordering::Relaxed) > 0
    }

    fn poll(&self, timeout: Option<u64>) -> PyResult<u32> {
        match program().streams() {
            Some(streams) => streams.poll(timeout, self.vm),
            None => Ok(0),
        }
    }

    fn sleep(&self, millis: u64) -> PyResult<()> {
        wait_millis(millis, self.vm)
    }

    fn is_waited_for(&self) -> bool {
        self.main.as_ref().is_some_and(|main| !main.is_done(self.vm))
    }

    fn outside(&self) -> Outside {
        schedule::outside()
    }

    fn who_hangs(&self) -> String {
        const MOST: usize = 8;
        let mut tasks = program().unfinished();
        tasks.sort_by_key(|task| task.id());
        let mut told: Vec<String> = tasks.iter().take(MOST).map(|task| waits(task)).collect();
        match tasks.len() - told.len() {
            0 => {}
            1 => told.push("1 more task waits".to_owned()),
            more => told.push(format!("{more} more tasks wait")),
        }
        let told = told.join("; ");
        format!(
            "Nothing can ever wake the loop: {told}. The program hangs, as it would on a board."
        )
    }

    fn hangs(&self, sentence: &str) {
        if Run::current().ends_deadlock && !is_copy() {
            ending::end_deadlock(sentence, self.vm);
        }
    }
}

/// Where a task waits, in words.
fn waits(task: &Py<PyTask>) -> String {
    let coro = task.coro();
    let id = task.id().0;
    match describe::stands(&coro) {
        Some((name, place)) => format!("{name} (task {id}) waits at {place}"),
        None => format!("task {id} waits"),
    }
}

/// `create_task()`: what can be resumed becomes a task, and is queued.
pub(super) fn create_task(coro: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
    if vm.get_attribute_opt(&coro, "send")?.is_none() {
        return Err(vm.new_type_error("coroutine expected"));
    }
    let task = PyTask::create(coro, vm);
    program().push(&task, HandleHow::Step, vm);
    Ok(task)
}

/// A task as it is; anything else becomes one.
pub(super) fn promote(awaitable: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyRef<PyTask>> {
    match as_task(&awaitable) {
        Some(task) => Ok(task.to_owned()),
        None => create_task(awaitable, vm),
    }
}

/// Runs until the main task has ended, or, without one, until nothing is left to run.
pub(super) fn run_until_complete(
    main: Option<PyRef<PyTask>>,
    how: RunHow,
    vm: &VirtualMachine,
) -> PyResult {
    let program = program();
    let nested = program.core.is_running();
    if nested {
        program.tell_nested(main.as_deref());
    }
    let number = main.as_ref().map_or(TaskId::NONE, |main| main.id());
    program.core.run_begin(how, number);
    let floor = frames::floor();
    let runner = PyRunner { vm, main, outcome: RefCell::new(None) };
    let result = loop {
        match program.core.turn(&runner) {
            Ok(Turned::Ran) => {}
            Ok(Turned::Over) => {
                program.set_current(None);
                break Ok(vm.ctx.none());
            }
            Err(escaped) => break Err(escaped),
        }
        if let Some(outcome) = runner.outcome.take() {
            break outcome;
        }
    };
    drop(floor);
    program.core.run_end(how);
    result
}

/// Says no where the documentation does not allow a run inside a run.
pub(super) fn refuse_nested(what: &str, vm: &VirtualMachine) -> PyResult<()> {
    if Rules::current().refuses_nested_runs && program().core.is_running() {
        program().core.records().lint(
            LintRule::NestedRun,
            program().current().map_or(TaskId::NONE, |task| task.id()),
            "A run inside a run is refused, as MicroPython's documentation says: await instead. A board \
             runs it, and has no current task afterwards (dialect micropython-firmware).",
        );
        let text = format!("asyncio.{what}() cannot be called from a running event loop");
        return Err(vm.new_runtime_error(text));
    }
    Ok(())
}

/// `asyncio.run()`.
pub(super) fn run(coro: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    refuse_nested("run", vm)?;
    let main = create_task(coro, vm)?;
    let result = run_until_complete(Some(main), RunHow::UntilComplete, vm);
    if Rules::current().cancels_leftovers {
        let ended = cancel::leftovers(vm);
        if result.is_ok() {
            ended?;
        }
    }
    result
}

/// `Loop.run_forever()`: its main task is a sentinel that only `stop()` queues.
pub(super) fn run_forever(sentinel: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let sentinel = PyTask::create(sentinel, vm);
    // It is the loop's own, and no task that the program left unfinished.
    program().unregister(&sentinel);
    let before = program().sentinel.lock().replace(sentinel.clone());
    drop(before);
    run_until_complete(Some(sentinel), RunHow::Forever, vm)
}

/// `Loop.stop()`: what is due already runs first. Asked for again it does nothing.
pub(super) fn stop(vm: &VirtualMachine) {
    let sentinel = program().sentinel.lock().take();
    if let Some(sentinel) = sentinel {
        program().core.stop_requested();
        program().push(&sentinel, HandleHow::Step, vm);
    }
}

impl Program {
    fn tell_nested(&self, main: Option<&Py<PyTask>>) {
        self.core.records().lint(
            LintRule::NestedRun,
            main.map_or(TaskId::NONE, |task| task.id()),
            "A run inside a run: it drives all the other tasks as well, and leaves no current task \
             behind when it ends.",
        );
    }

    /// Where firmware crashes.
    pub(super) fn tell_crash(&self, task: &Py<PyTask>) {
        self.core.records().lint(
            LintRule::NestedRun,
            task.id(),
            "A board crashes here: after a run inside a run there is no current task, and this task \
             is about to be queued as it (micropython#15187). Loopscope goes on with the right one.",
        );
    }
}
