//! Files of the program's `attach`, without the program: it links an interpreter, which the fuzzer
//! neither needs nor wants to watch.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "only parts of them are used here")]

use std::fmt;

#[path = "../../../tui/board/src"]
mod parts {
    pub use super::Refusal;

    pub mod defmt;
    pub mod elf;
    pub mod lines;
    pub mod pools;
    pub mod splice;

    /// What decodes a firmware's log; `None` if it has none.
    #[derive(Clone, Copy)]
    pub struct Log(&'static defmt::Dictionary);

    impl Log {
        /// Kept for ever.
        pub fn of(elf: &[u8]) -> Option<Self> {
            let dictionary = defmt::Dictionary::of(elf).ok()??;
            Some(Self(Box::leak(Box::new(dictionary))))
        }

        /// What the lines of a log say that comes in pieces of that length.
        pub fn lines(self, bytes: &[u8], piece: usize) -> Vec<String> {
            let mut decoder = self.0.decoder();
            let mut lines = Vec::new();
            for piece in bytes.chunks(piece.max(1)) {
                decoder.feed(piece, |line| {
                    lines.push(match line {
                        splice::Line::Log(line) => line.text,
                        splice::Line::Output(_, text) | splice::Line::Remark(_, text) => text,
                    });
                });
            }
            lines
        }
    }

    /// Whether that has a dictionary.
    pub fn has_dictionary(elf: &[u8]) -> bool {
        matches!(defmt::Dictionary::of(elf), Ok(Some(_)))
    }
}

pub use parts::{Log, elf, has_dictionary, pools, splice};

/// What `attach` says when it will not do what was asked.
#[derive(Debug)]
pub struct Refusal {
    pub text: String,
}

impl Refusal {
    pub fn words(text: String) -> Self {
        Self { text }
    }

    pub fn mismatch(text: String) -> Self {
        Self { text }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
