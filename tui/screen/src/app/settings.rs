//! The settings file: theme, ASCII, mouse, keys and the user's Python. It is optional, and a mistake in it costs one
//! sentence and what it is about, nothing else.
//!
//! ```toml
//! theme = "light"       # dark, light, safe, safe-light, sixteen, plain
//! ascii = false
//! mouse = true
//! python = "python3.12"   # what runs programs and lessons
//!
//! [keys]
//! step = ["s", "f7"]
//! why = "y"
//! ```

use std::path::PathBuf;

use loopscope_model::whole;
use thiserror::Error;
use toml::{Table, Value};

use crate::keys::{Keymap, KeymapError};
use crate::theme::Palette;

/// The most bytes that the file may have.
const LARGEST: u64 = 1 << 20;

/// What the user prefers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The theme, if one was named.
    pub theme: Option<Palette>,
    /// ASCII only.
    pub ascii: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The Python that runs programs and lessons, if one is named.
    pub python: Option<PathBuf>,
    /// The keys.
    pub keymap: Keymap,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: None, ascii: false, mouse: true, python: None, keymap: Keymap::default() }
    }
}

/// What in a settings file cannot be followed.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("{path}: {error}; the usual settings are in force")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// It is no TOML.
    #[error("config.toml:{line}: {message}; the usual settings are in force")]
    Parse {
        /// The line.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// One setting is wrong; the others are in force.
    #[error("config.toml:{line}: {message}")]
    Setting {
        /// The line.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}

impl Settings {
    /// Where the settings file is to be.
    pub fn path() -> Option<PathBuf> {
        Some(super::folders::settings()?.join("config.toml"))
    }

    /// The user's settings, and what is wrong with them. What is right is in force.
    pub fn load() -> (Self, Vec<SettingsError>) {
        let Some(path) = Self::path() else { return (Self::default(), Vec::new()) };
        match whole::read_text_file(&path, LARGEST) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                (Self::default(), Vec::new())
            }
            Err(error) => (Self::default(), vec![SettingsError::Read { path, error }]),
        }
    }

    /// Reads settings, and tells what is wrong with them.
    pub fn parse(text: &str) -> (Self, Vec<SettingsError>) {
        let mut settings = Self::default();
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => {
                let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
                let line = 1 + before.matches('\n').count();
                let message = error.message().to_owned();
                return (settings, vec![SettingsError::Parse { line, message }]);
            }
        };
        let mut errors = Vec::new();
        for (name, value) in &table {
            let set = match (name.as_str(), value) {
                ("keys", Value::Table(keys)) => {
                    for (action, keys) in keys {
                        if let Err(message) = settings.map_keys(action, keys) {
                            errors
                                .push(SettingsError::Setting { line: line(text, action), message });
                        }
                    }
                    Ok(())
                }
                _ => settings.set(name, value),
            };
            if let Err(message) = set {
                errors.push(SettingsError::Setting { line: line(text, name), message });
            }
        }
        errors.sort_by_key(|error| match error {
            SettingsError::Parse { line, .. } | SettingsError::Setting { line, .. } => *line,
            SettingsError::Read { .. } => 0,
        });
        (settings, errors)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match (name, value) {
            ("theme", Value::String(theme)) => {
                let palette = Palette::parse(theme).ok_or_else(|| {
                    format!("there is no theme `{theme}`; there are {}", Palette::names())
                })?;
                self.theme = Some(palette);
            }
            ("ascii", Value::Boolean(ascii)) => self.ascii = *ascii,
            ("mouse", Value::Boolean(mouse)) => self.mouse = *mouse,
            ("python", Value::String(named)) if !named.is_empty() => {
                self.python = Some(below_home(named));
            }
            ("python", _) => {
                return Err("a Python is written as python = \"python3.12\"".to_owned());
            }
            ("theme", _) => return Err("a theme is written as theme = \"light\"".to_owned()),
            ("ascii" | "mouse", _) => return Err(format!("`{name}` is true or false")),
            ("keys", _) => {
                return Err("keys stand below [keys], as step = [\"s\", \"f7\"]".to_owned());
            }
            _ => {
                return Err(format!(
                    "there is no setting `{name}`; there are theme, ascii, mouse, python and [keys]"
                ));
            }
        }
        Ok(())
    }

    fn map_keys(&mut self, action: &str, keys: &Value) -> Result<(), String> {
        let keys: Option<Vec<String>> = match keys {
            Value::String(key) => Some(vec![key.clone()]),
            Value::Array(keys) => keys.iter().map(|key| key.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        let keys = keys.ok_or_else(|| {
            format!("`{action}` has no keys; write them as {action} = [\"s\", \"f7\"]")
        })?;
        self.keymap.remap(action, &keys).map_err(|error: KeymapError| error.to_string())
    }
}

/// A file as a shell would name it: `~/` is the user's home.
fn below_home(named: &str) -> PathBuf {
    let home = named.strip_prefix("~/").zip(std::env::var_os("HOME"));
    home.map_or_else(|| named.into(), |(rest, home)| PathBuf::from(home).join(rest))
}

/// The line on which a setting of that name begins.
fn line(text: &str, name: &str) -> usize {
    let begins = |line: &str| {
        let line = line.trim_start().trim_start_matches(['[', '"']);
        line.strip_prefix(name).is_some_and(|rest| {
            rest.trim_start_matches('"').trim_start().starts_with(['=', ']', '.'])
        })
    };
    text.lines().position(begins).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Action, Chord};

    #[test]
    fn settings_are_read() {
        let text = "theme = \"safe\"\nmouse = false\n[keys]\nstep = [\"s\", \"f7\"]\nwhy = \"y\"\n";
        let (settings, errors) = Settings::parse(text);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(settings.theme, Some(Palette::Safe));
        assert!(!settings.mouse && !settings.ascii);
        let action = |key| settings.keymap.action(Chord::parse(key).unwrap());
        assert_eq!(action("f7"), Some(Action::Step));
        assert_eq!(action("."), None);
        assert_eq!(action("y"), Some(Action::Why));
        assert!(Settings::parse("").1.is_empty());
        let (settings, errors) = Settings::parse("python = \"venv/bin/python\"");
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(settings.python, Some(PathBuf::from("venv/bin/python")));
    }

    #[test]
    fn mistakes_are_named_by_their_lines() {
        let told = |text| {
            let errors = Settings::parse(text).1;
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert!(told("theme = \"pink\"").contains("config.toml:1: there is no theme `pink`"));
        let told_of_two = told("mouse = 3\nmuose = true");
        assert!(told_of_two.contains("config.toml:1: `mouse` is true or false"), "{told_of_two}");
        assert!(
            told_of_two.contains("config.toml:2: there is no setting `muose`"),
            "{told_of_two}"
        );
        assert!(told("[keys]\nstep = \"nokey\"").contains(":2: keys: `nokey` for `step`"));
        assert!(told("python = 3").contains("config.toml:1: a Python is written as python = "));
        assert!(told("[keys]\nstep = 5").contains("`step` has no keys"));
        assert!(told("\n= 3").starts_with("config.toml:2:"));
    }

    #[test]
    fn a_mistake_costs_nothing_but_what_it_is_about() {
        let text =
            "theme = \"pink\"\nascii = true\n[keys]\nstep = \"s\"\njump = \"j\"\nwhy = \"y\"\n";
        let (settings, errors) = Settings::parse(text);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(settings.ascii);
        let action = |key| settings.keymap.action(Chord::parse(key).unwrap());
        assert_eq!(action("s"), Some(Action::Step));
        assert_eq!(action("y"), Some(Action::Why));
    }
}
