//! What the system tells of a process: whose it is, what it runs, and what it shares with us.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A process, as `/proc` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its number.
    pub pid: u32,
    /// Its user.
    pub user: u32,
    /// Its command line; for one that has none its name.
    pub command: String,
    /// The file that it executes.
    pub program: Option<PathBuf>,
}

/// A stretch of a process's memory that a file is mapped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) start: u64,
    pub(crate) offset: u64,
    pub(crate) file: PathBuf,
}

impl Target {
    /// A process that is there.
    pub fn of(pid: u32) -> Option<Self> {
        let folder = folder(pid);
        let user = fs::metadata(&folder).ok()?.uid();
        let line = fs::read(folder.join("cmdline")).unwrap_or_default();
        let words: Vec<_> = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty())
            .map(String::from_utf8_lossy)
            .collect();
        let command = if words.is_empty() {
            fs::read_to_string(folder.join("comm")).unwrap_or_default().trim_end().to_owned()
        } else {
            words.join(" ")
        };
        let program = fs::read_link(folder.join("exe")).ok();
        Some(Self { pid, user, command, program })
    }

    /// Whether its state is that of a process that is stopped.
    pub fn is_stopped(&self) -> bool {
        let stat = fs::read_to_string(folder(self.pid).join("stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        matches!(state, Some('T' | 't'))
    }

    /// Whether it sees the same processes and files as we do. `None`: that cannot be seen.
    pub fn shares(&self, namespace: &str) -> Option<bool> {
        let theirs = fs::read_link(folder(self.pid).join("ns").join(namespace)).ok()?;
        let ours = fs::read_link(Path::new("/proc/self/ns").join(namespace)).ok()?;
        Some(theirs == ours)
    }

    /// What is mapped to its memory.
    pub(crate) fn mappings(&self) -> std::io::Result<Vec<Mapping>> {
        let text = fs::read(folder(self.pid).join("maps"))?;
        Ok(String::from_utf8_lossy(&text).lines().filter_map(mapping).collect())
    }

    /// Opens a file as the process itself would.
    pub(crate) fn open(&self, file: &Path) -> std::io::Result<File> {
        if self.program.as_deref() == Some(file) {
            return File::open(folder(self.pid).join("exe"));
        }
        let inside = file.strip_prefix("/").unwrap_or(file);
        File::open(folder(self.pid).join("root").join(inside))
    }
}

/// Its folder.
pub(crate) fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// A line of `maps`: range, rights, offset, device, inode, file.
fn mapping(line: &str) -> Option<Mapping> {
    let mut rest = line;
    let mut word = || {
        let (word, behind) = rest.trim_start().split_once(' ')?;
        rest = behind;
        Some(word)
    };
    let (range, _, offset) = (word()?, word()?, word()?);
    let (_, _) = (word()?, word()?);
    let file = rest.trim_start();
    let (start, _) = range.split_once('-')?;
    file.starts_with('/').then_some(())?;
    Some(Mapping {
        start: u64::from_str_radix(start, 16).ok()?,
        offset: u64::from_str_radix(offset, 16).ok()?,
        file: PathBuf::from(file),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_map_is_read() {
        let line =
            "7f00a000-7f00b000 r--p 00002000 fe:01 42                         /usr/lib/a b.so";
        let found = mapping(line).expect("it names a file");
        assert_eq!((found.start, found.offset), (0x7f00_a000, 0x2000));
        assert_eq!(found.file, Path::new("/usr/lib/a b.so"));
        assert_eq!(
            mapping("7ffe-7fff rw-p 00000000 00:00 0                          [stack]"),
            None
        );
        assert_eq!(mapping("7ffe-7fff rw-p 00000000 00:00 0"), None);
    }

    #[test]
    fn this_process_is_described() {
        let me = Target::of(std::process::id()).expect("it is there");
        assert_eq!(me.user, rustix::process::geteuid().as_raw());
        assert!(!me.command.is_empty() && !me.is_stopped());
        assert_eq!(me.shares("mnt"), Some(true));
        assert!(me.mappings().expect("it may be read").len() > 1);
        assert_eq!(Target::of(u32::MAX), None);
    }
}
