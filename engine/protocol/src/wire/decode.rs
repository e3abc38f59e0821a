//! Finding frames in bytes, and finding them again after damage.

use super::coded::{Coded, Reader};
use super::crc8;
use super::encode::{FIRST_LOOP, LOOP_FOLLOWS};
use super::item::{EventFrame, Item, ItemFrame};
use super::malformed::Malformed;
use super::short::{self, Short};
use crate::{Event, Kind};

/// How many whole frames in a row make bytes trustworthy after damage.
pub const CHAIN: usize = 3;

/// What [`Decoder::next`] found at the start of the bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'a> {
    /// A frame of `used` bytes. `skipped` events are missing before it, modulo 256: unless it is a
    /// `gap` that says how many, that is at least how many were lost.
    Frame {
        /// What it holds.
        item: ItemFrame<'a>,
        /// Its length.
        used: usize,
        /// Missing events before it, modulo 256.
        skipped: u8,
    },
    /// A byte that belongs to no frame.
    Garbage,
    /// The bytes end inside a frame, or too early to tell.
    More,
}

/// Finds frames. Keeps only whether it is in step, and the sequence number it expects; the bytes
/// stay with the caller, who drops what was used and calls again.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    in_step: bool,
    expected: Option<u8>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// At the start of a stream, whose first event is number 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { in_step: true, expected: Some(1) }
    }

    /// Somewhere in a stream: the first sequence number is taken as it comes.
    #[must_use]
    pub const fn midway() -> Self {
        Self { in_step: false, expected: None }
    }

    /// Directly behind the event with that number (modulo 256), where bytes known to be sound go
    /// on: after a damaged block of a recording, for instance.
    #[must_use]
    pub const fn after(seq: u8) -> Self {
        Self { in_step: true, expected: Some(seq.wrapping_add(1)) }
    }

    /// Bytes may be missing here: what comes next is trusted only where it is whole and in sequence.
    pub const fn doubt(&mut self) {
        self.in_step = false;
    }

    /// Looks at the start of `bytes`. `end` says that no more bytes will come after them.
    ///
    /// ```
    /// use loopscope_protocol::wire::{Decoder, Step};
    /// let mut decoder = Decoder::new();
    /// assert_eq!(decoder.next(&[], false), Step::More);
    /// assert_eq!(decoder.next(&[0], false), Step::Garbage);
    /// ```
    pub fn next<'a>(&mut self, bytes: &'a [u8], end: bool) -> Step<'a> {
        if bytes.is_empty() {
            return Step::More;
        }
        let (item, used) = match parse(bytes, end) {
            Ok(found) => found,
            Err(Malformed::Short) if !end => return Step::More,
            Err(_) => return self.lost(),
        };
        let skipped = self.skipped(&item);
        let accounted = skipped == 0 || is_counted_gap(&item, skipped);
        if !(self.in_step && accounted) {
            match follows(bytes, used, &item, self.expected, end) {
                Some(true) => {}
                Some(false) => return self.lost(),
                None => return Step::More,
            }
        }
        self.in_step = true;
        if let ItemFrame::Event(frame) = &item {
            self.expected = Some(frame.seq.wrapping_add(1));
        }
        Step::Frame { item, used, skipped }
    }

    /// Whether `bytes` are the beginning of the next frame, directly behind a good one: its sender
    /// stopped in the middle of it.
    ///
    /// ```
    /// use loopscope_protocol::wire::{Decoder, Encoder};
    /// use loopscope_protocol::{Event, LoopId};
    ///
    /// let frame = Encoder::new().event(5, LoopId(1), &Event::LoopNew {}).to_vec();
    /// assert!(Decoder::new().has_begun(&frame[..3]));
    /// assert!(!Decoder::new().has_begun(&frame));
    /// assert!(!Decoder::new().has_begun(&[0]));
    /// ```
    #[must_use]
    pub fn has_begun(&self, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first().filter(|_| self.in_step) else { return false };
        let form = first & !LOOP_FOLLOWS;
        let kind = Kind::from_code(form);
        let has_number = kind.is_some() || Short::from_code(form).is_some();
        let other = bytes.get(1).is_some_and(|number| Some(*number) != self.expected);
        // Only a gap may have another number than the next.
        let is_other = has_number && other && kind != Some(Kind::Gap);
        !is_other && matches!(parse(bytes, true), Err(Malformed::Short))
    }

    const fn lost(&mut self) -> Step<'static> {
        self.in_step = false;
        Step::Garbage
    }

    fn skipped(self, item: &ItemFrame<'_>) -> u8 {
        match (item, self.expected) {
            (ItemFrame::Event(frame), Some(expected)) => frame.seq.wrapping_sub(expected),
            _ => 0,
        }
    }
}

