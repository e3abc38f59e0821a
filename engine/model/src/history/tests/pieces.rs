//! What the engine sends as columns is read, and kept, as it was: however it is cut, and whatever
//! becomes of its end.

use std::sync::Arc;

use loopscope_columns::{Maker, Part};
use loopscope_protocol::wire::{Encoder, Item};
use loopscope_protocol::{ExitHow, LoopId, Reply, Stream, Text};
use proptest::prelude::*;

use super::files::read;
use super::*;
use crate::recording::Damage;
use crate::stream::{Came, Pieces};

/// What an engine sends in which this happens, handed on when that many records have come.
fn sent(records: &[Record], pieces: &[usize]) -> Vec<Vec<u8>> {
    let mut maker = Maker::default();
    let mut sent = Vec::new();
    let mut lengths = pieces.iter().copied().cycle();
    let mut left = lengths.next().unwrap();
    for record in records {
        let texts = [record.text(Text::FIRST), record.text(Text::SECOND)];
        let full =
            maker.push(record.t.unwrap_or(0), record.loop_id, record.line, &record.event, &texts);
        left -= 1;
        if full || left == 0 {
            sent.extend(maker.piece());
        }
        if left == 0 {
            left = lengths.next().unwrap();
        }
    }
    sent.extend(maker.piece());
    let part = |piece: &Piece| {
        let mut bytes = Vec::new();
        Part::write(&mut bytes, Part::PIECE, |to| piece.write(to));
        bytes
    };
    sent.iter().map(part).collect()
}

fn records_of(came: Vec<Came>) -> Vec<Record> {
    let record = |each| match each {
        Came::Arrived(Arrived::Record(record)) => Some(record),
        _ => None,
    };
    came.into_iter().filter_map(record).collect()
}

/// Several blocks, with texts and more than one loop.
fn happened() -> Vec<Record> {
    let mut story = Story::new();
    story.start();
    for id in 1..9_000u32 {
        story.on(1 + id / 100 % 2).at(f64::from(id / 3) * 0.001).soon(id, "callback");
        if id % 7 == 0 {
            story.print(if id % 2 == 0 { "" } else { "some text h\u{e9}re\n" });
        }
        if id % 5 == 0 {
            story.poll(Some(0.5), f64::from(id / 3) * 0.001).turn(&[id]);
        }
    }
    story.records().to_vec()
}

