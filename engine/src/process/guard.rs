//! What a program is kept away from, by the operating system: always what could harm who looks at
//! it, and in a sandbox everything that is not its own.
//!
//! The child puts these bounds on itself before the program starts, and nothing can lift them: they
//! hold for every thread and for every process that the program starts. A program meets them as
//! ordinary exceptions, `PermissionError` nearly always.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod fence;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod network;
#[cfg(all(test, target_os = "linux"))]
mod policy;
#[cfg(target_os = "linux")]
mod rights;

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
pub(crate) use fence::fence;

/// The bounds of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// The descriptor of the lifeline, if somebody keeps the program: then it also has a session of
    /// its own, and its records are sealed.
    pub lifeline: Option<RawFd>,
    /// Whether a screen or line mode shows the program: then no terminal is the program's.
    pub shown: bool,
    /// The sandbox, if it is in one.
    pub sandbox: Option<Sandbox>,
}

impl Guard {
    /// What is added to a signal's number on the lifeline that is for the whole process group.
    pub const TO_GROUP: u8 = 0x80;
}

/// What a program in a sandbox may do all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// The folder that it may write into.
    pub scratch: PathBuf,
    /// Whether it may start processes.
    pub processes: bool,
    /// Whether it may reach more of the network than the loopback.
    pub network: bool,
}

/// The sandbox of this process.
static SANDBOX: OnceLock<Sandbox> = OnceLock::new();

/// The sandbox that this program is in, if it is in one.
pub(crate) fn sandbox() -> Option<&'static Sandbox> {
    SANDBOX.get()
}

impl Sandbox {
    /// What it does not allow, for whoever just met it.
    pub(crate) fn sentence(&self) -> String {
        let scratch = self.scratch.display();
        let never = match (self.network, self.processes) {
            (true, true) => "",
            (true, false) => ", and start no processes",
            (false, true) => ", and reach no network but the loopback",
            (false, false) => ", reach no network but the loopback, and start no processes",
        };
        format!("the program runs in a sandbox, where it may write only in {scratch}{never}")
    }
}

/// Why there is no sandbox here, in half a sentence; `None`: there is one.
#[must_use]
pub fn no_sandbox() -> Option<String> {
    let powers = Powers::of_this_system();
    if cfg!(not(target_os = "linux")) {
        return Some("only Linux has what it is made of".to_owned());
    }
    if powers.landlock < FILES_ABI {
        let has = match powers.landlock {
            0 => "this kernel has no Landlock, or it is switched off".to_owned(),
            abi => format!("this kernel's Landlock is of version {abi}"),
        };
        return Some(format!("{has}; version {FILES_ABI} is needed, which Linux 6.2 brought"));
    }
    (!powers.calls).then(|| "this kernel does not filter system calls (seccomp)".to_owned())
}

/// The version of Landlock that keeps a program from cutting files short.
const FILES_ABI: u32 = 3;

/// The version of Landlock that keeps a program's signals to itself.
const SIGNALS_ABI: u32 = 6;

/// What the kernel gives to keep programs within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powers {
    /// The version of Landlock; 0: none.
    pub landlock: u32,
    /// Whether system calls can be filtered.
    pub calls: bool,
}

impl Powers {
    /// Asks the kernel.
    #[must_use]
    pub fn of_this_system() -> Self {
        #[cfg(target_os = "linux")]
        return Self { landlock: fence::version(), calls: calls::are_filtered() };
        #[cfg(not(target_os = "linux"))]
        Self { landlock: 0, calls: false }
    }

    /// Whether a program's signals stay below it.
    #[must_use]
    pub const fn keeps_signals(self) -> bool {
        self.landlock >= SIGNALS_ABI
    }

    /// Whether terminals can be kept from a program.
    #[must_use]
    pub const fn keeps_terminals(self) -> bool {
        // The first version would keep files from being moved as well.
        self.landlock >= 2
    }
}

/// Puts the bounds on this process, which must have one thread. The error is why the program must
/// not be run; what is only best effort is never one.
pub(crate) fn apply(guard: &Guard) -> Result<(), String> {
    if guard.lifeline.is_none() && guard.sandbox.is_none() {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    match &guard.sandbox {
        None => {
            files::shut_out(guard.shown);
            calls::protect_host(guard.shown);
        }
        Some(sandbox) => {
            let loopback = !sandbox.network && network::only_loopback();
            rights::drop_all().map_err(|error| refusal(&error))?;
            let signals = files::shut_in(&sandbox.scratch).map_err(|error| refusal(&error))?;
            if sandbox.processes && !signals {
                return Err(format!(
                    "{}; leave out `processes` in --sandbox-allow, or use Linux 6.12 or later",
                    refusal("this kernel cannot keep the signals of several processes from others")
                ));
            }
            calls::filter(sandbox, loopback || sandbox.network, signals)
                .map_err(|error| refusal(&error))?;
        }
    }
    #[cfg(not(target_os = "linux"))]
    if guard.sandbox.is_some() {
        return Err(refusal("only Linux has what it is made of"));
    }
    if let Some(sandbox) = &guard.sandbox {
        let _ = SANDBOX.set(sandbox.clone());
    }
    Ok(())
}

fn refusal(why: &str) -> String {
    format!("the sandbox cannot be set up: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_says_what_it_does_not_allow() {
        let mut sandbox = Sandbox { scratch: "/tmp/x".into(), processes: false, network: false };
        assert_eq!(
            sandbox.sentence(),
            "the program runs in a sandbox, where it may write only in /tmp/x, reach no network \
             but the loopback, and start no processes"
        );
        sandbox.network = true;
        sandbox.processes = true;
        assert!(sandbox.sentence().ends_with("only in /tmp/x"), "{}", sandbox.sentence());
    }
}
