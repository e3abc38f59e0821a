//! Values as short texts: what a task or a future has ended by, as its record says it.
//!
//! The text is made when the record is, and nothing of the object is kept. What is built in is written
//! by this file, so that it is short from the start; anything else writes itself, within limits: it
//! may raise, loop, print or be huge, and neither the program nor its records notice.

mod limits;

use std::borrow::Cow;

use nix::sys::signal::Signal;
use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList,
    PySet, PyStr, PyTuple, PyType,
};
use rustpython_vm::signal::{SignalNum, set_interrupt_ex};
use rustpython_vm::types::{PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};

pub(crate) use limits::{LONG, Troubled, stop_by, within_limits};

use super::describe::{is_of_the_program, shown_file};
use super::parts::title;
use super::readable;
use crate::core::Ending;

/// The most characters of a value.
const LONGEST: usize = 160;

/// The most members of a collection that are looked at.
const MEMBERS: usize = 32;

/// How deep collections are followed.
const DEEPEST: usize = 4;

/// The most bits of a number that is written out: each digit costs as much as all before it.
const MOST_BITS: u64 = 1024;

/// The most frames of a traceback: those that are the innermost.
const MOST_FRAMES: usize = 32;

/// A result as a short text.
pub(crate) fn of(object: &PyObject, vm: &VirtualMachine) -> String {
    let mut text = Brief { text: String::new(), left: LONGEST };
    text.object(object, DEEPEST, vm);
    text.text
}

/// An exception as a short text: `ValueError: boom`.
pub(crate) fn of_exception(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let class = error.class();
    let mut brief = Brief { text: String::new(), left: LONGEST };
    brief.put(&class.name());
    let args = error.args();
    // Its own words, unless these are nothing but its one argument, which may be huge.
    let is_plain = has_slot_of(class, vm.ctx.exceptions.base_exception_type, |slots| {
        slots.str.load().map(|str| str as usize)
    });
    match (is_plain, args.as_slice()) {
        (true, []) => {}
        (true, [one]) => {
            let is_key = error.fast_isinstance(vm.ctx.exceptions.key_error);
            if let Some(words) = one.downcast_ref_if_exact::<PyStr>(vm).filter(|_| !is_key) {
                brief.words(&readable(&front(words, LONGEST, vm)));
            } else {
                brief.put(": ");
                brief.object(one, DEEPEST, vm);
            }
        }
        (true, _) => {
            brief.put(": ");
            brief.object(args.as_object(), DEEPEST, vm);
        }
        (false, args)
            if !class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE) && are_simple(args, vm) =>
        {
            if let Ok(words) = error.as_object().str(vm) {
                brief.words(&readable(&front(&words, LONGEST, vm)));
            }
        }
        (false, _) => match within_limits(vm, limits::SHORT, || error.as_object().str(vm)) {
            Ok(words) => brief.words(&without_addresses(&readable(&front(&words, LONGEST, vm)))),
            Err(trouble) => brief.words(&format!("(its __str__ {trouble})")),
        },
    }
    brief.text
}

/// Whether none of these runs anything of the program's when it is shown.
fn are_simple(objects: &[PyObjectRef], vm: &VirtualMachine) -> bool {
    objects.iter().all(|object| {
        vm.is_none(object)
            || object.downcast_ref_if_exact::<PyInt>(vm).is_some()
            || object.downcast_ref_if_exact::<PyStr>(vm).is_some()
    })
}

/// The frames that an exception has come through, the outermost first, each as `file:line name`.
pub(crate) fn traceback(error: &PyBaseExceptionRef) -> String {
    let mut lines = Vec::new();
    let mut at = error.__traceback__();
    while let Some(traceback) = at {
        let code = traceback.frame.iframe().code();
        let path = code.source_path().as_str();
        // Modules of ours that stand in the place of the library's are left out.
        if is_of_the_program(path) || !path.starts_with("asyncio._") {
            let (file, line) = (shown_file(path), traceback.lineno.get());
            lines.push(format!("{file}:{line} {}", readable(&code.qualname.to_owned())));
        }
        let next = traceback.next.lock().clone();
        at = next;
    }
    lines.split_off(lines.len().saturating_sub(MOST_FRAMES)).join("\n")
}

