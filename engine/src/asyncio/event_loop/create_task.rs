//! `create_task`: its arguments, and the task that a factory or nobody else makes.

use loopscope_protocol::Dialect;
use rustpython_vm::function::{ArgumentError, FromArgs, FuncArgs, Param};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload as _, PyResult, VirtualMachine};

use super::super::task::{PyTask, create as new_task};
use super::PyLoop;
use crate::run::Run;

#[derive(rustpython_vm::FromArgs)]
pub(super) struct CreateTaskArgs {
    #[pyarg(any)]
    coro: PyObjectRef,
    #[pyarg(named, optional)]
    name: Option<PyObjectRef>,
    #[pyarg(named, optional)]
    context: Option<PyObjectRef>,
    /// What only 3.14 takes; not told by the signature, which is 3.13's.
    #[pyarg(flatten)]
    of_3_14: EagerStart,
}

/// `eager_start=`, unless the version does not have it.
#[derive(Debug)]
struct EagerStart(Option<PyObjectRef>);

impl FromArgs for EagerStart {
    const PARAMS: Option<&'static [Param]> = Some(&[]);

    fn from_args(_: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
        let has_it = Run::current().dialect == Dialect::Cpython314;
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
    let (name, context) = (optional(args.name), optional(args.context));
    let eager_start = args.of_3_14.0;
    if factory.is_none() && eager_start.is_none() {
        let task = new_task(zelf.to_owned().into(), args.coro, name, context, vm)?;
        return Ok(task.into());
    }
    let mut call = FuncArgs::from(vec![zelf.to_owned().into(), args.coro]);
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
