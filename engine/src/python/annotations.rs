//! When the annotations of a class are evaluated: up to CPython 3.13 before the class is made, so that
//! they are in its namespace.
//!
//! The interpreter is 3.14's: there a class has a function that evaluates them for whoever asks. What
//! reads the namespace by itself, as `attrs` and metaclasses do, goes by the version that it is told.

use loopscope_protocol::Dialect;
use rustpython_vm::builtins::{PyCode, PyStr, PyType};
use rustpython_vm::class::PyClassImpl as _;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::types::Callable;
use rustpython_vm::{
    AsObject as _, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use crate::dialect::Rules;

/// The first version that evaluates them when they are asked for.
const LAZY_SINCE: (u32, u32, u32) = (3, 14, 0);

/// What a class of the interpreter evaluates them by.
const FUNCTION: &str = "__annotate_func__";

/// Which of those that stand in a block of an `if` were reached.
const CONDITIONAL: &str = "__conditional_annotations__";

/// The format that asks for values.
const VALUES: i32 = 1;

/// Has them evaluated as the dialect does.
pub(super) fn install(vm: &VirtualMachine, dialect: Dialect) -> PyResult<()> {
    let rules = Rules::of(dialect);
    if rules.is_micropython() || rules.version >= LAZY_SINCE {
        return Ok(());
    }
    let _ = Metaclass::make_static_type();
    let build = vm.builtins.get_attr("__build_class__", vm)?;
    let early = move |mut args: FuncArgs, vm: &VirtualMachine| {
        if args.args.first().is_some_and(|body| is_annotated(body, vm)) {
            let given = args.kwargs.shift_remove(METACLASS);
            let metaclass = Metaclass { given }.into_ref(&vm.ctx).into();
            args.kwargs.insert(METACLASS.into(), metaclass);
        }
        build.call(args, vm)
    };
    vm.builtins.set_attr("__build_class__", vm.new_function("__build_class__", early), vm)
}

const METACLASS: &str = "metaclass";

/// Whether the body of a class has annotations, and is a program's: the interpreter's own library is
/// written for its own version.
fn is_annotated(body: &PyObject, vm: &VirtualMachine) -> bool {
    let Ok(code) = body.get_attr("__code__", vm) else { return false };
    let Some(code) = code.downcast_ref::<PyCode>() else { return false };
    code.code.names.iter().any(|name| name.as_str() == FUNCTION)
        && !is_frozen(body, vm).unwrap_or(false)
}

fn is_frozen(body: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let globals = body.get_attr("__globals__", vm)?;
    let loader = vm.call_method(&globals, "get", ("__loader__",))?;
    let Some(class) = loader.downcast_ref::<PyType>() else { return Ok(false) };
    Ok(&*class.name() == "FrozenImporter")
}

/// Takes the place of a metaclass while a class is made: evaluates, and then asks the real one.
#[pyclass(name = "metaclass", module = "builtins")]
#[derive(Debug, PyPayload)]
struct Metaclass {
    given: Option<PyObjectRef>,
}

impl Metaclass {
    /// The one that makes the class: of the one that was given and those of the bases, the most
    /// derived.
    fn real(&self, bases: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
        let given = self.given.clone().map(PyObjectRef::downcast::<PyType>);
        let mut winner: PyRef<PyType> = match (given, bases.first()) {
            (Some(Ok(class)), _) => class,
            (Some(Err(other)), _) => return Ok(other),
            (None, Some(base)) => base.class().to_owned(),
            (None, None) => vm.ctx.types.type_type.to_owned(),
        };
        for base in bases {
            let class = base.class();
            if class.fast_issubclass(&winner) {
                winner = class.to_owned();
            } else if !winner.fast_issubclass(class) {
                return Err(vm.new_type_error(
                    "metaclass conflict: the metaclass of a derived class must be a (non-strict) \
                     subclass of the metaclasses of all its bases",
                ));
            }
        }
        Ok(winner.into())
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Callable))]
impl Metaclass {
    #[pymethod]
    fn __prepare__(
        zelf: &Py<Self>,
        name: PyObjectRef,
        bases: PyObjectRef,
        keywords: KwArgs,
        vm: &VirtualMachine,
    ) -> PyResult {
        let real = zelf.real(&vm.extract_elements_with(&bases, Ok)?, vm)?;
        match vm.get_attribute_opt(&real, "__prepare__")? {
            Some(prepare) => prepare.call(FuncArgs::new(vec![name, bases], keywords), vm),
            None => Ok(vm.ctx.new_dict().into()),
        }
    }
}

impl Callable for Metaclass {
    type Args = (PyObjectRef, PyObjectRef, PyObjectRef, KwArgs);

    fn call(
        zelf: &Py<Self>,
        (name, bases, namespace, keywords): Self::Args,
        vm: &VirtualMachine,
    ) -> PyResult {
        evaluate(&namespace, vm)?;
        let real = zelf.real(&vm.extract_elements_with(&bases, Ok)?, vm)?;
        real.call(FuncArgs::new(vec![name, bases, namespace], keywords), vm)
    }
}

/// Puts the values into the namespace, in place of what would evaluate them.
fn evaluate(namespace: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(function) = take(namespace, FUNCTION, vm)? else { return Ok(()) };
    take(namespace, CONDITIONAL, vm)?;
    let values = function.call((VALUES,), vm)?;
    let name = vm.ctx.intern_str("__annotations__");
    match found(namespace, name.as_object(), vm)? {
        // The body has begun them itself.
        Some(begun) => vm.call_method(&begun, "update", (values,)).map(drop),
        None => namespace.set_item(name.as_object(), values, vm),
    }
}

fn take(namespace: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let name: PyRef<PyStr> = vm.ctx.new_str(name);
    let value = found(namespace, name.as_object(), vm)?;
    if value.is_some() {
        namespace.del_item(name.as_object(), vm)?;
    }
    Ok(value)
}

fn found(
    namespace: &PyObject,
    name: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    match namespace.get_item(name, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}
