//! Dictionaries of a program's own class are equal by what they hold, as in CPython. The interpreter
//! asks their `__getitem__`, which may give something else.

use rustpython_vm::builtins::{PyDict, PyType};
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Has them compared so. Classes that are made from now on inherit the methods.
pub(super) fn install(vm: &VirtualMachine) {
    let class: &'static Py<PyType> = vm.ctx.types.dict_type;
    let equal =
        |left: PyObjectRef, right: PyObjectRef, vm: &VirtualMachine| value(&left, &right, true, vm);
    let unequal = |left: PyObjectRef, right: PyObjectRef, vm: &VirtualMachine| {
        value(&left, &right, false, vm)
    };
    class.set_attr(vm.ctx.intern_str("__eq__"), vm.new_method("__eq__", class, equal).into());
    class.set_attr(vm.ctx.intern_str("__ne__"), vm.new_method("__ne__", class, unequal).into());
    class.slots.richcompare.store(Some(compare));
}

fn compare(
    left: &PyObject,
    right: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let wanted = match op {
        PyComparisonOp::Eq => true,
        PyComparisonOp::Ne => false,
        _ => return Ok(Either::B(PyComparisonValue::NotImplemented)),
    };
    value(left, right, wanted, vm).map(Either::B)
}

/// Whether it is so that they are equal, or unequal.
fn value(
    left: &PyObject,
    right: &PyObject,
    wanted: bool,
    vm: &VirtualMachine,
) -> PyResult<PyComparisonValue> {
    let pair = left.downcast_ref::<PyDict>().zip(right.downcast_ref::<PyDict>());
    let Some((left, right)) = pair else { return Ok(PyComparisonValue::NotImplemented) };
    let equal = are_equal(left, right, vm)?;
    Ok(PyComparisonValue::Implemented(equal == wanted))
}

fn are_equal(left: &PyDict, right: &PyDict, vm: &VirtualMachine) -> PyResult<bool> {
    let entries = left.items_vec();
    if entries.len() != right.__len__() {
        return Ok(false);
    }
    for (key, value) in entries {
        let Some(other) = right.inner_getitem_opt(&*key, vm)? else { return Ok(false) };
        if !value.is(&other) && !vm.bool_eq(&value, &other)? {
            return Ok(false);
        }
    }
    Ok(true)
}
