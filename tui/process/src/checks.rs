//! Whether a process can be attached to, check by check, each with cause and remedy.

use std::path::PathBuf;

use crate::Refusal;
use crate::meeting::{self, is_ours};
use crate::memory::Memory;
use crate::runtime::{Door, FIRST, NotFound, Python};
use crate::target::Target;

/// What can be done where a process cannot be asked to let us in.
const OTHERWISE: &str =
    "start it with `python3 -m loopscope FILE`, or call `loopscope.listen()` in it";

/// One check: what was looked at, whether it is good, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word.
    pub what: &'static str,
    /// Whether nothing stands in the way here.
    pub good: bool,
    /// What was found; the cause and the remedy where it is not good.
    pub text: String,
}

/// All that was looked at, up to what leads no further.
#[derive(Clone, Debug)]
pub struct Checks {
    /// The process's number.
    pub pid: u32,
    /// The process, if it is there.
    pub target: Option<Target>,
    /// Where it listens, if it does.
    pub listens: Option<PathBuf>,
    /// Its Python, as far as it is known.
    pub python: Option<Python>,
    /// What was looked at.
    pub all: Vec<Check>,
}

impl Checks {
    /// Looks at a process.
    pub fn of(pid: u32) -> Self {
        let mut checks =
            Self { pid, target: None, listens: meeting::of(pid), python: None, all: Vec::new() };
        checks.look();
        checks
    }

    fn say(&mut self, what: &'static str, good: bool, text: impl Into<String>) {
        self.all.push(Check { what, good, text: text.into() });
    }

    fn look(&mut self) {
        if let Some(path) = self.listens.clone() {
            self.say(
                "listens",
                true,
                format!("at {}; that is how it is attached to", path.display()),
            );
        }
        if cfg!(not(target_os = "linux")) {
            let text = "only on Linux can a process be attached to that does not listen";
            return self.say("system", false, format!("{text}; {OTHERWISE}"));
        }
        let pid = self.pid;
        let Some(target) = Target::of(pid) else {
            let text = format!(
                "there is no process {pid}; `loopscope attach --list` names those that there are"
            );
            return self.say("process", false, text);
        };
        self.target = Some(target.clone());
        self.say("process", true, target.command.clone());
        if !is_ours(target.user) {
            let text =
                format!("it is user {}'s; attach as that user, or as the superuser", target.user);
            return self.say("user", false, text);
        }
        self.say("user", true, "it is yours, or you are the superuser");
        if self.listens.is_some() {
            self.python = Python::of(&target).ok();
            return;
        }
        for (namespace, what) in [("pid", "processes"), ("mnt", "files")] {
            if target.shares(namespace) == Some(false) {
                let text = format!(
                    "it sees other {what} than we do, as in a container; run loopscope in there, or {OTHERWISE}"
                );
                return self.say("namespace", false, text);
            }
        }
        if target.is_stopped() {
            let text = format!(
                "it is stopped, by a signal or a debugger; `kill -CONT {pid}` lets it go on"
            );
            return self.say("state", false, text);
        }
        match Python::of(&target) {
            Err(NotFound::Denied(error)) => self.say("access", false, denied(&error)),
            Err(NotFound::NoPython) => {
                self.say(
                    "python",
                    false,
                    "no CPython was found in it; only CPython can be attached to",
                );
            }
            Ok(python) => {
                self.python = Some(python.clone());
                self.look_at_python(pid, &python);
            }
        }
    }

    fn look_at_python(&mut self, pid: u32, python: &Python) {
        let shown = version(python);
        let first = format!("{}.{}", FIRST.0, FIRST.1);
        let is_old = python.version.is_none_or(|(major, minor, _)| (major, minor) < FIRST);
        let Some(door) = &python.door else {
            let text = if is_old {
                format!(
                    "{shown}; only {first} and later can be asked to let somebody in; {OTHERWISE}"
                )
            } else {
                format!("{shown}, which this loopscope does not know yet; {OTHERWISE}")
            };
            return self.say("python", false, text);
        };
        if python.free_threaded {
            let text = format!(
                "{shown} without the interpreter's lock, whose state cannot be told at one moment"
            );
            return self.say("python", false, text);
        }
        self.say("python", true, shown);
        if !door.enabled {
            let text = format!(
                "it lets nobody in: it was started with -X disable-remote-debug or \
                 PYTHON_DISABLE_REMOTE_DEBUG; start it without, or {OTHERWISE}"
            );
            return self.say("debugging", false, text);
        }
        self.say("debugging", true, "it lets a debugger in");
        match Memory::of(pid, true) {
            Ok(_) => self.say("access", true, "its memory may be read and written"),
            Err(error) => self.say("access", false, denied(&error)),
        }
    }

    /// Whether it can be attached to.
    pub fn is_open(&self) -> bool {
        self.listens.is_some() || self.trouble().is_none()
    }

    /// The first thing that stands in the way of one that does not listen.
    pub fn trouble(&self) -> Option<&Check> {
        self.all.iter().find(|check| !check.good)
    }

    /// The way in for one that does not listen.
    pub(crate) fn way_in(&self) -> Result<(&Target, Door), Refusal> {
        let door = self.python.as_ref().and_then(|python| python.door);
        match (self.trouble(), &self.target, door) {
            (None, Some(target), Some(door)) => Ok((target, door)),
            (trouble, ..) => Err(Refusal::new(format!(
                "process {} cannot be attached to: {}",
                self.pid,
                trouble.map_or("it is not known why", |check| check.text.as_str())
            ))),
        }
    }
}

/// A Python's version, as people write it.
pub(crate) fn version(python: &Python) -> String {
    match python.version {
        None => "an old Python".to_owned(),
        Some((major, minor, _)) if python.door.is_none() => format!("Python {major}.{minor}"),
        Some((major, minor, micro)) => format!("Python {major}.{minor}.{micro}"),
    }
}

fn denied(error: &std::io::Error) -> String {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope = scope.ok().and_then(|text| text.trim().parse::<u8>().ok()).unwrap_or(0);
    let remedy = match scope {
        0 => "attach as the superuser; in a container start that with --cap-add=SYS_PTRACE",
        1 => {
            "the kernel lets only a process's own debugger in (kernel.yama.ptrace_scope is 1): attach \
             with sudo, or start the program with `setpriv --ptracer any`, or set it to 0"
        }
        2 => {
            "the kernel lets only the superuser in (kernel.yama.ptrace_scope is 2): attach with sudo"
        }
        _ => "the kernel lets nobody in until it is started again (kernel.yama.ptrace_scope is 3)",
    };
    format!("its memory may not be looked at ({error}): {remedy}; or {OTHERWISE}")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_has_a_remedy() {
        let gone = Checks::of(u32::MAX);
        assert!(!gone.is_open());
        let text = gone.way_in().expect_err("nobody is there").to_string();
        assert!(text.contains("there is no process") && text.contains("--list"), "{text}");
        let me = Checks::of(std::process::id());
        let text = me.way_in().expect_err("this is no Python").to_string();
        assert!(text.contains("no CPython was found"), "{text}");
    }
}
