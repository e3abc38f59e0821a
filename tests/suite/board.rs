//! Boards: real firmware in QEMU, attached by an unmodified probe-rs through the virtual probe.
//!
//! The firmware is built by `cargo xtask test set-up` into `firmware` of the build folder.

mod embassy;
mod embassy_time;
mod emulated;
mod flash;
mod held;
mod link;
mod logs;
mod losses;
mod openocd;
mod probe;
mod schedulers;
mod streams;
mod twins;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use loopscope_tests::events::{Record, only};
use loopscope_tests::left_out::leave_out;
use loopscope_tests::run::{Ended, Run, loopscope};
use loopscope_tests::scratch::target_folder;
use loopscope_tests::{Scratch, events};
use loopscope_virtual_probe::{Options, VirtualProbe};

/// Who has machines: an emulated processor takes a whole real one.
static MACHINES: RwLock<()> = RwLock::new(());

/// Waits until there is no other machine, for a test in which the board has to keep to its time. A
/// test that failed before has left nothing behind.
fn one_at_a_time() -> RwLockWriteGuard<'static, ()> {
    MACHINES.write().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until no machine has to be alone, for a test to which it does not matter how fast the board
/// is: each thread of tests may have one.
fn beside_others() -> RwLockReadGuard<'static, ()> {
    MACHINES.read().unwrap_or_else(PoisonError::into_inner)
}

/// A machine that QEMU emulates.
#[derive(Clone, Copy, Debug)]
struct Machine {
    name: &'static str,
    chip: &'static str,
    target: &'static str,
}

/// A Cortex-M0.
const M0: Machine =
    Machine { name: "microbit", chip: "nRF51822_xxAA", target: "thumbv6m-none-eabi" };
/// A Cortex-M3.
const M3: Machine = Machine { name: "lm3s6965evb", chip: "LM3S6965", target: "thumbv7m-none-eabi" };
/// A Cortex-M4.
const M4: Machine =
    Machine { name: "netduinoplus2", chip: "STM32F405RGTx", target: "thumbv7em-none-eabihf" };

impl Machine {
    /// A firmware for it; says what cannot be tested where it was not built.
    fn firmware(self, program: &str) -> Option<PathBuf> {
        let folder = target_folder().join("firmware").join(self.target).join("release");
        let elf = folder.join(program);
        if elf.is_file() {
            return Some(elf);
        }
        leave_out(&format!(
            "the firmware `{program}` for {} was not built (`cargo xtask test set-up` does): the tests on it",
            self.name
        ));
        None
    }

    /// The machine with a program that runs; `None` where that cannot be here.
    fn run(self, program: &str) -> Option<Running> {
        let elf = self.firmware(program)?;
        let mut options = Options::new(self.name, &elf);
        options.held = false;
        let probe = start(&options)?;
        Some(Running { machine: self, elf, probe })
    }

    /// What `attach --qemu` records of a program, by the command of the agent's README: until it ends, or
    /// for that number of seconds of the board's own time. `None` where that cannot be here.
    fn attached(self, program: &str, seconds: u32) -> Option<(Vec<Record>, Ended)> {
        let elf = self.firmware(program)?;
        if !is_qemu_there() {
            return None;
        }
        // A busy machine may need most of the time to start the emulator: then it gets more.
        let mut limit = seconds;
        loop {
            let scratch = Scratch::new();
            let to = scratch.path("events.jsonl");
            let run = loopscope(["attach", "--qemu", self.name, "--elf"]).arg(&elf);
            let run = run.args(["--headless", "--timeout", &limit.to_string(), "--events"]);
            let ended = run.arg(&to).end();
            let records = events(&to);
            assert!(
                only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty(),
                "{ended}"
            );
            let lasted = records.iter().rev().find_map(|record| record.seconds("t"));
            let is_long = lasted.unwrap_or(0.0) > 0.7 * f64::from(seconds);
            if ended.code() != 124 || is_long || limit >= 8 * seconds {
                return Some((records, ended));
            }
            limit *= 2;
        }
    }

    /// A command of ours on such a board, behind the probe of that name.
    fn command(self, command: &str, probe: &str, elf: &Path) -> Run {
        let run = loopscope([command, "--chip", self.chip, "--probe", probe, "--elf"]);
        run.arg(elf)
    }
}

/// Whether there is QEMU; says so where there is not.
fn is_qemu_there() -> bool {
    let is_there = loopscope_virtual_probe::is_there();
    if !is_there {
        leave_out("qemu-system-arm is missing: the tests on boards");
    }
    is_there
}

/// Starts a machine behind a virtual probe; `None` where that cannot be here.
fn start(options: &Options) -> Option<VirtualProbe> {
    if !is_qemu_there() {
        return None;
    }
    let probe = VirtualProbe::start(options);
    Some(probe.unwrap_or_else(|error| panic!("{}: {error}", options.machine)))
}

/// A machine whose program runs.
#[derive(Debug)]
struct Running {
    machine: Machine,
    elf: PathBuf,
    probe: VirtualProbe,
}

impl Running {
    /// A command of ours on this board.
    fn command(&self, command: &str) -> Run {
        self.machine.command(command, &self.probe.selector(), &self.elf)
    }
}