/// A gap that accounts for the numbers that are missing before it needs no other proof.
const fn is_counted_gap(item: &ItemFrame<'_>, skipped: u8) -> bool {
    match item {
        #[allow(clippy::cast_possible_truncation, reason = "numbers travel modulo 256")]
        ItemFrame::Event(EventFrame { event: Event::Gap { lost }, .. }) => *lost as u8 == skipped,
        _ => false,
    }
}

/// The length of the frame at the start of `bytes`, whose check is right; nothing is said of its place
/// in a stream. For a stream in which each frame has a mark before it, so that none has to be looked for.
///
/// # Errors
///
/// [`Malformed::Short`] where the bytes may be the beginning of a frame, and [`Malformed::Bad`] where
/// they are none.
///
/// ```
/// use loopscope_protocol::wire::{Encoder, Malformed, frame_at};
/// use loopscope_protocol::{Event, LoopId};
/// let frame = Encoder::new().event(5, LoopId(1), &Event::LoopNew {}).to_vec();
/// assert_eq!(frame_at(&[&frame[..], b"and more"].concat()), Ok(frame.len()));
/// assert_eq!(frame_at(&frame[..3]), Err(Malformed::Short));
/// assert_eq!(frame_at(b"\xffhello"), Err(Malformed::Bad));
/// ```
pub fn frame_at(bytes: &[u8]) -> Result<usize, Malformed> {
    parse(bytes, false).map(|(_, used)| used)
}

/// Whether the frames after the first one are whole and in sequence, as far as needed.
/// `None`: too early to tell.
fn follows(
    bytes: &[u8],
    used: usize,
    first: &ItemFrame<'_>,
    expected: Option<u8>,
    end: bool,
) -> Option<bool> {
    let mut at = used;
    let mut seq = sequence(first);
    let mut is_next = seq.is_some() && seq == expected;
    for _ in 1..CHAIN {
        if at == bytes.len() {
            // A stream that ends with fewer frames is believed only where they have the next number:
            // one that reaches to the end by chance is not that rare.
            return if end { Some(is_next) } else { None };
        }
        match parse(&bytes[at..], end) {
            Ok((item, used)) => {
                let gap =
                    matches!(item, ItemFrame::Event(EventFrame { event: Event::Gap { .. }, .. }));
                let now = sequence(&item);
                match (seq, now) {
                    (Some(before), Some(now)) if now != before.wrapping_add(1) && !gap => {
                        return Some(false);
                    }
                    (None, Some(_)) => is_next = now == expected,
                    _ => {}
                }
                seq = now.or(seq);
                at += used;
            }
            Err(Malformed::Short) if !end => return None,
            Err(_) => return Some(false),
        }
    }
    Some(true)
}

const fn sequence(item: &ItemFrame<'_>) -> Option<u8> {
    match item {
        ItemFrame::Event(frame) => Some(frame.seq),
        ItemFrame::Item(_) => None,
    }
}

/// The frame at the start of `bytes` and its length. It may be one of before, when its event had
/// fewer fields.
///
/// While more bytes may come, one of now that is not all there is waited for: its beginning may look
/// like a whole one of before.
fn parse(bytes: &[u8], end: bool) -> Result<(ItemFrame<'_>, usize), Malformed> {
    parse_with(bytes, Event::get).or_else(|error| {
        if error == Malformed::Short && !end {
            return Err(error);
        }
        let kind = bytes.first().and_then(|first| Kind::from_code(first & !LOOP_FOLLOWS));
        if !kind.is_some_and(Kind::has_grown) {
            return Err(error);
        }
        parse_with(bytes, Event::get_before).map_err(|_| error)
    })
}

fn parse_with(
    bytes: &[u8],
    get: impl FnOnce(Kind, &mut Reader<'_>) -> Result<Event, Malformed>,
) -> Result<(ItemFrame<'_>, usize), Malformed> {
    let mut from = Reader::new(bytes);
    let first = from.byte()?;
    let form = first & !LOOP_FOLLOWS;
    let kind = Kind::from_code(form);
    let short = Short::from_code(form);
    let item = if kind.is_some() || short.is_some() {
        let seq = from.byte()?;
        let delta = from.var()?;
        let loop_id = if first & LOOP_FOLLOWS == 0 { FIRST_LOOP } else { Coded::get(&mut from)? };
        let event = match (kind, short) {
            (Some(kind), _) => get(kind, &mut from)?,
            (None, Some(short)) => short::get(short, &mut from)?,
            (None, None) => return Err(Malformed::Bad),
        };
        ItemFrame::Event(EventFrame { seq, delta, loop_id, event })
    } else {
        if !(0x60..=0x65).contains(&first) {
            return Err(Malformed::Bad);
        }
        let len = usize::from(from.byte()?);
        let body = from.bytes(len)?;
        ItemFrame::Item(Item::get(first, body).map_err(|_| Malformed::Bad)?)
    };
    let end = from.position();
    let check = from.byte()?;
    if check == crc8(&bytes[..end]) { Ok((item, end + 1)) } else { Err(Malformed::Bad) }
}
