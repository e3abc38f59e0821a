//! A packet of Perfetto's own format, in protocol buffers: the few fields of its schema that a trace of
//! ours uses. <https://perfetto.dev/docs/reference/trace-packet-proto>

use std::io::{self, Write};

use loopscope_model::safe_text;

/// How a number and a text are marked on the wire.
const VARINT: u64 = 0;
const FIXED: u64 = 1;
const BYTES: u64 = 2;

/// The fields of the schema, by their numbers there.
pub(super) mod field {
    pub(in crate::export::perfetto) const TRACE_PACKET: u32 = 1;
    pub(in crate::export::perfetto) const TIMESTAMP: u32 = 8;
    pub(in crate::export::perfetto) const SEQUENCE: u32 = 10;
    pub(in crate::export::perfetto) const TRACK_EVENT: u32 = 11;
    pub(in crate::export::perfetto) const TRACK_DESCRIPTOR: u32 = 60;

    pub(in crate::export::perfetto) const UUID: u32 = 1;
    pub(in crate::export::perfetto) const TRACK_NAME: u32 = 2;
    pub(in crate::export::perfetto) const PARENT: u32 = 5;
    pub(in crate::export::perfetto) const COUNTER: u32 = 8;
    pub(in crate::export::perfetto) const ORDERING: u32 = 11;
    pub(in crate::export::perfetto) const RANK: u32 = 12;
    pub(in crate::export::perfetto) const UNIT: u32 = 3;

    pub(in crate::export::perfetto) const ANNOTATION: u32 = 4;
    pub(in crate::export::perfetto) const TYPE: u32 = 9;
    pub(in crate::export::perfetto) const TRACK: u32 = 11;
    pub(in crate::export::perfetto) const CATEGORIES: u32 = 22;
    pub(in crate::export::perfetto) const NAME: u32 = 23;
    pub(in crate::export::perfetto) const COUNTER_VALUE: u32 = 30;
    pub(in crate::export::perfetto) const FLOW: u32 = 47;
    pub(in crate::export::perfetto) const FLOW_END: u32 = 48;

    pub(in crate::export::perfetto) const ANNOTATION_NAME: u32 = 10;
    pub(in crate::export::perfetto) const ANNOTATION_UINT: u32 = 3;
    pub(in crate::export::perfetto) const ANNOTATION_TEXT: u32 = 6;
}

/// What a counter counts.
const COUNT: u64 = 2;

/// Tracks below another one stand in the order of their ranks.
const BY_RANK: u64 = 3;

/// What happens on a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum What {
    /// A stretch of time begins.
    Begin = 1,
    /// The innermost one that is open ends.
    End = 2,
    /// A moment.
    Instant = 3,
    /// A counter has another value.
    Counter = 4,
}

/// A message that is being written.
#[derive(Clone, Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                return self.0.push(low & 0x7f);
            }
            self.0.push(low | 0x80);
        }
    }

    fn tag(&mut self, field: u32, wire: u64) {
        self.varint(u64::from(field) << 3 | wire);
    }

    fn number(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    fn fixed(&mut self, field: u32, value: u64) {
        self.tag(field, FIXED);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, BYTES);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    /// What a program called something is one line of text in the viewer as well.
    fn text(&mut self, field: u32, text: &str) {
        self.bytes(field, safe_text::line(text).as_bytes());
    }
}

/// A track: what it is called, below which other one it stands, and in which place there.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) uuid: u64,
    pub(super) name: String,
    pub(super) parent: Option<u64>,
    pub(super) rank: u32,
    pub(super) counts: bool,
}

/// Something that happens on a track.
#[derive(Clone, Debug)]
pub(super) struct Happening<'a> {
    pub(super) what: What,
    pub(super) track: u64,
    pub(super) name: &'a str,
    pub(super) category: &'static str,
    /// For a counter.
    pub(super) value: u64,
    /// The arrow that begins here, and the one that ends.
    pub(super) flow: Option<u64>,
    pub(super) flow_end: Option<u64>,
    /// What else there is to say, by name.
    pub(super) numbers: &'a [(&'static str, u64)],
    pub(super) texts: &'a [(&'static str, &'a str)],
}

impl Happening<'_> {
    pub(super) const fn new(what: What, track: u64) -> Self {
        Self {
            what,
            track,
            name: "",
            category: "",
            value: 0,
            flow: None,
            flow_end: None,
            numbers: &[],
            texts: &[],
        }
    }

    /// Writes it, at a time in nanoseconds.
    pub(super) fn write(&self, at: u64, to: &mut impl Write) -> io::Result<()> {
        let mut event = Message::default();
        event.number(field::TYPE, u64::from(self.what as u8));
        event.number(field::TRACK, self.track);
        if self.what == What::Counter {
            event.number(field::COUNTER_VALUE, self.value);
        }
        if !self.name.is_empty() {
            event.text(field::NAME, self.name);
        }
        if !self.category.is_empty() {
            event.text(field::CATEGORIES, self.category);
        }
        for (name, value) in self.numbers {
            let mut annotation = Message::default();
            annotation.text(field::ANNOTATION_NAME, name);
            annotation.number(field::ANNOTATION_UINT, *value);
            event.bytes(field::ANNOTATION, &annotation.0);
        }
        for (name, text) in self.texts.iter().filter(|(_, text)| !text.is_empty()) {
            let mut annotation = Message::default();
            annotation.text(field::ANNOTATION_NAME, name);
            annotation.text(field::ANNOTATION_TEXT, text);
            event.bytes(field::ANNOTATION, &annotation.0);
        }
        if let Some(flow) = self.flow {
            event.fixed(field::FLOW, flow);
        }
        if let Some(flow) = self.flow_end {
            event.fixed(field::FLOW_END, flow);
        }
        let mut packet = Message::default();
        packet.number(field::TIMESTAMP, at);
        packet.number(field::SEQUENCE, 1);
        packet.bytes(field::TRACK_EVENT, &event.0);
        write(&packet, to)
    }
}

impl Track {
    /// Introduces it.
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut track = Message::default();
        track.number(field::UUID, self.uuid);
        track.text(field::TRACK_NAME, &self.name);
        match self.parent {
            Some(parent) => {
                track.number(field::PARENT, parent);
                track.number(field::RANK, u64::from(self.rank));
            }
            None => track.number(field::ORDERING, BY_RANK),
        }
        if self.counts {
            let mut counter = Message::default();
            counter.number(field::UNIT, COUNT);
            track.bytes(field::COUNTER, &counter.0);
        }
        let mut packet = Message::default();
        packet.number(field::SEQUENCE, 1);
        packet.bytes(field::TRACK_DESCRIPTOR, &track.0);
        write(&packet, to)
    }
}

fn write(packet: &Message, to: &mut impl Write) -> io::Result<()> {
    let mut whole = Message::default();
    whole.bytes(field::TRACE_PACKET, &packet.0);
    to.write_all(&whole.0)
}
