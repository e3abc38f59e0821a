//! What a frame holds: an event, or one of the items that carry no sequence number.

use super::coded::{Coded, Reader, Writer};
use super::malformed::Malformed;
use crate::{ChainId, Event, LoopId, NameId, Place, Reply, Request, Ticks};

/// The numbers of the items.
pub mod code {
    /// [`super::Item::Name`].
    pub const NAME: u8 = 0x61;
    /// [`super::Item::Text`].
    pub const TEXT: u8 = 0x62;
    /// [`super::Item::Chain`].
    pub const CHAIN: u8 = 0x63;
    /// [`super::Item::Reply`].
    pub const REPLY: u8 = 0x64;
    /// [`super::Item::Request`].
    pub const REQUEST: u8 = 0x65;
    /// [`super::Item::At`].
    pub const AT: u8 = 0x60;
}

/// An event as it travels: with the low byte of its sequence number and the ticks since the one
/// before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventFrame {
    /// The sequence number modulo 256.
    pub seq: u8,
    /// Ticks since the previous event; see [`super`] for when they count from 0.
    pub delta: Ticks,
    /// The loop it belongs to; [`LoopId::NONE`] for none.
    pub loop_id: LoopId,
    /// What happened.
    pub event: Event,
}

/// Something without a sequence number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    /// A name is defined, once, before its first use.
    Name {
        /// Its id.
        id: NameId,
        /// The name in UTF-8; cut, with an ellipsis, if it was very long.
        name: &'a [u8],
    },
    /// A piece of a text that belongs to the next event.
    Text {
        /// Which of the event's texts: 1 or 2.
        slot: u8,
        /// The bytes; a character may be split between two pieces.
        bytes: &'a [u8],
    },
    /// A frame of an await chain is defined, once, before its first use. A chain is its innermost
    /// frame plus the chain of the frame that awaits it.
    Chain {
        /// Its id.
        id: ChainId,
        /// The frame that awaits this one; [`ChainId::NONE`] for the coroutine of the task.
        outer: ChainId,
        /// The coroutine's qualified name.
        name: NameId,
        /// Where it stands.
        place: Place,
    },
    /// The line that caused the next event. A board sends none.
    At {
        /// The program's own frame, and those of the library inside it; see
        /// [`Kind::has_line`](crate::Kind::has_line).
        line: ChainId,
    },
    /// An answer of the source.
    Reply(Reply<'a>),
    /// What the host asks for.
    Request(Request<'a>),
}

/// A frame: what [`super::Decoder`] finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ItemFrame<'a> {
    /// An event.
    Event(EventFrame),
    /// Something else.
    Item(Item<'a>),
}

impl<'a> Item<'a> {
    pub(super) const fn code(&self) -> u8 {
        match self {
            Self::Name { .. } => code::NAME,
            Self::Text { .. } => code::TEXT,
            Self::Chain { .. } => code::CHAIN,
            Self::At { .. } => code::AT,
            Self::Reply(_) => code::REPLY,
            Self::Request(_) => code::REQUEST,
        }
    }

    pub(super) fn put(&self, out: &mut Writer<'_>) {
        match self {
            Self::Name { id, name } => {
                id.put(out);
                out.bytes(name);
            }
            Self::Text { slot, bytes } => {
                out.byte(*slot);
                out.bytes(bytes);
            }
            Self::Chain { id, outer, name, place } => {
                (*id, *outer).put(out);
                (*name, *place).put(out);
            }
            Self::At { line } => line.put(out),
            Self::Reply(reply) => reply.put(out),
            Self::Request(request) => request.put(out),
        }
    }

    pub(super) fn get(code: u8, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(body);
        let item = match code {
            code::NAME => Self::Name { id: Coded::get(&mut from)?, name: from.rest() },
            code::TEXT => Self::Text { slot: from.byte()?, bytes: from.rest() },
            code::CHAIN => Self::Chain {
                id: Coded::get(&mut from)?,
                outer: Coded::get(&mut from)?,
                name: Coded::get(&mut from)?,
                place: Coded::get(&mut from)?,
            },
            code::AT => Self::At { line: Coded::get(&mut from)? },
            code::REPLY => Self::Reply(Reply::get(&mut from)?),
            code::REQUEST => Self::Request(Request::get(&mut from)?),
            _ => return Err(Malformed::Bad),
        };
        if from.rest().is_empty() { Ok(item) } else { Err(Malformed::Bad) }
    }
}
