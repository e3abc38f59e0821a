//! Who the board is: its processor, and whether it holds the firmware that its file says.
//!
//! Names are read from the file, so records of another firmware would be told with wrong names. It
//! is compared when we attach and after each reset.

use std::path::Path;
use std::sync::Arc;

use probe_rs::flashing::{DownloadOptions, ElfLoader, ElfOptions, download_file_with_options};
use probe_rs::{Architecture, Core, CoreType, MemoryInterface, Session};

use super::super::Refusal;
use super::super::elf::Firmware;
use super::super::host::Host;
use super::{Board, ServeEnd, all_of, away};

/// The register that tells who the processor is.
const CPUID: u64 = 0xe000_ed00;

impl Board<'_> {
    /// What comes before the control block is looked for: writing the firmware, comparing it with
    /// the memory, letting a held processor run.
    /// Gives the firmware that the board has got in the meantime, if it is another one.
    pub(super) fn begin(
        &mut self,
        host: &Host<'_>,
        session: &mut Session,
    ) -> Result<Option<Arc<Firmware>>, ServeEnd> {
        if self.flash {
            self.write_firmware(host, session)?;
            self.flash = false;
            session.core(0).and_then(|mut core| core.reset()).map_err(|error| away(&error))?;
        }
        let mut core = session.core(0).map_err(|error| away(&error))?;
        self.check_processor(&mut core)?;
        let other = self.recognise(host, &mut core)?;
        if std::mem::take(&mut self.start) && core.core_halted().map_err(|error| away(&error))? {
            core.run().map_err(|error| away(&error))?;
        }
        Ok(other)
    }

    /// Does the board hold the firmware that we know? If it holds another one, its file may have
    /// been written anew, as after a build: then that is taken, and given back.
    pub(super) fn recognise(
        &mut self,
        host: &Host<'_>,
        core: &mut Core<'_>,
    ) -> Result<Option<Arc<Firmware>>, ServeEnd> {
        let refused = match self.compare(&self.firmware, core) {
            Err(ServeEnd::Refused(refusal)) if host.was_up() => refusal,
            result => return result.map(|()| None),
        };
        let path = host.options.elf.as_deref().unwrap_or_else(|| Path::new(""));
        let Ok(firmware) = Firmware::read(path) else { return Err(refused.into()) };
        let block = firmware.control_block(&self.shown)?;
        self.compare(&firmware, core)?;
        self.block = block;
        self.firmware = Arc::new(firmware);
        Ok(Some(Arc::clone(&self.firmware)))
    }

    fn write_firmware(&self, host: &Host<'_>, session: &mut Session) -> Result<(), Refusal> {
        let path = host.options.elf.as_deref().unwrap_or_else(|| Path::new(""));
        let mut options = DownloadOptions::default();
        options.verify = true;
        download_file_with_options(session, path, ElfLoader(ElfOptions::default()), options).map_err(|error| {
            Refusal::mismatch(format!(
                "`{}` cannot be written to the {}: {}; look at the chip's name and at the memory map that the firmware was linked with",
                self.shown,
                self.wired.chip,
                all_of(&error)
            ))
        })
    }

    /// Is it the processor that the chip's name stands for?
    fn check_processor(&self, core: &mut Core<'_>) -> Result<(), ServeEnd> {
        let is_arm = core.architecture() == Architecture::Arm;
        if is_arm == self.firmware.is_riscv {
            let [its, boards] = if is_arm { ["RISC-V", "Arm"] } else { ["Arm", "RISC-V"] };
            return Err(Refusal::mismatch(format!(
                "`{}` is for {its}, and the board's processor is {boards}; name the ELF file that it runs",
                self.shown
            ))
            .into());
        }
        if !is_arm {
            return Ok(());
        }
        let number = core.read_word_32(CPUID).map_err(|error| away(&error))? >> 4 & 0xfff;
        let (name, kind) = match number {
            0xc20 => ("Cortex-M0", CoreType::Armv6m),
            0xc21 => ("Cortex-M1", CoreType::Armv6m),
            0xc60 => ("Cortex-M0+", CoreType::Armv6m),
            0xc23 => ("Cortex-M3", CoreType::Armv7m),
            0xc24 => ("Cortex-M4", CoreType::Armv7em),
            0xc27 => ("Cortex-M7", CoreType::Armv7em),
            0xd20 => ("Cortex-M23", CoreType::Armv8m),
            0xd21 => ("Cortex-M33", CoreType::Armv8m),
            _ => return Ok(()),
        };
        let alike = |kind| matches!(kind, CoreType::Armv7m | CoreType::Armv7em);
        let told = core.core_type();
        if kind == told || alike(kind) && alike(told) {
            return Ok(());
        }
        Err(Refusal::mismatch(format!(
            "the board has a {name}, which a {} has not; name its chip with --chip",
            self.wired.chip
        ))
        .into())
    }

    /// Does the board hold this firmware?
    fn compare(&self, firmware: &Firmware, core: &mut Core<'_>) -> Result<(), ServeEnd> {
        let mut there = Vec::new();
        for (n, sample) in firmware.samples().iter().enumerate() {
            there.resize(sample.bytes.len(), 0);
            let read = core.read(sample.address, &mut there);
            let same = read.is_ok() && there == sample.bytes;
            if same {
                continue;
            }
            let what = match (&read, n) {
                (Err(_), _) => "there is no memory",
                (Ok(()), 0) => "the vector table is another",
                (Ok(()), _) => "its memory differs",
            };
            return Err(Refusal::mismatch(format!(
                "the board does not run `{}`: at {:#010x} {what}; name the ELF file that it runs, or write this one to it with --flash",
                self.shown, sample.address
            ))
            .into());
        }
        Ok(())
    }
}
