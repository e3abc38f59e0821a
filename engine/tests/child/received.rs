//! What a child says, understood: records with their texts, and answers.

use std::collections::HashMap;

use loopscope_protocol::wire::{Item, ItemFrame};
use loopscope_protocol::{Event, NameId, Reply, Stream, Word};

/// What a child says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Received {
    Record { seq: u64, event: Event, texts: Vec<String> },
    Hello { capabilities: u32, pid: u32 },
    Held(u32),
    Ran { ok: bool, text: String },
    Refused(String),
    End,
}

pub(crate) fn understand(
    item: ItemFrame<'_>,
    seq: u64,
    names: &mut HashMap<NameId, String>,
    texts: &mut Vec<(u8, Vec<u8>)>,
    ran: &mut String,
) -> Option<Received> {
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match item {
        ItemFrame::Event(frame) => {
            let texts = std::mem::take(texts).iter().map(|(_, text)| string(text)).collect();
            Some(Received::Record { seq: seq + 1, event: frame.event, texts })
        }
        ItemFrame::Item(Item::Name { id, name }) => {
            names.insert(id, string(name));
            None
        }
        ItemFrame::Item(Item::Text { slot, bytes }) => {
            match texts.iter_mut().find(|(other, _)| *other == slot) {
                Some((_, text)) => text.extend_from_slice(bytes),
                None => texts.push((slot, bytes.to_vec())),
            }
            None
        }
        ItemFrame::Item(Item::Reply(reply)) => match reply {
            Reply::Hello { capabilities, pid, .. } => {
                Some(Received::Hello { capabilities: capabilities.0, pid })
            }
            Reply::Held { seq } => Some(Received::Held(seq)),
            Reply::Ran { ok, more, text } => {
                ran.push_str(&string(text));
                (!more).then(|| Received::Ran { ok, text: std::mem::take(ran) })
            }
            Reply::Refused { text } => Some(Received::Refused(string(text))),
            Reply::Dropped { .. } | Reply::Line { .. } => None,
        },
        ItemFrame::Item(_) => None,
    }
}

/// The kinds of the records among `said`.
pub(crate) fn kinds(said: &[Received]) -> Vec<&'static str> {
    said.iter()
        .filter_map(|said| match said {
            Received::Record { event, .. } => Some(event.kind().word()),
            _ => None,
        })
        .collect()
}

/// The output records among `said`, as stream and text.
pub(crate) fn outputs(said: &[Received]) -> Vec<(&'static str, &str)> {
    said.iter()
        .filter_map(|said| match said {
            Received::Record { event: Event::Output { stream, .. }, texts, .. } => {
                Some((stream.word(), texts[0].as_str()))
            }
            _ => None,
        })
        .collect()
}

/// What was printed, in one piece.
pub(crate) fn printed(said: &[Received]) -> String {
    outputs(said)
        .into_iter()
        .filter(|(stream, _)| *stream == Stream::Stdout.word())
        .map(|(_, text)| text)
        .collect()
}

/// The record of the end: code, how and sentence.
pub(crate) fn exit_record(said: &[Received]) -> Option<(i32, &'static str, &str)> {
    said.iter().find_map(|said| match said {
        Received::Record { event: Event::ProgramExit { code, how, .. }, texts, .. } => {
            Some((*code, how.word(), texts[0].as_str()))
        }
        _ => None,
    })
}
