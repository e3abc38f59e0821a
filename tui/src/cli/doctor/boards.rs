//! What there is for boards: probes, the permission to use them, QEMU, and what firmware is built
//! with.

use std::path::Path;
use std::process::{Command, Stdio};

use loopscope_board::chips::{self, Plugged};
use loopscope_board::demo;

use super::{Finding, finding};

/// What firmware is built for, most often.
const TARGETS: [&str; 4] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabihf",
    "riscv32imac-unknown-none-elf",
];

pub(super) fn findings() -> [Finding; 3] {
    [probes(&chips::plugged()), emulator(demo::is_possible()), targets(there().as_deref())]
}

fn probes(plugged: &[Plugged]) -> Finding {
    let denied = plugged.iter().find(|probe| !probe.may_be_used);
    match (plugged, denied) {
        ([], _) => finding("probes", true, "none is plugged in; `attach --demo` needs none"),
        (_, Some(probe)) => finding(
            "probes",
            false,
            format!(
                "you may not use {}: copy probe-rs's rules to /etc/udev/rules.d (probe.rs, \"Probe setup\"), run `udevadm control --reload`, and plug it in again",
                probe.name
            ),
        ),
        (probes, None) => {
            let names: Vec<&str> = probes.iter().map(|probe| probe.name.as_str()).collect();
            finding("probes", true, names.join("; "))
        }
    }
}

fn emulator(is_there: bool) -> Finding {
    if is_there {
        finding("QEMU", true, "is there for `attach --qemu` and `attach --demo`")
    } else {
        finding(
            "QEMU",
            false,
            "is not there, so `attach --demo` shows a recording and `attach --qemu` has no machine; it comes as qemu-system-arm (Debian: `apt-get install qemu-system-arm`)",
        )
    }
}

/// The targets that the Rust compiler of this machine has; `None` if there is no compiler.
fn there() -> Option<Vec<&'static str>> {
    let has = |target: &&str| {
        let folder = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", target])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        Some(Path::new(String::from_utf8_lossy(&folder.stdout).trim()).is_dir())
    };
    TARGETS
        .into_iter()
        .map(|target| has(&target).map(|there| (target, there)))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect())
}

fn targets(there: Option<&[&str]>) -> Finding {
    match there {
        None => finding("targets", true, "no Rust compiler; one is needed only to build firmware"),
        Some([]) => finding(
            "targets",
            true,
            "none for boards; firmware needs one, as by `rustup target add thumbv7em-none-eabihf`",
        ),
        Some(names) => finding("targets", true, names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugged(may_be_used: bool) -> Vec<Plugged> {
        vec![Plugged { name: "CMSIS-DAP 0d28:0204".to_owned(), may_be_used }]
    }

    #[test]
    fn a_probe_that_may_not_be_used_is_told_with_the_remedy() {
        let found = probes(&plugged(false));
        assert!(!found.good);
        assert!(found.text.contains("CMSIS-DAP") && found.text.contains("udev"), "{}", found.text);
        assert!(probes(&plugged(true)).good);
        assert!(probes(&[]).good);
    }

    #[test]
    fn what_is_missing_is_told_with_the_command_that_gets_it() {
        assert!(emulator(false).text.contains("apt-get install"));
        assert!(targets(Some(&[])).text.contains("rustup target add"));
        assert_eq!(targets(Some(&["thumbv7m-none-eabi"])).text, "thumbv7m-none-eabi");
        assert!(targets(None).text.contains("no Rust compiler"));
    }
}
