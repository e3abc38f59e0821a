//! What a host asks and a source answers, with texts of any length: the owned forms of
//! [`loopscope_protocol::Request`] and [`loopscope_protocol::Reply`].

use loopscope_protocol::wire::{Encoder, Item, MAX_BODY};
use loopscope_protocol::{Capabilities, Dialect, Request, StopWhen};

/// Who a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Its version of the wire format.
    pub version: u16,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How many ticks make a second; 0: not known.
    pub ticks_per_second: u32,
    /// Whose rules it runs by.
    pub dialect: Dialect,
    /// Its process, if it is one.
    pub pid: u32,
}

impl Hello {
    /// Whether the source is a board: it has no process.
    pub const fn is_board(&self) -> bool {
        self.pid == 0
    }
}

/// What a source answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedReply {
    /// Who it is.
    Hello(Hello),
    /// It holds: the last record that it sent is this one (modulo 2^32; 0: before the first).
    Held {
        /// The record's number.
        seq: u32,
    },
    /// A statement has run.
    Ran {
        /// Whether it ran without an exception; where not, the text is the traceback.
        ok: bool,
        /// What it printed, or the value of the expression.
        text: String,
    },
    /// It will not do what was asked.
    Refused {
        /// Why, in one sentence.
        text: String,
    },
    /// It holds at a line, of which nothing has run yet.
    Line {
        /// The number of the last record, modulo 2^32.
        seq: u32,
        /// `file:line function`.
        place: String,
    },
    /// How many records it has dropped since it started.
    Dropped {
        /// The count.
        count: u32,
    },
}

/// What a host asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedRequest {
    /// Say who you are.
    Hello,
    /// Run on.
    Run {
        /// Where to hold.
        until: StopWhen,
    },
    /// Hold at the next record.
    Pause,
    /// Send a snapshot.
    Snapshot,
    /// Run this Python statement at the pause.
    Python {
        /// The statement.
        code: String,
    },
    /// Raise `KeyboardInterrupt` in the program.
    Interrupt,
    /// The host leaves.
    Detach,
    /// The host is still there.
    StillHere,
    /// Tell what the program has where it is held; see [`Request::Look`].
    Look {
        /// What is asked for.
        what: String,
    },
    /// Run on, and hold at the next line of the program as well.
    Line {
        /// Where else to hold.
        until: StopWhen,
    },
    /// Hold at these lines too: see [`Request::Lines`].
    Lines {
        /// Each as `file:line`, on a line of its own.
        places: String,
    },
    /// Tell of handles only, from the hello on.
    Handles,
}

impl OwnedRequest {
    /// The request as bytes for the source. A long statement becomes several frames.
    ///
    /// ```
    /// use loopscope_model::control::OwnedRequest;
    /// assert_eq!(OwnedRequest::Pause.frames().len(), 4);
    /// ```
    pub fn frames(&self) -> Vec<u8> {
        let mut encoder = Encoder::new();
        let mut bytes = Vec::new();
        let mut put = |request: Request<'_>| {
            bytes.extend_from_slice(encoder.item(&Item::Request(request)));
        };
        match self {
            Self::Hello => put(Request::Hello { version: loopscope_protocol::wire::VERSION }),
            Self::Run { until } => put(Request::Run { until: *until }),
            Self::Pause => put(Request::Pause),
            Self::Snapshot => put(Request::Snapshot),
            Self::Python { code } => {
                in_pieces(code, |more, code| put(Request::Python { more, code }));
            }
            Self::Look { what } => in_pieces(what, |more, what| put(Request::Look { more, what })),
            Self::Line { until } => put(Request::Line { until: *until }),
            Self::Lines { places } => {
                in_pieces(places, |more, places| put(Request::Lines { more, places }));
            }
            Self::Interrupt => put(Request::Interrupt),
            Self::Detach => put(Request::Detach),
            Self::StillHere => put(Request::StillHere),
            Self::Handles => put(Request::Handles),
        }
        bytes
    }
}

/// Hands out a text in pieces that a frame has room for, at least one, and whether more follow.
fn in_pieces(text: &str, mut each: impl FnMut(bool, &[u8])) {
    // Two bytes of the body are the request's number and `more`.
    let mut pieces = text.as_bytes().chunks(MAX_BODY - 2).peekable();
    if pieces.peek().is_none() {
        each(false, b"");
    }
    while let Some(piece) = pieces.next() {
        each(pieces.peek().is_some(), piece);
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::wire::{Decoder, ItemFrame, Step};

    use super::*;

    #[test]
    fn a_long_statement_arrives_whole() {
        let code = "print('ä' * 2)\n".repeat(60);
        let frames = OwnedRequest::Python { code: code.clone() }.frames();
        let (mut decoder, mut at) = (Decoder::new(), 0);
        let (mut got, mut last) = (Vec::new(), true);
        while let Step::Frame { item: ItemFrame::Item(item), used, .. } =
            decoder.next(&frames[at..], true)
        {
            let Item::Request(Request::Python { more, code }) = item else { panic!("{item:?}") };
            got.extend_from_slice(code);
            last = more;
            at += used;
        }
        assert_eq!(String::from_utf8(got).expect("UTF-8 in, UTF-8 out"), code);
        assert!(!last, "the last piece says that none follows");
    }
}
