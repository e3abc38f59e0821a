//! What the interpreter says of awaiting what cannot be awaited: in the words of CPython up to 3.13.
//!
//! The interpreter's own words are those of 3.14. They are changed when somebody first looks at them.

use loopscope_protocol::Dialect;
use rustpython_vm::builtins::{PyBaseException, PyStr};
use rustpython_vm::{PyObject, PyRef, PyResult, VirtualMachine};

use super::wrap_method;

/// Has type errors told in the dialect's words.
pub(super) fn install(vm: &VirtualMachine, dialect: Dialect) {
    if dialect == Dialect::Cpython314 {
        return;
    }
    let class = vm.ctx.exceptions.type_error;
    wrap_method(vm, &class.to_owned(), "__str__", |original, args, vm| {
        if let Some(error) = args.args.first() {
            reword(error, vm)?;
        }
        original.call(args, vm)
    });
    class.slots().repr.store(Some(repr_of));
}

fn repr_of(error: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    reword(error, vm)?;
    match vm.ctx.exceptions.base_exception_type.slots().repr.load() {
        Some(shown) => shown(error, vm),
        None => Ok(vm.ctx.new_str(error.class().name().to_string())),
    }
}

fn reword(error: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(exception) = error.downcast_ref::<PyBaseException>() else { return Ok(()) };
    let args = exception.args();
    let [only] = args.as_slice() else { return Ok(()) };
    let told = only.downcast_ref::<PyStr>().and_then(|text| text.to_str()).and_then(of_3_13);
    match told {
        Some(text) => {
            error.set_attr("args", vm.ctx.new_tuple(vec![vm.ctx.new_str(text).into()]), vm)
        }
        None => Ok(()),
    }
}

/// The same in the words of 3.13.
fn of_3_13(text: &str) -> Option<String> {
    let class = text.strip_prefix('\'')?.strip_suffix("' object can't be awaited")?;
    Some(format!("object {class} can't be used in 'await' expression"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_sentence_is_told_in_other_words() {
        let told = of_3_13("'int' object can't be awaited");
        assert_eq!(told.as_deref(), Some("object int can't be used in 'await' expression"));
        assert_eq!(of_3_13("'int' object is not callable"), None);
    }
}
