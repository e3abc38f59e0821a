//! A debug probe without hardware: a server for the Black Magic Probe remote protocol over TCP, in
//! front of a microcontroller that QEMU emulates.
//!
//! probe-rs connects to a Black Magic Probe over TCP when the serial number of its selector is an
//! address, so an unmodified probe-rs attaches to what this crate serves:
//!
//! ```no_run
//! use loopscope_virtual_probe::{Options, VirtualProbe};
//!
//! let options = Options::new("lm3s6965evb", "firmware.elf");
//! let probe = VirtualProbe::start(&options)?;
//! println!("probe-rs attach --chip Cortex-M3 --probe {}", probe.selector());
//! # Ok::<(), loopscope_virtual_probe::Error>(())
//! ```
//!
//! # How it works
//!
//! ```text
//! probe-rs ── packets ──▶ serve ─▶ swd (single bits, only while connecting)
//!                           │       │
//!                           ▼       ▼
//!                          dap: debug port, access port
//!                           │
//!                           ▼
//!                       processor: DHCSR, DCRSR, DEMCR, breakpoint comparators
//!                           │
//!                           ▼
//!                         qemu: memory by -qtest while the machine runs,
//!                               run control and registers by the gdbstub
//! ```
//!
//! Memory is read and written while the program runs, as a real debug port does it. QEMU does not
//! emulate the debug registers of a Cortex-M, so [`processor`] stands in for them: it turns writes to
//! them into what the gdbstub can do.
//!
//! # What is not there
//!
//! JTAG, SWO, flash algorithms (QEMU has the program in its memory from the start), data
//! watchpoints, and cores other than Cortex-M. The stack pointers `MSP` and `PSP` are told apart
//! only where QEMU's gdbstub names them (from 8.1 on); before that both read as the present one.
//!
//! Nothing here waits without a limit: a QEMU that does not answer within [`qemu::PATIENCE`] is an
//! error, and a client gets an error reply instead of silence.
#![forbid(unsafe_code)]

mod bitbang;
mod bkpt;
mod board;
pub mod dap;
mod door;
mod elf;
mod error;
pub mod gdb;
#[cfg(test)]
mod hostile;
mod jtag;
pub mod packet;
pub mod processor;
pub mod qemu;
mod qmp;
mod qtest;
mod ring;
mod rtt_server;
mod serve;
pub mod swd;

pub use elf::Architecture;
pub use error::Error;
pub use qemu::{Options, is_there, is_there_for};
pub use rtt_server::RttServer;
pub use serve::VirtualProbe;
