//! What files of ours look like, so that no other file is taken for one.
#![cfg_attr(not(unix), allow(dead_code, reason = "nothing is written there"))]

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use loopscope_model::history::END;
use loopscope_model::recording;

/// How much of a file is looked at.
const LOOK: u64 = 1 << 16;

/// How our module for a real Python begins.
const MODULE: &[u8] = b"\"\"\"Tells Loopscope what the asyncio loops of this process do.\n";

/// How our pictures begin.
const PICTURE: &[u8] =
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" data-made-by=\"loopscope\"";

/// What a file is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A recording.
    Recording,
    /// Records, one JSON object on a line.
    Records,
    /// A table of records.
    Table,
    /// A trace for Perfetto.
    Trace,
    /// A picture of the screen.
    Picture,
    /// The module for a real Python.
    Module,
    /// A table of answers to a quiz.
    Answers,
}

/// What is in a file already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// An earlier output of that kind.
    Same,
    /// Something else.
    Other,
}

impl Kind {
    /// What an earlier output of this kind is called.
    pub(super) const fn earlier(self) -> &'static str {
        match self {
            Self::Recording => "an earlier recording",
            Self::Records => "earlier records",
            Self::Table => "an earlier table of records",
            Self::Trace => "an earlier trace",
            Self::Picture => "an earlier picture",
            Self::Module => "an earlier module of ours",
            Self::Answers => "an earlier table of answers",
        }
    }

    /// What is in a file.
    pub(super) fn found_in(self, path: &Path) -> io::Result<Found> {
        let mut head = Vec::new();
        File::open(path)?.take(LOOK).read_to_end(&mut head)?;
        Ok(if head.is_empty() {
            Found::Nothing
        } else if self.is_in(&head) {
            Found::Same
        } else {
            Found::Other
        })
    }

    /// Whether a file that begins so is of this kind.
    fn is_in(self, head: &[u8]) -> bool {
        match self {
            Self::Recording => recording::begins(head),
            Self::Records => is_record(head),
            Self::Table => head.starts_with(b"seq,t,turn,event,"),
            Self::Trace => is_trace(head),
            Self::Picture => head.starts_with(PICTURE),
            Self::Module => head.starts_with(MODULE),
            Self::Answers => head.starts_with(b"form,question,about,"),
        }
    }

    /// How many bytes it takes to end what could be written no further.
    pub(super) const fn end(self) -> usize {
        match self {
            Self::Recording => END,
            Self::Records
            | Self::Table
            | Self::Trace
            | Self::Picture
            | Self::Module
            | Self::Answers => 0,
        }
    }

    /// How much of these bytes is complete, where no more of them could be written.
    pub(super) fn whole(self, bytes: &[u8]) -> usize {
        match self {
            Self::Records => bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1),
            Self::Recording
            | Self::Table
            | Self::Trace
            | Self::Picture
            | Self::Module
            | Self::Answers => 0,
        }
    }
}

/// Whether the first line is a record. It may be cut, in a file that a killed run left behind.
fn is_record(head: &[u8]) -> bool {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<Value>(first) {
        Ok(record) => record["seq"].is_u64() && record["event"].is_string(),
        Err(error) => error.is_eof() && first.starts_with(b"{\"seq\":"),
    }
}

/// Whether this is how our traces begin, and nobody else's: with the name of their first axis.
fn is_trace(head: &[u8]) -> bool {
    let name = b"Loopscope: by loop time";
    let first = head.get(..64).unwrap_or(head);
    head.first() == Some(&0x0a) && first.windows(name.len()).any(|part| part == name)
}
