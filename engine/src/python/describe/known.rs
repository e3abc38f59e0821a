//! What records say of the pieces of code that were described before.
//!
//! A piece of code is known by its code object together with its qualified name: functions that a
//! decorator makes share their code, and have names of their own. Both objects are kept as long as
//! they are known, so that no other one can have their place in memory.

use std::collections::HashMap;
use std::path::Path;

use loopscope_protocol::{NameId, Place};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyCode, PyStrRef};
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

/// By where the code and the name are in memory.
type Table = HashMap<(usize, usize), Entry, Quick>;

static KNOWN: Mutex<Option<Table>> = Mutex::new(None);

/// What there is to say of `code`, called `name`. There is one run a process, so that ids of names
/// mean the same throughout.
pub(super) fn known(code: &Py<PyCode>, name: &PyStrRef, trace: &Trace) -> Known {
    let key = (code.as_object().get_id(), name.as_object().get_id());
    if let Some(entry) = KNOWN.lock().get_or_insert_default().get(&key) {
        return entry.known;
    }
    let path = code.source_path().as_str();
    let line = code.first_line_number.map_or(0, |line| u32::try_from(line.get()).unwrap_or(0));
    // As paths of code are spelled.
    let folder = readable_name(Run::current().folder.as_os_str());
    let known = Known {
        name: trace.name(&readable(name)),
        definition: trace.place(shown(path, Path::new(&*folder)), line),
        of_the_program: is_of_the_program(path, is_frozen),
    };
    let entry = Entry { known, _code: code.to_owned(), _name: name.clone() };
    let before = {
        let mut all = KNOWN.lock();
        let all = all.get_or_insert_default();
        let before = (all.len() >= KEPT).then(|| std::mem::take(all));
        all.insert(key, entry);
        before
    };
    // Dropping code may drop what it refers to, so it happens without the lock.
    drop(before);
    known
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
