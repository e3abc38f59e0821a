//! The binary in a terminal: tmux shows it, types for us and tells what stands on the screen.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::left_out::leave_out;
use crate::run::binary;
use crate::scratch::Scratch;

/// How long something expected may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands on the screen after the program has left, before its exit code.
pub const LEFT: &str = "left with ";

/// Runs the program, then says its code (also after an interrupt from the keyboard) and stays, so that the screen can be looked at.
const SHELL: &str = "trap : INT; \"$@\"; printf '\\nleft with %s.\\n' \"$?\"; exec sleep 600";

/// How many terminals this process has opened.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A terminal of its own. It is closed when the test is done with it.
#[derive(Debug)]
pub struct Screen {
    server: String,
    home: Scratch,
}

impl Screen {
    /// Our binary with these arguments in a terminal of 80 columns and 24 lines; nothing where
    /// there is no tmux.
    #[must_use]
    pub fn open(arguments: &[&str]) -> Option<Self> {
        Self::sized(80, 24, arguments)
    }

    /// The same in a terminal of another size.
    #[must_use]
    pub fn sized(columns: u16, lines: u16, arguments: &[&str]) -> Option<Self> {
        Self::prepared(columns, lines, arguments, |_| {})
    }

    /// The same with something in the program's home, which `prepare` is given.
    #[must_use]
    pub fn prepared(
        columns: u16,
        lines: u16,
        arguments: &[&str],
        prepare: impl FnOnce(&Path),
    ) -> Option<Self> {
        let ours = binary().to_string_lossy().into_owned();
        let command = ["sh", "-c", SHELL, "sh", &ours];
        Self::of(columns, lines, &[&command, arguments].concat(), prepare)
    }

    /// Our binary with these arguments, 80 columns and 24 lines, where `$EDITOR` is this command.
    #[must_use]
    pub fn with_editor(editor: &str, arguments: &[&str]) -> Option<Self> {
        let ours = binary().to_string_lossy().into_owned();
        let editor = format!("EDITOR={editor}");
        let command = ["env", &editor, "sh", "-c", SHELL, "sh", &ours];
        Self::of(80, 24, &[&command, arguments].concat(), |_| {})
    }

    /// A shell that runs jobs; what is written to the terminal goes to this file as well.
    #[must_use]
    pub fn with_shell(written: &Path) -> Option<Self> {
        let shell = ["env", "PS1=$ ", "ENV=", "HISTFILE=", "sh", "-i", "-m"];
        let screen = Self::of(80, 24, &shell, |_| {})?;
        screen.ask(&["pipe-pane", "-O", &format!("cat > '{}'", written.display())]);
        Some(screen)
    }

    /// A command in a terminal; nothing where there is no tmux.
    ///
    /// # Panics
    ///
    /// If tmux does not start.
    fn of(columns: u16, lines: u16, command: &[&str], prepare: impl FnOnce(&Path)) -> Option<Self> {
        if !Command::new("tmux").arg("-V").output().is_ok_and(|o| o.status.success()) {
            leave_out("tmux is missing: the tests that look at the screen");
            return None;
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = Scratch::new();
        prepare(home.folder());
        let settings = "set -g status off\nset -g default-terminal tmux-256color\n\
                        set -s escape-time 0\nset -g history-limit 5000\n";
        let settings = home.file("tmux.conf", settings);
        let screen = Self { server: format!("loopscope-{}-{number}", std::process::id()), home };
        let mut tmux = screen.tmux(&["-f"]);
        tmux.arg(settings).args(["new-session", "-d", "-x", &columns.to_string()]);
        tmux.args(["-y", &lines.to_string(), "--"]);
        let started = tmux.args(command).output();
        let started = started.expect("tmux can be run");
        assert!(started.status.success(), "tmux: {}", String::from_utf8_lossy(&started.stderr));
        Some(screen)
    }

    /// The home that the program sees.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.folder()
    }

    fn tmux(&self, words: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.server]).args(words);
        command.env("HOME", self.home.folder()).env("LANG", "C.UTF-8").env_remove("TMUX");
        for name in ["NO_COLOR", "LOOPSCOPE_PYTHON", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            command.env_remove(name);
        }
        command
    }

    fn ask(&self, words: &[&str]) -> Output {
        self.tmux(words).output().expect("tmux can be run")
    }

    /// Types keys by tmux's names: `Space`, `Enter`, `Left`, `C-c`, or the letter itself.
    pub fn keys(&self, keys: &[&str]) {
        self.ask(&[&["send-keys"][..], keys].concat());
    }

    /// Types a text, letter by letter, then Enter.
    pub fn line(&self, text: &str) {
        self.ask(&["send-keys", "-l", text]);
        self.keys(&["Enter"]);
    }

    /// What stands on the screen, line by line.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.ask(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// What stands on the screen and has left it at the top.
    #[must_use]
    pub fn history(&self) -> String {
        let all = self.ask(&["capture-pane", "-p", "-S", "-"]);
        String::from_utf8_lossy(&all.stdout).into_owned()
    }

    /// Waits until the screen shows what it should, and gives it back.
    ///
    /// # Panics
    ///
    /// If it does not come to show that.
    pub fn wait_until(&self, what: &str, shows: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if shows(&text) {
                return text;
            }
            let late = Instant::now() >= until;
            assert!(!late, "the screen does not show {what} after {PATIENCE:?}:\n{text}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a text is on the screen.
    pub fn wait_for(&self, wanted: &str) -> String {
        self.wait_until(&format!("{wanted:?}"), |text| text.contains(wanted))
    }

    /// Waits until the program has left, and gives back its exit code.
    ///
    /// # Panics
    ///
    /// If it does not leave.
    #[must_use]
    pub fn left(&self) -> i32 {
        let is_there = |text: &str| code(text).is_some();
        code(&self.wait_until("the program's exit code", is_there)).expect("just seen")
    }

    /// The state of the terminal that a program might leave behind: the alternate screen, mouse
    /// reports, and a cursor that is hidden.
    #[must_use]
    pub fn leftovers(&self) -> Vec<&'static str> {
        let format = "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_cursor_flag}";
        let told = self.ask(&["display-message", "-p", format]).stdout;
        let told = String::from_utf8_lossy(&told).into_owned();
        let names = ["alternate screen", "mouse reports", "cursor", "cursor keys"];
        let clean = ["0", "0", "1", "0"];
        let flags = told.split_whitespace().zip(clean).zip(names);
        flags.filter(|((flag, clean), _)| flag != clean).map(|(_, name)| name).collect()
    }

    /// The processes below this terminal's shell, as the operating system numbers them.
    #[must_use]
    pub fn shell(&self) -> u32 {
        let told = self.ask(&["display-message", "-p", "#{pane_pid}"]).stdout;
        String::from_utf8_lossy(&told).trim().parse().unwrap_or_default()
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, lines: u16) {
        let (columns, lines) = (columns.to_string(), lines.to_string());
        self.ask(&["resize-window", "-x", &columns, "-y", &lines]);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.ask(&["kill-server"]);
    }
}

fn code(text: &str) -> Option<i32> {
    let (_, after) = text.rsplit_once(LEFT)?;
    after.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_is_read_from_the_screen() {
        assert_eq!(code("some words\n\nleft with 124.\n\n"), Some(124));
        assert_eq!(code("left with pleasure."), None);
        assert_eq!(code(""), None);
    }
}
