//! Sockets of programs that listen: where they are, and who is on the other side.

use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::Refusal;

/// The folder in which programs of this user listen, where there is one: nobody else may look into it.
/// The recorder finds it in the same way.
pub fn folder() -> Option<PathBuf> {
    let me = rustix::process::geteuid().as_raw();
    let run = env::var_os("XDG_RUNTIME_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    let run = run
        .filter(|path| fs::metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == me));
    let path = if let Some(run) = run {
        run.join("loopscope")
    } else {
        let temporary = env::var_os("TMPDIR").filter(|value| !value.is_empty());
        PathBuf::from(temporary.unwrap_or_else(|| "/tmp".into())).join(format!("loopscope-{me}"))
    };
    let found = fs::symlink_metadata(&path).ok()?;
    let is_ours_alone = found.uid() == me && found.mode().trailing_zeros() >= 6;
    (found.is_dir() && is_ours_alone).then_some(path)
}

/// Where a process listens, if it does so in the usual place.
pub fn of(pid: u32) -> Option<PathBuf> {
    let path = folder()?.join(format!("{pid}.sock"));
    fs::symlink_metadata(&path).is_ok_and(|found| found.file_type().is_socket()).then_some(path)
}

/// The processes that listen in the usual place. The files of those that are gone are taken away.
pub fn all() -> Vec<(u32, PathBuf)> {
    let Some(entries) = folder().and_then(|folder| fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(pid) = name.strip_suffix(".sock").and_then(|number| number.parse().ok()) else {
            continue;
        };
        if is_alive(pid) {
            found.push((pid, path));
        } else {
            let _ = fs::remove_file(path);
        }
    }
    found.sort();
    found
}

/// Whether a process of this number is there and has not ended.
pub fn is_alive(pid: u32) -> bool {
    // One that has ended but was not waited for still takes signals.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X'])) {
        return false;
    }
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
        return false;
    };
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

/// Connects to a program that listens. The process on the other side has to be this user's.
pub fn connect(path: &Path) -> Result<(UnixStream, Option<u32>), Refusal> {
    let shown = path.display();
    let refuse = |why: &str| Err(Refusal::new(format!("`{shown}` cannot be attached to: {why}")));
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return refuse(
                "there is no such file; start the program with `python3 -m loopscope FILE`, which \
                 prints the socket's name, or see `loopscope attach --list`",
            );
        }
        Err(error) => return refuse(&format!("{error}; name a socket that you may open")),
        Ok(found) if !found.file_type().is_socket() => {
            return refuse("it is not a socket; name the one that the program has printed");
        }
        Ok(_) => {}
    }
    let stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(error) => {
            return refuse(match error.kind() {
                ErrorKind::ConnectionRefused => {
                    "the program that listened there is gone; start it again, or see `loopscope \
                     attach --list`"
                }
                ErrorKind::PermissionDenied => {
                    "it is another user's; a program is attached to by the user who runs it"
                }
                _ => {
                    return refuse(&format!(
                        "{error}; name the socket that the program has printed"
                    ));
                }
            });
        }
    };
    match other_side(&stream) {
        Ok((user, _)) if !is_ours(user) => {
            refuse("another user listens there; a program is attached to by the user who runs it")
        }
        Ok((_, pid)) => Ok((stream, pid)),
        Err(error) => refuse(&format!("who listens there cannot be asked: {error}")),
    }
}

/// Whether a user is us, or we are the superuser.
pub(crate) fn is_ours(user: u32) -> bool {
    let me = rustix::process::geteuid();
    me.is_root() || me.as_raw() == user
}

/// The user and the process on the other side of a connection.
#[cfg(target_os = "linux")]
pub(crate) fn other_side(stream: &UnixStream) -> io::Result<(u32, Option<u32>)> {
    let found = rustix::net::sockopt::socket_peercred(stream)?;
    let pid = u32::try_from(found.pid.as_raw_nonzero().get()).ok();
    Ok((found.uid.as_raw(), pid))
}

/// The same: here who may open the file decides.
#[cfg(not(target_os = "linux"))]
pub(crate) fn other_side(_: &UnixStream) -> io::Result<(u32, Option<u32>)> {
    Ok((rustix::process::geteuid().as_raw(), None))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_nobody_listens_at_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |path: &Path| connect(path).expect_err("nobody listens").to_string();
        let path = folder.path().join("s");
        assert!(refused(&path).contains("python3 -m loopscope"), "{}", refused(&path));
        fs::write(&path, "").expect("a file");
        assert!(refused(&path).contains("it is not a socket"));
        fs::remove_file(&path).expect("it was there");
        drop(UnixListener::bind(&path).expect("a socket"));
        assert!(refused(&path).contains("is gone"), "{}", refused(&path));
    }

    #[test]
    fn who_listens_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let _listener = UnixListener::bind(&path).expect("a socket");
        let (_, pid) = connect(&path).expect("somebody listens");
        assert!(pid.is_none_or(|pid| pid == std::process::id()));
        assert!(is_alive(std::process::id()));
    }
}
