//! What records mean: bytes become [`Record`]s, records fold into [`State`], and a [`History`] keeps
//! them so that any position in it can be looked at.
//!
//! Everything here is pure: no terminal, no threads, no clock, no files. A history keeps what does not
//! stay in memory in a [`Store`](history::Store) that it is given, and [`whole`] reads what it is told
//! to. The same code serves a running program, a board, a recording and the tests.
//!
//! What this crate does not do: run programs, draw, or decide when to stop.
#![forbid(unsafe_code)]

pub mod cause;
pub mod control;
mod decode;
pub mod diff;
pub mod expr;
pub mod fault;
pub mod forecast;
pub mod history;
mod id_map;
pub mod json;
pub mod link;
pub mod lint;
pub mod load;
pub mod names;
mod phrase;
pub mod record;
pub mod recording;
pub mod safe_text;
pub mod sentence;
mod sheet;
#[cfg(test)]
mod sim;
pub mod starts;
pub mod state;
pub mod story;
pub mod stream;
mod table;
pub mod titles;
pub mod whole;
pub mod why;
pub mod written;

pub use history::{Cursor, History};
pub use id_map::IdMap;
pub use load::Load;
pub use names::Names;
pub use record::{Record, Texts};
pub use starts::Starts;
pub use state::State;
pub use stream::{Arrived, Ingest};