/// What a task or a future has ended by.
#[derive(Debug)]
pub(crate) struct Ended {
    value: Cow<'static, str>,
    traceback: String,
}

impl Ended {
    /// A result.
    pub(crate) fn by_result(result: Option<&PyObject>, vm: &VirtualMachine) -> Self {
        let value = match result {
            Some(result) if !vm.is_none(result) => of(result, vm).into(),
            _ => "None".into(),
        };
        Self { value, traceback: String::new() }
    }

    /// An exception.
    pub(crate) fn by_exception(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        Self { value: of_exception(error, vm).into(), traceback: traceback(error) }
    }

    /// As the core takes it.
    pub(crate) fn as_ending(&self) -> Ending<'_> {
        Ending { value: &self.value, traceback: &self.traceback }
    }
}

/// A text that has an end.
struct Brief {
    text: String,
    /// How many characters it may still have.
    left: usize,
}

impl Brief {
    /// Adds a text. What is too much is left out, with a mark for it.
    fn put(&mut self, text: &str) {
        if self.left == 0 {
            return;
        }
        let count = text.chars().count();
        if count <= self.left {
            self.text.push_str(text);
            self.left -= count;
        } else {
            self.text.extend(text.chars().take(self.left));
            self.text.push('…');
            self.left = 0;
        }
    }

    /// The first line of what an exception says.
    fn words(&mut self, words: &str) {
        if !words.is_empty() {
            self.put(": ");
            self.put(words);
        }
    }

    fn object(&mut self, object: &PyObject, depth: usize, vm: &VirtualMachine) {
        if self.left == 0 {
            return;
        }
        if vm.is_none(object) {
            self.put("None");
        } else if let Some(number) = object.downcast_ref_if_exact::<PyInt>(vm) {
            match number.as_bigint().bits() {
                bits @ MOST_BITS.. => self.put(&format!("<int of {bits} bits>")),
                _ => self.put(&number.as_bigint().to_string()),
            }
        } else if let Some(string) = object.downcast_ref_if_exact::<PyStr>(vm) {
            self.repr(front(string, self.left, vm).as_object(), vm);
        } else if let Some(bytes) = object.downcast_ref_if_exact::<PyBytes>(vm) {
            let front = &bytes.as_bytes()[..bytes.as_bytes().len().min(self.left + 1)];
            self.repr(vm.ctx.new_bytes(front.to_vec()).as_object(), vm);
        } else if object.downcast_ref_if_exact::<PyFloat>(vm).is_some()
            || object.class().is(vm.ctx.types.bool_type)
        {
            self.repr(object, vm);
        } else if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
            let (members, more) = firsts(&list.borrow_vec());
            self.members(["[", "]"], &members, more, depth, vm);
        } else if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
            let (members, more) = firsts(tuple.as_slice());
            let end = if members.len() == 1 { ",)" } else { ")" };
            self.members(["(", end], &members, more, depth, vm);
        } else if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
            self.dict(dict, depth, vm);
        } else if let Some(set) = object.downcast_ref_if_exact::<PySet>(vm) {
            let (members, more) = firsts(&set.elements());
            let ends = if members.is_empty() { ["set(", ")"] } else { ["{", "}"] };
            self.members(ends, &members, more, depth, vm);
        } else if let Some(set) = object.downcast_ref_if_exact::<PyFrozenSet>(vm) {
            let (members, more) = firsts(&set.elements());
            let ends = if members.is_empty() { ["frozenset(", ")"] } else { ["frozenset({", "})"] };
            self.members(ends, &members, more, depth, vm);
        } else {
            self.other(object, vm);
        }
    }

    fn members(
        &mut self,
        [begin, end]: [&str; 2],
        members: &[PyObjectRef],
        more: bool,
        depth: usize,
        vm: &VirtualMachine,
    ) {
        self.put(begin);
        if depth == 0 && !members.is_empty() {
            self.put("…");
        } else {
            for (n, member) in members.iter().enumerate() {
                self.put(if n == 0 { "" } else { ", " });
                self.object(member, depth - 1, vm);
            }
            self.put(if more { ", …" } else { "" });
        }
        self.put(end);
    }

    fn dict(&mut self, dict: &PyDict, depth: usize, vm: &VirtualMachine) {
        self.put("{");
        let items = dict.items_vec();
        if depth == 0 && !items.is_empty() {
            self.put("…");
        } else {
            for (n, (key, value)) in items.iter().take(MEMBERS).enumerate() {
                self.put(if n == 0 { "" } else { ", " });
                self.object(key, depth - 1, vm);
                self.put(": ");
                self.object(value, depth - 1, vm);
            }
            self.put(if items.len() > MEMBERS { ", …" } else { "" });
        }
        self.put("}");
    }

    /// What writes itself, as it is and without a limit: it is short, and nobody's code runs.
    fn repr(&mut self, object: &PyObject, vm: &VirtualMachine) {
        match object.repr(vm) {
            Ok(repr) => self.put(&readable(&repr)),
            Err(_) => self.put(&format!("<{} object>", object.class().name())),
        }
    }

    /// Something else.
    fn other(&mut self, object: &PyObject, vm: &VirtualMachine) {
        let class = object.class();
        if let Some(class) = object.downcast_ref::<PyType>() {
            return self.put(&format!("<class {}>", class.name()));
        }
        if let Some(title) = title(object) {
            return self.put(&title);
        }
        // An address would be another one in each run.
        let says_nothing = has_slot_of(class, vm.ctx.types.object_type, |slots| {
            slots.repr.load().map(|repr| repr as usize)
        });
        if says_nothing {
            return self.put(&format!("<{} object>", class.name()));
        }
        if let Some(error) = object.downcast_ref::<PyBaseException>()
            && has_slot_of(class, vm.ctx.exceptions.base_exception_type, |slots| {
                slots.repr.load().map(|repr| repr as usize)
            })
        {
            self.put(&class.name());
            let (members, more) = firsts(error.args().as_slice());
            return self.members(["(", ")"], &members, more, 1, vm);
        }
        match within_limits(vm, limits::SHORT, || object.repr(vm)) {
            Ok(repr) => {
                let front = front(&repr, self.left, vm);
                self.put(&without_addresses(&readable(&front)));
            }
            Err(trouble) => {
                self.put(&format!("<{} object, whose __repr__ {trouble}>", class.name()));
            }
        }
    }
}

