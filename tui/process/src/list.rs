//! The Python processes of this user, and whether each can be attached to.

use crate::checks::{Checks, version};
use crate::meeting;
use crate::meeting::is_ours;
use crate::target::Target;

/// A process that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub pid: u32,
    /// Its Python.
    pub version: String,
    /// Its command line.
    pub command: String,
    /// Why it cannot be attached to; `None`: it can.
    pub trouble: Option<String>,
    /// Whether it listens.
    pub listens: bool,
}

/// All of them, by their numbers.
pub fn list() -> Vec<Entry> {
    let mut pids: Vec<u32> = meeting::all().into_iter().map(|(pid, _)| pid).collect();
    if let Ok(entries) = std::fs::read_dir("/proc") {
        let numbers =
            entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        pids.extend(numbers);
    }
    pids.sort_unstable();
    pids.dedup();
    pids.into_iter().filter_map(entry).collect()
}

fn entry(pid: u32) -> Option<Entry> {
    let listens = meeting::of(pid).is_some();
    if !listens && !Target::of(pid).is_some_and(|target| may_be_python(&target)) {
        return None;
    }
    let checks = Checks::of(pid);
    let trouble = if listens { None } else { checks.trouble() };
    // What runs no Python is nobody's concern here.
    if trouble.is_some_and(|check| check.what == "python" && checks.python.is_none()) {
        return None;
    }
    Some(Entry {
        pid,
        version: checks.python.as_ref().map_or_else(|| "Python".to_owned(), version),
        command: checks.target.as_ref().map_or_else(String::new, |target| target.command.clone()),
        trouble: trouble.map(|check| check.text.clone()),
        listens,
    })
}

/// Whether it is worth looking at: ours, with a Python in its program's name or in its memory.
fn may_be_python(target: &Target) -> bool {
    if !is_ours(target.user) {
        return false;
    }
    let named = |path: &std::path::Path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains("python"))
    };
    target.program.as_deref().is_some_and(named)
        || target.mappings().is_ok_and(|all| all.iter().any(|mapping| named(&mapping.file)))
}
