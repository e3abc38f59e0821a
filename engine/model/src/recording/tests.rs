//! Recordings come back as they were; cut or harmed, what is left is right.

mod blocks;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::history::InMemory;
use crate::story::Story;
use crate::stream::{Arrived, Ingest};
use crate::{History, Record};

/// About 30 kB of records, so several blocks.
fn story() -> Story {
    let mut story = Story::new();
    story.start();
    for id in 1..700u32 {
        story.at(f64::from(id)).soon(id, &format!("callback_{}", id % 50)).print("some text here");
    }
    story
}

fn write(bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).unwrap();
    for (n, piece) in bytes.chunks(piece).enumerate() {
        writer.write(piece).unwrap();
        if n % 5 == 4 {
            writer.flush().unwrap();
        }
    }
    writer.finish().unwrap()
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    ingest
        .filter_map(|arrived| match arrived {
            Arrived::Record(record) => Some(record),
            _ => None,
        })
        .collect()
}

fn read(file: &[u8]) -> History {
    let store = Arc::new(InMemory::holding(file.to_vec()));
    let opening = History::open(store, Arc::new(InMemory::default())).expect("it is a recording");
    opening.complete().expect("memory can be read")
}

fn all(history: &History) -> Vec<Record> {
    history.records().map(|record| Record::clone(&record)).collect()
}

/// The stream's bytes that a file cut to this length still holds.
fn payloads(mut file: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    file = file.get(MAGIC.len() + 2..).unwrap_or(&[]);
    while let Some(head) = file.first_chunk().and_then(Head::parse) {
        let end = (HEAD + head.length).min(file.len());
        bytes.extend_from_slice(&file[HEAD..end]);
        file = file.get(end + 4..).unwrap_or(&[]);
    }
    bytes
}

/// Where the last block begins.
fn last_block(file: &[u8]) -> usize {
    let mut at = MAGIC.len() + 2;
    while let Some(head) = file[at..].first_chunk().and_then(Head::parse) {
        let next = at + HEAD + head.length + 4;
        if next == file.len() {
            break;
        }
        at = next;
    }
    at
}

#[test]
fn numbers_that_no_stream_reaches_are_no_block() {
    let story = story();
    let mut file = write(story.bytes(), 1000);
    let payload = &story.bytes()[..200];
    let head = Head { length: payload.len(), seq: u64::MAX - 1, ticks: Some(0) };
    let check = check::crc32(payload).to_le_bytes();
    let block = [&head.bytes(), payload, &check].concat();
    // Something harmed before it, so that its number counts.
    file.push(0);
    let stray = block.len() as u64 + 1;
    file.extend(block);
    let recording = read(&file);
    assert_eq!(recording.len(), story.records().len());
    assert_eq!(recording.damage(), Damage { stray, ..Damage::default() });
}

#[test]
fn what_was_written_is_read() {
    let story = story();
    for piece in [17, 1000, 100_000] {
        let file = write(story.bytes(), piece);
        let recording = read(&file);
        assert_eq!(all(&recording), story.records());
        assert_eq!(recording.damage(), Damage::default());
        assert_eq!(recording.damage().sentence(), None);
        let last = story.records().last().expect("there are records");
        assert_eq!(recording.names().line(last), story.names().line(last));
    }
}

#[test]
fn other_files_are_refused_with_a_reason() {
    let error = |bytes: &[u8]| Reader::open(bytes).map(|_| ()).unwrap_err().to_string();
    let other = "this is not a recording: it does not begin with \"loopscope recording\"";
    assert_eq!(error(b""), other);
    assert_eq!(error(b"print('hello')\n"), other);
    assert_eq!(error(b"loopscope recording one\n"), other);
    assert_eq!(error(&[b"loopscope recording ".as_slice(), &[b'1'; 500]].concat()), other);
    assert_eq!(
        error(b"loopscope recording 3\nwhatever"),
        "this recording has format version 3, and this program reads versions up to 2; use the \
         version of loopscope that made it, or a newer one"
    );
}

#[test]
fn a_recording_of_a_board_begins_in_the_middle() {
    use loopscope_protocol::wire::Encoder;
    use loopscope_protocol::{Event, LoopId};
    let mut encoder = Encoder::new();
    encoder.resume(77, 0);
    let mut bytes = Vec::new();
    for _ in 0..6 {
        bytes.extend_from_slice(encoder.event(0, LoopId(1), &Event::PollEnd { ready: 0 }));
    }
    let mut writer = Writer::midway(Vec::new()).unwrap();
    writer.write(&bytes).unwrap();
    let recording = read(&writer.finish().unwrap());
    let first = recording.record(1).expect("six records were written");
    assert_eq!((first.seq, first.t, recording.len()), (78, None, 6));
}

#[test]
fn a_damaged_block_becomes_a_gap_with_the_true_count() {
    let story = story();
    let mut file = write(story.bytes(), 100_000);
    let middle = file.len() / 2;
    file[middle] ^= 0x10;
    let recording = read(&file);
    assert_eq!(recording.damage(), Damage { blocks: 1, ..Damage::default() });
    let gaps: Vec<_> = recording.gaps(usize::MAX).collect();
    let loopscope_protocol::Event::Gap { lost } = gaps[0].event else { panic!() };
    assert_eq!(recording.len() - 1 + lost as usize, story.records().len());
    // The time after it is known, because the block says it.
    assert_eq!(
        recording.records().last().map(|record| record.t),
        story.records().last().map(|record| record.t)
    );
    assert_eq!(
        recording.damage().sentence().unwrap(),
        "The recording is harmed: 1 block damaged and left out. Everything else was read; losses \
         show as gaps."
    );
}

proptest! {
    #[test]
    fn cut_at_any_byte_all_whole_records_are_read(cut in 1usize..60_000, piece in 50usize..5000) {
        let file = write(story().bytes(), piece);
        let cut = cut.min(file.len());
        let recording = read(&file[..cut]);
        prop_assert_eq!(all(&recording), records(&payloads(&file[..cut])));
        prop_assert!(recording.damage().cut || recording.damage() == Damage::default());
    }

    #[test]
    fn harmed_anywhere_what_is_read_is_right(
        harm in proptest::collection::vec((30usize..60_000, 1u8..=255), 1..6),
        removed in proptest::option::of((30usize..60_000, 1usize..3000)),
    ) {
        let story = story();
        let mut file = write(story.bytes(), 3000);
        let len = file.len();
        for (at, bits) in harm {
            file[30 + at % (len - 30)] ^= bits;
        }
        if let Some((at, count)) = removed {
            // A last block that lacks bytes has only the frames' own checks, which are weaker.
            let end = last_block(&write(story.bytes(), 3000));
            let at = 30 + at % (end - 30);
            file.drain(at..end.min(at + count));
        }
        let recording = read(&file);
        let mut last = 0;
        for record in recording.records() {
            prop_assert!(record.seq > last);
            if matches!(record.kind(), loopscope_protocol::Kind::Gap) {
                last = record.seq;
                continue;
            }
            prop_assert_eq!(record.seq, last + 1);
            last = record.seq;
            let was = &story.records()[usize::try_from(record.seq).unwrap() - 1];
            prop_assert_eq!(&record.event, &was.event);
            prop_assert_eq!(&record.texts, &was.texts);
            prop_assert_eq!(record.t, was.t);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let file = [format!("{MAGIC}{VERSION}\n").as_bytes(), &bytes].concat();
        let _ = read(&file);
    }
}
