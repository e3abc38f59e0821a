//! Boards that QEMU emulates, behind the virtual probe: a user's firmware, or the demo's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use loopscope_files::temporary::Folder;
use loopscope_virtual_probe::{Architecture, Console, Error, Options, RttServer, VirtualProbe};

use super::{AttachOptions, Refusal, Where, Wired};

/// Machines of QEMU with the chip that a debug probe sees in front of them.
const CHIPS: [(&str, &str); 14] = [
    ("emcraft-sf2", "Cortex-M3"),
    ("lm3s6965evb", "LM3S6965"),
    ("lm3s811evb", "Cortex-M3"),
    ("microbit", "nRF51822_xxAA"),
    ("mps2-an385", "Cortex-M3"),
    ("mps2-an386", "Cortex-M4"),
    ("mps2-an500", "Cortex-M7"),
    ("mps2-an505", "Cortex-M33"),
    ("mps2-an511", "Cortex-M3"),
    ("mps2-an521", "Cortex-M33"),
    ("netduino2", "STM32F205RFTx"),
    ("netduinoplus2", "STM32F405RGTx"),
    ("olimex-stm32-h405", "STM32F405RGTx"),
    ("stm32vldiscovery", "STM32F100RBTx"),
];

/// What serves the machine.
#[derive(Debug)]
enum Serving {
    /// A debug probe, of a Cortex-M.
    Probe(VirtualProbe),
    /// Only the agent's channel, of any other processor.
    Channel(RttServer),
}

/// A board that runs in QEMU, held before its first instruction until it is attached. Dropping it
/// ends it.
#[derive(Debug)]
pub struct Emulated {
    /// How to attach to it.
    pub options: AttachOptions,
    // What serves it goes before the folder of its firmware.
    serving: Serving,
    _folder: Option<Folder>,
}

impl Emulated {
    /// Starts a machine with a firmware. `chip`: what its debug probe is to take it for, where that
    /// is not known by the machine's name.
    pub fn start(
        machine: &str,
        elf: &Path,
        chip: Option<&str>,
        patience: Duration,
    ) -> Result<Self, Refusal> {
        Self::with(machine, elf.to_path_buf(), chip, None, patience)
    }

    /// The same with the folder that the firmware is in, which goes when the machine has ended.
    pub(super) fn with(
        machine: &str,
        elf: PathBuf,
        chip: Option<&str>,
        folder: Option<Folder>,
        patience: Duration,
    ) -> Result<Self, Refusal> {
        let console = Console::default();
        let options = Options { console: Some(console.clone()), ..Options::new(machine, &elf) };
        let (serving, place) =
            if options.architecture().map_err(|error| refusal(&error))? == Architecture::Arm {
                let chip = chip.or_else(|| chip_of(machine)).ok_or_else(|| unknown(machine))?;
                let probe = VirtualProbe::start(&options).map_err(|error| refusal(&error))?;
                let wired = Wired {
                    chip: chip.to_owned(),
                    probe: Some(probe.selector()),
                    flash: false,
                    start: true,
                };
                (Serving::Probe(probe), Where::Probe(wired))
            } else {
                let server = RttServer::start(&options).map_err(|error| refusal(&error))?;
                let place = Where::Tcp(server.address().to_string());
                (Serving::Channel(server), place)
            };
        let options = AttachOptions { place, elf: Some(elf), patience, console: Some(console) };
        Ok(Self { options, serving, _folder: folder })
    }

    /// Why the machine has ended by itself, in a sentence, if it has.
    pub fn end(&self) -> Option<String> {
        let error = match &self.serving {
            Serving::Probe(probe) => probe.end(),
            Serving::Channel(server) => server.end(),
        };
        error.map(|error| format!("{error}."))
    }
}

fn chip_of(machine: &str) -> Option<&'static str> {
    CHIPS.iter().find(|(name, _)| *name == machine).map(|(_, chip)| *chip)
}

fn unknown(machine: &str) -> Refusal {
    let names: Vec<&str> = CHIPS.iter().map(|(name, _)| *name).collect();
    Refusal::words(format!(
        "which processor `{machine}` has is not known here; name it with --chip, as in `--chip Cortex-M4`, or take one of {}",
        names.join(", ")
    ))
}

fn refusal(error: &Error) -> Refusal {
    match error {
        // The file that the user has named.
        Error::NoFirmware { .. } | Error::NotElf { .. } => Refusal::words(error.to_string()),
        _ => Refusal::unreachable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_known_processor_asks_for_its_chip() {
        assert_eq!(chip_of("microbit"), Some("nRF51822_xxAA"));
        assert_eq!(chip_of("toaster"), None);
        let said = unknown("toaster").text;
        assert!(said.contains("--chip") && said.contains("lm3s6965evb"), "{said}");
    }

    #[test]
    fn a_firmware_that_is_not_there_is_the_users_word() {
        let none = Emulated::start("microbit", Path::new("/nowhere"), None, Duration::ZERO);
        assert_eq!(none.unwrap_err().kind, super::super::Fault::Words);
    }

    #[cfg(feature = "boards")]
    #[test]
    fn each_machines_chip_has_a_name_that_probes_know() {
        for (machine, chip) in CHIPS {
            assert!(super::super::chips::is_known(chip), "{machine}: {chip}");
        }
    }
}
