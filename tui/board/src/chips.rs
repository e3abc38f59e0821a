//! Chips and probes by name.

use probe_rs::CoreType;
use probe_rs::config::Registry;
use probe_rs::probe::list::{Accessibility, Lister};
use probe_rs::probe::{DebugProbeSelector, WireProtocol};

use super::{Refusal, suggestions};

/// Looks a chip up: the protocol that its debug port speaks. Or says which names are near.
pub(super) fn wires(chip: &str) -> Result<WireProtocol, Refusal> {
    if chip.is_empty() {
        return Err(Refusal::words(
            "a probe needs to know the chip; name it with --chip, as printed on it or as in `--chip nRF52840_xxAA`",
        ));
    }
    let registry = Registry::from_builtin_families();
    let error = match registry.get_target_by_name(chip) {
        Ok(target) => {
            // RISC-V and Xtensa have no SWD; an Arm may have both, and its probe surely SWD.
            let jtag = matches!(
                target.cores.first().map(|core| core.core_type),
                Some(CoreType::Riscv | CoreType::Riscv64 | CoreType::Xtensa)
            );
            return Ok(if jtag { WireProtocol::Jtag } else { WireProtocol::Swd });
        }
        Err(error) => error,
    };
    let families = registry.families();
    let names = families.iter().flat_map(|family| family.variants.iter().map(|v| v.name.as_str()));
    let known = suggestions(chip, names, 5);
    let next = if known.is_empty() {
        "a generic name such as Cortex-M0, Cortex-M4, Cortex-M33 or riscv does for watching"
            .to_owned()
    } else {
        format!("near are {}", known.join(", "))
    };
    let why = match error {
        probe_rs::config::RegistryError::ChipNotUnique(..) => {
            format!("more than one chip is called `{chip}`")
        }
        _ => format!("no chip is called `{chip}`"),
    };
    Err(Refusal::words(format!("{why}; {next}")))
}

/// Whether a chip has exactly this name.
#[cfg(test)]
pub(super) fn is_known(chip: &str) -> bool {
    Registry::from_builtin_families().get_target_by_name(chip).is_ok()
}

/// A probe that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged {
    /// What it is, and how `--probe` names it.
    pub name: String,
    /// Whether the user may use it.
    pub may_be_used: bool,
}

/// The probes that are plugged in.
pub fn plugged() -> Vec<Plugged> {
    let probes = Lister::new().list_all_with_access();
    let plugged = |item: &probe_rs::probe::list::ProbeListItem| Plugged {
        name: item.info.to_string(),
        may_be_used: !matches!(item.accessibility, Accessibility::PermissionDenied),
    };
    probes.iter().map(plugged).collect()
}

/// The probe that a user means.
pub(super) fn selector(probe: Option<&str>) -> Result<DebugProbeSelector, Refusal> {
    if let Some(text) = probe {
        return text.parse().map_err(|error| {
            Refusal::words(format!(
                "`--probe {text}` is no probe: {error}; write VID:PID or VID:PID:SERIAL, as `loopscope attach --list` prints them"
            ))
        });
    }
    let found = Lister::new().list_all();
    match &found[..] {
        [] => Err(Refusal::unreachable(
            "no debug probe was found; plug one in, or try `loopscope attach --demo`, which needs none",
        )),
        [one] => Ok(DebugProbeSelector::from(one)),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Refusal::words(format!(
                "{} probes are plugged in; choose one with --probe: {}",
                several.len(),
                names.join("; ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chips_processor_says_which_wires_it_has() {
        assert_eq!(wires("nRF52840_xxAA"), Ok(WireProtocol::Swd));
        assert_eq!(wires("RP2040"), Ok(WireProtocol::Swd));
        assert_eq!(wires("FE310"), Ok(WireProtocol::Jtag));
        assert!(wires("toaster").is_err());
    }
}
