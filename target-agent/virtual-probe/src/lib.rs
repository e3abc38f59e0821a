//! A microcontroller without hardware: servers for debuggers, in front of a machine that QEMU
//! emulates.
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
//! There are two more faces. [`VirtualProbe::serve_bitbang`] gives the bare wires to `OpenOCD`, and
//! [`VirtualProbe::serve_rtt`] the raw RTT channel of Loopscope's agent, as the RTT servers of
//! `OpenOCD` and J-Link do. The last one needs no debug port, so [`RttServer`] has it for every
//! machine of `qemu-system-arm` and `qemu-system-riscv32`.
//!
//! # How it works
//!
//! ```text
//! probe-rs ── packets ──▶ serve ─▶ swd (single bits, only while connecting)
//! OpenOCD ─── letters ──▶ bitbang ─▶ swd, jtag (single bits)
//!                           │       │
//!                           ▼       ▼
//!                          dap: debug port, access port
//!                           │
//!                           ▼
//! loopscope ── bytes ──▶ processor: DHCSR, DCRSR, DEMCR, breakpoint comparators, BKPT
//!         rtt_server, ring  │
//!                           ▼
//!                         qemu: memory by -qtest while the machine runs,
//!                               run control and registers by the gdbstub,
//!                               the reset button by the monitor
//! ```
//!
//! Memory is read and written while the program runs, as a real debug port does it. QEMU does not
//! emulate the debug registers of a Cortex-M, so [`processor`] stands in for them: it turns writes to
//! them into what the gdbstub can do. Neither does it hold at the instruction `BKPT` for a debugger,
//! by which flash algorithms end; it is given a breakpoint wherever one is. Where that instruction is
//! a call of semihosting, and there is a [`Console`] to say it on, it is answered here.
//!
//! # What is not there
//!
//! SWO, data watchpoints, and debug ports of other cores than Cortex-M. The stack pointers `MSP` and
//! `PSP` are told apart only where QEMU's gdbstub names them (from 8.1 on); before that both read as
//! the present one. The program itself cannot see whether a debugger is there. Flash can be written
//! where QEMU emulates its controller, which of the machines here is the `microbit`, and only to a
//! blank machine ([`Options::blank`]). A processor that locks up ends QEMU.
//!
//! Nothing here waits without a limit: a QEMU that does not answer within [`PATIENCE`] is an
//! error, and a client gets an error reply instead of silence.
#![forbid(unsafe_code)]

mod attendant;
mod bitbang;
mod bkpt;
mod board;
mod console;
pub mod dap;
mod elf;
mod error;
pub mod gdb;
#[cfg(test)]
mod hostile;
mod jtag;
pub mod packet;
mod patience;
pub mod processor;
pub mod qemu;
mod qmp;
mod qtest;
mod ring;
mod rtt_server;
mod semihosting;
mod serve;
mod server;
pub mod swd;

pub use console::{Console, Outlet};
pub use elf::Architecture;
pub use error::Error;
pub use patience::PATIENCE;
pub use qemu::{Options, is_there, is_there_for};
pub use rtt_server::{RttServer, rtt_block};
pub use serve::VirtualProbe;
