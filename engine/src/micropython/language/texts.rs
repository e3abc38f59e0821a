//! The words of the interpreter's own errors, as MicroPython says them. They are put in their place when
//! somebody looks: at the text, the arguments or the repr.

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyStr, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::each_subclass;

/// Lets exceptions of the interpreter say what they say on a board.
pub(super) fn set_up(vm: &VirtualMachine) {
    let base: &'static Py<PyType> = vm.ctx.exceptions.base_exception_type;
    let name = vm.ctx.intern_str("args");
    if let Some(usual) = base.get_attr(name) {
        let set = move |it: PyBaseExceptionRef, value: PyObjectRef, vm: &VirtualMachine| {
            vm.call_method(&usual, "__set__", (it, value)).map(drop)
        };
        let args = vm.ctx.new_getset("args", base, args, set);
        base.set_attr(name, args.into());
    }
    let exceptions = &vm.ctx.exceptions;
    // These have a method of their own.
    for class in [
        exceptions.import_error,
        exceptions.syntax_error,
        exceptions.unicode_decode_error,
        exceptions.unicode_encode_error,
    ] {
        let class: &'static Py<PyType> = class;
        let text = |it: PyObjectRef, vm: &VirtualMachine| text_of(&it, vm);
        let method = vm.new_method("__str__", class, text);
        class.set_attr(vm.ctx.intern_str("__str__"), method.into());
        class.slots.str.store(Some(|it, vm| Ok(vm.ctx.new_str(text_of(it, vm)?))));
    }
    let usual = base.slots.str.load().map(|f| f as usize);
    let method =
        vm.new_method("__str__", base, |it: PyObjectRef, vm: &VirtualMachine| text_of(&it, vm));
    base.set_attr(vm.ctx.intern_str("__str__"), method.into());
    each_subclass(base, &|class| {
        if class.slots.str.load().map(|f| f as usize) == usual {
            class.slots.str.store(Some(|it, vm| Ok(vm.ctx.new_str(text_of(it, vm)?))));
        }
    });
}

fn args(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyObjectRef {
    put_right(&error, vm);
    error.args().into()
}

fn text_of(error: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let Some(error) = error.downcast_ref::<PyBaseException>() else { return Ok(String::new()) };
    let name = error.class().name().to_string();
    if is_the_interpreters(error) {
        match &*name {
            "SyntaxError" | "IndentationError" | "TabError" if error.args().len() > 1 => {
                return Ok("invalid syntax".to_owned());
            }
            name if name.starts_with("Unicode") && error.args().len() > 1 => {
                return Ok(String::new());
            }
            _ => {}
        }
    }
    put_right(error, vm);
    let args = error.args();
    match args.len() {
        0 => Ok(String::new()),
        1 => args[0].str(vm).map(|text| text.to_string()),
        _ => args.as_object().repr(vm).map(|text| text.to_string()),
    }
}

/// The class is one of the interpreter's own, and not one that a program has made.
fn is_the_interpreters(error: &Py<PyBaseException>) -> bool {
    use rustpython_vm::types::PyTypeFlags;
    !error.class().slots.flags.has_feature(PyTypeFlags::HEAPTYPE)
        || matches!(&*error.class().name(), "JSONDecodeError" | "error" | "Error" | "PatternError")
}

/// Puts MicroPython's words in the place of the interpreter's.
pub(super) fn put_right(error: &Py<PyBaseException>, vm: &VirtualMachine) {
    let args = error.args();
    let [only] = args.as_slice() else { return };
    let Some(text) = only.downcast_ref::<PyStr>() else { return };
    if !is_the_interpreters(error) {
        return;
    }
    let class = error.class().name().to_string();
    let said = text.to_string();
    let new = match missing(&said) {
        Some((function, count)) => {
            let needs = required(error, function, vm).unwrap_or(count).max(count);
            Some(takes(last(function), needs, needs - count))
        }
        None => words(&class, &said),
    };
    if let Some(new) = new {
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(new).into()]);
        let class: &'static Py<PyType> = vm.ctx.exceptions.base_exception_type;
        if let Some(descriptor) = class.get_attr(vm.ctx.intern_str("args")) {
            let error: PyObjectRef = error.to_owned().into();
            let _ = vm.call_method(&descriptor, "__set__", (error, args));
        }
    }
}

