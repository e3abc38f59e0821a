//! The files of one command: which are read, which are written, and which may be written over.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use super::kind::{Found, Kind};
use super::place::{self, FileIdentity, Target};
use super::{Output, Refusal};

/// The files that a command reads, and those that it writes.
#[derive(Debug, Default)]
pub struct Files {
    force: bool,
    read: Vec<Known>,
    /// Each with a token that its output holds for as long as it is open.
    written: Vec<(Known, Weak<()>)>,
    notices: Vec<String>,
}

/// A file, and what it is to the command.
#[derive(Debug)]
struct Known {
    path: PathBuf,
    /// Where it was when it was opened.
    place: Option<FileIdentity>,
    /// What it is, as in "the program".
    what: String,
}

impl Known {
    fn is_at(&self, place: &FileIdentity) -> bool {
        self.place.as_ref() == Some(place) || FileIdentity::of(&self.path).as_ref() == Some(place)
    }
}

impl Files {
    /// No files yet. With `force`, any file may be written over that is not in use.
    pub fn new(force: bool) -> Self {
        Self { force, ..Self::default() }
    }

    /// Notes a file that is read, and what it is: "the program", "the recording".
    pub fn reads(&mut self, path: &Path, what: &str) {
        let place = FileIdentity::of(path);
        self.read.push(Known { path: path.to_owned(), place, what: what.to_owned() });
    }

    /// Makes ready to write a file; `option` is what names it, and `force` is what it says of this
    /// one file. What is there already stays until [`Output::put_in_place`].
    pub fn output(
        &mut self,
        path: &Path,
        kind: Kind,
        option: &str,
        force: bool,
    ) -> Result<Output, Refusal> {
        let shown = path.display();
        let cannot = |error: &io::Error| {
            let why = place::why(error);
            Refusal(format!(
                "{option} cannot be written to `{shown}`: {why}; name a file in a folder that you may write to"
            ))
        };
        let target = Target::find(path).map_err(|error| cannot(&error))?;
        let at = target.path(path).to_owned();
        let place = FileIdentity::of(&at);
        let named = format!("{option} `{shown}`");
        if let Some(place) = &place {
            self.check_not_used(place, &named)?;
            if !matches!(target, Target::Stream(_)) {
                check_not_ours(place, &named)?;
            }
        }
        let notice = match &target {
            Target::File(file) => may_write_over(file, kind, &named, force || self.force)?,
            Target::New(_) | Target::Stream(_) => None,
        };
        let token = Arc::new(());
        let weak = Arc::downgrade(&token);
        let output = Output::open(target, kind, token).map_err(|error| cannot(&error))?;
        self.written.push((Known { path: at, place, what: format!("the file of {option}") }, weak));
        self.notices.extend(notice.map(|notice| format!("`{shown}` {notice}")));
        Ok(output)
    }

    /// Refuses to write to standard output where that is a file which is read.
    pub fn standard_output(&mut self) -> Result<(), Refusal> {
        match FileIdentity::of_stream(&io::stdout()) {
            Some(place) => self.check_not_used(&place, "standard output"),
            None => Ok(()),
        }
    }

    /// The sentences about files that are written over, once.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    fn check_not_used(&mut self, place: &FileIdentity, shown: &str) -> Result<(), Refusal> {
        self.written.retain(|(_, open)| open.strong_count() > 0);
        let mut used = self.read.iter().chain(self.written.iter().map(|(known, _)| known));
        match used.find(|known| known.is_at(place)) {
            Some(known) => Err(Refusal(format!(
                "{shown} is {} itself, which would be lost; name another file",
                known.what
            ))),
            None => Ok(()),
        }
    }
}

/// What is to be said of a file that is there already; `None`: it is empty.
fn may_write_over(
    file: &Path,
    kind: Kind,
    shown: &str,
    force: bool,
) -> Result<Option<String>, Refusal> {
    let found = kind.found_in(file);
    if !matches!(found, Ok(Found::Nothing | Found::Same)) && force {
        return Ok(Some("is written over, as --force says".to_owned()));
    }
    let earlier = kind.earlier();
    match found {
        Ok(Found::Nothing) => Ok(None),
        Ok(Found::Same) => Ok(Some(format!("held {earlier}, which is written over"))),
        Ok(Found::Other) => Err(Refusal(format!(
            "{shown} is there already and is not {earlier}, so it is not written over; name another file, or give --force"
        ))),
        Err(error) => Err(Refusal(format!(
            "{shown} is there already and cannot be looked at ({error}), so it is not written over; name another file, or give --force"
        ))),
    }
}

/// Refuses the file that our own standard output or error goes to.
fn check_not_ours(place: &FileIdentity, shown: &str) -> Result<(), Refusal> {
    let streams = [
        (FileIdentity::of_stream(&io::stdout()), "standard output"),
        (FileIdentity::of_stream(&io::stderr()), "standard error"),
    ];
    match streams.into_iter().find(|(stream, _)| stream.as_ref() == Some(place)) {
        Some((_, stream)) => Err(Refusal(format!(
            "{shown} is the file that {stream} goes to, which would be lost; name another file"
        ))),
        None => Ok(()),
    }
}
