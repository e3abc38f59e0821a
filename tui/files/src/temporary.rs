//! Temporary folders: nobody else can guess their names, look into them or have put a link there
//! before; and they go away whatever way we end.
//!
//! Dropping one removes it. A signal that ends us drops nothing, so a small process of this same
//! binary waits until we are gone, and removes what is left.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::SigSet;
use tempfile::TempDir;

/// The hidden sub-command that is the small process. What follows it is to be removed.
pub const COMMAND: &str = "__tidy";

/// How a folder's name begins.
const PREFIX: &str = "loopscope-";

/// A folder that is there for as long as the value is.
#[derive(Debug)]
pub struct Folder {
    // It is removed first; then there is nothing left for the other process to do.
    folder: TempDir,
    _guard: Option<Guard>,
}

impl Folder {
    /// A new, empty folder, which only we may look into.
    pub fn new() -> io::Result<Self> {
        let ours_alone = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(PREFIX).permissions(ours_alone).tempdir()?;
        // Without the other process only a signal leaves the folder behind.
        let guard = Guard::over(folder.path()).ok();
        Ok(Self { folder, _guard: guard })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The process that removes a file or folder when we are gone.
#[derive(Debug)]
pub struct Guard(Child);

impl Guard {
    /// Starts it.
    pub fn over(path: &Path) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(COMMAND).arg(std::path::absolute(path)?);
        // What is sent to our whole group is not meant for it.
        command.process_group(0).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The small process: waits until its standard input is closed, which the system does when we end.
pub fn tidy_up(paths: impl IntoIterator<Item = OsString>) -> i32 {
    let _ = SigSet::all().thread_block();
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    for path in paths.into_iter().map(PathBuf::from) {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_ours_alone_and_goes_away() {
        let folders = [Folder::new().unwrap(), Folder::new().unwrap()];
        let paths = folders.each_ref().map(|folder| folder.path().to_owned());
        assert_ne!(paths[0], paths[1]);
        for (folder, path) in folders.into_iter().zip(paths) {
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
            fs::write(path.join("file"), "text").unwrap();
            drop(folder);
            assert!(!path.exists());
        }
    }
}
