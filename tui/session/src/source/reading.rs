//! What a program in a child process sends, in any of its three forms: sealed pieces of our own engine,
//! notes of the recorder in a real CPython, or frames between what a real MicroPython prints.

use loopscope_engine::child::{Key, Opener};
use loopscope_model::Record;
use loopscope_model::control::Hello;
use loopscope_model::stream::{Came, Mixed, Notes, Pieces};
use loopscope_protocol::Event;

/// What reads the stream.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a program has one of it")]
pub(super) enum Reading {
    /// Our own engine's.
    Sealed(Opener, Pieces),
    /// A recorder's in CPython.
    Notes(Notes),
    /// A recorder's in MicroPython.
    Mixed(Mixed),
}

impl Reading {
    /// For our own engine, which has this key. `unread`: records are handed on as they are.
    pub(super) fn sealed(key: Key, unread: bool) -> Self {
        let pieces = if unread { Pieces::as_they_are() } else { Pieces::read_all() };
        Self::Sealed(Opener::new(key), pieces)
    }

    /// Takes bytes, and hands out what they hold.
    pub(super) fn feed(&mut self, bytes: &[u8], came: &mut Vec<Came>) {
        match self {
            Self::Sealed(opener, pieces) => opener.open(bytes, |broken, held| {
                if broken {
                    pieces.broken();
                }
                pieces.feed(held, came);
            }),
            Self::Notes(notes) => notes.feed(bytes, came),
            Self::Mixed(mixed) => mixed.feed(bytes, came),
        }
    }

    /// What the other side said about itself.
    pub(super) const fn hello(&self) -> Option<&Hello> {
        match self {
            Self::Sealed(_, pieces) => pieces.hello(),
            Self::Notes(notes) => notes.hello(),
            Self::Mixed(mixed) => mixed.hello(),
        }
    }

    /// No more bytes will come. What was begun is dropped as if it had not been.
    pub(super) fn cut_off(&mut self, came: &mut Vec<Came>) {
        match self {
            Self::Sealed(opener, pieces) => {
                opener.end();
                pieces.cut_off();
            }
            Self::Notes(notes) => notes.cut_off(),
            Self::Mixed(mixed) => mixed.cut_off(came),
        }
    }

    /// The record of an event that the host adds.
    pub(super) fn host_event(&mut self, event: &Event, texts: [&str; 2]) -> Record {
        match self {
            Self::Sealed(_, pieces) => pieces.host_event(event, texts),
            Self::Notes(notes) => notes.host_event(event, texts),
            Self::Mixed(mixed) => mixed.host_event(event, texts),
        }
    }

    /// How many bytes came that the other side did not write, and how many blocks did not come.
    pub(super) const fn harm(&self) -> (u64, u64) {
        match self {
            Self::Sealed(opener, _) => (opener.strange(), opener.lost()),
            Self::Notes(notes) => (notes.strange(), 0),
            // What is no frame is what the program prints.
            Self::Mixed(_) => (0, 0),
        }
    }

    /// Whether what the program's processes print comes by the host's own pipes all the time.
    pub(super) const fn hears_output(&self) -> bool {
        matches!(self, Self::Notes(_) | Self::Mixed(_))
    }

    /// What the program has printed among its records since the last call, where it is passed on.
    pub(super) fn take_passed(&mut self) -> Vec<u8> {
        match self {
            Self::Mixed(mixed) => mixed.take_passed(),
            Self::Sealed(..) | Self::Notes(_) => Vec::new(),
        }
    }
}