fn takes(function: &str, needs: usize, given: usize) -> String {
    format!("{function}() takes {needs} positional arguments but {given} were given")
}

/// A function's name without those of what it stands in.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Of which function how many positional arguments are missing.
fn missing(said: &str) -> Option<(&str, usize)> {
    let (function, rest) = said.split_once("() missing ")?;
    let (count, rest) = rest.split_once(' ')?;
    rest.starts_with("required positional argument").then_some(())?;
    Some((function, count.parse().ok()?))
}

/// How many positional arguments a function has to have, as it was called where the error was raised.
fn required(error: &Py<PyBaseException>, function: &str, vm: &VirtualMachine) -> Option<usize> {
    let mut entry = error.__traceback__()?;
    loop {
        let next = entry.next.lock().clone();
        match next {
            Some(next) => entry = next,
            None => break,
        }
    }
    let frame = entry.as_object().get_attr("tb_frame", vm).ok()?;
    let mut parts = function.split('.').filter(|part| *part != "<locals>" && *part != "__main__");
    let first = vm.ctx.new_str(parts.next()?);
    let in_scope = |scope: &'static str| {
        let names = frame.get_attr(scope, vm).ok()?;
        names.get_item(first.as_object(), vm).ok()
    };
    let mut found = in_scope("f_locals").or_else(|| in_scope("f_globals"))?;
    for part in parts {
        found = found.get_attr(&vm.ctx.new_str(part), vm).ok()?;
    }
    let code = found.get_attr("__code__", vm).ok()?;
    let count = code.get_attr("co_argcount", vm).ok()?.try_into_value::<usize>(vm).ok()?;
    let defaults = found.get_attr("__defaults__", vm).ok()?;
    let defaults = if vm.is_none(&defaults) { 0 } else { defaults.length(vm).ok()? };
    count.checked_sub(defaults)
}

/// What MicroPython says where the interpreter says this; `None`: the same.
fn words(class: &str, said: &str) -> Option<String> {
    let words = match class {
        "ZeroDivisionError" => "divide by zero".to_owned(),
        "NameError" => said.strip_suffix(" is not defined")?.to_owned() + " isn't defined",
        "UnboundLocalError" => "local variable referenced before assignment".to_owned(),
        "ImportError" | "ModuleNotFoundError" => return import(said),
        "RecursionError" => said.trim_end().to_owned(),
        "AttributeError" => return attribute(said),
        "IndexError" => return index(said),
        "JSONDecodeError" => "syntax error in JSON".to_owned(),
        "RuntimeError" if said == "No active exception to reraise" => {
            "no active exception to reraise".to_owned()
        }
        "Error" | "error" => match said {
            _ if said.contains("base64") || said == "Incorrect padding" => "incorrect padding",
            "Non-hexadecimal digit found" | "Odd-length string" => "non-hex digit",
            "bad char in struct format" => "bad typecode",
            _ if said.starts_with("unpack requires a buffer") => "buffer too small",
            _ => return None,
        }
        .to_owned(),
        "SyntaxError" | "IndentationError" => return syntax(said),
        "ValueError" => return value(said),
        "TypeError" => return wrong_type(said).filter(|new| new != said),
        _ => return None,
    };
    (words != said).then_some(words)
}

/// What a board says of all that does not parse.
fn syntax(said: &str) -> Option<String> {
    let is_known = said.ends_with(" was never closed")
        || said.starts_with("unterminated ")
        || said.starts_with("expected ")
        || said.starts_with("unexpected ") && said != "unexpected indent"
        || said.starts_with("unmatched ")
        || said.starts_with("closing parenthesis ")
        || said.starts_with("invalid syntax.");
    is_known.then(|| "invalid syntax".to_owned())
}

fn import(said: &str) -> Option<String> {
    if let Some(rest) = said.strip_prefix("No module named ") {
        return Some(format!("no module named {rest}"));
    }
    let name = said.strip_prefix("cannot import name '")?.split('\'').next()?;
    Some(format!("can't import name {name}"))
}

