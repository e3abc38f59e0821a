//! A store in a file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use loopscope_model::history::Store;
use loopscope_model::recording::begins;

/// How much shows what something is.
const BEGIN: u64 = 64;

/// A file as a store.
#[derive(Debug)]
pub(super) struct FileStore {
    file: File,
    len: AtomicU64,
}

impl FileStore {
    /// What is in a file; nothing can be added. What is no file, such as a pipe, is read to its end
    /// first if it holds a recording.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_file() {
            return Self::of(file);
        }
        // What has no end is not read to its end, unless it begins as a recording does.
        let mut copy = tempfile::tempfile()?;
        let mut begin = Vec::new();
        (&mut file).take(BEGIN).read_to_end(&mut begin)?;
        copy.write_all(&begin)?;
        if begins(&begin) {
            io::copy(&mut file, &mut copy)?;
        }
        Self::of(copy)
    }

    /// An empty one that nobody else sees, and that goes away with us.
    pub(super) fn temporary() -> io::Result<Self> {
        Self::of(tempfile::tempfile()?)
    }

    fn of(file: File) -> io::Result<Self> {
        let len = AtomicU64::new(file.metadata()?.len());
        Ok(Self { file, len })
    }
}

impl Store for FileStore {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let at = self.len.load(Ordering::Acquire);
        self.file.write_all_at(bytes, at)?;
        self.len.store(at + bytes.len() as u64, Ordering::Release);
        Ok(())
    }

    fn read_at(&self, at: u64, to: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(to, at)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.len.load(Ordering::Acquire))
    }

    fn forget(&self, bytes: Range<u64>) {
        forget(&self.file, bytes);
    }
}

/// Gives the room of these bytes back. Where the system cannot, they stay until the file goes.
#[cfg(target_os = "linux")]
fn forget(file: &File, bytes: Range<u64>) {
    use nix::fcntl::{FallocateFlags, fallocate};
    let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
    let (at, len) = (i64::try_from(bytes.start), i64::try_from(bytes.end - bytes.start));
    if let (Ok(at), Ok(len)) = (at, len) {
        let _ = fallocate(file, flags, at, len);
    }
}

#[cfg(not(target_os = "linux"))]
fn forget(_: &File, _: Range<u64>) {}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    const ALL: &[u8] = b"loopscope recording 2\nall of it";

    #[test]
    fn bytes_are_read_where_they_were_added() {
        let store = FileStore::temporary().unwrap();
        store.append(b"hello ").unwrap();
        store.append(b"there").unwrap();
        assert_eq!(store.len().unwrap(), 11);
        let mut read = [0; 5];
        store.read_at(6, &mut read).unwrap();
        assert_eq!(&read, b"there");
        assert!(store.read_at(7, &mut read).is_err(), "there are fewer bytes");
    }

    #[test]
    fn what_is_forgotten_takes_no_room() {
        let store = FileStore::temporary().unwrap();
        store.append(&vec![1; 1 << 20]).unwrap();
        let before = store.file.metadata().unwrap().blocks();
        store.forget(0..1 << 19);
        let after = store.file.metadata().unwrap().blocks();
        // A file system may not be able to do it.
        assert!(after <= before);
        assert_eq!(store.len().unwrap(), 1 << 20);
    }

    #[test]
    fn what_comes_out_of_a_pipe_is_a_store_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let writer = std::thread::spawn({
            let path = path.clone();
            move || File::options().write(true).open(path).unwrap().write_all(ALL).unwrap()
        });
        let store = FileStore::open(&path).unwrap();
        writer.join().unwrap();
        let mut read = [0; ALL.len()];
        store.read_at(0, &mut read).unwrap();
        assert_eq!(&read, ALL);
        let endless = FileStore::open(Path::new("/dev/zero")).unwrap();
        assert_eq!(endless.len().unwrap(), BEGIN);
    }
}
