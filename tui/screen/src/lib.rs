//! The screen of Loopscope: what stands where, what the keys do, how it looks.
//!
//! It draws into a buffer of cells and takes [`event::Event`]s. Whose terminal that is, and what
//! bytes a key sends there, is the affair of whoever calls it: the binary, a test, or a page in a
//! browser.
#![forbid(unsafe_code)]

pub mod app;
pub mod event;
pub mod keys;
pub mod svg;
pub mod theme;
pub mod views;
pub mod widgets;
