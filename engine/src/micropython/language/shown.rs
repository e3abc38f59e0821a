//! How MicroPython shows exceptions, classes, objects and texts: `ValueError('boom',)`, `<class 'Motor'>`,
//! `<Motor object at ...>`, `'caf\xe9'`.

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyByteArray, PyStr, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::{each_subclass, texts};

type Repr = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

/// Puts MicroPython's reprs in the place of the interpreter's.
pub(super) fn set_up(vm: &VirtualMachine) {
    let base: &'static Py<PyType> = vm.ctx.exceptions.base_exception_type;
    let value = vm.ctx.new_readonly_getset("value", base, exception_value);
    base.set_attr(vm.ctx.intern_str("value"), value.into());
    replace_repr(base, exception_repr, vm);
    replace_repr(vm.ctx.types.object_type, object_repr, vm);
    replace_repr(vm.ctx.types.type_type, class_repr, vm);
    replace_repr(vm.ctx.types.generator_type, generator_repr, vm);
    replace_repr(vm.ctx.types.str_type, str_repr, vm);
    replace_repr(vm.ctx.types.bytearray_type, bytearray_repr, vm);
    // It is a text in a way of its own, which may warn.
    set_method(vm.ctx.types.bytearray_type, "__str__", bytearray_repr, vm);
    replace_repr(vm.ctx.types.memoryview_type, memoryview_repr, vm);

    // A missing key's name is shown as it is, without quotes.
    let text = vm.ctx.intern_str("__str__");
    if let Some(usual) = base.get_attr(text) {
        vm.ctx.exceptions.key_error.set_attr(text, usual);
        vm.ctx.exceptions.key_error.slots.str.store(base.slots.str.load());
    }
}

/// Gives a class a method that shows its objects.
fn set_method(base: &'static Py<PyType>, name: &'static str, repr: Repr, vm: &VirtualMachine) {
    let method =
        vm.new_method(name, base, move |zelf: PyObjectRef, vm: &VirtualMachine| repr(&zelf, vm));
    base.set_attr(vm.ctx.intern_str(name), method.into());
}

/// Gives a class and those below it another repr. One that has a repr of its own keeps it. Classes
/// that are made later find it as the attribute.
fn replace_repr(base: &'static Py<PyType>, repr: Repr, vm: &VirtualMachine) {
    let usual = base.slots.repr.load().map(|f| f as usize);
    set_method(base, "__repr__", repr, vm);
    each_subclass(base, &|class| {
        if class.slots.repr.load().map(|f| f as usize) == usual {
            class.slots.repr.store(Some(repr));
        }
    });
}

/// Every exception has its first argument as `value`.
fn exception_value(exception: PyBaseExceptionRef, vm: &VirtualMachine) -> Option<PyObjectRef> {
    texts::put_right(&exception, vm);
    exception.args().first().cloned()
}

/// An exception's repr is its name and its arguments as a tuple: `ValueError(2,)`.
fn exception_repr(exception: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let args = match exception.downcast_ref::<PyBaseException>() {
        Some(exception) => {
            texts::put_right(exception, vm);
            exception.args().as_object().repr(vm)?.to_string()
        }
        None => "()".to_owned(),
    };
    Ok(vm.ctx.new_str(format!("{}{args}", class_name(exception.class()))))
}

/// What a class of exceptions is called: the library has some of its own where a board has none.
pub(super) fn class_name(class: &Py<PyType>) -> String {
    let name = class.name();
    match &*name {
        "ModuleNotFoundError" => "ImportError",
        "UnboundLocalError" => "NameError",
        "RecursionError" => "RuntimeError",
        "UnicodeDecodeError" | "UnicodeEncodeError" => "UnicodeError",
        "JSONDecodeError" => "ValueError",
        name => name,
    }
    .to_owned()
}

/// Neither a module nor a class that it stands in is named.
#[allow(clippy::unnecessary_wraps, reason = "the interpreter's table takes one that may fail")]
fn class_repr(class: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let name = class.downcast_ref::<PyType>().map_or_else(String::new, |it| it.name().to_string());
    Ok(vm.ctx.new_str(format!("<class '{name}'>")))
}

#[allow(clippy::unnecessary_wraps, reason = "the interpreter's table takes one that may fail")]
fn object_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let name = object.class().name().to_string();
    Ok(vm.ctx.new_str(format!("<{name} object at {:x}>", object.get_id())))
}

fn generator_repr(generator: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let name = generator.get_attr("__name__", vm)?.str(vm)?;
    Ok(vm.ctx.new_str(format!("<generator object '{name}' at {:x}>", generator.get_id())))
}

#[allow(clippy::unnecessary_wraps, reason = "the interpreter's table takes one that may fail")]
fn str_repr(text: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let shown = text.downcast_ref::<PyStr>().map_or_else(String::new, |text| quoted(text));
    Ok(vm.ctx.new_str(shown))
}

/// A text in quotes, with nothing in it but what a terminal of a board shows.
fn quoted(text: &PyStr) -> String {
    let points = || text.as_wtf8().code_points();
    let has = |sought: char| points().any(|point| point.to_char() == Some(sought));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for point in points() {
        let number = point.to_u32();
        match point.to_char() {
            Some(own) if own == quote || own == '\\' => shown.extend(['\\', own]),
            Some(plain @ ' '..='~') => shown.push(plain),
            Some('\n') => shown.push_str("\\n"),
            Some('\r') => shown.push_str("\\r"),
            Some('\t') => shown.push_str("\\t"),
            _ if number < 0x100 => shown.push_str(&format!("\\x{number:02x}")),
            _ if number < 0x1_0000 => shown.push_str(&format!("\\u{number:04x}")),
            _ => shown.push_str(&format!("\\U{number:08x}")),
        }
    }
    shown.push(quote);
    shown
}

fn bytearray_repr(bytes: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let held = bytes.downcast_ref::<PyByteArray>().map(|bytes| bytes.borrow_buf().to_vec());
    let shown = vm.ctx.new_bytes(held.unwrap_or_default()).as_object().repr(vm)?;
    Ok(vm.ctx.new_str(format!("bytearray({shown})")))
}

#[allow(clippy::unnecessary_wraps, reason = "the interpreter's table takes one that may fail")]
fn memoryview_repr(_view: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    Ok(vm.ctx.new_str("<memoryview>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_in_ascii() {
        for (text, shown) in [
            ("plain", "'plain'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "'it\\'s \"so\"'"),
            ("\\\n\r\t\0\x7f", "'\\\\\\n\\r\\t\\x00\\x7f'"),
            ("caf\u{e9} \u{20ac} \u{1f600}", "'caf\\xe9 \\u20ac \\U0001f600'"),
        ] {
            assert_eq!(quoted(&PyStr::from(text)), shown);
        }
    }
}