/// Keeps what came as one keeps it who looks at nothing.
fn keep(recorder: &mut Recorder, came: Vec<Came>) {
    for each in came {
        match each {
            Came::Piece(piece) => drop(recorder.pass(piece).unwrap()),
            Came::Arrived(Arrived::Record(record)) => drop(recorder.push(&record).unwrap()),
            Came::Arrived(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_sent_is_read_as_it_was(
        seed: u64,
        pieces in prop::collection::vec(prop_oneof![1usize..4, 1usize..9000], 1..20),
        step in 1usize..20_000,
    ) {
        let sim = Sim::run(seed, 900);
        let records = sim.story.records();
        let (mut stream, mut came) = (Pieces::read_all(), Vec::new());
        for bytes in sent(records, &pieces).concat().chunks(step) {
            stream.feed(bytes, &mut came);
        }
        prop_assert_eq!(&records_of(came)[..], records);
    }

    #[test]
    fn what_is_sent_is_kept_as_it_was_whenever_it_is_flushed_and_wherever_it_ends(
        pieces in prop::collection::vec(prop_oneof![1usize..40, 1usize..9000], 1..20),
        flush_each in 1usize..8,
        end: prop::sample::Index,
        killed: bool,
    ) {
        let records = happened();
        let sent = sent(&records, &pieces);
        let sent = &sent[..=end.index(sent.len())];
        let store = Arc::new(InMemory::default());
        let mut recorder = Recorder::new(store.clone()).unwrap();
        let mut stream = Pieces::as_they_are();
        for (n, part) in sent.iter().enumerate() {
            let mut came = Vec::new();
            stream.feed(part, &mut came);
            prop_assert!(matches!(came[..], [Came::Piece(_)]));
            keep(&mut recorder, came);
            if n % flush_each == 0 {
                recorder.flush().unwrap();
            }
        }
        let mut expected = records[..recorder.len()].to_vec();
        if !killed {
            let exit = Event::ProgramExit { code: 137, how: ExitHow::Lost, text: Text::FIRST };
            let record = stream.host_event(&exit, ["It was killed.", ""]);
            recorder.push(&record).unwrap();
            recorder.flush().unwrap();
            recorder.finish().unwrap();
            expected.push(record);
        }
        drop(recorder);
        let history = read(store.bytes());
        prop_assert_eq!(history.damage(), Damage::default());
        prop_assert!(history.records().eq(expected.iter().cloned()));
    }
}

#[test]
fn the_programs_end_is_read_and_what_comes_behind_it_is_kept() {
    let mut records = happened();
    let last = records.last().unwrap().clone();
    let (how, text) = (ExitHow::End, Text::NONE);
    let exit = Event::ProgramExit { code: 0, how, text };
    let output = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
    for (event, texts) in
        [(exit, crate::Texts::NONE), (output, crate::Texts::new("finalizer\n", ""))]
    {
        let seq = records.last().unwrap().seq + 1;
        records.push(Record { seq, event, texts, loop_id: LoopId::NONE, ..last.clone() });
    }
    let at = records.len() - 1;
    for pieces in [&[at, 1][..], &[1000, 7], &[at - 1, 1]] {
        let store = Arc::new(InMemory::default());
        let mut recorder = Recorder::new(store.clone()).unwrap();
        let mut came = Vec::new();
        Pieces::as_they_are().feed(&sent(&records, pieces).concat(), &mut came);
        let read_ones = records_of(came.clone());
        assert!(read_ones.iter().any(|record| record.kind() == Kind::ProgramExit));
        keep(&mut recorder, came);
        recorder.finish().unwrap();
        assert!(read(store.bytes()).records().eq(records.iter().cloned()));
    }
}

#[test]
fn behind_what_is_missing_records_are_read_from_the_next_block_on() {
    let records = happened();
    let full = loopscope_columns::FULL as usize;
    assert!(records.len() > 3 * full);
    let sent = sent(&records, &[1000]);
    // Of the second block the second piece is missing, and a part of the one behind it.
    let missing = sent.len().min(7);
    let (mut stream, mut came) = (Pieces::read_all(), Vec::new());
    for (n, part) in sent.iter().enumerate() {
        match n {
            n if n == missing => stream.feed(&part[..part.len() / 2], &mut came),
            n if n == missing + 1 => {
                stream.broken();
                stream.feed(part, &mut came);
            }
            _ => stream.feed(part, &mut came),
        }
    }
    let read = records_of(came);
    let gap = read.iter().position(|record| record.kind() == Kind::Gap).expect("it is told");
    let Event::Gap { lost } = read[gap].event else { panic!() };
    assert!(read[..gap].iter().eq(&records[..gap]));
    assert_eq!(read[gap].seq, (gap + lost as usize) as u64);
    assert_eq!((gap + lost as usize) % full, 0, "a block begins behind it");
    assert!(read[gap + 1..].iter().eq(&records[gap + lost as usize..]));
}

#[test]
fn definitions_and_answers_come_in_their_places() {
    let mut encoder = Encoder::new();
    let name = encoder.item(&Item::Name { id: NameId(1), name: b"main" }).to_vec();
    let held = encoder.item(&Item::Reply(Reply::Held { seq: 1 })).to_vec();
    let mut maker = Maker::default();
    maker.push(0, LoopId(1), ChainId::NONE, &Event::LoopNew {}, &[]);
    let mut bytes = Vec::new();
    Part::write(&mut bytes, Part::FRAMES, |to| to.extend_from_slice(&name));
    Part::write(&mut bytes, Part::PIECE, |to| maker.piece().unwrap().write(to));
    Part::write(&mut bytes, Part::FRAMES, |to| to.extend_from_slice(&held));
    let mut came = Vec::new();
    Pieces::read_all().feed(&bytes, &mut came);
    let is_order = matches!(
        &came[..],
        [
            Came::Arrived(Arrived::Name(NameId(1), _)),
            Came::Arrived(Arrived::Record(_)),
            Came::Arrived(Arrived::Reply(OwnedReply::Held { seq: 1 })),
        ]
    );
    assert!(is_order, "{came:?}");
}
