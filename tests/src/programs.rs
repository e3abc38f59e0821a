//! Folders of programs: doing the same with each, and comparing what two interpreters print.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How many programs run at once, where they work.
const AT_ONCE: usize = 2;

/// How many run at once, where they mostly sleep.
const MANY_AT_ONCE: usize = 6;

/// The Python files of a folder, sorted by name.
///
/// # Panics
///
/// If there is no such folder.
#[must_use]
pub fn python_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of programs is there");
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut all: Vec<_> = files.filter(|p| p.extension().is_some_and(|e| e == "py")).collect();
    all.sort();
    all
}

/// The CPython from which on a program's output is what stands beside it: where there is a line
/// `# since: 3.12`, that one.
#[must_use]
pub fn since(program: &Path) -> (u32, u32) {
    let text = fs::read_to_string(program).unwrap_or_default();
    let minor = text.lines().find_map(|line| line.strip_prefix("# since: 3.")?.trim().parse().ok());
    (3, minor.unwrap_or_default())
}

/// Does the same with every one of these, and fails with all complaints at once.
///
/// # Panics
///
/// If there is a complaint.
pub fn each<T: Sync>(
    all: &[T],
    name: impl Fn(&T) -> String + Sync,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    at_once(AT_ONCE, all, name, check);
}

/// The same, more of them at once, since they wait for the machine's clock.
///
/// # Panics
///
/// If there is a complaint.
pub fn each_of_sleepers<T: Sync>(
    all: &[T],
    name: impl Fn(&T) -> String + Sync,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    at_once(MANY_AT_ONCE, all, name, check);
}

fn at_once<T: Sync>(
    workers: usize,
    all: &[T],
    name: impl Fn(&T) -> String + Sync,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new((0, String::new()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = name(one);
                    let turn = turn(&name);
                    let _mine = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(text) = check(one) {
                        let mut all = complaints.lock().unwrap_or_else(PoisonError::into_inner);
                        all.0 += 1;
                        writeln!(all.1, "\n== {name}\n{text}").expect("a string takes any text");
                    }
                }
            });
        }
    });
    let (count, text) = complaints.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(count == 0, "{count} of {} programs differ:{text}", all.len());
}

/// Whose turn it is to run the program of a name: some listen at a port that stands in them, and several
/// tests run the same ones.
fn turn(name: &str) -> Arc<Mutex<()>> {
    static TURNS: Mutex<BTreeMap<String, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(turns.entry(name.to_owned()).or_default())
}

/// A program's name for complaints: that of its file.
#[must_use]
pub fn file_name(file: &impl AsRef<Path>) -> String {
    file.as_ref().file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Insists that two texts are equal; otherwise tells the first line in which they differ.
///
/// # Errors
///
/// The line, and our text in full.
pub fn compare(ours: &str, theirs: &str, whose: &str) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    let (mut a, mut b) = (ours.lines(), theirs.lines());
    for number in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let say =
                    |line: Option<&str>| line.map_or("the end".to_owned(), |l| format!("{l:?}"));
                let (a, b) = (say(a), say(b));
                return Err(format!("line {number}: ours {a}, {whose} {b}\nours in full:\n{ours}"));
            }
        }
    }
    Err("only the newlines at the end differ".to_owned())
}

/// Does what needs another interpreter up to three times, until it goes well.
///
/// Another interpreter has nothing but the machine's clock: on a busy machine it may be late for its
/// own timers, and then wakes sleepers in another order.
///
/// # Errors
///
/// How the last attempt failed.
pub fn within_three_attempts(attempt: impl Fn() -> Result<(), String>) -> Result<(), String> {
    attempt().or_else(|_| attempt()).or_else(|_| attempt())
}
