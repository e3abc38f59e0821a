//! What a firmware's ELF file tells: the processor's kind, where code is, and where the agent's
//! control block is.

use std::path::Path;

use object::read::elf::{ElfFile32, ElfSymbol32, FileHeader as _};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, elf};

use crate::Error;

/// The agent's RTT control block.
pub(crate) const BLOCK: &str = "_LOOPSCOPE_RTT";

/// The kinds of processors that can be emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// A Cortex-M.
    Arm,
    /// A RISC-V of 32 bits.
    RiscV,
}

impl Architecture {
    /// The usual name of QEMU's program for it.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Arm => "qemu-system-arm",
            Self::RiscV => "qemu-system-riscv32",
        }
    }

    /// Debian's package with that program.
    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Arm => "qemu-system-arm",
            Self::RiscV => "qemu-system-misc",
        }
    }
}

/// A firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Firmware {
    pub(crate) architecture: Architecture,
    /// Where the agent's control block is.
    pub(crate) block: Option<u32>,
    /// Where code is: addresses and lengths.
    pub(crate) code: Vec<(u32, u32)>,
}

impl Firmware {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let shown = || path.display().to_string();
        let bytes = std::fs::read(path).map_err(|why| Error::NoFirmware { path: shown(), why })?;
        Self::parse(&bytes).map_err(|why| Error::NotElf { path: shown(), why })
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file: ElfFile32<'_> = ElfFile32::parse(bytes).map_err(|error| error.to_string())?;
        let architecture = match file.elf_header().e_machine(file.endian()) {
            elf::EM_ARM => Architecture::Arm,
            elf::EM_RISCV => Architecture::RiscV,
            other => return Err(format!("it is for another processor, number {other}")),
        };
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        let is_block = |it: &ElfSymbol32<'_, '_>| it.name() == Ok(BLOCK) && it.is_definition();
        let block = file.symbols().find(is_block).map(|symbol| number(symbol.address()));
        let code = file.sections().filter_map(|section| match section.flags() {
            SectionFlags::Elf { sh_flags, .. } if sh_flags & u64::from(elf::SHF_EXECINSTR) != 0 => {
                Some((number(section.address()), number(section.size())))
            }
            _ => None,
        });
        Ok(Self { architecture, block, code: code.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_firmware_is_said() {
        assert!(Firmware::parse(b"").is_err());
        assert!(Firmware::parse(&[0x7f; 100]).is_err());
        let missing = Firmware::read(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(missing.to_string().contains("name an ELF file"), "{missing}");
    }
}
