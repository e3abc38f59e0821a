//! What comes out of bytes: sound, cut in pieces, and damaged.

use loopscope_protocol::wire::{Encoder, Item};
use loopscope_protocol::{Capabilities, Dialect, ExitHow, Kind, NameId, Reply, Stream, Text};
use proptest::prelude::*;

use super::*;
use crate::story::Story;

fn arrivals(bytes: &[u8]) -> Vec<Arrived> {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    ingest.collect()
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let only = |arrived| match arrived {
        Arrived::Record(record) => Some(record),
        _ => None,
    };
    arrivals(bytes).into_iter().filter_map(only).collect()
}

/// A stream of `n` events and where each one's frame starts.
fn plain(n: u64) -> (Vec<u8>, Vec<usize>) {
    let (mut encoder, mut bytes, mut starts) = (Encoder::new(), Vec::new(), Vec::new());
    for at in 0..n {
        starts.push(bytes.len());
        let event = if at == 0 { Event::LoopNew {} } else { Event::PollEnd { ready: 7 } };
        bytes.extend_from_slice(encoder.event(at * 10, LoopId(1), &event));
    }
    (bytes, starts)
}

#[test]
fn numbers_and_times_are_whole() {
    let (bytes, _) = plain(1000);
    let records = records(&bytes);
    for (n, record) in (0u64..).zip(&records) {
        assert_eq!((record.seq, record.t), (n + 1, Some(n * 10)));
    }
    assert_eq!(records.len(), 1000);
}

#[test]
fn there_is_no_time_before_the_first_loop() {
    let mut story = Story::new();
    story.start();
    let times: Vec<_> = story.records().iter().map(|record| record.t).collect();
    assert_eq!(times, [None, Some(0), Some(0)]);
}

#[test]
fn the_host_makes_a_gap_of_what_is_missing() {
    let (bytes, starts) = plain(40);
    let cut = [&bytes[..starts[10]], &bytes[starts[15]..]].concat();
    let records = records(&cut);
    // Records 11 to 15 are missing: the gap stands in the place of the last of them.
    let gap = &records[10];
    assert_eq!((gap.seq, gap.event), (15, Event::Gap { lost: 5 }));
    assert_eq!((records[11].seq, records.len()), (16, 36));
    // How long the missing ones took is not known.
    assert_eq!((records[9].t, gap.t, records[11].t), (Some(90), None, None));
}

#[test]
fn a_gap_of_the_source_tells_number_and_time() {
    let mut encoder = Encoder::new();
    let mut bytes = encoder.event(5, LoopId(1), &Event::LoopNew {}).to_vec();
    encoder.resume(1 + 1000, 5);
    bytes.extend_from_slice(encoder.event(700, LoopId(1), &Event::Gap { lost: 1000 }));
    bytes.extend_from_slice(encoder.event(705, LoopId(1), &Event::PollEnd { ready: 0 }));
    let records = records(&bytes);
    let told: Vec<_> = records.iter().map(|record| (record.seq, record.t)).collect();
    assert_eq!(told, [(1, Some(5)), (1002, Some(700)), (1003, Some(705))]);
    assert_eq!(records[1].event, Event::Gap { lost: 1000 });
}

#[test]
fn bytes_between_records_are_counted() {
    let (bytes, starts) = plain(40);
    let dirty = [&bytes[..starts[20]], &[0xff, 0, 0xff], &bytes[starts[20]..]].concat();
    let records = records(&dirty);
    assert_eq!(records.len(), 40);
    let garbage: u32 = records.iter().map(|record| record.garbage).sum();
    assert_eq!((garbage, records[20].garbage), (3, 3));
}

