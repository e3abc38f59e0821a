//! A lesson's files before anybody has read them: from the binary or from a disk.

use std::io::ErrorKind;
use std::path::Path;
use std::{fs, io};

use loopscope_model::whole;

/// The most bytes that one file of a lesson may have.
const LARGEST: u64 = 4 << 20;

/// The most files that a lesson may have; the rest would only be named as what does not belong.
const MOST: usize = 200;

/// A folder's name and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder's own name, such as `01_call_soon`.
    pub name: String,
    /// The files in it, by path below the folder.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Folder {
    /// Reads a folder of one lesson. Folders within it are not read but listed as a file that does
    /// not belong, so that the check names them.
    pub fn read(path: &Path) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut files = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_file = entry.file_type()?.is_file();
            let bytes = if is_file { read(&entry.path(), &name)? } else { Vec::new() };
            files.push((name, bytes));
            if files.len() > MOST {
                let text = format!("it holds more than {MOST} files");
                return Err(io::Error::new(ErrorKind::FileTooLarge, text));
            }
        }
        files.sort();
        Ok(Self { name, files })
    }

    /// The file of that name.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
    }
}

/// One file of a lesson; the error says which one it is.
fn read(path: &Path, name: &str) -> io::Result<Vec<u8>> {
    whole::read_file(path, LARGEST)
        .map_err(|error| io::Error::new(error.kind(), format!("`{name}` in it: {error}")))
}
