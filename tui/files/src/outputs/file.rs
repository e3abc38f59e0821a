//! A file on its way: written beside, put in its place, and cut back to what is whole when no more
//! of it can be written.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

use super::kind::Kind;
use super::place::{Stream, Target, folder};
use crate::temporary::Guard;

/// What removes a file that is not in its place when we are ended.
pub type OutputGuard = Guard;

/// How a file is called while it is written beside its place.
const BESIDE: &str = ".loopscope-";

/// What a new file may be, before the user's mask.
const USUAL: u32 = 0o666;

/// A file that is written. Until [`Output::put_in_place`] nothing that was there before is touched,
/// and an output that is dropped before leaves no trace.
#[derive(Debug)]
pub struct Output {
    file: File,
    waits: Option<Waits>,
    kind: Kind,
    /// Whether it can be cut back: it is a file, and all of it is ours.
    is_file: bool,
    length: u64,
    /// Where what was written last as a whole begins.
    last: u64,
    /// Tells that it is in use.
    _token: Arc<()>,
}

/// Where a file goes that is not in its place yet.
#[derive(Debug)]
struct Waits {
    to: PathBuf,
    /// Whether another file is there.
    replaces: bool,
    /// Where it is meanwhile; `None`: nowhere, since the folder cannot be written.
    beside: Option<TempPath>,
}

impl Output {
    pub(super) fn open(target: Target, kind: Kind, token: Arc<()>) -> io::Result<Self> {
        let (file, waits) = match target {
            Target::Stream(Stream::Ours(file)) => (file, None),
            Target::Stream(Stream::Named(path)) => {
                (OpenOptions::new().append(true).open(path)?, None)
            }
            Target::New(to) => {
                let (file, beside) = beside(&to)?.into_parts();
                (file, Some(Waits { to, replaces: false, beside: Some(beside) }))
            }
            Target::File(to) => {
                // Who may not write to it does not replace it either.
                let before = OpenOptions::new().write(true).open(&to)?;
                if let Ok(temporary) = instead_of(&before, &to) {
                    let (file, beside) = temporary.into_parts();
                    (file, Some(Waits { to, replaces: true, beside: Some(beside) }))
                } else {
                    // A file of somebody else's, or in a folder of somebody else's.
                    let file = tempfile::tempfile()?;
                    (file, Some(Waits { to, replaces: true, beside: None }))
                }
            }
        };
        let is_file = waits.is_some();
        Ok(Self { file, waits, kind, is_file, length: 0, last: 0, _token: token })
    }

    /// Whether it is in a place of its own, to be cut back when it cannot be written any further.
    pub const fn is_file(&self) -> bool {
        self.is_file
    }

    /// While the value lives, what is not in its place when we are ended is removed.
    pub fn guard(&self) -> Option<Guard> {
        Guard::over(self.waits.as_ref()?.beside.as_deref()?).ok()
    }

    /// Gives the file its name. What was there before is gone from then on.
    pub fn put_in_place(&mut self) -> io::Result<()> {
        let Some(waits) = self.waits.take() else { return Ok(()) };
        let Some(beside) = waits.beside else { return self.copy_to(&waits.to) };
        let renamed = if waits.replaces {
            beside.persist(&waits.to)
        } else {
            beside.persist_noclobber(&waits.to)
        };
        match renamed {
            Ok(()) => Ok(()),
            // A file that something is mounted on has to stay where it is.
            Err(_) if waits.replaces => self.copy_to(&waits.to),
            Err(error) => Err(error.error),
        }
    }

    /// Writes over the file itself.
    fn copy_to(&mut self, path: &Path) -> io::Result<()> {
        let mut to = OpenOptions::new().write(true).truncate(true).open(path)?;
        self.file.seek(SeekFrom::Start(0))?;
        io::copy(&mut self.file, &mut to)?;
        self.file = to;
        Ok(())
    }

    /// Makes sure that there is room to end it: what was written last makes way if need be, but not
    /// what stands first and says what it is.
    fn make_room(&mut self) {
        let length = self.length;
        let has_room = self.file.write_all(&vec![0; self.kind.end()]).is_ok();
        self.cut(if has_room || self.last == 0 { length } else { self.last });
        self.last = 0;
    }

    /// Takes back what is not complete. Where that cannot be done either, nothing can.
    fn cut(&mut self, length: u64) {
        if self.is_file && self.file.set_len(length).is_ok() {
            let _ = self.file.seek(SeekFrom::Start(length));
            self.length = length;
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    /// All of it; and if that cannot be, as much as is complete.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let start = self.length;
        let mut done = 0;
        while done < bytes.len() {
            match self.write(&bytes[done..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => done += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.cut(start + self.kind.whole(&bytes[..done]) as u64);
                    if self.is_file && self.kind.end() > 0 {
                        self.make_room();
                    }
                    return Err(error);
                }
            }
        }
        self.last = start;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A new file in the folder where `to` is to be.
fn beside(to: &Path) -> io::Result<NamedTempFile> {
    let usual = Permissions::from_mode(USUAL);
    tempfile::Builder::new().prefix(BESIDE).permissions(usual).tempfile_in(folder(to))
}

/// The same with the owner and the permissions of the file whose place it takes.
fn instead_of(before: &File, to: &Path) -> io::Result<NamedTempFile> {
    let new = beside(to)?;
    let (was, is) = (before.metadata()?, new.as_file().metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        fchown(new.as_file(), Some(was.uid()), Some(was.gid()))?;
    }
    new.as_file().set_permissions(Permissions::from_mode(was.mode() & 0o777))?;
    Ok(new)
}
