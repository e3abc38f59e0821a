//! A session and the list of lessons on the screen: [`controller`] and [`menu`] take events and draw, what
//! else is here belongs to them.
#![allow(clippy::disallowed_methods, reason = "slow motion is seen in real time")]

mod bars;
pub mod colors;
pub mod controller;
pub mod folders;
mod help;
pub mod layout;
pub mod learner;
mod lesson_progress;
pub mod menu;
pub mod progress;
pub mod prompt;
pub mod quiz;
pub mod remembered;
pub mod screen;
mod session_view;
pub mod settings;
mod stops;
pub mod workbench;
