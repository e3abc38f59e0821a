//! A board without hardware: the bundled firmware in QEMU behind the virtual probe, and a recorded
//! session of it where there is no QEMU.

use std::time::Duration;
use std::{fs, io};

use loopscope_files::temporary::Folder;
use loopscope_virtual_probe::is_there;

use super::Refusal;
use super::emulated::Emulated;

/// The firmware, for [`MACHINE`].
const FIRMWARE: &[u8] = include_bytes!("demo/firmware.elf");

/// What it was built from, and how it names that.
const SOURCE: &str = include_str!("../../../target-agent/firmware/src/bin/demo.rs");
const SOURCE_NAME: &str = "src/bin/demo.rs";

/// A recording of it.
pub const RECORDING: &[u8] = include_bytes!("demo/session.loop");

/// Another one, whose reader stood still for some seconds: records were lost, and a snapshot told anew
/// what there was.
pub const RECORDING_WITH_GAP: &[u8] = include_bytes!("demo/gap.loop");

/// Another one: one session held the board and died, the next one let it go, held it and let it go again.
pub const RECORDING_HELD: &[u8] = include_bytes!("demo/held.loop");

/// A recording of `doorbell`, one of the agent's demo programs.
pub const RECORDING_OF_DOORBELL: &[u8] = include_bytes!("demo/doorbell.loop");

/// A recording of `priorities`, another one.
pub const RECORDING_OF_PRIORITIES: &[u8] = include_bytes!("demo/priorities.loop");

/// What the recording is called.
pub const RECORDING_NAME: &str = "demo.loop";

/// What the firmware is called.
const NAME: &str = "demo.elf";

const MACHINE: &str = "lm3s6965evb";

/// What is said when the recording is shown instead.
pub const WITHOUT_QEMU: &str = "qemu-system-arm is not installed, so this is a recorded session of the demo board; install QEMU's Arm emulator (Debian: `apt-get install qemu-system-arm`) to watch it live";

/// The same for the screen, which has less room.
pub const RECORDED: &str =
    "No QEMU here: this is a recorded session (`loopscope doctor` says more).";

/// Whether QEMU is there.
pub fn is_possible() -> bool {
    is_there()
}

/// Starts the board.
pub fn start(patience: Duration) -> Result<Emulated, Refusal> {
    let folder = folder().map_err(|error| {
        Refusal::unreachable(format!(
            "the demo's firmware cannot be written to a temporary folder: {error}; free some space there"
        ))
    })?;
    let elf = folder.path().join(NAME);
    Emulated::with(MACHINE, elf, None, Some(folder), patience)
}

/// A folder with the firmware in it, and with its source, which is shown beside the records as that
/// of a firmware that was built here.
fn folder() -> io::Result<Folder> {
    let folder = Folder::new()?;
    let source = folder.path().join(SOURCE_NAME);
    fs::create_dir_all(source.parent().unwrap_or(folder.path()))?;
    fs::write(folder.path().join(NAME), FIRMWARE)?;
    fs::write(source, SOURCE)?;
    fs::write(folder.path().join("Cargo.toml"), "")?;
    Ok(folder)
}
