//! QEMU with one machine: started, connected, and ended together with us.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::Error;
use crate::gdb::Gdb;
use crate::processor::{Board, Register};
use crate::qtest::Qtest;

/// How long QEMU may take for one answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long it may take to start. A busy machine loads a large emulator slowly.
const START: Duration = Duration::from_secs(20);

/// Starts QEMU, and ends it when our end of the pipe is closed, however that happens.
const GUARD: &str = "exec 3<&0; \"$@\" </dev/null 3<&- & pid=$!; \
    (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & exec 3<&-; wait $pid";

const RESET_REGISTER: u32 = 0xe000_ed0c;
const REQUEST_RESET: u32 = 0x05fa_0004;
const VECTOR_TABLE: u32 = 0xe000_ed08;

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The machine's name, as `qemu-system-arm -machine help` lists them.
    pub machine: String,
    /// The firmware.
    pub elf: PathBuf,
    /// The TCP port; 0 for any that is free.
    pub port: u16,
    /// Whether the program waits, before its first instruction, for a client that lets it run.
    pub held: bool,
    /// Count instructions instead of time: an instruction takes 2^N ns, and runs are repeatable.
    pub icount: Option<u8>,
    /// QEMU's program.
    pub qemu: PathBuf,
}

impl Options {
    /// A machine with a firmware, held before its first instruction, at any free port.
    pub fn new(machine: impl Into<String>, elf: impl Into<PathBuf>) -> Self {
        Self {
            machine: machine.into(),
            elf: elf.into(),
            port: 0,
            held: true,
            icount: None,
            qemu: program(),
        }
    }
}

/// QEMU's program: what `LOOPSCOPE_QEMU` names, or the usual name.
fn program() -> PathBuf {
    std::env::var_os("LOOPSCOPE_QEMU").map_or_else(|| "qemu-system-arm".into(), PathBuf::from)
}

/// Whether QEMU can be started here.
#[must_use]
pub fn is_there() -> bool {
    Command::new(program())
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The process, with what it said. Ends with this value.
struct Process {
    guard: Child,
    /// Closing it ends QEMU.
    pipe: Option<ChildStdin>,
    folder: PathBuf,
}

impl Process {
    fn said(&self) -> String {
        let text = fs::read_to_string(self.folder.join("said")).unwrap_or_default();
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        first.unwrap_or("it said nothing").to_owned()
    }

    fn has_ended(&mut self) -> bool {
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

/// A running machine.
pub struct Machine {
    name: String,
    memory: Qtest,
    gdb: Gdb,
    /// Last, so that its sockets are closed before it is ended.
    _process: Process,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Machine {
    /// Starts it. It is held before its first instruction.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let shown = || options.elf.display().to_string();
        File::open(&options.elf).map_err(|why| Error::NoFirmware { path: shown(), why })?;
        let folder = folder().map_err(|why| Error::NoRoom { what: "a temporary folder", why })?;
        let mut process = launch(options, folder)?;
        let memory = connect(&mut process, "memory", options)?;
        let gdb = connect(&mut process, "gdb", options)?;
        Ok(Self {
            name: options.machine.clone(),
            memory: Qtest::start(memory)?,
            gdb: Gdb::start(gdb)?,
            _process: process,
        })
    }

    fn word(&mut self, address: u32) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        self.memory.read(address, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

impl Board for Machine {
    fn read(&mut self, address: u32, into: &mut [u8]) -> Result<(), Error> {
        self.memory.read(address, into)
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        self.memory.write(address, bytes)
    }

    fn hold(&mut self) -> Result<(), Error> {
        self.gdb.hold()
    }

    fn resume(&mut self) -> Result<(), Error> {
        self.gdb.resume()
    }

    fn step(&mut self) -> Result<(), Error> {
        self.gdb.step()
    }

    fn has_stopped(&mut self) -> Result<bool, Error> {
        self.gdb.has_stopped()
    }

    fn register(&mut self, register: Register) -> Result<u32, Error> {
        self.gdb.register(register)
    }

    fn set_register(&mut self, register: Register, value: u32) -> Result<(), Error> {
        self.gdb.set_register(register, value)
    }

    fn set_breakpoint(&mut self, address: u32, on: bool) -> Result<(), Error> {
        self.gdb.breakpoint(address, on)
    }

    fn reset(&mut self) -> Result<(), Error> {
        // While it is held, nothing of the program runs between the reset and us.
        self.gdb.hold()?;
        self.gdb.set_register(Register::General(15), !1)?;
        self.memory.write(RESET_REGISTER, &REQUEST_RESET.to_le_bytes())?;
        // QEMU resets the machine some time after the request; it shows in the program counter.
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let table = self.word(VECTOR_TABLE)?;
            let entry = self.word(table.wrapping_add(4))? & !1;
            if self.gdb.register(Register::General(15))? == entry {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(Error::TooLate { what: "reset" })
    }
}

fn launch(options: &Options, folder: PathBuf) -> Result<Process, Error> {
    let room = |what| move |why| Error::NoRoom { what, why };
    let said = File::create(folder.join("said")).map_err(room("a temporary file"))?;
    let socket = |name: &str| folder.join(name).display().to_string();
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(&options.qemu);
    command.args(["-machine", &options.machine, "-nodefaults", "-display", "none", "-S"]);
    command.arg("-kernel").arg(&options.elf);
    command.args(["-qtest", &format!("unix:{},server=on,wait=off", socket("memory"))]);
    command.args(["-qtest-log", "none"]);
    command.args(["-chardev", &format!("socket,id=gdb,path={},server=on,wait=off", socket("gdb"))]);
    command.args(["-gdb", "chardev:gdb"]);
    if let Some(shift) = options.icount {
        command.args(["-icount", &format!("shift={shift}")]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(said);
    // The shell would say only that it found nothing.
    let there = Command::new(&options.qemu)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let started = there.and_then(|_| command.spawn());
    match started {
        Ok(mut guard) => {
            let pipe = guard.stdin.take();
            Ok(Process { guard, pipe, folder })
        }
        Err(why) => {
            let _ = fs::remove_dir_all(&folder);
            Err(Error::NoQemu { program: options.qemu.display().to_string(), why })
        }
    }
}

/// Connects to one of its sockets as soon as it is there.
fn connect(process: &mut Process, name: &str, options: &Options) -> Result<UnixStream, Error> {
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
