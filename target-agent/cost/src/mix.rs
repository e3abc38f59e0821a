//! The events of real runs, each with the ticks since the one before it.
//!
//! `mix.txt` has them, a line each; `build.rs` makes the table of it.

#![allow(clippy::unreadable_literal, reason = "the table is not for people")]

use crate::What;

include!(concat!(env!("OUT_DIR"), "/mix.rs"));
