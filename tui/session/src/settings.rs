//! What `set` changes.

use loopscope_model::history::Keep;

use super::answer::{Answer, Trouble};
use super::brake::size;

/// The settings of a session.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most records that one command runs a program for; 0: any number. It keeps an endless
    /// program from filling the memory.
    pub limit: u64,
    /// The most bytes of text, as of output, that one command runs a program for; 0: any number.
    pub text: u64,
    /// How much of the history is kept at least; what is older is dropped.
    pub keep: Keep,
    /// How many lines of source `list` shows.
    pub lines: u32,
    /// Whether stops are told in sentences too.
    pub sentences: bool,
    /// Whether a run waits on where nothing can ever wake the program's loop.
    pub wait_forever: bool,
    /// Whether a run that stops where nothing can ever wake the program's loop has failed: for a
    /// script it has; a screen shows it.
    pub deadlock_fails: bool,
    /// Whether a board may be followed without an end: somebody is there to stop that, or a time
    /// is set for all of it.
    pub follows_boards: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limit: 3_000_000,
            text: 100 << 20,
            keep: Keep::All,
            lines: 11,
            sentences: true,
            wait_forever: false,
            deadlock_fails: true,
            follows_boards: true,
        }
    }
}

/// Every setting's name with what it does.
pub const SETTINGS: &[(&str, &str)] = &[
    ("limit", "the most records that one command runs for; 0 for no limit"),
    ("text", "the most text that one command runs for, as 64M; 0 for no limit"),
    ("keep", "how many of the latest records are kept at least, or how much, as 512M; 0 for all"),
    ("lines", "how many lines of source `list` shows"),
    ("sentences", "on or off: whether stops are told in sentences too"),
    ("wait-forever", "on or off: whether a run waits on where nothing can ever wake the loop"),
];

impl Settings {
    fn value(&self, name: &str) -> String {
        match name {
            "limit" => self.limit.to_string(),
            "text" => size(self.text),
            "keep" => match self.keep {
                Keep::All => "0".to_owned(),
                Keep::Records(records) => records.to_string(),
                Keep::Bytes(bytes) => size(bytes),
            },
            "lines" => self.lines.to_string(),
            "wait-forever" => if self.wait_forever { "on" } else { "off" }.to_owned(),
            _ => if self.sentences { "on" } else { "off" }.to_owned(),
        }
    }

    /// All settings with their values.
    pub(super) fn list(&self) -> Answer {
        let mut answer = Answer::default();
        for (name, help) in SETTINGS {
            let value = self.value(name);
            let newline = if answer.text.is_empty() { "" } else { "\n" };
            answer.text.push_str(&format!("{newline}{name:<12} {value:<10} {help}"));
            answer = answer.with(name, value);
        }
        answer
    }

    /// Changes one setting; its name may be cut as long as it is clear.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<Answer, Trouble> {
        let mut begin = SETTINGS.iter().filter(|(known, _)| known.starts_with(name));
        let (Some((name, _)), None) = (begin.next(), begin.next()) else {
            return Err(Trouble::new(format!(
                "There is no setting `{name}`; `set` alone lists them."
            )));
        };
        let bad =
            |wanted: &str| Trouble::new(format!("`set {name}` takes {wanted}, not `{value}`."));
        match *name {
            "limit" => {
                let plain = value.replace(['_', ','], "");
                self.limit =
                    plain.parse().map_err(|_| bad("a number of records that fits into 64 bits"))?;
            }
            "text" => {
                self.text = bytes(value).ok_or_else(|| bad("a size, as 64M"))?;
            }
            "keep" => {
                self.keep =
                    keep(value).ok_or_else(|| bad("a number of records, or a size, as 512M"))?;
            }
            "lines" => {
                self.lines = value
                    .parse()
                    .ok()
                    .filter(|n| *n > 0)
                    .ok_or_else(|| bad(&format!("a number from 1 to {}", u32::MAX)))?;
            }
            switch => {
                let on = match value {
                    "on" | "yes" | "true" | "1" => true,
                    "off" | "no" | "false" | "0" => false,
                    _ => return Err(bad("`on` or `off`")),
                };
                if switch == "sentences" {
                    self.sentences = on;
                } else {
                    self.wait_forever = on;
                }
            }
        }
        Ok(Answer::new(format!("{name} is now {}", self.value(name))).with(name, self.value(name)))
    }
}

/// A number of records, or of bytes where it has a unit.
fn keep(text: &str) -> Option<Keep> {
    let plain = text.replace(['_', ','], "");
    Some(match plain.parse() {
        Ok(0) => Keep::All,
        Ok(records) => Keep::Records(records),
        Err(_) => match bytes(text).filter(|_| !plain.bytes().all(|byte| byte.is_ascii_digit()))? {
            0 => Keep::All,
            bytes => Keep::Bytes(bytes),
        },
    })
}

/// A number of bytes, in thousands, millions or billions where it says so.
fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let number: u64 = text[..end].replace('_', "").parse().ok()?;
    let scale = match text[end..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" => 10,
        "M" | "MB" => 20,
        "G" | "GB" => 30,
        _ => return None,
    };
    number.checked_mul(1 << scale)
}