fn attribute(said: &str) -> Option<String> {
    if let Some((before, _)) = said.split_once(" and no __dict__") {
        return Some(before.to_owned());
    }
    let rest = said.strip_prefix("'builtin_function_or_method' ")?;
    Some(format!("'function' {rest}"))
}

fn index(said: &str) -> Option<String> {
    Some(
        match said {
            "range object index out of range" => "range index out of range",
            "list assignment index out of range" | "pop index out of range" => {
                "list index out of range"
            }
            _ if said.starts_with("Replacement index ") => "tuple index out of range",
            _ => return None,
        }
        .to_owned(),
    )
}

fn value(said: &str) -> Option<String> {
    if let Some(rest) = said.strip_prefix("invalid literal for int() with base ") {
        return Some(format!("invalid syntax for integer with base {rest}"));
    }
    if let Some((_, rest)) = said.split_once("values to unpack (expected ") {
        if said.starts_with("too many") {
            let (count, _) = rest.split_once(',')?;
            return Some(format!("too many values to unpack (expected {count})"));
        }
        let got = rest.rsplit_once("got ")?.1.trim_end_matches(')');
        return Some(format!("need more than {got} values to unpack"));
    }
    if let Some(rest) = said.strip_prefix("Unknown conversion specifier") {
        return Some(format!("unknown conversion specifier{rest}"));
    }
    if let Some(rest) = said.strip_prefix("Unknown format code") {
        return Some(format!("unknown format code{rest}"));
    }
    Some(
        match said {
            "complex() arg is a malformed string" => "invalid syntax for number",
            _ if said.starts_with("could not convert string to float") => {
                "invalid syntax for number"
            }
            _ if said.ends_with(" is not in list") || said.ends_with("x not in tuple") => {
                "object not in sequence"
            }
            _ if said.ends_with("() iterable argument is empty") => "arg is an empty sequence",
            "range() arg 3 must not be zero" => "zero step",
            "slice step cannot be zero" => "slice step can't be zero",
            "bytes must be in range(0, 256)" => "bytes value out of range",
            "Single '}' encountered in format string" => "single '}' encountered in format string",
            "Single '{' encountered in format string" => "unmatched '{' in format",
            "cannot switch from manual field specification to automatic field numbering" => {
                "can't switch from manual field specification to automatic field numbering"
            }
            _ if said.starts_with("Negative zero coercion") => "invalid format specifier",
            "factorial() not defined for negative values" => "negative factorial",
            _ if said.starts_with("expected a nonnegative input")
                || said.starts_with("expected a positive input")
                || said.starts_with("expected a number in range") =>
            {
                "math domain error"
            }
            _ => return None,
        }
        .to_owned(),
    )
}

/// The endings of sentences about an object's class, which begin alike.
const OBJECTS: [(&str, &str); 6] = [
    (" object is not callable", " object isn't callable"),
    (" object is not iterable", " object isn't iterable"),
    (" object is not an iterator", " object isn't an iterator"),
    (" object is not subscriptable", " object isn't subscriptable"),
    (" object does not support item assignment", " object doesn't support item assignment"),
    (" object does not support item deletion", " object doesn't support item deletion"),
];

/// The methods of operators.
const OPERATORS: [(&str, &str); 20] = [
    ("+", "__add__"),
    ("-", "__sub__"),
    ("*", "__mul__"),
    ("/", "__truediv__"),
    ("//", "__floordiv__"),
    ("%", "__mod__"),
    ("**", "__pow__"),
    ("** or pow()", "__pow__"),
    ("@", "__matmul__"),
    ("<<", "__lshift__"),
    (">>", "__rshift__"),
    ("&", "__and__"),
    ("|", "__or__"),
    ("^", "__xor__"),
    ("<", "__lt__"),
    (">", "__gt__"),
    ("<=", "__le__"),
    (">=", "__ge__"),
    ("~", "__invert__"),
    ("divmod()", "__divmod__"),
];

