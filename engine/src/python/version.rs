//! Which Python the program sees: the version of its dialect.

use loopscope_protocol::Dialect;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use crate::dialect::{MICROPYTHON, Rules};

/// The version of the default dialect, as `python3 -V` gives it.
pub(super) const NUMBER: &str = "3.13.0";

const fn numbers(dialect: Dialect) -> (u32, u32, u32) {
    Rules::of(dialect).version
}

/// Sets `sys.version` and its kin.
pub(super) fn install(vm: &VirtualMachine, dialect: Dialect) -> PyResult<()> {
    let (major, minor, micro) = numbers(dialect);
    let sys = &vm.sys_module;
    let int = |n: u32| -> PyObjectRef { vm.ctx.new_int(n).into() };
    let fields = vec![int(major), int(minor), int(micro), vm.ctx.new_str("final").into(), int(0)];
    // The class cannot be called, but an object of it can be made of a tuple.
    let class = sys.get_attr("version_info", vm)?.class().to_owned();
    let info = PyTuple::new_unchecked(fields.into_boxed_slice()).into_ref_with_type(vm, class)?;
    sys.set_attr("version_info", info, vm)?;
    sys.set_attr("hexversion", int(major << 24 | minor << 16 | micro << 8 | 0xf0), vm)?;
    let number = if Rules::of(dialect).is_micropython() {
        let (mp_major, mp_minor, mp_micro) = MICROPYTHON;
        format!("{major}.{minor}.{micro}; MicroPython v{mp_major}.{mp_minor}.{mp_micro}")
    } else {
        format!("{major}.{minor}.{micro}")
    };
    // In the form that `platform` reads.
    let text = format!(
        "{number} (loopscope {} on RustPython {}) [Rust]",
        env!("CARGO_PKG_VERSION"),
        "0.6.0",
    );
    sys.set_attr("version", vm.ctx.new_str(text), vm)?;
    // Byte code is the interpreter's own, so it must not lie where CPython looks for its own.
    let implementation = sys.get_attr("implementation", vm)?;
    implementation.set_attr("cache_tag", vm.ctx.new_str("loopscope-314"), vm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_what_the_version_option_says() {
        let (major, minor, micro) = numbers(Dialect::Cpython);
        assert_eq!(NUMBER, format!("{major}.{minor}.{micro}"));
    }
}
