//! Which lessons were read to the end. Kept in a file of the user's; losing it loses only ticks.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use loopscope_files::own;
use loopscope_model::whole;
use serde::{Deserialize, Serialize};

/// The most bytes that the file may have.
const LARGEST: u64 = 1 << 20;

/// Which lessons were read to the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Progress {
    /// The lessons' names.
    pub finished: BTreeSet<String>,
}

impl Progress {
    fn path() -> Option<PathBuf> {
        Some(super::folders::data()?.join("progress.toml"))
    }

    /// What is known; nothing where there is no file, or none that can be read.
    pub fn load() -> Self {
        let text = Self::path().and_then(|path| whole::read_text_file(&path, LARGEST).ok());
        text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Notes that a lesson was read to the end.
    pub fn finish(&mut self, id: &str) -> io::Result<()> {
        if !self.finished.insert(id.to_owned()) {
            return Ok(());
        }
        let Some(path) = Self::path() else { return Ok(()) };
        // A half-written file would lose what was known.
        own::write(&path, &toml::to_string(self).map_err(io::Error::other)?)
    }
}
