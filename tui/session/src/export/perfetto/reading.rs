//! What a reader of the format finds in a trace: every packet's fields, nested ones as bytes.

use super::packet::field;

/// A field's number with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(u64),
    Bytes(Vec<u8>),
}

/// The fields of a message.
///
/// # Panics
///
/// If it is none.
pub(super) fn fields(mut bytes: &[u8]) -> Vec<(u32, Value)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (first, rest) = bytes.split_first().expect("a number has an end");
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            shift += 7;
            if first & 0x80 == 0 {
                return value;
            }
        }
    }
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let number = u32::try_from(tag >> 3).unwrap();
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut bytes)),
            1 => {
                let (fixed, rest) = bytes.split_at(8);
                bytes = rest;
                Value::Number(u64::from_le_bytes(fixed.try_into().unwrap()))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (inside, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(inside.to_vec())
            }
            other => panic!("no such wire type: {other}"),
        };
        all.push((number, value));
    }
    all
}

/// What happens, in words: `12 begin task: runs hello.py:3`, and the tracks by their names.
pub(super) fn lines(trace: &[u8]) -> Vec<String> {
    let mut names = std::collections::BTreeMap::new();
    let mut lines = Vec::new();
    let text = |value: &Value| match value {
        Value::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Value::Number(number) => number.to_string(),
    };
    let inside = |value: &Value| match value {
        Value::Bytes(bytes) => fields(bytes),
        Value::Number(_) => panic!("a message is bytes"),
    };
    for (number, packet) in fields(trace) {
        assert_eq!(number, field::TRACE_PACKET);
        let packet = inside(&packet);
        let find = |fields: &[(u32, Value)], wanted: u32| {
            fields.iter().find(|(number, _)| *number == wanted).map(|(_, value)| value.clone())
        };
        assert_eq!(find(&packet, field::SEQUENCE), Some(Value::Number(1)));
        if let Some(track) = find(&packet, field::TRACK_DESCRIPTOR) {
            let track = inside(&track);
            let uuid = find(&track, field::UUID).map(|uuid| text(&uuid)).unwrap();
            let name = find(&track, field::TRACK_NAME).map(|name| text(&name)).unwrap();
            assert!(names.insert(uuid, name).is_none(), "a track is introduced once");
            continue;
        }
        let event = inside(&find(&packet, field::TRACK_EVENT).expect("it is one of the two"));
        let at = find(&packet, field::TIMESTAMP).map(|at| text(&at)).unwrap();
        let track = find(&event, field::TRACK).map(|track| text(&track)).unwrap();
        let track = names.get(&track).expect("its track was introduced").clone();
        let what = match find(&event, field::TYPE).map(|what| text(&what)).unwrap().as_str() {
            "1" => "begin",
            "2" => "end",
            "3" => "instant",
            _ => "counter",
        };
        let mut line = format!("{at} {track}: {what}");
        if let Some(name) = find(&event, field::NAME) {
            line.push_str(&format!(" {}", text(&name)));
        }
        if let Some(value) = find(&event, field::COUNTER_VALUE) {
            line.push_str(&format!(" {}", text(&value)));
        }
        for (number, sign) in [(field::FLOW, "->"), (field::FLOW_END, "<-")] {
            if let Some(flow) = find(&event, number) {
                line.push_str(&format!(" {sign}{}", text(&flow)));
            }
        }
        lines.push(line);
    }
    lines
}
