//! The settings file: theme, ASCII, mouse and keys. It is optional, and a mistake in it costs one
//! sentence, not the screen.
//!
//! ```toml
//! theme = "light"       # dark, light, safe, safe-light, sixteen, plain
//! ascii = false
//! mouse = true
//!
//! [keys]
//! step = ["s", "f7"]
//! why = "y"
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use loopscope_model::whole;
use serde::Deserialize;
use thiserror::Error;

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
    /// The keys.
    pub keymap: Keymap,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: None, ascii: false, mouse: true, keymap: Keymap::default() }
    }
}

/// A settings file that cannot be followed.
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
    /// It is no TOML, or says what is not known.
    #[error("{0}")]
    Parse(String),
    /// There is no such theme.
    #[error("theme: there is no theme `{0}`; there are {names}", names = Palette::names())]
    Theme(String),
    /// Its keys make no sense.
    #[error(transparent)]
    Keys(#[from] KeymapError),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    theme: Option<String>,
    ascii: bool,
    mouse: Option<bool>,
    keys: BTreeMap<String, OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Settings {
    /// Where the settings file is to be.
    pub fn path() -> Option<PathBuf> {
        Some(super::folders::settings()?.join("config.toml"))
    }

    /// The user's settings. With a mistake in them the usual ones, and the mistake.
    pub fn load() -> (Self, Option<SettingsError>) {
        let Some(path) = Self::path() else { return (Self::default(), None) };
        let text = match whole::read_text_file(&path, LARGEST) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Self::default(), None);
            }
            Err(error) => return (Self::default(), Some(SettingsError::Read { path, error })),
        };
        match Self::parse(&text) {
            Ok(settings) => (settings, None),
            Err(error) => (Self::default(), Some(error)),
        }
    }

    /// Reads settings.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            SettingsError::Parse(format!("config.toml:{line}: {}", error.message()))
        })?;
        let mut settings = Self { ascii: file.ascii, ..Self::default() };
        settings.mouse = file.mouse.unwrap_or(true);
        if let Some(name) = file.theme {
            settings.theme = Some(Palette::parse(&name).ok_or(SettingsError::Theme(name))?);
        }
        for (action, keys) in file.keys {
            let keys = match keys {
                OneOrMore::One(key) => vec![key],
                OneOrMore::More(keys) => keys,
            };
            settings.keymap.remap(&action, &keys)?;
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Action, Chord};

    #[test]
    fn settings_are_read() {
        let text = "theme = \"safe\"\nmouse = false\n[keys]\nstep = [\"s\", \"f7\"]\nwhy = \"y\"\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.theme, Some(Palette::Safe));
        assert!(!settings.mouse && !settings.ascii);
        let action = |key| settings.keymap.action(Chord::parse(key).unwrap());
        assert_eq!(action("f7"), Some(Action::Step));
        assert_eq!(action("."), None);
        assert_eq!(action("y"), Some(Action::Why));
        assert!(Settings::parse("").is_ok());
    }

    #[test]
    fn mistakes_are_named() {
        let told = |text| Settings::parse(text).unwrap_err().to_string();
        assert!(told("theme = \"pink\"").contains("no theme `pink`"));
        assert!(told("mouse = true\nmuose = 1").starts_with("config.toml:2:"), "unknown names");
        assert!(told("[keys]\nstep = \"nokey\"").contains("`nokey` for `step`"));
        assert!(told("= 3").starts_with("config.toml:1:"));
    }
}