#[test]
fn a_board_that_runs_already_has_no_times_until_it_tells_one() {
    let mut encoder = Encoder::new();
    encoder.resume(511, 0);
    let mut ingest = Ingest::midway();
    for at in 1..5 {
        ingest.feed(encoder.event(at, LoopId(1), &Event::PollEnd { ready: 0 }));
    }
    ingest.feed(encoder.event(900, LoopId(1), &Event::SnapshotBegin {}));
    ingest.end();
    let records: Vec<_> = ingest.collect();
    let Arrived::Record(first) = &records[0] else { panic!() };
    assert_eq!((first.seq, first.t), (256, None));
    let Arrived::Record(last) = &records[4] else { panic!() };
    assert_eq!((last.seq, last.t), (260, Some(900)));
}

#[test]
fn texts_of_any_length_belong_to_the_next_record() {
    let long = "ä\u{1f600}é".repeat(500);
    let mut story = Story::new();
    story.start().print(&long).print("").soon(1, "f");
    let records = story.records();
    assert_eq!(records[3].text(Text::FIRST), long);
    assert_eq!(records[4].text(Text::FIRST), "");
    assert_eq!(records[5].texts, Texts::NONE);
}

#[test]
fn a_text_without_an_end_is_kept_up_to_a_limit_and_the_rest_is_counted() {
    const MB: usize = 1 << 20;
    let mut encoder = Encoder::new();
    let piece = encoder.item(&Item::Text { slot: 1, bytes: &[b'x'; 128] }).to_vec();
    let mut ingest = Ingest::new();
    for _ in 0..(22 * MB) / 128 {
        ingest.feed(&piece);
        assert_eq!(ingest.next(), None);
    }
    let output = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
    for _ in 0..2 {
        ingest.feed(encoder.event(0, LoopId::NONE, &output));
        ingest.feed(encoder.item(&Item::Text { slot: 1, bytes: b"next" }));
    }
    let mut texts = ingest.map(|arrived| match arrived {
        Arrived::Record(record) => record.text(Text::FIRST).to_owned(),
        _ => panic!("{arrived:?}"),
    });
    let text = texts.next().unwrap();
    let tail = format!("x… ({} bytes more)", 6 * MB);
    assert!(text.ends_with(&tail), "{}", &text[text.len() - 40..]);
    assert_eq!(text.len(), 16 * MB + tail.len() - 1);
    assert_eq!(texts.next().as_deref(), Some("next"));
}

#[test]
fn a_text_that_may_be_a_part_says_so() {
    let output = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
    let mut encoder = Encoder::new();
    let start = encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec();
    let mut piece = |bytes: &[u8]| encoder.item(&Item::Text { slot: 1, bytes }).to_vec();
    let (one, two) = (piece(b"one "), piece(b"two"));
    let name = encoder.item(&Item::Name { id: NameId(1), name: b"f" }).to_vec();
    let said = encoder.event(0, LoopId(1), &output).to_vec();
    let again = encoder.event(0, LoopId(1), &output).to_vec();
    let more: Vec<u8> =
        (0..3).flat_map(|_| encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec()).collect();
    let text = |parts: &[&[u8]]| {
        let all = records(&[parts.concat(), more.clone()].concat());
        let found = all.iter().find(|record| record.kind() == Kind::Output).expect("it is there");
        found.text(Text::FIRST).to_owned()
    };
    let noise = &[0, 0][..];
    assert_eq!(text(&[&start, &one, &two, &said, &again]), "one two");
    // Harm in the middle of it, or just before it.
    assert_eq!(text(&[&start, &one, noise, &two, &said, &again]), "?two");
    assert_eq!(text(&[&start, noise, &two, &said, &again]), "?two");
    assert_eq!(text(&[&start, &one, noise, &said, &again]), "?");
    // What stands between is no text, so a text begins behind it.
    assert_eq!(text(&[&start, noise, &name, &two, &said, &again]), "two");
    // The event that the first piece belonged to is missing.
    assert_eq!(text(&[&start, &one, &two, &again]), "?one two");
}

