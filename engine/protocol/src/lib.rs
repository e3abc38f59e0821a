//! The vocabulary that every part of Loopscope shares: what can happen in an event loop
//! ([`Event`]), how it travels ([`wire`]), how it reads as text ([`text`]) and how a source is
//! driven ([`control`]).
//!
//! This crate is `no_std`, allocates nothing and depends on nothing, because it is compiled into
//! firmware as well as into the engine and the terminal program. Every type is `Copy`. There are
//! no strings in an event: names travel as definitions ([`wire::Item::Name`]), texts as chunks
//! that belong to the next record ([`wire::Item::Text`]).
//!
//! What this crate does not do: number records, keep names, or know what an event means for the
//! state of a loop. That is the model's work.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod cells;
pub mod control;
pub mod event;
mod field;
mod ids;
pub mod text;
mod ties;
pub mod wire;
mod words;

pub use control::{Capabilities, Capability, KindSet, Reply, Request, StopWhen};
pub use event::{
    ConnectionEvent, Event, Family, FutureEvent, HandleEvent, Kind, LoopEvent, OutsideEvent,
    RunEvent, Sender, SyncEvent, TaskEvent, WorkEvent,
};
pub use field::{Described, Field, FieldValue, Fields};
pub use ids::{
    ChainId, Fd, FutureId, HandleId, JobId, LoopId, NameId, ObjectId, Place, Signal, TaskId, Text,
    Ticks,
};
pub use ties::TieBreaker;
pub use words::{
    By, ClockHow, ClockMode, CloseHow, Dialect, ExitHow, FutureHow, HandleHow, JobHow, Level,
    LintRule, NeedHow, On, Pool, RemarkKind, RunHow, Stream, SyncHow, SyncKind, SyncWaitHow,
    TaskHow, Ties, TransportKind, WORDS, WatchHow, Which, Word, WordSet,
};