/// Whether a class has a slot just as another one has it.
fn has_slot_of(
    class: &Py<PyType>,
    other: &Py<PyType>,
    slot: impl Fn(&PyTypeSlots) -> Option<usize>,
) -> bool {
    slot(&class.slots) == slot(&other.slots)
}

/// The first characters of a string: one more than may be shown, so that it is seen to go on.
fn front(string: &PyStr, left: usize, vm: &VirtualMachine) -> PyRef<PyStr> {
    let text = readable(string);
    match text.char_indices().nth(left + 1) {
        Some((end, _)) => vm.ctx.new_str(&text[..end]),
        None => vm.ctx.new_str(&*text),
    }
}

/// The first members, which are kept while their texts are made: these may change the collection.
fn firsts(members: &[PyObjectRef]) -> (Vec<PyObjectRef>, bool) {
    (members.iter().take(MEMBERS).cloned().collect(), members.len() > MEMBERS)
}

/// A text without what it says of where things are in memory.
fn without_addresses(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = rest.find(" at 0x") {
        let behind = &rest[at + 6..];
        let digits = behind.bytes().take_while(u8::is_ascii_hexdigit).count();
        kept.push_str(&rest[..at]);
        rest = &behind[digits..];
    }
    kept + rest
}

/// An interrupt came while something of ours ran, and was meant for the program.
fn interrupt_again() {
    if let Ok(interrupt) = SignalNum::try_from(Signal::SIGINT as i32) {
        let _ = set_interrupt_ex(interrupt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_left_out_and_nothing_else() {
        assert_eq!(without_addresses("<function f at 0x7f01ab>"), "<function f>");
        assert_eq!(without_addresses("<a at 0x1> <b at 0x2>, at 0"), "<a> <b>, at 0");
        assert_eq!(without_addresses("plain"), "plain");
    }

    #[test]
    fn a_text_ends_where_it_is_full() {
        let mut brief = Brief { text: String::new(), left: 5 };
        brief.put("ab");
        brief.put("\u{e9}\u{e9}\u{e9}\u{e9}");
        brief.put("more");
        assert_eq!(brief.text, "ab\u{e9}\u{e9}\u{e9}…");
    }
}
