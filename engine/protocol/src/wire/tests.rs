//! The wire format's properties: what goes in comes out, and no bytes can make it panic or lie.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::{Event, Kind, LoopId, NameId, Ticks};

/// Any event: a kind and bytes that its fields are read from.
fn events() -> impl Strategy<Value = Event> {
    (0..Kind::ALL.len(), proptest::collection::vec(0u8..120, 100)).prop_filter_map(
        "the words of some fields are few",
        |(kind, mut bytes)| {
            // Small numbers make closed sets of words likely.
            for byte in &mut bytes {
                *byte %= 6;
            }
            Event::sample(Kind::ALL[kind], &bytes)
        },
    )
}

fn encode(stream: &[(Ticks, LoopId, Event)]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut bytes = Vec::new();
    for (at, loop_id, event) in stream {
        bytes.extend_from_slice(encoder.event(*at, *loop_id, event));
    }
    bytes
}

fn decode_all(mut bytes: &[u8], mut decoder: Decoder) -> (Vec<EventFrame>, usize) {
    let mut frames = Vec::new();
    let mut garbage = 0;
    loop {
        match decoder.next(bytes, true) {
            Step::Frame { item, used, .. } => {
                if let ItemFrame::Event(frame) = item {
                    frames.push(frame);
                }
                bytes = &bytes[used..];
            }
            Step::Garbage => {
                garbage += 1;
                bytes = &bytes[1..];
            }
            Step::More => return (frames, garbage),
        }
    }
}

fn same(a: &Event, b: &Event) -> bool {
    // Not-a-number floats are equal on the wire.
    std::format!("{a:?}") == std::format!("{b:?}")
}

#[test]
fn every_kind_has_a_sample_and_fits() {
    for &kind in Kind::ALL {
        let event = (0u8..4)
            .find_map(|byte| Event::sample(kind, &[byte; 100]))
            .unwrap_or_else(|| panic!("no sample of {kind:?}"));
        assert_eq!(event.kind(), kind);
        assert_eq!(event.fields().as_slice().len(), kind.field_names().len());
        assert_eq!(Kind::parse(kind.word()), Some(kind));
        assert!((kind as u8) < 0x60, "{kind:?} collides with the items");
        let mut encoder = Encoder::new();
        assert!(encoder.event(u64::MAX, LoopId(u32::MAX), &event).len() < 100);
    }
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(
        stream in proptest::collection::vec((0u64..1 << 40, 0u32..3, events()), 1..60)
    ) {
        let mut at = 0;
        let stream: Vec<_> = stream
            .into_iter()
            .filter(|(_, _, event)| !matches!(event, Event::Gap { .. } | Event::SnapshotBegin {}))
            .map(|(delta, loop_id, event)| {
                at += delta;
                (at, LoopId(loop_id), event)
            })
            .collect();
        let (frames, garbage) = decode_all(&encode(&stream), Decoder::new());
        prop_assert_eq!(garbage, 0);
        prop_assert_eq!(frames.len(), stream.len());
        let mut time = 0;
        for (frame, (at, loop_id, event)) in frames.iter().zip(&stream) {
            time += frame.delta;
            prop_assert_eq!(time, *at);
            prop_assert_eq!(frame.loop_id, *loop_id);
            prop_assert!(same(&frame.event, event));
        }
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        decode_all(&bytes, Decoder::new());
        decode_all(&bytes, Decoder::midway());
    }

    #[test]
    fn it_finds_the_way_back_after_damage(
        stream in proptest::collection::vec((0u64..1000, 1u32..2, events()), 40..80),
        noise in proptest::collection::vec(any::<u8>(), 1..20),
        place in 0usize..1000,
    ) {
        let stream: Vec<_> = stream
            .into_iter()
            .filter(|(_, _, event)| !matches!(event, Event::Gap { .. }))
            .map(|(at, loop_id, event)| (at, LoopId(loop_id), event))
            .collect();
        let clean = encode(&stream);
        let mut bytes = clean.clone();
        let cut = place % (bytes.len() / 2);
        bytes.splice(cut..cut, noise);
        let (frames, _) = decode_all(&bytes, Decoder::new());
        // The second half is whole, so its last events must be there.
        let expected = decode_all(&clean, Decoder::new()).0;
        let tail = 5;
        prop_assert!(frames.len() >= tail);
        for (found, meant) in frames.iter().rev().zip(expected.iter().rev()).take(tail) {
            prop_assert_eq!(found.seq, meant.seq);
            prop_assert!(same(&found.event, &meant.event));
        }
    }

    #[test]
    fn items_come_back_as_they_were(id in any::<u32>(), name in "[a-z_.<>]{0,200}") {
        let mut encoder = Encoder::new();
        let item = Item::Name { id: NameId(id), name: name.as_bytes() };
        let bytes = encoder.item(&item).to_vec();
        let Step::Frame { item: ItemFrame::Item(found), used, .. } =
            Decoder::new().next(&bytes, true) else { panic!("no frame") };
        prop_assert_eq!(used, bytes.len());
        prop_assert_eq!(found, item);
    }
}

