//! `create_task`: its arguments, and the task that a factory or nobody else makes.

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{ArgumentError, FromArgs, FuncArgs, Param};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload as _, PyResult, VirtualMachine};

use super::super::later::{AsGiven, NothingElse};
use super::super::registry;
use super::super::task::{PyTask, create as new_task};
use super::PyLoop;
use crate::dialect::Rules;

#[derive(rustpython_vm::FromArgs)]
pub(super) struct CreateTaskArgs {
    #[pyarg(flatten)]
    _of_3_6: NothingElse,
    #[pyarg(flatten)]
    as_given: AsGiven,
    #[pyarg(flatten)]
    given: NewTaskArgs,
    /// What only 3.14 takes; not told by the signature, which is 3.13's.
    #[pyarg(flatten)]
    of_3_14: EagerStart,
}

/// What `asyncio.create_task` takes, and the loop's method of that name too.
#[derive(rustpython_vm::FromArgs)]
pub(in crate::asyncio) struct NewTaskArgs {
    #[pyarg(any)]
    coro: PyObjectRef,
    #[pyarg(named, optional)]
    name: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    context: Option<PyObjectRef>,
}

/// `eager_start=`, unless the version does not have it.
#[derive(Debug)]
struct EagerStart(Option<PyObjectRef>);

impl FromArgs for EagerStart {
    const PARAMS: Option<&'static [Param]> = Some(&[]);

    fn from_args(_: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
        let has_it = Rules::is_3_14();
        Ok(Self(if has_it { args.take_keyword("eager_start") } else { None }))
    }
}

pub(super) fn create_task(
    zelf: &Py<PyLoop>,
    args: CreateTaskArgs,
    vm: &VirtualMachine,
) -> PyResult {
    zelf.check_closed(vm)?;
    let factory = zelf.task_factory.lock().clone();
    let optional = |value: Option<PyObjectRef>| value.filter(|value| !vm.is_none(value));
    let NewTaskArgs { coro, name, context } = args.given;
    let (name, context) = (optional(name), optional(context));
    let eager_start = args.of_3_14.0;
    if factory.is_none() && eager_start.is_none() {
        let task = new_task(zelf.to_owned().into(), coro, name, context, vm)?;
        return Ok(task.into());
    }
    let mut call = FuncArgs::from(vec![zelf.to_owned().into(), coro]);
    if let Some(factory) = factory.as_ref().filter(|_| Rules::is_3_14()) {
        // It gets all that was given, as it was given.
        for (keyword, value) in args.as_given.0 {
            call.kwargs.insert(keyword.into(), value);
        }
        return factory.call(call, vm);
    }
    if let Some(context) = context {
        call.kwargs.insert("context".into(), context);
    }
    if let Some(eager) = eager_start {
        call.kwargs.insert("eager_start".into(), eager);
    }
    let Some(factory) = factory else {
        // `Task(coro, loop=loop, eager_start=...)`
        let event_loop = call.args.remove(0);
        call.kwargs.insert("loop".into(), event_loop);
        if let Some(name) = name {
            call.kwargs.insert("name".into(), name);
        }
        return PyTask::class(&vm.ctx).as_object().call(call, vm);
    };
    let task = factory.call(call, vm)?;
    if let Some(name) = name
        && let Some(set_name) = vm.get_attribute_opt(&task, "set_name")?
    {
        set_name.call((name,), vm)?;
    }
    Ok(task)
}

/// `asyncio.create_task`: a task of the running loop, by that loop's method.
pub(in crate::asyncio) fn of_running(given: NewTaskArgs, vm: &VirtualMachine) -> PyResult {
    let event_loop =
        registry::running_loop(vm).ok_or_else(|| vm.new_runtime_error("no running event loop"))?;
    if let Some(native) = event_loop.downcast_ref::<PyLoop>()
        && has_own_method(native, vm)
    {
        let args = CreateTaskArgs {
            _of_3_6: NothingElse,
            as_given: AsGiven::default(),
            given,
            of_3_14: EagerStart(None),
        };
        return create_task(native, args, vm);
    }
    let NewTaskArgs { coro, name, context } = given;
    let context = context.filter(|context| !vm.is_none(context));
    let mut call = FuncArgs::from(vec![coro]);
    call.kwargs.insert("name".into(), name.unwrap_or_else(|| vm.ctx.none()));
    if let Some(context) = context {
        call.kwargs.insert("context".into(), context);
    }
    vm.call_method(&event_loop, "create_task", call)
}

/// Whether nobody has put another `create_task` into the place of ours.
fn has_own_method(native: &Py<PyLoop>, vm: &VirtualMachine) -> bool {
    let lacks = |dict: PyDictRef| matches!(dict.get_item_opt("create_task", vm), Ok(None));
    native.makes_tasks && native.as_object().dict().is_none_or(lacks)
}
