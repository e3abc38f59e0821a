//! The binary as a job of a shell, in a terminal that keeps everything that was written to it: it can
//! be stopped and brought back, and what it leaves switched on is seen.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::run::binary;
use crate::scratch::Scratch;
use crate::screen::Screen;

/// What the shell says when the job has left or was stopped, before the code.
const SAID: &str = "the shell has ";

/// A job of a shell.
#[derive(Debug)]
pub struct Job {
    /// The terminal.
    pub screen: Screen,
    scratch: Scratch,
    pid: Pid,
}

impl Job {
    /// Starts our binary with these arguments, as a job of its own; nothing where there is no tmux.
    /// `variables` stand before it, as `NAME=value`.
    ///
    /// # Panics
    ///
    /// If the shell does not come up.
    #[must_use]
    pub fn start(variables: &str, arguments: &[&str]) -> Option<Self> {
        let scratch = Scratch::new();
        let screen = Screen::with_shell(&scratch.path("written"))?;
        screen.wait_for("$");
        let settings = |name: &str| format!("stty -g > '{}'", scratch.path(name).display());
        let quoted: Vec<_> = arguments.iter().map(|each| format!("'{each}'")).collect();
        // The shell's own number is the job's once it has become it.
        let script = format!(
            "echo $$ > '{}'; exec env {variables} '{}' {}\n",
            scratch.path("pid").display(),
            binary().display(),
            quoted.join(" ")
        );
        let script = scratch.file("job.sh", &script);
        screen.line(&settings("before"));
        screen.line(&format!(
            "clear; sh '{}'; echo {}$?.",
            script.display(),
            SAID.replace(' ', "\\ ")
        ));
        let pid = || scratch.read("pid").trim().parse().ok().map(Pid::from_raw);
        screen.wait_until("the job's number", |_| pid().is_some());
        let pid = pid().expect("just seen");
        Some(Self { screen, scratch, pid })
    }

    /// Sends a signal to it alone.
    ///
    /// # Panics
    ///
    /// If it is not there.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid, signal).expect("it is there");
    }

    /// Waits until the shell is back in front, and tells the code: the job's exit code, or 128 and the
    /// signal that stopped or ended it.
    #[must_use]
    pub fn shell_is_back(&self) -> i32 {
        let code = |text: &str| -> Option<i32> {
            let (_, after) = text.rsplit_once(SAID)?;
            after.split_once('.')?.0.parse().ok()
        };
        code(&self.screen.wait_until("the shell", |text| code(text).is_some())).expect("just seen")
    }

    /// Brings a stopped job back to the front.
    pub fn bring_back(&self) {
        self.order(&format!("clear; fg; echo {}$?.", SAID.replace(' ', "\\ ")));
        // What the shell said of the stop is wiped away by the order.
        let is_over = |text: &str| !text.contains(SAID) && !text.contains("; fg;");
        self.screen.wait_until("the job in front", is_over);
    }

    /// Types a line for the shell. What was typed for the job and came too late is wiped away.
    fn order(&self, line: &str) {
        self.screen.keys(&["C-u"]);
        self.screen.line(line);
    }

    /// What is not as it was before the job: modes that are on, and the terminal's settings.
    ///
    /// # Panics
    ///
    /// If the shell does not answer.
    #[must_use]
    pub fn leftovers(&self) -> Vec<String> {
        let mut left: Vec<String> =
            self.modes().into_iter().map(|mode| format!("mode {mode}")).collect();
        let after = self.scratch.path("after");
        let _ = std::fs::remove_file(&after);
        self.order(&format!("stty -g > '{}'; echo settings\\ read", after.display()));
        self.screen.wait_for("settings read");
        if self.scratch.read("before") != self.scratch.read("after") {
            left.push("other settings of the terminal".to_owned());
        }
        left
    }

    /// The modes that what was written has left other than it found them: the alternate screen is
    /// 1049, bracketed paste 2004, mouse reports 1000 and those after it, a hidden cursor 25.
    #[must_use]
    pub fn modes(&self) -> Vec<u32> {
        // What was written last may be on its way into the file.
        std::thread::sleep(Duration::from_millis(50));
        let text = self.scratch.read("written");
        let mut modes = std::collections::BTreeMap::new();
        for part in text.split("\u{1b}[?").skip(1) {
            let Some(end) = part.find(|c: char| !c.is_ascii_digit() && c != ';') else { continue };
            let is_on = match part.as_bytes()[end] {
                b'h' => true,
                b'l' => false,
                _ => continue,
            };
            for mode in part[..end].split(';').filter_map(|mode| mode.parse::<u32>().ok()) {
                modes.insert(mode, is_on);
            }
        }
        let usual = |mode: u32| mode == 25 || mode == 7;
        modes
            .into_iter()
            .filter(|(mode, is_on)| *is_on != usual(*mode))
            .map(|(mode, _)| mode)
            .collect()
    }

    /// How many times something was written so far.
    #[must_use]
    pub fn written(&self, what: &str) -> usize {
        self.scratch.read("written").matches(what).count()
    }

    /// The processes that it has started, and those that they have started, in this order.
    #[must_use]
    pub fn children(&self) -> Vec<Pid> {
        let mut found = vec![self.pid];
        let mut at = 0;
        while let Some(pid) = found.get(at) {
            let file = format!("/proc/{pid}/task/{pid}/children");
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let children = text.split_whitespace().filter_map(|pid| pid.parse().ok());
            found.extend(children.map(Pid::from_raw).collect::<Vec<_>>());
            at += 1;
        }
        found.split_off(1)
    }

    /// The folder of its own.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.scratch.folder()
    }
}
