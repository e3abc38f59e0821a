//! QEMU with one machine: what is started, its memory, its run control and its reset button.

mod process;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::console::Console;
use crate::elf::{Architecture, Firmware};
use crate::gdb::Gdb;
use crate::processor::{Board, Register};
use crate::qmp::Monitor;
use crate::qtest::Qtest;
use process::{Process, connect, launch, version};

const VECTOR_TABLE: u32 = 0xe000_ed08;

/// How far code may reach from where the reset vector points to, in a board without an ELF file,
/// and how much is looked at in one piece.
const MEGABYTE: u32 = 1 << 20;
const PIECE: usize = 1 << 12;

/// After that many empty pieces behind the code, the code has ended.
const EMPTY: u32 = 16;

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The machine's name, as QEMU's `-machine help` lists them.
    pub machine: String,
    /// The firmware.
    pub elf: Option<PathBuf>,
    /// The machine starts with empty memory: the firmware is only what is looked up in.
    pub blank: bool,
    /// The TCP port; 0 for any that is free.
    pub port: u16,
    /// Whether the program waits, before its first instruction, for a client that lets it run.
    pub held: bool,
    /// Count instructions instead of time: an instruction takes 2^N ns, and runs are repeatable.
    pub icount: Option<u8>,
    /// Where the program's semihosting goes. Without it such a call holds the processor while a
    /// debugger is attached, and is a fault otherwise.
    pub console: Option<Console>,
    /// QEMU's program; `None` for the usual one for the firmware's processor, or what
    /// `LOOPSCOPE_QEMU` names.
    pub qemu: Option<PathBuf>,
}

impl Options {
    /// A machine with a firmware, held before its first instruction, at any free port.
    pub fn new(machine: impl Into<String>, elf: impl Into<PathBuf>) -> Self {
        Self { elf: Some(elf.into()), blank: false, ..Self::blank(machine) }
    }

    /// A machine without a firmware, as it comes from its maker: a debugger writes one to it.
    ///
    /// With a firmware, QEMU puts it into the memory again at each reset, which would undo that.
    pub fn blank(machine: impl Into<String>) -> Self {
        Self {
            machine: machine.into(),
            elf: None,
            blank: true,
            port: 0,
            held: true,
            icount: None,
            console: None,
            qemu: None,
        }
    }

    /// The processor that the firmware is for; a Cortex-M without one.
    pub fn architecture(&self) -> Result<Architecture, Error> {
        let firmware = self.elf.as_deref().map(Firmware::read).transpose()?;
        Ok(firmware.map_or(Architecture::Arm, |firmware| firmware.architecture))
    }

    /// What QEMU puts into the machine's memory.
    fn loaded(&self) -> Option<&Path> {
        self.elf.as_deref().filter(|_| !self.blank)
    }
}

/// QEMU's program: what `LOOPSCOPE_QEMU` names, or the usual name.
fn program(architecture: Architecture) -> PathBuf {
    std::env::var_os("LOOPSCOPE_QEMU").map_or_else(|| architecture.program().into(), PathBuf::from)
}

/// Whether QEMU can be started here, for a Cortex-M.
#[must_use]
pub fn is_there() -> bool {
    is_there_for(Architecture::Arm)
}

/// Whether QEMU can be started here, for such a processor.
#[must_use]
pub fn is_there_for(architecture: Architecture) -> bool {
    version(&program(architecture)).unwrap_or(false)
}

/// A running machine.
pub struct Machine {
    name: String,
    firmware: Option<Firmware>,
    blank: bool,
    memory: Qtest,
    gdb: Gdb,
    monitor: Monitor,
    /// Last, so that its sockets are closed before it is ended.
    process: Process,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Machine {
    /// Starts it. It is held before its first instruction.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let firmware = options.elf.as_deref().map(Firmware::read).transpose()?;
        let architecture = firmware.as_ref().map_or(Architecture::Arm, |it| it.architecture);
        let program = options.qemu.clone().unwrap_or_else(|| program(architecture));
        let mut process = launch(options, &program, architecture)?;
        let memory = connect(&mut process, "memory", options)?;
        let gdb = connect(&mut process, "gdb", options)?;
        let monitor = connect(&mut process, "monitor", options)?;
        Ok(Self {
            name: options.machine.clone(),
            firmware,
            blank: options.loaded().is_none(),
            memory: Qtest::start(memory)?,
            gdb: Gdb::start(gdb)?,
            monitor: Monitor::start(monitor)?,
            process,
        })
    }

    /// Whether QEMU has ended, and why.
    pub(crate) fn end(&mut self) -> Option<Error> {
        let ended = self.process.has_ended();
        ended.then(|| Error::Ended { machine: self.name.clone(), said: self.process.said() })
    }

    fn word(&mut self, address: u32) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        self.memory.read(address, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// The code of a program that nobody has named: what is in the megabyte that its reset vector
    /// points into.
    fn code_near_reset(&mut self) -> Result<Vec<(u32, Vec<u8>)>, Error> {
        let table = self.word(VECTOR_TABLE)?;
        let entry = self.word(table.wrapping_add(4))?;
        // Empty memory is 0, and all ones after it was erased.
        if entry == 0 || entry == u32::MAX {
            return Ok(Vec::new());
        }
        let start = entry & !(MEGABYTE - 1);
        let mut code = Vec::new();
        let mut empty = 0;
        for at in (start..=start + (MEGABYTE - 1)).step_by(PIECE) {
            let mut piece = vec![0; PIECE];
            self.memory.read(at, &mut piece)?;
            if piece.iter().all(|byte| *byte == 0) || piece.iter().all(|byte| *byte == 0xff) {
                empty += u32::from(at > entry);
                if empty > EMPTY {
                    break;
                }
                continue;
            }
            empty = 0;
            code.push((at, piece));
        }
        Ok(code)
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
        self.monitor.press_reset()
    }

    fn was_reset(&mut self) -> Result<bool, Error> {
        self.monitor.was_reset()
    }

    fn code(&mut self) -> Result<Vec<(u32, Vec<u8>)>, Error> {
        let known = self.firmware.as_ref().filter(|_| !self.blank);
        let Some(places) = known.map(|firmware| firmware.code.clone()) else {
            return self.code_near_reset();
        };
        let mut code = Vec::new();
        for (address, length) in places {
            let mut bytes = vec![0; length.min(MEGABYTE) as usize];
            for (piece, at) in bytes.chunks_mut(PIECE).zip((address..).step_by(PIECE)) {
                self.memory.read(at, piece)?;
            }
            code.push((address, bytes));
        }
        Ok(code)
    }
}
