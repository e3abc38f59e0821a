//! Where bytes are meant a str does as well, as in firmware, which hands both over as a buffer; and
//! bytes can be formatted.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyByteArray, PyBytes, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::function::{ArgBytesLike, FuncArgs};
use rustpython_vm::protocol::PySequence;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Changes `bytes`, `bytearray` and `memoryview`.
pub(super) fn set_up(vm: &VirtualMachine) {
    let bytes: &'static Py<PyType> = vm.ctx.types.bytes_type;
    let bytearray: &'static Py<PyType> = vm.ctx.types.bytearray_type;
    for class in [bytes, bytearray] {
        take_str(class, &["startswith", "endswith", "__add__", "__iadd__", "__contains__"], vm);
        let format = vm.new_method("format", class, format);
        class.set_attr(vm.ctx.intern_str("format"), format.into());
    }
    take_str(bytearray, &["extend"], vm);
    operators(bytes);
    operators(bytearray);

    let view: &'static Py<PyType> = vm.ctx.types.memoryview_type;
    if let Some(make) = view.slots.new.load() {
        MAKE_VIEW.get_or_init(|| make);
        view.slots.new.store(Some(|class, args, vm| match MAKE_VIEW.get() {
            Some(make) => make(class, with_bytes(args, 0, vm), vm),
            None => Err(vm.new_type_error("cannot create 'memoryview' instances")),
        }));
    }
}

type Make = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
static MAKE_VIEW: OnceLock<Make> = OnceLock::new();

/// A str as the bytes of its UTF-8; anything else as it is.
pub(in super::super) fn as_bytes(object: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    match object.downcast_ref::<PyStr>() {
        Some(text) => vm.ctx.new_bytes(text.as_bytes().to_vec()).into(),
        None => object.to_owned(),
    }
}

/// Arguments with every str from `first` on as bytes.
fn with_bytes(mut args: FuncArgs, first: usize, vm: &VirtualMachine) -> FuncArgs {
    for argument in args.args.iter_mut().skip(first) {
        *argument = as_bytes(argument, vm);
    }
    args
}

/// Makes methods of a class take a str where they take bytes.
fn take_str(class: &'static Py<PyType>, names: &[&'static str], vm: &VirtualMachine) {
    for &name in names {
        let interned = vm.ctx.intern_str(name);
        let Some(original) = class.get_attr(interned) else { continue };
        let method = vm.new_method(name, class, move |args: FuncArgs, vm: &VirtualMachine| {
            original.call(with_bytes(args, 1, vm), vm)
        });
        class.set_attr(interned, method.into());
    }
}

/// `function` that takes a str where it takes bytes, from its argument `first` on.
pub(in super::super) fn taking_str(
    function: PyObjectRef,
    first: usize,
    vm: &VirtualMachine,
) -> PyObjectRef {
    vm.new_function("function", move |args: FuncArgs, vm: &VirtualMachine| {
        function.call(with_bytes(args, first, vm), vm)
    })
    .into()
}

/// `+`, `+=`, `in` and `%`, which go by slots.
fn operators(class: &'static Py<PyType>) {
    class.slots.as_sequence.concat.store(Some(concat));
    class.slots.as_sequence.contains.store(Some(contains));
    class.slots.as_number.remainder.store(Some(fill_in));
}

/// The bytes of an operand on the left.
fn left(object: &PyObject) -> Option<Vec<u8>> {
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return Some(bytes.as_bytes().to_vec());
    }
    object.downcast_ref::<PyByteArray>().map(|bytes| bytes.borrow_buf().to_vec())
}

/// Bytes in the class of `like`, which is `bytes` or `bytearray`.
fn made_like(like: &PyObject, bytes: Vec<u8>, vm: &VirtualMachine) -> PyObjectRef {
    match like.downcast_ref::<PyByteArray>() {
        Some(_) => vm.ctx.new_bytearray(bytes).into(),
        None => vm.ctx.new_bytes(bytes).into(),
    }
}

fn concat(sequence: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    let unsupported = |_| {
        let (left, right) = (sequence.obj.class().name(), other.class().name());
        vm.new_type_error(format!("unsupported types for __add__: '{left}', '{right}'"))
    };
    let mut joined = left(sequence.obj).unwrap_or_default();
    let right: ArgBytesLike = as_bytes(other, vm).try_into_value(vm).map_err(unsupported)?;
    right.with_ref(|right| joined.extend_from_slice(right));
    Ok(made_like(sequence.obj, joined, vm))
}

fn contains(sequence: PySequence<'_>, sought: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let found = vm.call_method(sequence.obj, "__contains__", (as_bytes(sought, vm),))?;
    found.try_to_bool(vm)
}

/// `%`, where a str among the values counts as its bytes.
fn fill_in(format: &PyObject, values: &PyObject, vm: &VirtualMachine) -> PyResult {
    if left(format).is_none() {
        return Ok(vm.ctx.not_implemented());
    }
    let each = |change: &dyn Fn(&PyObject) -> PyResult| {
        Ok(match values.downcast_ref::<PyTuple>() {
            Some(tuple) => {
                let values: PyResult<Vec<PyObjectRef>> =
                    tuple.iter().map(|value| change(value)).collect();
                vm.ctx.new_tuple(values?).into()
            }
            None => change(values)?,
        })
    };
    let bytes: PyObjectRef = each(&|value| Ok(as_bytes(value, vm)))?;
    let refused = match vm.call_method(format, "__mod__", (bytes,)) {
        Ok(filled) => return Ok(filled),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => error,
        Err(error) => return Err(error),
    };
    // `%s` takes anything there, as text.
    let values: PyObjectRef = each(&|value| match left(value) {
        Some(_) => text_of(value, vm),
        None => Ok(value.to_owned()),
    })?;
    match vm.call_method(&*text_of(format, vm)?, "__mod__", (values,)) {
        Ok(text) => bytes_of(&text, format, vm),
        Err(_) => Err(refused),
    }
}

/// The text that bytes are; [`bytes_of`] gives back what is no text in it, too.
fn text_of(bytes: &PyObject, vm: &VirtualMachine) -> PyResult {
    vm.call_method(bytes, "decode", ("utf-8", "surrogateescape"))
}

/// The bytes that a text is, in the class of `like`.
fn bytes_of(text: &PyObject, like: &PyObject, vm: &VirtualMachine) -> PyResult {
    let bytes = vm.call_method(text, "encode", ("utf-8", "surrogateescape"))?;
    let bytes: ArgBytesLike = bytes.try_into_value(vm)?;
    Ok(made_like(like, bytes.with_ref(<[u8]>::to_vec), vm))
}

/// `bytes.format`: as `str.format` with the text that the bytes are.
fn format(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(format) = args.take_positional() else {
        return Err(vm.new_type_error("format needs bytes"));
    };
    let text = text_of(&format, vm)?.get_attr("format", vm)?.call(args, vm)?;
    bytes_of(&text, &format, vm)
}
