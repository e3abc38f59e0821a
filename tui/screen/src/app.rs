//! A session and the list of lessons on the screen: [`desk`] and [`menu`] take events and draw, what
//! else is here belongs to them.
#![allow(clippy::disallowed_methods, reason = "slow motion is seen in real time")]

mod bars;
mod course;
pub mod desk;
pub mod folders;
mod help;
pub mod layout;
pub mod looks;
pub mod menu;
pub mod progress;
pub mod prompt;
mod scene;
pub mod screen;
pub mod settings;