fn method(operator: &str) -> Option<&'static str> {
    let found = OPERATORS.iter().find(|(sign, _)| {
        *sign == operator || operator.strip_suffix('=') == Some(sign) && operator.len() > 1
    });
    // A comparison is no assignment.
    let exact = OPERATORS.iter().find(|(sign, _)| *sign == operator);
    exact.or(found).map(|(_, method)| *method)
}

fn wrong_type(said: &str) -> Option<String> {
    for (theirs, ours) in OBJECTS {
        if let Some(before) = said.strip_suffix(theirs) {
            return Some(format!("{before}{ours}"));
        }
    }
    operands(said)
        .or_else(|| arguments(said))
        .or_else(|| conversion(said))
        .or_else(|| strings(said))
        .or_else(|| sequences(said))
}

/// Of operators.
fn operands(said: &str) -> Option<String> {
    let two = |method: &str, a: &str, b: &str| {
        Some(format!("unsupported types for {method}: '{a}', '{b}'"))
    };
    if let Some(rest) = said.strip_prefix("unsupported operand type(s) for ") {
        let (operator, rest) = rest.rsplit_once(": '")?;
        let (a, b) = rest.trim_end_matches('\'').split_once("' and '")?;
        return two(method(operator)?, a, b);
    }
    if let Some((operator, rest)) = said.split_once(" not supported between instances of '") {
        let (a, b) = rest.trim_end_matches('\'').split_once("' and '")?;
        return two(method(operator.trim_matches('\''))?, a, b);
    }
    if let Some(rest) = said.strip_prefix("bad operand type for ") {
        let (operator, class) = rest.split_once(": ")?;
        let method = match operator {
            "unary -" => "__neg__",
            "unary +" => "__pos__",
            "unary ~" => "__invert__",
            "abs()" => "__abs__",
            _ => return None,
        };
        return Some(format!("unsupported type for {method}: {class}"));
    }
    if let Some(rest) = said.strip_prefix("can only concatenate ") {
        let (a, rest) = rest.split_once(" (not ")?;
        let b = rest.split(')').next()?.trim_matches(['"', '\'']);
        return two("__add__", a, b);
    }
    if let Some((a, b)) = said.strip_prefix("Cannot add ").and_then(|it| it.split_once(" and ")) {
        return two("__add__", a, b);
    }
    let class = said.rsplit_once("unhashable type: ")?.1.trim_end_matches(')');
    Some(format!("unsupported type for __hash__: {class}"))
}

/// Of calls.
fn arguments(said: &str) -> Option<String> {
    if let Some((function, rest)) = said.split_once("() takes ") {
        let (counts, given) = rest.split_once(" positional argument")?;
        let given = given.rsplit_once(" but ")?.1.split(' ').next()?.parse().ok()?;
        let needs = counts.rsplit(' ').next()?.parse().ok()?;
        return Some(takes(last(function), needs, given));
    }
    if let Some((_, name)) = said.split_once("() got an unexpected keyword argument ") {
        return Some(format!("unexpected keyword argument {name}"));
    }
    if let Some((_, name)) = said.split_once("() got multiple values for argument ") {
        return Some(format!("function got multiple values for argument {name}"));
    }
    if said.contains("() missing ") && said.contains("keyword-only argument") {
        return Some("function missing keyword-only argument".to_owned());
    }
    let (_, rest) = said.split_once(" expected ")?;
    let (needs, given) = rest.split_once(" argument")?;
    let needs: usize = needs.parse().ok()?;
    let given: usize = given.rsplit_once("got ")?.1.parse().ok()?;
    Some(takes("function", needs, given).replacen("()", "", 1))
}

/// Of conversions.
fn conversion(said: &str) -> Option<String> {
    for target in ["int", "float"] {
        if let Some(rest) = said.strip_prefix(target)
            && let Some((_, class)) =
                rest.strip_prefix("() argument must be ")?.split_once(", not ")
        {
            return Some(format!("can't convert {} to {target}", class.trim_matches('\'')));
        }
    }
    if let Some(class) = said.strip_suffix("' object cannot be interpreted as an integer") {
        return Some(format!("can't convert {} to int", class.trim_start_matches('\'')));
    }
    let class = said.strip_prefix("%d format: a real number is required, not ")?;
    Some(format!("can't convert {class} to int"))
}

