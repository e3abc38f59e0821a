//! Whether the program's file was saved since the program was started: then `restart` runs another
//! text.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use web_time::Instant;

use super::Session;
use super::source::Origin;

/// How often the file is looked at, at most.
const PERIOD: Duration = Duration::from_millis(200);

/// How a file was when it was looked at. Another one means that it was saved.
type Stamp = (Option<SystemTime>, u64);

/// The program's file as far as it was looked at.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// How often the program had been started when it was looked at first.
    starts: u32,
    /// When it was looked at last; `None`: never.
    looked: Option<Instant>,
    stamp: Option<Stamp>,
}

impl Session {
    /// The program's file, if it was saved since the program was started or since this was asked last:
    /// its name.
    pub fn newly_saved(&mut self) -> Option<String> {
        if self.origin() != Origin::Program {
            return None;
        }
        let watched = &self.watched;
        let is_first = watched.looked.is_none() || watched.starts != self.starts;
        if !is_first && watched.looked.is_some_and(|looked| looked.elapsed() < PERIOD) {
            return None;
        }
        let path = self.file()?;
        let stamp = stamp(&path);
        let before = std::mem::replace(
            &mut self.watched,
            Watched { starts: self.starts, looked: Some(Instant::now()), stamp },
        );
        // While an editor writes it there may be none.
        let is_saved = !is_first && stamp.is_some() && stamp != before.stamp;
        if stamp.is_none() && !is_first {
            self.watched.stamp = before.stamp;
        }
        is_saved.then(|| self.short_name())
    }

    /// Where the program's own text is.
    fn file(&self) -> Option<PathBuf> {
        Some(self.folder()?.join(self.short_name()))
    }

    fn short_name(&self) -> String {
        let name = self.name();
        let short = std::path::Path::new(&name).file_name();
        short.map_or_else(|| name.clone(), |short| short.to_string_lossy().into_owned())
    }
}

fn stamp(path: &std::path::Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}
