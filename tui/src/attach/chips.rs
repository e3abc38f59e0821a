//! Chips and probes by name.

use probe_rs::config::Registry;
use probe_rs::probe::DebugProbeSelector;
use probe_rs::probe::list::{Accessibility, Lister};

use super::{Refusal, near};

/// Looks a chip up, or says which names are near.
pub fn check(chip: &str) -> Result<(), Refusal> {
    if chip.is_empty() {
        return Err(Refusal::words(
            "a probe needs to know the chip; name it with --chip, as printed on it or as in `--chip nRF52840_xxAA`",
        ));
    }
    let registry = Registry::from_builtin_families();
    let Err(error) = registry.get_target_by_name(chip) else { return Ok(()) };
    let families = registry.families();
    let names = families.iter().flat_map(|family| family.variants.iter().map(|v| v.name.as_str()));
    let known = near(chip, names, 5);
    let next = if known.is_empty() {
        "a generic name such as Cortex-M0, Cortex-M3, Cortex-M4 or Cortex-M33 does for watching"
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
