//! Everything below a process, found in `/proc`: for kernels that cannot fence the program in.

use std::collections::{BTreeMap, BTreeSet};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How often to look for those that were started while the others were being stopped.
const ROUNDS: usize = 50;

/// The children of a process.
pub fn children(of: Pid) -> Vec<Pid> {
    let all = parents();
    let children = all.iter().filter(|(_, parent)| *parent == of.as_raw());
    children.map(|(pid, _)| Pid::from_raw(*pid)).collect()
}

/// Ends a process with all that descend from it.
pub fn end_tree(root: Pid) {
    let _ = kill(root, Signal::SIGSTOP);
    end(root.as_raw());
    let _ = kill(root, Signal::SIGKILL);
}

/// Ends all of them. They are stopped first, so that none can start another while it is looked for.
pub(crate) fn end(root: i32) {
    let mut stopped = BTreeSet::new();
    for _ in 0..ROUNDS {
        let new: Vec<i32> =
            below(root, &parents()).into_iter().filter(|pid| !stopped.contains(pid)).collect();
        if new.is_empty() {
            break;
        }
        for pid in new {
            let _ = kill(Pid::from_raw(pid), Signal::SIGSTOP);
            stopped.insert(pid);
        }
    }
    for pid in stopped {
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// Each process with its parent.
fn parents() -> Vec<(i32, i32)> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        Some((pid, parent_in(&std::fs::read_to_string(entry.path().join("stat")).ok()?)?))
    })
    .collect()
}

/// The parent in a line of `/proc/PID/stat`. The name before it may hold any character.
fn parent_in(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Everybody who descends from `root`.
fn below(root: i32, parents: &[(i32, i32)]) -> BTreeSet<i32> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for &(pid, parent) in parents {
        children.entry(parent).or_default().push(pid);
    }
    let (mut found, mut next) = (BTreeSet::new(), vec![root]);
    while let Some(pid) = next.pop() {
        for &child in children.get(&pid).into_iter().flatten() {
            if found.insert(child) {
                next.push(child);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent_in("7 (sh) S 3 7 7 0 -1"), Some(3));
        assert_eq!(parent_in("7 (a) b) R 1) S 9 7"), Some(9));
        assert_eq!(parent_in("7 (sh"), None);
    }

    #[test]
    fn grandchildren_descend_too_and_strangers_do_not() {
        let parents = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 2)];
        assert_eq!(below(2, &parents).into_iter().collect::<Vec<_>>(), [3, 4, 6]);
        assert!(below(4, &parents).is_empty());
    }
}
