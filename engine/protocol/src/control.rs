//! What a host may ask of a source, and what the source answers.
//!
//! A source holds at a *pause*: it has sent a record and does nothing more until it is told to run
//! on. Every source runs from the start only after a [`Request::Run`], except a board, which runs
//! already when the host attaches.

use crate::wire::{Coded, Malformed, Reader, Writer};
use crate::{Dialect, Kind};

/// One thing that a source may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Capability {
    /// Hold at a record and go on from it.
    Pause = 0,
    /// Run Python at a pause.
    Python = 1,
    /// Send a snapshot.
    Snapshot = 2,
    /// Be interrupted as by Ctrl-C.
    Interrupt = 3,
    /// Hold at lines of the program; see [`Request::Lines`].
    Lines = 4,
    /// Tell what the program has where it is held; see [`Request::Look`].
    Look = 5,
}

/// A set of [`Capability`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub u32);

impl Capabilities {
    /// With `capability` added.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | 1 << capability as u8)
    }

    /// Whether `capability` is among them.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & 1 << capability as u8 != 0
    }
}

/// A set of event kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(pub u128);

impl KindSet {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// With `kind` added.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `kind` is in it.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Where a source that runs on is to hold again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopWhen {
    /// After this many records; 0: no limit.
    pub records: u32,
    /// At the first record of one of these kinds.
    pub kinds: KindSet,
}

impl StopWhen {
    /// Hold nowhere.
    pub const NEVER: Self = Self { records: 0, kinds: KindSet::NONE };

    /// Hold after `n` records.
    #[must_use]
    pub const fn after(n: u32) -> Self {
        Self { records: n, kinds: KindSet::NONE }
    }

    /// Hold at the next record of one of `kinds`.
    #[must_use]
    pub const fn at(kinds: KindSet) -> Self {
        Self { records: 0, kinds }
    }
}

/// What a host asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// Say who you are. The answer is [`Reply::Hello`].
    Hello {
        /// The host's [`crate::wire::VERSION`].
        version: u16,
    },
    /// Run on. The answer, when the source holds again, is [`Reply::Held`].
    Run {
        /// Where to hold.
        until: StopWhen,
    },
    /// Hold at the next record. The answer is [`Reply::Held`].
    Pause,
    /// Send a snapshot as ordinary records between `snapshot-begin` and `snapshot-end`.
    Snapshot,
    /// Run this Python statement at the pause. The answer is [`Reply::Ran`]. A long statement
    /// comes in pieces: `more` says that another follows.
    Python {
        /// Whether another piece follows.
        more: bool,
        /// The piece.
        code: &'a [u8],
    },
    /// Raise `KeyboardInterrupt` in the program.
    Interrupt,
    /// The host leaves; the source runs on without it.
    Detach,
    /// The host is still there, and what it holds is to stay held. A board that has heard this once
    /// lets go when it hears it no more: its host may have died.
    StillHere,
    /// Tell what the program has where it is held. The answer is [`Reply::Ran`]. What is asked for
    /// has fields that tabs stand between; what is long comes in pieces, as a statement does.
    ///
    /// ```text
    /// locals  the running task, the task (0: what runs)
    /// value   the running task, the scope, the expression
    /// ```
    ///
    /// A scope is `task:function`, `task#frame`, or nothing. The answer to `locals` is a line
    /// `frame`, place, function for each frame, the innermost first, and behind it a line `local`,
    /// name, value for each of its locals; the answer to `value` is `value`, the scope in which the
    /// names were found, and the value, or `gone`.
    Look {
        /// Whether another piece follows.
        more: bool,
        /// The piece.
        what: &'a [u8],
    },
    /// Run on, as [`Request::Run`] says, and hold at the next line of the program as well. The answer
    /// is then [`Reply::Line`].
    Line {
        /// Where else to hold.
        until: StopWhen,
    },
    /// From now on hold at these lines of the program too, each `file:line` on a line of its own, and
    /// at no others. In pieces, as a statement. The answer, at such a line, is [`Reply::Line`].
    Lines {
        /// Whether another piece follows.
        more: bool,
        /// The piece.
        places: &'a [u8],
    },
    /// From the [`Request::Hello`] that follows on tell of handles only: no tasks, no futures, no
    /// lines. It costs the program less.
    Handles,
}

/// What a source answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// Who it is.
    Hello {
        /// Its [`crate::wire::VERSION`].
        version: u16,
        /// What it can do.
        capabilities: Capabilities,
        /// How many ticks make a second; 0: not known.
        ticks_per_second: u32,
        /// Whose rules it runs by.
        dialect: Dialect,
        /// Its process, if it is one.
        pid: u32,
    },
    /// It holds: the last record that it sent is this one (modulo 2^32; 0: before the first).
    Held {
        /// The record's number.
        seq: u32,
    },
    /// A statement has run: what it printed or the value of the expression. Pieces as in the
    /// request.
    Ran {
        /// Whether it ran without an exception; where not, the text is the traceback.
        ok: bool,
        /// Whether another piece follows.
        more: bool,
        /// The text.
        text: &'a [u8],
    },
    /// It will not do what was asked, and why.
    Refused {
        /// One sentence.
        text: &'a [u8],
    },
    /// It holds at a line, of which nothing has run yet.
    Line {
        /// The number of the last record, modulo 2^32.
        seq: u32,
        /// `file:line function`.
        place: &'a [u8],
    },
    /// Where the source drops records that it has no room for: how many since it started.
    Dropped {
        /// The count.
        count: u32,
        /// How many tasks it tells nothing of, since its own table has no place for them.
        untold_tasks: u32,
    },
}

