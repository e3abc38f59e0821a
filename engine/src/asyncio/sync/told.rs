//! An attribute that tells when it is set.
//!
//! It is native because it is read at each step of a lock or a queue, and because the interpreter does
//! not ask one in Python that can only be set, once the line that sets it is hot.

use rustpython_derive::Traverse;
use rustpython_vm::builtins::{PyDictRef, PyStrRef};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::types::GetDescriptor;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// An attribute whose change is told by `told(object, value, before)`. It lies where it would
/// otherwise.
#[pyclass(name = "Told", module = "_loopscope_sync", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct PyTold {
    name: PyStrRef,
    told: PyObjectRef,
    /// Stands for what it was before it was set the first time.
    never: PyObjectRef,
}

impl PyTold {
    pub(super) fn of(
        name: PyStrRef,
        told: PyObjectRef,
        never: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        Self { name, told, never }.into_ref(&vm.ctx).into()
    }

    fn own(&self, object: &PyObject, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        object.dict().ok_or_else(|| self.missing(object, vm))
    }

    fn missing(
        &self,
        object: &PyObject,
        vm: &VirtualMachine,
    ) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let class = object.class().name().to_owned();
        vm.new_attribute_error(format!("'{class}' object has no attribute '{}'", self.name))
    }
}

impl GetDescriptor for PyTold {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        _class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let Some((told, object)) = Self::_check(zelf, object, vm) else {
            return Ok(zelf.to_owned());
        };
        let value = told.own(object, vm)?.get_item_opt(&*told.name, vm)?;
        value.ok_or_else(|| told.missing(object, vm))
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(GetDescriptor))]
impl PyTold {
    #[pyslot]
    fn descr_set(
        zelf: &PyObject,
        object: PyObjectRef,
        value: PySetterValue<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let told = Self::_as_pyref(zelf, vm)?;
        let own = told.own(&object, vm)?;
        let before = own.get_item_opt(&*told.name, vm)?;
        match value {
            PySetterValue::Assign(value) => {
                own.set_item(&*told.name, value.clone(), vm)?;
                let before = before.unwrap_or_else(|| told.never.clone());
                told.told.call((object, value, before), vm).map(drop)
            }
            PySetterValue::Delete if before.is_some() => own.del_item(&*told.name, vm),
            PySetterValue::Delete => Err(told.missing(&object, vm)),
        }
    }
}
