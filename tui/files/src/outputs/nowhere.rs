//! Where there are no files to write, as in a browser.

use std::convert::Infallible;
use std::io::{self, Write};
use std::path::Path;

use super::{Kind, Refusal};

/// The files of a command: none.
#[derive(Debug, Default)]
pub struct Files(());

/// What removes a file that is not in its place: there is none.
pub type OutputGuard = ();

/// A file that is written. There is none.
#[derive(Debug)]
pub struct Output(Infallible);

impl Files {
    /// No files.
    pub fn new(_force: bool) -> Self {
        Self::default()
    }

    /// Notes a file that is read.
    pub fn reads(&mut self, _path: &Path, _what: &str) {}

    /// Says that no file can be written here.
    pub fn output(
        &mut self,
        path: &Path,
        _kind: Kind,
        option: &str,
        _force: bool,
    ) -> Result<Output, Refusal> {
        let shown = path.display();
        Err(Refusal(format!("{option} cannot be written to `{shown}`: there are no files here")))
    }

    /// Standard output is nobody's file.
    pub fn standard_output(&mut self) -> Result<(), Refusal> {
        Ok(())
    }

    /// No sentences.
    pub fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

impl Output {
    /// Whether it is in a place of its own.
    pub const fn is_file(&self) -> bool {
        match self.0 {}
    }

    /// Removes what is not in its place when we are gone.
    pub const fn guard(&self) -> Option<()> {
        match self.0 {}
    }

    /// Gives the file its name.
    pub fn put_in_place(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}

impl Write for Output {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}
