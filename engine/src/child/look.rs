//! Looking at what the program has where it is held: the locals of frames, the value of an expression.
//!
//! That changes nothing, so it may be done at any record; see
//! [`crate::python::value`] for the limits within which it runs.

use rustpython_vm::builtins::{PyStr, PyStrRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::python::parts::{current_loop, unfinished};
use crate::python::{describe, readable, value};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The frames with their locals: of a task, or of what runs (0).
    Locals { task: u32, running: u32 },
    /// The value of an expression.
    Value { running: u32, scope: String, text: String },
}

impl Look {
    /// Reads it, as [`loopscope_protocol::Request::Look`] says it.
    pub(super) fn read(what: &str) -> Option<Self> {
        let mut parts = what.splitn(4, '\t');
        let verb = parts.next()?;
        let running = parts.next()?.parse().ok()?;
        match verb {
            "locals" => Some(Self::Locals { task: parts.next()?.parse().ok()?, running }),
            "value" => {
                let scope = parts.next()?.to_owned();
                Some(Self::Value { running, scope, text: parts.next()?.to_owned() })
            }
            _ => None,
        }
    }
}

/// Looks. Gives whether there is an answer, and else why there is none.
pub(super) fn look(vm: &VirtualMachine, what: &Look) -> (bool, String) {
    let top = vm.current_frame();
    let looked = value::within_limits(vm, value::LONG, || ask(vm, what, top.map(Into::into)));
    match looked {
        Ok(answer) => (true, answer),
        Err(value::Troubled::Raised(what)) => (false, what),
        Err(value::Troubled::TooLong) => (false, "It takes too long.".to_owned()),
        Err(value::Troubled::NotHere) => {
            let says = "This thread is not the one in which Python takes signals, so nothing is \
                        asked of it.";
            (false, says.to_owned())
        }
    }
}

fn ask(vm: &VirtualMachine, what: &Look, top: Option<PyObjectRef>) -> PyResult<String> {
    let module = vm.import("_loopscope_look", 0)?;
    let none = || vm.ctx.none();
    let number = |number: u32| -> PyObjectRef { vm.ctx.new_int(number).into() };
    let tasks = unfinished(vm).into_iter().map(|(number, coroutine)| {
        let number = vm.ctx.new_int(number).into();
        vm.ctx.new_tuple(vec![number, coroutine]).into()
    });
    let tasks: PyObjectRef = vm.ctx.new_list(tasks.collect()).into();
    let top = top.unwrap_or_else(none);
    let is_own =
        vm.new_function("is_own", |path: PyStrRef| describe::is_of_the_program(&readable(&path)));
    let shown_file = vm.new_function("shown_file", |path: PyStrRef| {
        describe::shown_file(&readable(&path)).into_owned()
    });
    let show =
        vm.new_function("show", |object: PyObjectRef, vm: &VirtualMachine| value::of(&object, vm));
    let (name, args): (_, Vec<PyObjectRef>) = match what {
        Look::Locals { task, running } => {
            let show = show.into();
            let (task, running) = (number(*task), number(*running));
            let asks = vec![task, running, top, tasks, is_own.into(), shown_file.into(), show];
            ("locals_of", asks)
        }
        Look::Value { running, scope, text } => {
            let text: PyObjectRef = vm.ctx.new_str(text.as_str()).into();
            let scope: PyObjectRef = vm.ctx.new_str(scope.as_str()).into();
            let main: PyObjectRef = vm.main_namespace()?.into();
            let event_loop = current_loop(vm).unwrap_or_else(none);
            let running = number(*running);
            let asks = vec![
                text,
                scope,
                running,
                top,
                tasks,
                is_own.into(),
                main,
                event_loop,
                show.into(),
            ];
            ("value_of", asks)
        }
    };
    let answer = module.get_attr(name, vm)?.call(FuncArgs::from(args), vm)?;
    let answer = answer.downcast::<PyStr>().map_err(|_| vm.new_type_error("a text is wanted"))?;
    Ok(readable(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read_and_nothing_else() {
        let locals = Look::Locals { task: 3, running: 0 };
        assert_eq!(Look::read("locals\t0\t3"), Some(locals));
        let (scope, text) = ("2:main".to_owned(), "a\tb".to_owned());
        let value = Look::Value { running: 1, scope, text };
        assert_eq!(Look::read("value\t1\t2:main\ta\tb"), Some(value));
        for other in ["", "locals", "locals\tx\t3", "value\t1\t", "else\t1\t2"] {
            assert_eq!(Look::read(other), None, "{other}");
        }
    }
}
