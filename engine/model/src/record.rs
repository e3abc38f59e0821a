//! One record: an event with its number, its time and the texts that came with it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use loopscope_columns::Row;
use loopscope_protocol::event::value;
use loopscope_protocol::{ChainId, Event, Kind, LoopId, Text};

use crate::safe_text;

/// One event as the host keeps it. Records are made by `stream::Ingest`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its number, from 1. Numbers only grow; a hole is always explained by a `gap`.
    pub seq: u64,
    /// Loop time in nanoseconds. `None` before the first loop exists, and where it is not known:
    /// after damage, until the source says an absolute time.
    pub t: Option<u64>,
    /// The turn of the record's loop; 0 before its first one. The turn starts with `poll-begin`.
    pub turn: u32,
    /// The loop it belongs to; [`LoopId::NONE`] for none.
    pub loop_id: LoopId,
    /// How many bytes just before this record were no record and had to be skipped. 0 on a sound
    /// stream. What was lost without a `gap` can only be a name, a text or a reply.
    pub garbage: u32,
    /// The line that caused it, as it travels; [`Record::cause`] says which that is.
    pub line: ChainId,
    /// What happened.
    pub event: Event,
    /// The texts that belong to it.
    pub texts: Texts,
}

impl Record {
    /// The event's kind.
    pub const fn kind(&self) -> Kind {
        self.event.kind()
    }

    /// Loop time in seconds.
    pub fn seconds(&self) -> Option<f64> {
        self.t.map(seconds)
    }

    /// As it is put into columns.
    #[inline]
    pub(crate) fn row(&self) -> Row<'_> {
        Row {
            seq: self.seq,
            t: self.t,
            turn: self.turn,
            loop_id: self.loop_id,
            garbage: self.garbage,
            line: self.line,
            event: &self.event,
            texts: self.texts.0.as_ref().map(|both| [&*both[0], &*both[1]]),
        }
    }

    /// One of its texts. A text that was sent as nothing is empty; one that was lost is `?`,
    /// and one of which a part may be lost begins with that.
    pub fn text(&self, text: Text) -> &str {
        self.texts.get(text)
    }

    /// One of its texts to show within a line: it cannot steer a terminal or begin another line.
    pub fn shown(&self, text: Text) -> Cow<'_, str> {
        safe_text::line(self.texts.get(text))
    }
}

impl Record {
    /// What a task or a future has ended by, as a short text. `None`: its source does not say.
    pub fn value(&self) -> Option<&str> {
        if self.kind().has_value() { self.texts.value() } else { None }
    }

    /// The frames of the traceback of what a task or a future has ended by, the innermost one last.
    pub fn traceback(&self) -> impl Iterator<Item = TracedFrame<'_>> {
        let has_one = self.kind().has_value();
        self.texts.traceback().filter(move |_| has_one)
    }
}

/// A frame of a traceback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TracedFrame<'a> {
    /// `file:line`.
    pub place: &'a str,
    /// The function's qualified name.
    pub name: &'a str,
}

impl TracedFrame<'_> {
    /// `file:line in name`, to show within a line.
    pub fn shown(&self) -> String {
        safe_text::line(&format!("{} in {}", self.place, self.name)).into_owned()
    }
}

/// The frames that a text of them says.
fn traced(text: &str) -> impl Iterator<Item = TracedFrame<'_>> {
    let frame = |line| {
        let (place, name) = str::rsplit_once(line, ' ').unwrap_or((line, ""));
        TracedFrame { place, name }
    };
    text.lines().map(frame)
}

/// Nanoseconds as seconds.
#[allow(clippy::cast_precision_loss, reason = "2^53 ns are a hundred days")]
pub fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// The texts of one record. Cloning is cheap.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts(Option<Arc<[Box<str>; 2]>>);

impl Texts {
    /// No texts.
    pub const NONE: Self = Self(None);

    /// The texts of slots 1 and 2.
    pub fn new(first: &str, second: &str) -> Self {
        static NOTHING: OnceLock<Texts> = OnceLock::new();
        // What most tasks and futures end by is kept once.
        if first == "None" && second.is_empty() {
            let make = || Self(Some(Arc::new(["None".into(), "".into()])));
            return NOTHING.get_or_init(make).clone();
        }
        Self(Some(Arc::new([first.into(), second.into()])))
    }

    /// The value of a record that may have one.
    pub fn value(&self) -> Option<&str> {
        Some(self.get(value::VALUE)).filter(|text| !text.is_empty())
    }

    /// The same to show within a line.
    pub fn shown_value(&self) -> Option<Cow<'_, str>> {
        self.value().map(safe_text::line)
    }

    /// The frames of the traceback of such a record, the innermost one last.
    pub fn traceback(&self) -> impl Iterator<Item = TracedFrame<'_>> {
        traced(self.get(value::TRACEBACK))
    }

    /// Whether there is none at all.
    pub(crate) const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// How many bytes they have together.
    pub fn size(&self) -> usize {
        self.0.as_ref().map_or(0, |both| both.iter().map(|text| text.len()).sum())
    }

    /// The text of a slot; empty where there is none.
    pub fn get(&self, text: Text) -> &str {
        let slot = usize::from(text.0).wrapping_sub(1);
        self.0.as_ref().and_then(|both| both.get(slot)).map_or("", |text| text)
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("[]"),
            Some(both) => f.debug_list().entries(both.iter().filter(|t| !t.is_empty())).finish(),
        }
    }
}