#[test]
fn ticks_become_nanoseconds() {
    let mut encoder = Encoder::new();
    let hello = Reply::Hello {
        version: 1,
        capabilities: Capabilities::default(),
        ticks_per_second: 32_768,
        dialect: Dialect::Embassy,
        pid: 0,
    };
    let mut ingest = Ingest::new();
    ingest.feed(encoder.item(&Item::Reply(hello)));
    ingest.feed(encoder.event(16_384, LoopId(1), &Event::LoopNew {}));
    assert!(matches!(ingest.next(), Some(Arrived::Reply(OwnedReply::Hello(_)))));
    let Some(Arrived::Record(record)) = ingest.next() else { panic!() };
    assert_eq!(record.t, Some(500_000_000));
}

#[test]
fn the_pieces_of_an_answer_arrive_as_one() {
    let mut encoder = Encoder::new();
    let mut ingest = Ingest::new();
    for (more, text) in [(true, "one "), (true, "two "), (false, "three")] {
        let reply = Reply::Ran { ok: true, more, text: text.as_bytes() };
        ingest.feed(encoder.item(&Item::Reply(reply)));
    }
    let ran = OwnedReply::Ran { ok: true, text: "one two three".to_owned() };
    assert_eq!(ingest.collect::<Vec<_>>(), [Arrived::Reply(ran)]);
}

#[test]
fn a_child_that_dies_inside_a_frame_still_gets_its_end() {
    let (bytes, starts) = plain(9);
    let mut ingest = Ingest::new();
    ingest.feed(&bytes[..starts[8] + 2]);
    assert_eq!(ingest.by_ref().count(), 8);
    let exit = Event::ProgramExit { code: 137, how: ExitHow::Lost, text: Text::FIRST };
    let frames = ingest.host_event(&exit, &["Killed."]);
    ingest.feed(&frames);
    ingest.end();
    let Some(Arrived::Record(record)) = ingest.next() else { panic!() };
    assert_eq!((record.seq, record.kind(), record.garbage), (9, Kind::ProgramExit, 2));
    assert_eq!(record.text(Text::FIRST), "Killed.");
    assert_eq!(ingest.trailing(), 0);
}

#[test]
fn the_end_of_a_child_that_dies_inside_a_text_is_not_part_of_it() {
    let mut encoder = Encoder::new();
    let start = encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec();
    let piece = encoder.item(&Item::Text { slot: 1, bytes: &[b'x'; 200] }).to_vec();
    let exit = Event::ProgramExit { code: 137, how: ExitHow::Lost, text: Text::FIRST };
    for begun in [0, 1, 2, 100, piece.len() - 1] {
        let sent = [&start[..], &piece, &piece, &piece[..begun]].concat();
        let mut ingest = Ingest::new();
        ingest.feed(&sent);
        assert_eq!(ingest.by_ref().count(), 1);
        assert_eq!((ingest.undecided(), ingest.cut_off()), (begun, begun));
        let frames = ingest.host_event(&exit, &["Killed."]);
        ingest.feed(&frames);
        let Some(Arrived::Record(record)) = ingest.next() else { panic!() };
        assert_eq!((record.seq, record.kind(), record.garbage), (2, Kind::ProgramExit, 0));
        assert_eq!(record.text(Text::FIRST), "Killed.");
        // A recording gets what was whole, and the same comes out of it.
        let kept = [&sent[..sent.len() - begun], &frames].concat();
        assert_eq!(records(&kept).last(), Some(&record));
    }
}