fn put_u16(value: u16, out: &mut Writer<'_>) {
    out.var(u64::from(value));
}

fn get_u16(from: &mut Reader<'_>) -> Result<u16, Malformed> {
    u16::try_from(from.var()?).map_err(|_| Malformed::Bad)
}

fn get_bool(from: &mut Reader<'_>) -> Result<bool, Malformed> {
    match from.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed::Bad),
    }
}

fn put_kinds(kinds: KindSet, out: &mut Writer<'_>) {
    #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
    {
        out.var(kinds.0 as u64);
        out.var((kinds.0 >> 64) as u64);
    }
}

fn get_kinds(from: &mut Reader<'_>) -> Result<KindSet, Malformed> {
    let low = from.var()?;
    Ok(KindSet(u128::from(low) | u128::from(from.var()?) << 64))
}

impl<'a> Request<'a> {
    pub(crate) fn put(&self, out: &mut Writer<'_>) {
        match *self {
            Self::Hello { version } => {
                out.byte(1);
                put_u16(version, out);
            }
            Self::Run { until } => {
                out.byte(2);
                until.records.put(out);
                put_kinds(until.kinds, out);
            }
            Self::Pause => out.byte(3),
            Self::Snapshot => out.byte(4),
            Self::Python { more, code } => {
                out.byte(5);
                out.byte(u8::from(more));
                out.bytes(code);
            }
            Self::Interrupt => out.byte(6),
            Self::Detach => out.byte(7),
            Self::StillHere => out.byte(8),
            Self::Look { more, what } => {
                out.byte(9);
                out.byte(u8::from(more));
                out.bytes(what);
            }
            Self::Line { until } => {
                out.byte(10);
                until.records.put(out);
                put_kinds(until.kinds, out);
            }
            Self::Lines { more, places } => {
                out.byte(11);
                out.byte(u8::from(more));
                out.bytes(places);
            }
            Self::Handles => out.byte(12),
        }
    }

    pub(crate) fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            1 => Self::Hello { version: get_u16(from)? },
            2 => Self::Run {
                until: StopWhen { records: Coded::get(from)?, kinds: get_kinds(from)? },
            },
            3 => Self::Pause,
            4 => Self::Snapshot,
            5 => Self::Python { more: get_bool(from)?, code: from.rest() },
            6 => Self::Interrupt,
            7 => Self::Detach,
            8 => Self::StillHere,
            9 => Self::Look { more: get_bool(from)?, what: from.rest() },
            10 => Self::Line {
                until: StopWhen { records: Coded::get(from)?, kinds: get_kinds(from)? },
            },
            11 => Self::Lines { more: get_bool(from)?, places: from.rest() },
            12 => Self::Handles,
            _ => return Err(Malformed::Bad),
        })
    }
}

impl<'a> Reply<'a> {
    pub(crate) fn put(&self, out: &mut Writer<'_>) {
        match *self {
            Self::Hello { version, capabilities, ticks_per_second, dialect, pid } => {
                out.byte(1);
                put_u16(version, out);
                capabilities.0.put(out);
                ticks_per_second.put(out);
                dialect.put(out);
                pid.put(out);
            }
            Self::Held { seq } => {
                out.byte(2);
                seq.put(out);
            }
            Self::Ran { ok, more, text } => {
                out.byte(3);
                out.byte(u8::from(ok));
                out.byte(u8::from(more));
                out.bytes(text);
            }
            Self::Refused { text } => {
                out.byte(4);
                out.bytes(text);
            }
            Self::Dropped { count, untold_tasks } => {
                out.byte(5);
                count.put(out);
                // Boards of before do not say it.
                if untold_tasks > 0 {
                    untold_tasks.put(out);
                }
            }
            Self::Line { seq, place } => {
                out.byte(6);
                seq.put(out);
                out.bytes(place);
            }
        }
    }

    pub(crate) fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            1 => Self::Hello {
                version: get_u16(from)?,
                capabilities: Capabilities(Coded::get(from)?),
                ticks_per_second: Coded::get(from)?,
                dialect: Coded::get(from)?,
                pid: Coded::get(from)?,
            },
            2 => Self::Held { seq: Coded::get(from)? },
            3 => Self::Ran { ok: get_bool(from)?, more: get_bool(from)?, text: from.rest() },
            4 => Self::Refused { text: from.rest() },
            5 => {
                let count = Coded::get(from)?;
                let untold_tasks = if from.is_empty() { 0 } else { Coded::get(from)? };
                Self::Dropped { count, untold_tasks }
            }
            6 => Self::Line { seq: Coded::get(from)?, place: from.rest() },
            _ => return Err(Malformed::Bad),
        })
    }
}