#[test]
fn requests_and_replies_come_back() {
    use crate::{Capabilities, Capability, Dialect, KindSet, Reply, Request, StopWhen};
    let kinds = KindSet::NONE.with(Kind::HandleRun).with(Kind::ProcessExit);
    let items = [
        Item::Request(Request::Hello { version: VERSION }),
        Item::Request(Request::Run { until: StopWhen { records: 7, kinds } }),
        Item::Request(Request::Pause),
        Item::Request(Request::Snapshot),
        Item::Request(Request::Python { more: false, code: b"loop.stop()" }),
        Item::Request(Request::Interrupt),
        Item::Request(Request::Look { more: false, what: b"locals\t1\t0" }),
        Item::Request(Request::Line { until: StopWhen::after(3) }),
        Item::Request(Request::Lines { more: true, places: b"a.py:3" }),
        Item::Request(Request::Detach),
        Item::Request(Request::StillHere),
        Item::Request(Request::Handles),
        Item::Reply(Reply::Hello {
            version: VERSION,
            capabilities: Capabilities::default().with(Capability::Python),
            ticks_per_second: 1_000_000_000,
            dialect: Dialect::Cpython,
            pid: 4000,
        }),
        Item::Reply(Reply::Held { seq: 3 }),
        Item::Reply(Reply::Ran { ok: true, more: false, text: b"None" }),
        Item::Reply(Reply::Refused { text: b"Not here." }),
        Item::Reply(Reply::Dropped { count: 9, untold_tasks: 0 }),
        Item::Reply(Reply::Dropped { count: 300, untold_tasks: 2 }),
        Item::Reply(Reply::Line { seq: 8, place: b"a.py:3 main" }),
    ];
    for item in items {
        let bytes = Encoder::new().item(&item).to_vec();
        let step = Decoder::new().next(&bytes, true);
        assert_eq!(
            step,
            Step::Frame { item: ItemFrame::Item(item), used: bytes.len(), skipped: 0 }
        );
    }
}

/// Recordings from before an event had all its fields are still read.
#[test]
fn an_event_that_has_grown_is_read_as_it_was_sent_before() {
    use crate::{JobHow, JobId};
    let mut bytes = std::vec![Kind::ExecutorDone as u8, 1, 5, 7];
    bytes.push(crc8(&bytes));
    let (frames, garbage) = decode_all(&bytes, Decoder::new());
    let before = Event::ExecutorDone { job: JobId(7), how: JobHow::Ended };
    assert_eq!((frames.len(), garbage), (1, 0));
    assert_eq!(frames[0].event, before);
}

/// The beginning of a frame of now may look like a whole one of before; it is waited for.
#[test]
fn an_event_that_has_grown_is_the_same_in_pieces() {
    use crate::{JobHow, JobId};
    let how = JobHow::Result;
    let frames = (1..100).map(|job| {
        let event = Event::ExecutorDone { job: JobId(job), how };
        Encoder::new().event(5, LoopId(1), &event).to_vec()
    });
    let looks_whole = |frame: &std::vec::Vec<u8>| {
        let short = &frame[..frame.len() - 1];
        crc8(&short[..short.len() - 1]) == short[short.len() - 1]
    };
    let frame = frames.into_iter().find(looks_whole).expect("one of a hundred does");
    let mut decoder = Decoder::new();
    assert_eq!(decoder.next(&frame[..frame.len() - 1], false), Step::More);
    assert!(matches!(decoder.next(&frame, true), Step::Frame { used, .. } if used == frame.len()));
}

/// At the end of a stream there is not always a whole chain.
#[test]
fn at_the_end_only_the_next_number_is_believed_after_harm() {
    let event = Event::PollEnd { ready: 3 };
    let mut encoder = Encoder::new();
    let start = encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec();
    let name = encoder.item(&Item::Name { id: NameId(1), name: b"f" }).to_vec();
    let next = encoder.event(5, LoopId(1), &event).to_vec();
    encoder.resume(60, 5);
    let later = encoder.event(5, LoopId(1), &event).to_vec();
    let found = |parts: &[&[u8]]| {
        let mut bytes = start.clone();
        for part in parts {
            bytes.extend_from_slice(part);
        }
        decode_all(&bytes, Decoder::new()).0.len() - 1
    };
    let noise = &[0xff, 0xfe][..];
    assert_eq!(found(&[noise, &next]), 1);
    assert_eq!(found(&[noise, &name, &next]), 1);
    assert_eq!(found(&[noise, &later]), 0);
    assert_eq!(found(&[&later]), 0);
    assert_eq!(found(&[noise, &name, &later]), 0);
    let [second, third] = [6, 7].map(|at| encoder.event(at, LoopId(1), &event).to_vec());
    assert_eq!(found(&[noise, &later, &second, &third]), 3, "three frames are a chain");
    assert_eq!(found(&[&next]), 1);
}

/// The check's strength, as the module's documentation states it: a changed byte that leaves the
/// frame's length alone is always found; one that moves the frame's end slips through rarely.
#[test]
fn a_changed_byte_is_found() {
    use crate::{HandleId, TaskId};
    let stream: Vec<_> = (0..40u32)
        .map(|n| {
            let handle = HandleId(n * 7);
            (Ticks::from(n) * 1000, LoopId(1), Event::HandleRun { handle, task: TaskId(n) })
        })
        .collect();
    let clean = encode(&stream);
    let meant = decode_all(&clean, Decoder::new()).0;
    let (mut tried, mut believed) = (0, 0);
    for at in 0..clean.len() {
        for change in 1..=255 {
            let mut bytes = clean.clone();
            bytes[at] ^= change;
            let found = decode_all(&bytes, Decoder::new()).0;
            tried += 1;
            let lie = found.iter().any(|frame| {
                !meant.iter().any(|m| m.seq == frame.seq && same(&m.event, &frame.event))
            });
            believed += u32::from(lie);
        }
    }
    assert!(believed * 300 < tried, "{believed} of {tried} changed bytes passed as something else");
}
