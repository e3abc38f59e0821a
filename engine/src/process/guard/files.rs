//! Which files a program may open, by Landlock: it knows only what is allowed, so everything is but
//! what is left out here.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

/// The version that the bounds are made for. Rights of later ones are not known here.
const KNOWN: ABI = ABI::V7;

/// The version without which there is no sandbox.
const NEEDED: ABI = ABI::V3;

/// Devices that are nobody's.
const NOBODYS: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Keeps a program's signals within. Where it is `shown`, it can open no terminal either, nor
/// write where the system lets processes be stopped and ended.
pub(super) fn shut_out(shown: bool) {
    // A kernel without this is told by `doctor`; the program runs all the same.
    let _ = try_to_shut_out(shown);
}

fn try_to_shut_out(shown: bool) -> Result<(), RulesetError> {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    if !shown {
        return ruleset.scope(Scope::Signal)?.create()?.restrict_self().map(drop);
    }
    let file = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    let mut ruleset = ruleset
        .scope(Scope::Signal)?
        // Where a kernel does not know it, any rule on files keeps them from being moved.
        .set_compatibility(CompatLevel::SoftRequirement)
        .handle_access(AccessFs::Refer)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(file)?
        .create()?;
    let consoles = consoles();
    walk(Path::new("/"), &consoles, &mut |path, kind, is_folder| {
        let mut access = if is_folder { file | AccessFs::Refer } else { file };
        if kind == PathKind::ToRead {
            access.remove(AccessFs::WriteFile);
        }
        allow(&mut ruleset, path, access);
    });
    ruleset.restrict_self().map(drop)
}

/// The sandbox's bounds: files are read, but for terminals, and written only in `scratch`. Gives
/// whether signals stay within.
pub(super) fn shut_in(scratch: &Path) -> Result<bool, String> {
    try_to_shut_in(scratch).map_err(|error| error.to_string())
}

fn try_to_shut_in(scratch: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let written = AccessFs::from_write(KNOWN);
    let all = written | AccessFs::ReadFile;
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_write(NEEDED) | AccessFs::ReadFile)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(written)?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    let consoles = consoles();
    walk(Path::new("/"), &consoles, &mut |path, _, _| {
        allow(&mut ruleset, path, AccessFs::ReadFile.into());
    });
    for device in NOBODYS {
        allow(&mut ruleset, Path::new(device), AccessFs::ReadFile | AccessFs::WriteFile);
    }
    let ruleset = ruleset.add_rule(PathBeneath::new(PathFd::new(scratch)?, all))?;
    let status = ruleset.restrict_self()?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err("the kernel does not enforce it".into());
    }
    Ok(super::Powers::of_this_system().keeps_signals())
}

/// Adds a rule. What cannot be opened stays shut.
fn allow(ruleset: &mut RulesetCreated, path: &Path, access: BitFlags<AccessFs>) {
    if let Ok(file) = PathFd::new(path) {
        let _ = ruleset.add_rule(PathBeneath::new(file, access));
    }
}

/// What a place in the file system is to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathKind {
    /// It is like any other.
    Open,
    /// It is looked into, but not written to.
    ToRead,
    /// Some of what is in it is shut.
    Mixed,
    /// It is a terminal.
    Shut,
}

fn path_kind(path: &Path, consoles: &[PathBuf]) -> PathKind {
    match path.to_str() {
        Some("/" | "/dev" | "/sys" | "/sys/fs") => return PathKind::Mixed,
        // Who may write here can end others, or have them ended.
        Some("/proc" | "/sys/fs/cgroup") => return PathKind::ToRead,
        _ => {}
    }
    let name = path.strip_prefix("/dev").ok().and_then(Path::to_str);
    match name {
        Some("pts" | "tty" | "console") => PathKind::Shut,
        Some(name)
            if ["vcs", "hvc", "xvc"].iter().any(|start| name.starts_with(start))
                || name.strip_prefix("tty").is_some_and(is_number) =>
        {
            PathKind::Shut
        }
        _ if consoles.iter().any(|console| console == path) => PathKind::Shut,
        _ => PathKind::Open,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The devices that the system's console is on, which may be a serial line.
fn consoles() -> Vec<PathBuf> {
    let active = std::fs::read_to_string("/sys/class/tty/console/active").unwrap_or_default();
    active.split_whitespace().map(|name| Path::new("/dev").join(name)).collect()
}

/// Everything below `folder` that is not shut, as few folders as possible. Links lead to what is
/// found by itself.
fn walk(folder: &Path, consoles: &[PathBuf], each: &mut impl FnMut(&Path, PathKind, bool)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            continue;
        }
        let path = entry.path();
        match path_kind(&path, consoles) {
            PathKind::Mixed if kind.is_dir() => walk(&path, consoles, each),
            PathKind::Shut | PathKind::Mixed => {}
            open => each(&path, open, kind.is_dir()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_shut_and_serial_lines_are_not() {
        let consoles = [PathBuf::from("/dev/ttyS0")];
        let kind_of = |path: &str| path_kind(Path::new(path), &consoles);
        for shut in ["/dev/pts", "/dev/tty", "/dev/tty12", "/dev/console", "/dev/vcsa1"] {
            assert_eq!(kind_of(shut), PathKind::Shut, "{shut}");
        }
        assert_eq!(kind_of("/dev/ttyS0"), PathKind::Shut);
        for open in ["/dev/ttyUSB0", "/dev/ttyS1", "/dev/null", "/dev/ptmx", "/home", "/tty"] {
            assert_eq!(kind_of(open), PathKind::Open, "{open}");
        }
        assert_eq!(kind_of("/proc"), PathKind::ToRead);
    }

    #[test]
    fn the_walk_leaves_no_way_to_a_terminal() {
        let mut seen = Vec::new();
        walk(Path::new("/"), &[], &mut |path, _, _| seen.push(path.to_owned()));
        assert!(seen.iter().any(|path| path == Path::new("/dev/null")));
        let leads = |path: &PathBuf| Path::new("/dev/pts/0").starts_with(path);
        assert!(!seen.iter().any(leads), "{seen:?}");
    }
}
