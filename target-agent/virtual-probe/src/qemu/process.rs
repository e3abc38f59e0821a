//! QEMU's process: started with its sockets in a folder of its own, and ended together with us.

use std::fs::{self, File};
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::Options;
use crate::Error;
use crate::elf::Architecture;
use crate::patience::PATIENCE;

/// How long it may take to start. A busy machine loads a large emulator slowly.
const START: Duration = Duration::from_secs(20);

/// Starts QEMU, and ends it when our end of the pipe is closed, however that happens.
const GUARD: &str = "exec 3<&0; \"$@\" </dev/null 3<&- & pid=$!; \
    (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & exec 3<&-; wait $pid";

/// The process, with what it said. Ends with this value.
pub(super) struct Process {
    guard: Child,
    /// Closing it ends QEMU.
    pipe: Option<ChildStdin>,
    folder: PathBuf,
}

impl Process {
    /// What it said, in a line.
    pub(super) fn said(&self) -> String {
        let text = fs::read_to_string(self.folder.join("said")).unwrap_or_default();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or("it said nothing");
        // Warnings may come before what ended it.
        lines.find(|line| line.contains("fatal")).unwrap_or(first).to_owned()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.guard.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let until = Instant::now() + PATIENCE;
        while !self.has_ended() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Starts QEMU with this program of it. The machine is held before its first instruction.
pub(super) fn launch(
    options: &Options,
    program: &Path,
    architecture: Architecture,
) -> Result<Process, Error> {
    let room = |what| move |why| Error::NoRoom { what, why };
    let folder = folder().map_err(room("a temporary folder"))?;
    let said = File::create(folder.join("said")).map_err(room("a temporary file"))?;
    let socket = |name: &str| folder.join(name).display().to_string();
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(program);
    command.args(["-machine", &options.machine, "-nodefaults", "-display", "none", "-S"]);
    if let Some(elf) = options.loaded() {
        command.arg("-kernel").arg(elf);
    }
    if architecture == Architecture::RiscV {
        // The firmware is what runs first.
        command.args(["-bios", "none"]);
    }
    command.args(["-qtest", &format!("unix:{},server=on,wait=off", socket("memory"))]);
    command.args(["-qtest-log", "none"]);
    command.args(["-chardev", &format!("socket,id=gdb,path={},server=on,wait=off", socket("gdb"))]);
    command.args(["-gdb", "chardev:gdb"]);
    command.args(["-qmp", &format!("unix:{},server=on,wait=off", socket("monitor"))]);
    if let Some(shift) = options.icount {
        command.args(["-icount", &format!("shift={shift}")]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(said);
    // What a terminal tells its programs, such as Ctrl-C, is for our caller and not for the machine.
    command.process_group(0);
    // The shell would say only that it found nothing.
    match version(program).and_then(|_| command.spawn()) {
        Ok(mut guard) => {
            let pipe = guard.stdin.take();
            Ok(Process { guard, pipe, folder })
        }
        Err(why) => {
            let _ = fs::remove_dir_all(&folder);
            Err(Error::NoQemu {
                program: program.display().to_string(),
                package: architecture.package(),
                why,
            })
        }
    }
}

/// Whether a program of QEMU can be started.
pub(super) fn version(program: &Path) -> io::Result<bool> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().map(|status| status.success())
}

/// Connects to one of its sockets as soon as it is there.
pub(super) fn connect(
    process: &mut Process,
    name: &str,
    options: &Options,
) -> Result<UnixStream, Error> {
    let path = process.folder.join(name);
    let until = Instant::now() + START;
    loop {
        let why = match UnixStream::connect(&path) {
            Ok(stream) => return Ok(stream),
            Err(why) => why,
        };
        let not_up = |said| Error::NotUp { machine: options.machine.clone(), said };
        if process.has_ended() {
            return Err(not_up(process.said()));
        }
        if Instant::now() >= until {
            return Err(not_up(format!("its socket `{name}` did not open: {why}")));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A folder of our own for sockets, with a short path.
fn folder() -> io::Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let base = std::env::temp_dir();
    for _ in 0..1000 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("vprobe-{}-{number}", std::process::id()));
        match make(&path) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Makes a folder that nobody else may look into: who reaches the sockets controls the machine.
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}
