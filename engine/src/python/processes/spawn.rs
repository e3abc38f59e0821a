//! Starting another program without copying this process first.
//!
//! The interpreter forks: with all that it has in memory that takes a millisecond, and each page
//! that is written afterwards takes a fault. Most programs ask for nothing between the fork and the
//! exec that the system's `posix_spawn` could not do.

use std::ffi::OsString;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::SigSet;
use parking_lot::Mutex;
use rustix::io::FdFlags;
use rustpython_vm::builtins::{PyBytes, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::ospath::OsPath;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use crate::core::WatchedFd;
use crate::process::fd;

/// Held while a program is started, so that descriptors are passed on to the one that they are for.
static STARTING: Mutex<()> = Mutex::new(());

/// The arguments of `_posixsubprocess.fork_exec` by their place.
const ARGS: usize = 0;
const EXECUTABLES: usize = 1;
const CLOSE_FDS: usize = 2;
const PASS_FDS: usize = 3;
const CWD: usize = 4;
const ENV: usize = 5;
/// What becomes descriptors 0, 1 and 2.
const STREAMS: [usize; 3] = [6, 9, 11];
const TELLS_ERROR: usize = 13;
const RESTORE_SIGNALS: usize = 14;
const SET_SID: usize = 15;
const PROCESS_GROUP: usize = 16;
const GID: usize = 17;
const GROUPS: usize = 18;
const UID: usize = 19;
const UMASK: usize = 20;
const PREEXEC: usize = 21;
const COUNT: usize = 22;

/// `fork_exec`, by `original` only where it asks for more than can be done without a copy, or where
/// that did not work: then the interpreter's own way does it, or tells what is wrong.
pub(super) fn fork_exec(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.len() != COUNT || !vm.is_none(&args.args[PREEXEC]) {
        return original.call(args, vm);
    }
    let _starting = vm.allow_threads(|| STARTING.lock());
    if let Some(pid) = without_copy(&args, vm) {
        return Ok(vm.ctx.new_int(pid).into());
    }
    check_words(&args.args[ARGS], vm)?;
    original.call(args, vm)
}

/// The program and its arguments are told to be no text in CPython's words.
fn check_words(words: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    for word in vm.extract_elements_with(words, Ok)? {
        let is_text = word.downcast_ref::<PyStr>().is_some()
            || word.downcast_ref::<PyBytes>().is_some()
            || vm.get_attribute_opt(&word, "__fspath__")?.is_some();
        if !is_text {
            let class = word.class().name().to_string();
            let text = format!("expected str, bytes or os.PathLike object, not {class}");
            return Err(vm.new_type_error(text));
        }
    }
    Ok(())
}

fn without_copy(args: &FuncArgs, vm: &VirtualMachine) -> Option<u32> {
    if !args.kwargs.is_empty() || !is_plain(args, vm)? {
        return None;
    }
    let words = texts(&args.args[ARGS], vm)?;
    let (name, words) = words.split_first()?;
    let program = texts(&args.args[EXECUTABLES], vm)?
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.is_file())
        .filter(|path| path.is_absolute())?;
    let mut command = Command::new(program);
    command.arg0(name).args(words);
    for (stream, at) in STREAMS.into_iter().enumerate() {
        let fd: RawFd = number(args, at, vm)?;
        if fd == -1 {
            continue;
        }
        let given = fd::borrow(fd).filter(|_| fd > 2)?;
        let stdio = Stdio::from(given.try_clone_to_owned().ok()?);
        match stream {
            0 => command.stdin(stdio),
            1 => command.stdout(stdio),
            _ => command.stderr(stdio),
        };
    }
    if SigSet::thread_get_mask().ok()? != SigSet::empty() {
        return None;
    }
    let _kept = KeptBack::all()?;
    command.spawn().ok().map(|child| child.id())
}

/// Whether nothing is asked for that has to happen in a copy of this process.
fn is_plain(args: &FuncArgs, vm: &VirtualMachine) -> Option<bool> {
    let truth = |at: usize| args.args[at].clone().try_to_bool(vm).ok();
    let none = |at: usize| vm.is_none(&args.args[at]);
    let is_plain = truth(CLOSE_FDS)?
        && passes_nothing(args, vm)?
        && truth(RESTORE_SIGNALS)?
        && !truth(SET_SID)?
        && number(args, PROCESS_GROUP, vm)? == -1
        && number(args, UMASK, vm)? < 0
        && [CWD, ENV, GID, GROUPS, UID].into_iter().all(none);
    Some(is_plain)
}

fn number(args: &FuncArgs, at: usize, vm: &VirtualMachine) -> Option<i32> {
    args.args[at].clone().try_into_value(vm).ok()
}

fn texts(list: &PyObjectRef, vm: &VirtualMachine) -> Option<Vec<OsString>> {
    let text = |item: PyObjectRef| OsPath::try_from_object(vm, item);
    let paths: Vec<OsPath> = vm.extract_elements_with(list, text).ok()?;
    Some(paths.into_iter().map(|path| path.path).collect())
}

/// Whether no descriptor is passed on but that by which the copy would tell an error.
fn passes_nothing(args: &FuncArgs, vm: &VirtualMachine) -> Option<bool> {
    let number_of = |item: PyObjectRef| item.try_into_value::<i32>(vm);
    let passed = vm.extract_elements_with(&args.args[PASS_FDS], number_of).ok()?;
    Some(passed == [number(args, TELLS_ERROR, vm)?])
}

/// Descriptors that other programs would get, and do not get until this is dropped.
struct KeptBack(Vec<WatchedFd>);

impl KeptBack {
    /// All but the three streams.
    fn all() -> Option<Self> {
        let mut kept = Self(Vec::new());
        for entry in std::fs::read_dir("/proc/self/fd").ok()? {
            let fd: RawFd = entry.ok()?.file_name().to_str()?.parse().ok()?;
            if let Some(borrowed) = fd::borrow(fd).filter(|_| fd > 2)
                && let Ok(flags) = rustix::io::fcntl_getfd(borrowed)
                && !flags.contains(FdFlags::CLOEXEC)
            {
                rustix::io::fcntl_setfd(borrowed, flags | FdFlags::CLOEXEC).ok()?;
                kept.0.push(borrowed);
            }
        }
        Some(kept)
    }
}

impl Drop for KeptBack {
    fn drop(&mut self) {
        for fd in &self.0 {
            let _ = rustix::io::fcntl_setfd(fd, FdFlags::empty());
        }
    }
}
