//! A trace in the Common Trace Format, version 1.8, as far as Zephyr writes it: its `metadata` says what
//! an event looks like, and each other file of its folder is a stream of them.
//!
//! What is read: integers of whole bytes and arrays of them, one after the other, a header before each
//! event, and packets with a context. Anything else of the format is refused by its name.

mod metadata;
#[cfg(test)]
mod tests;
mod zephyr;

use std::fs;
use std::path::Path;

use metadata::{Field, Layout, Metadata};

/// The file that says what events look like.
const METADATA: &str = "metadata";

/// What an integer field or a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Number(u64),
    Text(String),
}

/// An event of a stream, with its time in nanoseconds since the first one.
#[derive(Clone, Debug)]
struct CtfEvent<'a> {
    time: u64,
    name: &'a str,
    fields: Vec<(&'a str, Value)>,
}

impl CtfEvent<'_> {
    fn number(&self, field: &str) -> Option<u64> {
        self.fields.iter().find_map(|(name, value)| match value {
            Value::Number(number) if *name == field => Some(*number),
            _ => None,
        })
    }

    fn text(&self, field: &str) -> &str {
        let text = self.fields.iter().find_map(|(name, value)| match value {
            Value::Text(text) if *name == field => Some(&**text),
            _ => None,
        });
        text.unwrap_or_default()
    }
}

/// Whether a folder holds such a trace.
pub(super) fn is_one(folder: &Path) -> bool {
    folder.join(METADATA).is_file()
}

/// The records of a trace, as an agent would have sent them. The error says why there are none.
pub(super) fn records(folder: &Path) -> Result<Vec<u8>, String> {
    let failed = |file: &Path, error| format!("{} cannot be read: {error}", file.display());
    let mut streams = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))?.flatten() {
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_name() != METADATA && entry.path().is_file() && !is_hidden {
            streams.push(entry.path());
        }
    }
    let [stream] = &streams[..] else {
        return Err(format!(
            "{} holds {} files beside its metadata, and should hold one, the stream of one processor",
            folder.display(),
            streams.len()
        ));
    };
    let file = folder.join(METADATA);
    let metadata = fs::read(&file).map_err(|error| failed(&file, error))?;
    let bytes = fs::read(stream).map_err(|error| failed(stream, error))?;
    convert(&String::from_utf8_lossy(&metadata), &bytes)
}

fn convert(metadata: &str, stream: &[u8]) -> Result<Vec<u8>, String> {
    let metadata = Metadata::parse(metadata).map_err(|why| format!("its metadata: {why}"))?;
    let mut events = Vec::new();
    for packet in packets(&metadata, stream)? {
        read(&metadata, packet, &mut events)?;
    }
    if events.is_empty() {
        return Err("its stream holds no event".to_owned());
    }
    extend_times(&metadata, &mut events);
    Ok(zephyr::records(&events))
}

/// The contents of the packets, in the order of their times: a buffer in a ring wraps. A stream without
/// packets is one.
fn packets<'a>(metadata: &Metadata, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, String> {
    if metadata.packet.is_empty() {
        return Ok(vec![bytes]);
    }
    let mut packets = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut from = rest;
        let head = fields(&metadata.packet, &mut from, metadata.is_big_endian)
            .ok_or("the stream ends in the middle of a packet's header")?;
        let number = |name: &str| {
            head.iter().find_map(|(field, value)| match value {
                Value::Number(number) if *field == name => usize::try_from(*number).ok(),
                _ => None,
            })
        };
        // Both count bits, from the packet's first on.
        let whole = number("packet_size").map_or(rest.len(), |bits| bits / 8);
        let content = number("content_size").map_or(whole, |bits| bits / 8);
        let head_size = rest.len() - from.len();
        if whole < head_size || whole > rest.len() || content < head_size || content > whole {
            return Err("a packet says that it is longer than the stream".to_owned());
        }
        let first = number("packet_seq_num").or_else(|| number("timestamp_begin")).unwrap_or(0);
        packets.push((first, &rest[head_size..content]));
        rest = &rest[whole..];
    }
    packets.sort_by_key(|(first, _)| *first);
    Ok(packets.into_iter().map(|(_, content)| content).collect())
}

/// The events of a packet. One that was cut off at its end is left out.
fn read<'a>(
    metadata: &'a Metadata,
    mut bytes: &[u8],
    events: &mut Vec<CtfEvent<'a>>,
) -> Result<(), String> {
    while !bytes.is_empty() {
        let Some(head) = fields(&metadata.header, &mut bytes, metadata.is_big_endian) else {
            break;
        };
        let (mut id, mut time) = (0, 0);
        for (name, value) in &head {
            match (*name, value) {
                ("id", Value::Number(number)) => id = *number,
                ("timestamp", Value::Number(number)) => time = *number,
                _ => {}
            }
        }
        let (name, layout) = metadata.events.get(&id).ok_or_else(|| {
            format!(
                "event {} of the stream has the number {id:#x}, which its metadata does not have: \
                 use the metadata of the same Zephyr",
                events.len() + 1
            )
        })?;
        let Some(fields) = fields(layout, &mut bytes, metadata.is_big_endian) else { break };
        events.push(CtfEvent { time, name, fields });
    }
    Ok(())
}

/// The fields of one layout; `None`: the bytes end within it.
fn fields<'a>(
    layout: &'a Layout,
    bytes: &mut &[u8],
    is_big_endian: bool,
) -> Option<Vec<(&'a str, Value)>> {
    let value = |field: &Field, bytes: &[u8]| {
        if field.is_text {
            let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            return Value::Text(String::from_utf8_lossy(text).into_owned());
        }
        // Of an array only the first one counts; nothing that is looked at is one.
        let one = &bytes[..field.size];
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Value::Number(if is_big_endian {
            one.iter().fold(0, add)
        } else {
            one.iter().rev().fold(0, add)
        })
    };
    let mut found = Vec::with_capacity(layout.len());
    for field in layout {
        let (own, rest) = bytes.split_at_checked(field.size * field.count)?;
        found.push((&*field.name, value(field, own)));
        *bytes = rest;
    }
    Some(found)
}

/// Makes times count from the first event on. A counter of 32 bits of nanoseconds wraps after four
/// seconds: one that goes back has done so.
fn extend_times(metadata: &Metadata, events: &mut [CtfEvent<'_>]) {
    let bits = metadata
        .header
        .iter()
        .find(|field| field.name == "timestamp")
        .map_or(64, |field| field.size * 8);
    let mask = if bits < 64 { (1 << bits) - 1 } else { u64::MAX };
    let mut last = events.first().map_or(0, |event| event.time);
    let mut time = 0_u64;
    for event in events {
        let passed = event.time.wrapping_sub(last) & mask;
        last = event.time;
        // A little back is no turn of the counter.
        time += if passed > mask / 4 * 3 { 0 } else { passed };
        event.time = time;
    }
}
