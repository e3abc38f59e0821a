//! What comes between the records: definitions, texts, and answers of the source.

use loopscope_protocol::wire::Item;
use loopscope_protocol::{ChainId, NameId, Reply};

use super::{Arrived, Ingest};
use crate::control::{Hello, OwnedReply};
use crate::names::Frame;

/// The most bytes of one answer that are kept.
const LONGEST_ANSWER: usize = 16 << 20;

impl Ingest {
    pub(super) fn take_item(&mut self, item: Item<'_>) {
        match item {
            Item::Name { id: NameId::NONE, .. } => {
                self.texts.clear();
                self.line = ChainId::NONE;
            }
            Item::At { line } => self.line = line,
            Item::Name { id, name } => {
                let name = String::from_utf8_lossy(name);
                self.names.define(id, &name);
                self.queue.push_back(Arrived::Name(id, name.into()));
            }
            Item::Text { slot, bytes } => return self.texts.add(slot, bytes),
            Item::Chain { id, outer, name, place } => {
                let frame = Frame { name, place };
                self.names.define_chain(id, outer, frame);
                self.queue.push_back(Arrived::Chain { id, outer, frame });
            }
            Item::Reply(reply) => self.reply(reply),
            // A host's wish is nothing that happened.
            Item::Request(_) => {}
        }
        self.texts.begin();
    }

    fn reply(&mut self, reply: Reply<'_>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let owned = match reply {
            Reply::Hello { version, capabilities, ticks_per_second, dialect, pid } => {
                let hello = Hello { version, capabilities, ticks_per_second, dialect, pid };
                self.hello = Some(hello);
                OwnedReply::Hello(hello)
            }
            Reply::Held { seq } => OwnedReply::Held { seq },
            Reply::Ran { ok, more, text: piece } => {
                let kept = piece.len().min(LONGEST_ANSWER - self.ran.len());
                self.ran.extend_from_slice(&piece[..kept]);
                if more {
                    return;
                }
                let whole = std::mem::take(&mut self.ran);
                OwnedReply::Ran { ok, text: text(&whole) }
            }
            Reply::Refused { text: sentence } => OwnedReply::Refused { text: text(sentence) },
            Reply::Dropped { count, .. } => OwnedReply::Dropped { count },
            Reply::Line { seq, place } => OwnedReply::Line { seq, place: text(place) },
        };
        self.queue.push_back(Arrived::Reply(owned));
    }
}