/// Of texts.
fn strings(said: &str) -> Option<String> {
    Some(match said {
        "not all arguments converted during string formatting" => {
            "format string didn't convert all arguments".to_owned()
        }
        "not enough arguments for format string" => "format string needs more arguments".to_owned(),
        "format requires a mapping" => "format needs a dict".to_owned(),
        _ if said.contains("a bytes-like object is required") => {
            "object with buffer protocol required".to_owned()
        }
        _ if said.starts_with("sequence item ") => {
            "join expects a list of str/bytes objects consistent with self object".to_owned()
        }
        _ => {
            let class = said
                .strip_prefix("'in <string>' requires string as left operand, not ")
                .or_else(|| said.strip_prefix("attribute name must be string, not "))
                .or_else(|| {
                    said.strip_prefix("ord() expected string of length 1, but ")?
                        .strip_suffix(" found")
                })?;
            format!("can't convert '{}' object to str implicitly", class.trim_matches('\''))
        }
    })
}

/// Of sequences, and what is raised.
fn sequences(said: &str) -> Option<String> {
    if let Some((kind, rest)) = said.split_once(" indices must be integers") {
        let class = rest.rsplit_once("not ")?.1.trim_matches('\'');
        let words = format!("{kind} indices must be integers, not {class}");
        return (words != said).then_some(words);
    }
    if let Some(class) = said.strip_prefix("cannot unpack non-iterable ") {
        return Some(format!("'{}' object isn't iterable", class.strip_suffix(" object")?));
    }
    if let Some(class) = said.strip_prefix("argument of type ") {
        return Some(format!("{} object isn't iterable", class.split(" is ").next()?));
    }
    if let Some((_, class)) = said.split_once("after * must be an iterable, not ") {
        return Some(format!("'{class}' object isn't iterable"));
    }
    Some(
        match said {
            _ if said.starts_with("exceptions must be classes or instances deriving") => {
                "exceptions must derive from BaseException"
            }
            "type() takes 1 or 3 arguments" => "type takes 1 or 3 arguments",
            _ if said.starts_with("isinstance() arg 2")
                || said.starts_with("issubclass() arg 2") =>
            {
                "issubclass() arg 2 must be a class or a tuple of classes"
            }
            _ => return None,
        }
        .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_micropythons() {
        for (class, theirs, ours) in [
            ("ZeroDivisionError", "division by zero", "divide by zero"),
            ("NameError", "name 'x' is not defined", "name 'x' isn't defined"),
            ("TypeError", "'int' object is not callable", "'int' object isn't callable"),
            (
                "TypeError",
                "unsupported operand type(s) for +=: 'int' and 'str'",
                "unsupported types for __add__: 'int', 'str'",
            ),
            (
                "TypeError",
                "'<=' not supported between instances of 'int' and 'NoneType'",
                "unsupported types for __le__: 'int', 'NoneType'",
            ),
            (
                "TypeError",
                "can only concatenate str (not \"int\") to str",
                "unsupported types for __add__: 'str', 'int'",
            ),
            (
                "TypeError",
                "A.m() takes from 1 to 2 positional arguments but 3 were given",
                "m() takes 2 positional arguments but 3 were given",
            ),
            (
                "TypeError",
                "len expected 1 argument, got 2",
                "function takes 1 positional arguments but 2 were given",
            ),
            (
                "ValueError",
                "not enough values to unpack (expected at least 1, got 0)",
                "need more than 0 values to unpack",
            ),
            (
                "TypeError",
                "'str' object cannot be interpreted as an integer",
                "can't convert str to int",
            ),
        ] {
            assert_eq!(words(class, theirs).as_deref(), Some(ours), "{class}: {theirs}");
            assert_eq!(words(class, ours), None, "what is said already stays: {ours}");
        }
        assert_eq!(words("TypeError", "a program's own words"), None);
        assert_eq!(words("ValueError", "no such lamp"), None);
    }
}
