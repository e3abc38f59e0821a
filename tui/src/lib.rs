//! The terminal program: its command line, the screen, the line mode and the headless mode.
//!
//! The program under study never runs in this process; see [`source`].
#![forbid(unsafe_code)]
