//! What a program says by semihosting, on its way to whoever shows it, and how the program ended.
//!
//! It holds a limited amount: a program that says more than somebody takes is held at its next
//! call until there is room, as a slow debugger would hold it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// From this many bytes on no further call is answered.
const FULL: usize = 1 << 20;

/// Where something is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// The console of one machine. Its copies are the same console.
#[derive(Clone, Debug, Default)]
pub struct Console(Arc<Mutex<Said>>);

#[derive(Debug, Default)]
struct Said {
    pieces: VecDeque<(Outlet, Vec<u8>)>,
    bytes: usize,
    exit: Option<u8>,
}

impl Console {
    /// Takes what was said since the last call; pieces for the same outlet in a row are one.
    #[must_use]
    pub fn take(&self) -> Vec<(Outlet, Vec<u8>)> {
        let mut said = self.lock();
        said.bytes = 0;
        std::mem::take(&mut said.pieces).into()
    }

    /// The exit code of a program that has ended by itself.
    #[must_use]
    pub fn exit(&self) -> Option<u8> {
        self.lock().exit
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lock().bytes >= FULL
    }

    pub(crate) fn say(&self, outlet: Outlet, bytes: &[u8]) {
        let mut said = self.lock();
        said.bytes += bytes.len();
        match said.pieces.back_mut() {
            Some((last, piece)) if *last == outlet => piece.extend_from_slice(bytes),
            _ => said.pieces.push_back((outlet, bytes.to_vec())),
        }
    }

    pub(crate) fn end(&self, code: u8) {
        self.lock().exit = Some(code);
    }

    /// The machine begins anew.
    pub(crate) fn begin(&self) {
        self.lock().exit = None;
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_for_one_outlet_are_joined_and_taken_once() {
        let console = Console::default();
        for (outlet, bytes) in [(Outlet::Output, "a"), (Outlet::Output, "b"), (Outlet::Error, "c")]
        {
            console.say(outlet, bytes.as_bytes());
        }
        let taken = console.take();
        assert_eq!(taken, [(Outlet::Output, b"ab".to_vec()), (Outlet::Error, b"c".to_vec())]);
        assert!(console.take().is_empty());
    }

    #[test]
    fn a_console_that_nobody_reads_becomes_full() {
        let console = Console::default();
        console.say(Outlet::Output, &vec![b'x'; FULL]);
        assert!(console.is_full());
        let _ = console.take();
        assert!(!console.is_full());
    }
}
