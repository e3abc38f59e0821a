//! What records say of the pieces of code that were described before.
//!
//! A piece of code is known by its code object together with its qualified name: functions that a
//! decorator makes share their code, and have names of their own. Both objects are kept as long as
//! they are known, so that no other one can have their place in memory.
//!
//! Of functions the interpreter numbers what may run: another code is another number. So a function
//! that was described lately is known by its number and its name, and its code is not asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{NameId, Place};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyCode, PyFunction, PyStrRef};
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyRef};

use crate::core::{Quick, Trace};
use crate::python::{readable, readable_name};
use crate::run::Run;

/// How many are kept at most. A program that compiles code without end must not grow by it.
const KEPT: usize = 4096;

/// What a record says of a piece of code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Its qualified name.
    pub(super) name: NameId,
    /// Where it is defined.
    pub(super) definition: Place,
    /// Whether it stands in one of the program's files.
    pub(super) of_the_program: bool,
}

struct Entry {
    known: Known,
    _code: PyRef<PyCode>,
    _name: PyStrRef,
}

#[derive(Default)]
struct Table {
    /// By where the code and the name are in memory.
    all: HashMap<(usize, usize), Entry, Quick>,
    /// Functions that were described lately, by the last digits of their numbers.
    functions: HashMap<u32, Described, Quick>,
}

/// A function that was described, whose name is that of an entry.
struct Described {
    version: u32,
    name: usize,
    known: Known,
}

/// How many functions are known by their numbers. A program that makes functions without end has
/// no use for more.
const FUNCTIONS: u32 = 256;

static KNOWN: Mutex<Option<Table>> = Mutex::new(None);

/// How often all was forgotten.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// How often all was forgotten: from then on a code's or a name's place in memory may be another's.
pub(super) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// What there is to say of a function, called `name`. `code` is asked for where it has to be.
pub(super) fn known_function(
    function: &Py<PyFunction>,
    name: &PyStrRef,
    code: impl FnOnce() -> Option<PyRef<PyCode>>,
    trace: &Trace,
) -> Option<Known> {
    // 0: the interpreter has no numbers left.
    let version = function.get_version_for_current_state();
    let (place, id) = (version % FUNCTIONS, name.as_object().get_id());
    if version != 0
        && let Some(described) = KNOWN.lock().get_or_insert_default().functions.get(&place)
        && (described.version, described.name) == (version, id)
    {
        return Some(described.known);
    }
    let code = code()?;
    let known = known(&code, name, trace);
    let mut all = KNOWN.lock();
    let all = all.get_or_insert_default();
    // Without an entry nobody keeps the name.
    if version != 0 && all.all.contains_key(&(code.as_object().get_id(), id)) {
        all.functions.insert(place, Described { version, name: id, known });
    }
    Some(known)
}

/// What there is to say of `code`, called `name`. There is one run a process, so that ids of names
/// mean the same throughout.
pub(super) fn known(code: &Py<PyCode>, name: &PyStrRef, trace: &Trace) -> Known {
    let key = (code.as_object().get_id(), name.as_object().get_id());
    if let Some(entry) = KNOWN.lock().get_or_insert_default().all.get(&key) {
        return entry.known;
    }
    let path = code.source_path().as_str();
    let line = code.first_line_number.map_or(0, |line| u32::try_from(line.get()).unwrap_or(0));
    let known = Known {
        name: trace.name(&readable(name)),
        definition: trace.place(&shown_file(path), line),
        of_the_program: is_code_of_the_program(path),
    };
    let entry = Entry { known, _code: code.to_owned(), _name: name.clone() };
    let before = {
        let mut all = KNOWN.lock();
        let all = all.get_or_insert_default();
        let before = (all.all.len() >= KEPT).then(|| {
            GENERATION.fetch_add(1, Ordering::Relaxed);
            std::mem::take(all)
        });
        all.all.insert(key, entry);
        before
    };
    // Dropping code may drop what it refers to, so it happens without the lock.
    drop(before);
    known
}

/// A file of code as records name it.
pub(super) fn shown_file(path: &str) -> Cow<'_, str> {
    // As paths of code are spelled.
    let folder = readable_name(Run::current().folder.as_os_str());
    shown(path, Path::new(&*folder)).into()
}

/// Whether code of this file is the program's.
pub(super) fn is_code_of_the_program(path: &str) -> bool {
    is_of_the_program(path, is_frozen)
}

/// A file as records name it: relative to the program's folder where it lies in it.
fn shown<'a>(path: &'a str, folder: &Path) -> &'a str {
    Path::new(path).strip_prefix(folder).ok().and_then(Path::to_str).unwrap_or(path)
}

/// Whether a file is the program's, and not a module that came with the engine: `is_module` knows
/// those, whose code has the module's name in place of a file's.
fn is_of_the_program(path: &str, is_module: impl Fn(&str) -> bool) -> bool {
    !path.starts_with('<') && !is_module(path)
}

/// Whether the engine brought a module of this name with it.
fn is_frozen(name: &str) -> bool {
    with_current_vm(|vm| vm.state.frozen.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_with_the_engine_is_not_the_program_s() {
        let ours = |name: &str| ["asyncio.tasks", "json"].contains(&name);
        for path in ["src/rustpython-tests/main.py", "asyncio.py", "asyncio.tasks.py", "script"] {
            assert!(is_of_the_program(path, ours), "{path}");
        }
        for path in ["asyncio.tasks", "json", "<frozen importlib._bootstrap>", "<string>"] {
            assert!(!is_of_the_program(path, ours), "{path}");
        }
    }

    #[test]
    fn a_file_in_the_program_s_folder_is_named_from_there() {
        let folder = Path::new("/srv/me");
        assert_eq!(shown("/srv/me/a/b.py", folder), "a/b.py");
        assert_eq!(shown("/srv/you/b.py", folder), "/srv/you/b.py");
    }
}
