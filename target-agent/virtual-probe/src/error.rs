//! What can go wrong between the client and the emulated machine.

use std::io;

/// Why something did not work: what, why, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no QEMU.
    #[error(
        "`{program}` cannot be started: {why}; install QEMU's emulator of this processor \
         (Debian: `apt-get install {package}`)"
    )]
    NoQemu {
        /// The program.
        program: String,
        /// Debian's package with it.
        package: &'static str,
        /// The operating system's reason.
        why: io::Error,
    },
    /// QEMU ended, or did not come up.
    #[error("QEMU did not start the machine `{machine}`: {said}")]
    NotUp {
        /// The machine.
        machine: String,
        /// What it said, or what it failed to do.
        said: String,
    },
    /// QEMU has ended.
    #[error(
        "QEMU has ended the machine `{machine}`: {said}; start it again, and look at what the \
         program did if it says `Lockup`: that is a fault in a fault handler"
    )]
    Ended {
        /// The machine.
        machine: String,
        /// What it said.
        said: String,
    },
    /// The firmware cannot be read.
    #[error("the firmware `{path}` cannot be read: {why}; name an ELF file for the machine")]
    NoFirmware {
        /// The file.
        path: String,
        /// The operating system's reason.
        why: io::Error,
    },
    /// The file is no firmware.
    #[error("`{path}` is no firmware: {why}; name an ELF file for the machine")]
    NotElf {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The machine cannot be served in this way.
    #[error("{what}; {instead}")]
    NotHere {
        /// What cannot be.
        what: String,
        /// What to do.
        instead: &'static str,
    },
    /// The TCP port is taken.
    #[error("the address {address} cannot be served: {why}; choose another port, or 0 for any")]
    NoPort {
        /// The address.
        address: String,
        /// The operating system's reason.
        why: io::Error,
    },
    /// A folder or a thread could not be made.
    #[error("{what} cannot be made: {why}; free some space or processes and try again")]
    NoRoom {
        /// What.
        what: &'static str,
        /// The operating system's reason.
        why: io::Error,
    },
    /// The connection to QEMU is broken or silent.
    #[error("QEMU's {socket} does not answer: {why}; the machine is lost, start it again")]
    Lost {
        /// Which of its sockets.
        socket: &'static str,
        /// The reason.
        why: io::Error,
    },
    /// QEMU answered with something else than expected.
    #[error("QEMU's {socket} answered `{answer}` to `{asked}`")]
    Refused {
        /// Which of its sockets.
        socket: &'static str,
        /// What it was asked.
        asked: String,
        /// What it said.
        answer: String,
    },
    /// The processor did not do what it was told in time.
    #[error("the processor did not {what} within {} s", crate::patience::PATIENCE.as_secs())]
    TooLate {
        /// What it should have done.
        what: &'static str,
    },
}