#[test]
fn turns_count_from_the_poll() {
    let mut story = Story::new();
    story.start().soon(1, "f");
    // An interrupted poll begins no turn.
    story.push(Event::PollBegin { timeout: None });
    story.turn(&[1]).run(1).done(1).end_turn().turn(&[]).end_turn();
    let turns: Vec<_> = story.records().iter().skip(3).map(|record| record.turn).collect();
    assert_eq!(turns, [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
}

fn story() -> Story {
    let mut story = Story::new();
    story.start();
    for id in 1..60u32 {
        story.soon(id, &format!("callback_{}", id % 7)).print(&"line ".repeat(id as usize));
    }
    story
}

#[test]
fn what_steps_a_task_without_a_name_of_its_own_has_the_tasks() {
    use loopscope_protocol::{By, FutureId, HandleHow, HandleId, NameId, Place, TaskId};
    let (task, future, place) = (TaskId(1), FutureId::NONE, Place::NONE);
    let (how, by, label) = (HandleHow::Step, By::Outside, NameId::NONE);
    let mut encoder = Encoder::new();
    let mut bytes = Vec::new();
    let handle = HandleId(1);
    let none = NameId::NONE;
    for event in [
        Event::TaskNew { task, name: NameId(7), place, label, by },
        Event::HandleNew { handle, how, name: none, place, by, task, future },
        Event::HandleNew { handle, how, name: NameId(8), place, by, task, future },
        Event::TimerNew { handle, when: 1.0, name: none, place, by, future, task },
        Event::TimerNew { handle, when: 1.0, name: none, place, by, future, task: TaskId::NONE },
    ] {
        bytes.extend_from_slice(encoder.event(0, LoopId(1), &event));
    }
    let names: Vec<_> = records(&bytes)
        .iter()
        .skip(1)
        .map(|record| match record.event {
            Event::HandleNew { name, .. } | Event::TimerNew { name, .. } => name.0,
            _ => panic!("{record:?}"),
        })
        .collect();
    assert_eq!(names, [7, 8, 7, 0]);
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same(cuts in proptest::collection::vec(1usize..80, 1..300)) {
        let story = story();
        let mut ingest = Ingest::new();
        let mut got = Vec::new();
        let mut rest = story.bytes();
        for cut in cuts.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            rest = after;
            ingest.feed(piece);
            got.extend(ingest.by_ref());
        }
        prop_assert_eq!(got, arrivals(story.bytes()));
        prop_assert_eq!(ingest.names().name(NameId(3)), story.names().name(NameId(3)));
    }

    #[test]
    fn damage_never_panics_and_every_hole_has_a_gap(
        harm in proptest::collection::vec((0usize..10_000, any::<u8>()), 0..30),
        cut in 0usize..200,
    ) {
        let mut bytes = story().bytes().to_vec();
        let len = bytes.len();
        for (at, byte) in harm {
            bytes[at % len] = byte;
        }
        bytes.drain(len / 2..len / 2 + cut);
        let mut seq = 0;
        for record in records(&bytes) {
            prop_assert!(record.seq > seq, "{} after {seq}", record.seq);
            if record.seq > seq + 1 {
                let told = matches!(record.event, Event::Gap { lost } if u64::from(lost) + 1 >= record.seq - seq);
                prop_assert!(told, "{record:?} after {seq}");
            }
            seq = record.seq;
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let mut history = crate::History::new();
        history.extend(records(&bytes));
        prop_assert!(history.len() <= bytes.len());
    }

    #[test]
    fn a_text_is_marked_where_it_was_lost(stream in 0u8..2) {
        let mut encoder = Encoder::new();
        let mut bytes = encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec();
        let mut text = encoder.item(&Item::Text { slot: 1, bytes: b"hello" }).to_vec();
        text[4] ^= 1 + stream;
        bytes.extend_from_slice(&text);
        let text = Text::FIRST;
        let output = Event::Output { stream: Stream::Stdout, text };
        bytes.extend_from_slice(encoder.event(0, LoopId(1), &output));
        for _ in 0..3 {
            bytes.extend_from_slice(encoder.event(0, LoopId(1), &Event::PollEnd { ready: 0 }));
        }
        let records = records(&bytes);
        prop_assert_eq!(records[1].text(Text::FIRST), "?");
        prop_assert!(records[1].garbage > 0);
    }
}
