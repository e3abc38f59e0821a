//! Which file a path means: two paths may mean one file, and a path may mean no file at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// As many links are followed as the operating system follows.
const LINKS: usize = 40;

/// Where a file is, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileIdentity {
    /// There is one: its device, and its number there.
    There(u64, u64),
    /// There is none yet: the same of its folder, and its name in it.
    Missing(u64, u64, OsString),
}

impl FileIdentity {
    /// `None` where nobody else can be in the way: what does not exist in any folder, and devices
    /// such as `/dev/null`, which everybody may read and write at once.
    pub(super) fn of(path: &Path) -> Option<Self> {
        if let Ok(metadata) = fs::metadata(path) {
            return Self::of_metadata(&metadata);
        }
        let folder = fs::metadata(folder(path)).ok()?;
        Some(Self::Missing(folder.dev(), folder.ino(), path.file_name()?.to_owned()))
    }

    /// Where a stream that we were given leads, if that is a file.
    pub(super) fn of_stream(stream: &impl AsFd) -> Option<Self> {
        let copy = stream.as_fd().try_clone_to_owned().ok()?;
        let metadata = File::from(copy).metadata().ok()?;
        if metadata.is_file() { Self::of_metadata(&metadata) } else { None }
    }

    fn of_metadata(metadata: &Metadata) -> Option<Self> {
        let is_shared = metadata.file_type().is_char_device();
        (!is_shared).then(|| Self::There(metadata.dev(), metadata.ino()))
    }
}

/// What a path names that is to be written.
#[derive(Debug)]
pub(super) enum Target {
    /// A file that is there.
    File(PathBuf),
    /// A file that is not there yet.
    New(PathBuf),
    /// A pipe, a terminal, a device; or a file that whoever started us has opened for us.
    Stream(Stream),
}

/// What is only ever written to from one end to the other.
#[derive(Debug)]
pub(super) enum Stream {
    /// Our standard output or error under another name.
    Ours(File),
    /// Anything else.
    Named(PathBuf),
}

impl Target {
    /// Follows the links at `path`.
    pub(super) fn find(path: &Path) -> io::Result<Self> {
        let mut at = path.to_owned();
        for _ in 0..LINKS {
            if let Some(stream) = descriptor(&at)? {
                return Ok(Self::Stream(stream));
            }
            let metadata = match fs::symlink_metadata(&at) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return match at.file_name() {
                        Some(_) => Ok(Self::New(at)),
                        None => Err(error),
                    };
                }
                Err(error) => return Err(error),
            };
            let what = metadata.file_type();
            if !what.is_symlink() {
                return if what.is_file() {
                    Ok(Self::File(at))
                } else if what.is_dir() {
                    Err(io::ErrorKind::IsADirectory.into())
                } else if what.is_block_device() {
                    Err(io::Error::other("it is a disk, not a file"))
                } else {
                    Ok(Self::Stream(Stream::Named(at)))
                };
            }
            let to = fs::read_link(&at)?;
            at = folder(&at).join(to);
        }
        Err(io::Error::other("too many links lead from one to the next"))
    }

    /// The path that is written in the end.
    pub(super) fn path<'a>(&'a self, given: &'a Path) -> &'a Path {
        match self {
            Self::File(path) | Self::New(path) | Self::Stream(Stream::Named(path)) => path,
            Self::Stream(Stream::Ours(_)) => given,
        }
    }
}

/// The stream behind a path such as `/dev/fd/3`: a descriptor that was open before we came. What it
/// leads to is not replaced, even if it is a file.
fn descriptor(path: &Path) -> io::Result<Option<Stream>> {
    let number = path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let Some(number) = number else { return Ok(None) };
    let Ok(folder) = folder(path).canonicalize() else { return Ok(None) };
    let ours = Path::new("/proc").join(std::process::id().to_string()).join("fd");
    let is_ours = folder == ours || folder == Path::new("/dev/fd");
    let is_anybodys = folder.starts_with("/proc") && folder.ends_with("fd");
    Ok(match number {
        _ if !is_ours && !is_anybodys => None,
        1 if is_ours => Some(Stream::Ours(io::stdout().as_fd().try_clone_to_owned()?.into())),
        2 if is_ours => Some(Stream::Ours(io::stderr().as_fd().try_clone_to_owned()?.into())),
        _ => Some(Stream::Named(path.to_owned())),
    })
}

/// The folder that a path is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// An error of the operating system in plain words.
pub(super) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}
