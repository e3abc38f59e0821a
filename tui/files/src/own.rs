//! Files that we keep for ourselves: settings, progress, history.

use std::fs;
use std::io;
use std::path::Path;

/// Whether there is such a file, or could be one: nothing else lies under its name, such as a pipe
/// that nobody reads.
pub fn may_be(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(metadata) => metadata.is_file(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Writes such a file: whole, or not at all.
#[cfg(unix)]
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut new, text.as_bytes())?;
    new.persist(path)?;
    Ok(())
}

/// Where there are no files, nothing is kept.
#[cfg(not(unix))]
pub fn write(_path: &Path, _text: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_there_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("settings");
        assert!(may_be(&path));
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path().join("below")).unwrap().count(), 1);
        assert!(may_be(&path) && !may_be(folder.path()) && !may_be(Path::new("/dev/null")));
    }
}
