//! The process that the program runs in, as far as the operating system knows it: whether it is a
//! copy, which descriptors are ours, what it may use and what it is kept away from. It knows no
//! Python, and nobody who may be listening.

mod copy;
#[cfg(target_os = "linux")]
pub(crate) mod descendants;
mod descriptors;
mod fault;
pub(crate) mod fd;
pub(crate) mod guard;
pub(crate) mod limits;
pub(crate) mod ring;
pub(crate) mod spelling;

pub(crate) use copy::{is_copy, now_a_copy};
pub(crate) use descriptors::{high, is_ours, without_ours, write_all};
pub(crate) use fault::fault;
pub use fault::set_fault;
pub(crate) use limits::unlimited;
