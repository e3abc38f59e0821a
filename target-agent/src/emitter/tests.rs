//! What goes into the emitter comes out at the host, or is counted; whatever the host does.

use core::sync::atomic::Ordering;

use loopscope_protocol::wire::short::{self, Short};
use loopscope_protocol::{By, Event, HandleId, Kind, LoopId, TaskHow, TaskId, Text, Which};
use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::test_host::{channel, decode, read, ring};

/// What may happen to an emitter.
#[derive(Clone, Debug)]
enum Act {
    /// That many ticks pass, and then an event comes.
    Run(u32, u32),
    Cancel(u32, u32, u32),
    Due(u32, u32, u32),
    Done(u32, u32),
    Handler(u32, usize),
    Snapshot(u32),
    /// Time passes, and the loop looks.
    Idle(u32),
    /// The host reads at most that many bytes.
    Read(usize),
    /// The host reads nothing for a while: room is asked for in vain.
    HoldBack(bool),
    Watch,
}

fn acts() -> impl Strategy<Value = Act> {
    // Mostly short times and small numbers, and now and then the largest there are.
    let passed = || prop_oneof![9 => 0u32..2000, 1 => 0u32..1 << 29];
    let number = || prop_oneof![8 => 1u32..100, 1 => 1u32..u32::MAX];
    prop_oneof![
        6 => (passed(), number()).prop_map(|(t, n)| Act::Run(t, n)),
        2 => (passed(), number(), number()).prop_map(|(t, n, b)| Act::Cancel(t, n, b)),
        2 => (passed(), number(), any::<u32>()).prop_map(|(t, n, ms)| Act::Due(t, n, ms)),
        2 => (passed(), number()).prop_map(|(t, n)| Act::Done(t, n)),
        1 => (passed(), 0usize..140).prop_map(|(t, n)| Act::Handler(t, n)),
        1 => passed().prop_map(Act::Snapshot),
        2 => passed().prop_map(Act::Idle),
        6 => (0usize..120).prop_map(Act::Read),
        1 => any::<bool>().prop_map(Act::HoldBack),
        1 => Just(Act::Watch),
    ]
}

/// An event that was sent, when, and its second text.
type Sent = (Event, u64, String);

/// Does `acts` to an emitter with a ring of that size. Gives the bytes that the host has read, what
/// was sent, and how many of it the emitter says it dropped.
fn play(size: usize, start: u32, acts: &[Act]) -> (Vec<u8>, Vec<Sent>, u32) {
    let ring = ring(size);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    emitter.open(ring, start);
    let mut now = u64::from(start);
    let (mut bytes, mut sent) = (Vec::new(), Vec::new());
    let long = |kind: Kind| Code::new(kind as u8);
    for act in acts {
        let mut send = |passed: u32, event: Event, text: &str| {
            now += u64::from(passed);
            sent.push((event, now - u64::from(start), text.to_owned()));
            now as u32
        };
        match *act {
            Act::Run(passed, n) => {
                let handle = HandleId(n);
                let event = Event::HandleRun { handle, task: short::task_of(handle) };
                let now = send(passed, event, "");
                emitter.event(now, Code::new(Short::HandleRun as u8), &[n]);
            }
            Act::Cancel(passed, n, by) => {
                let by = by.min(u32::MAX - 1);
                let event = Event::TaskCancel { task: TaskId(n), by: By::Handle(HandleId(by)) };
                let now = send(passed, event, "");
                emitter.event(now, long(Kind::TaskCancel), &[n, by + 1]);
            }
            Act::Due(passed, n, ms) => {
                let when = f64::from(ms) / 1000.0;
                let now = send(passed, Event::TimerDue { handle: HandleId(n), when }, "");
                emitter.event(now, Code::new(Short::TimerDue as u8), &[n, ms]);
            }
            Act::Done(passed, n) => {
                let event = Event::TaskDone { task: TaskId(n), how: TaskHow::Exception };
                let now = send(passed, event, "");
                emitter.event(now, long(Kind::TaskDone), &[n, 1]);
            }
            Act::Handler(passed, len) => {
                let text = "x".repeat(len);
                let event = Event::HandlerCall {
                    which: Which::Custom,
                    message: Text::FIRST,
                    exception: Text::SECOND,
                    task: TaskId(1),
                    handle: HandleId::NONE,
                    future: loopscope_protocol::FutureId::NONE,
                };
                let now = send(passed, event, &text[..len.min(120)]);
                let (a, b) = text.split_at(len / 2);
                let texts = Some([&["message"][..], &[a, b]]);
                emitter.event_slow(now, long(Kind::HandlerCall), texts, &[1, 1, 2, 1, 0, 0]);
            }
            Act::Snapshot(passed) => {
                let now = send(passed, Event::SnapshotBegin {}, "");
                emitter.event_slow(now, long(Kind::SnapshotBegin), None, &[]);
            }
            Act::Idle(passed) => {
                now += u64::from(passed);
                emitter.idle(now as u32);
            }
            Act::Read(most) => bytes.extend(read(channel, ring, most)),
            Act::HoldBack(yes) => emitter.hold_back(yes),
            Act::Watch => emitter.watch(Some(Watch { records: 3, kinds: 0 })),
        }
    }
    // At the end the host reads all, and the gap that may be due is sent.
    emitter.hold_back(false);
    for _ in 0..3 {
        bytes.extend(read(channel, ring, usize::MAX));
        emitter.idle(now as u32);
    }
    bytes.extend(read(channel, ring, usize::MAX));
    (bytes, sent, emitter.dropped())
}

proptest! {
    #[test]
    fn what_was_sent_arrives_in_order_or_is_counted(
        size in 64usize..700,
        start in any::<u32>(),
        acts in proptest::collection::vec(acts(), 1..200),
    ) {
        let (bytes, sent, dropped) = play(size, start, &acts);
        let got = decode(&bytes);
        let mut sent = sent.iter();
        let mut lost = 0;
        for got in &got {
            if let Event::Gap { lost: count } = got.event {
                lost += count;
                prop_assert!(count > 0);
                for _ in 0..count {
                    prop_assert!(sent.next().is_some(), "more are lost than were sent");
                }
                continue;
            }
            let (event, at, text) = sent.next().unwrap();
            prop_assert_eq!(&got.event, event);
            prop_assert_eq!(got.at, *at, "the time of {:?}", event);
            prop_assert_eq!(std::str::from_utf8(&got.texts[1]).unwrap(), text);
        }
        prop_assert_eq!(sent.next(), None);
        prop_assert_eq!(lost, dropped);
    }

    #[test]
    fn nonsense_from_the_host_is_survived(
        acts in proptest::collection::vec((acts(), any::<u32>()), 1..100),
        size in 64usize..300,
    ) {
        let ring = ring(size);
        let channel = channel(ring);
        let emitter = Emitter::new(channel);
        emitter.open(ring, 0);
        for (act, nonsense) in acts {
            if let Act::Read(_) = act {
                channel.set_read_offset(nonsense % (2 * size as u32));
            }
            emitter.event(1, Code::new(Short::HandleRun as u8), &[nonsense]);
            prop_assert!((channel.write_offset() as usize) < size);
        }
    }
}

proptest! {
    #[test]
    fn what_a_probe_writes_over_the_write_offset_changes_no_event(
        acts in proptest::collection::vec((1u32..u32::MAX, any::<u32>(), any::<bool>()), 1..60),
    ) {
        let ring = ring(4096);
        let channel = channel(ring);
        let emitter = Emitter::new(channel);
        emitter.open(ring, 0);
        for (n, (handle, nonsense, idles)) in acts.iter().enumerate() {
            // Just before the longest event would wrap around, among others.
            channel.set_write_offset(if n % 3 == 0 { u32::MAX - nonsense % 8 } else { *nonsense });
            if *idles {
                emitter.idle(0);
                prop_assert!((channel.write_offset() as usize) < ring.len());
            }
            emitter.event(0, Code::new(Short::HandleRun as u8), &[*handle]);
        }
        let got = decode(&read(channel, ring, usize::MAX));
        let told: Vec<_> = got.iter().map(|got| got.event).collect();
        let sent: Vec<_> = acts
            .iter()
            .map(|(handle, ..)| {
                let handle = HandleId(*handle);
                Event::HandleRun { handle, task: short::task_of(handle) }
            })
            .collect();
        prop_assert_eq!(told, sent);
        // Nothing was written into the part of the ring that no event has reached.
        let end = channel.write_offset() as usize;
        prop_assert!(ring[end..].iter().all(|byte| byte.load(Ordering::Relaxed) == 0xee));
    }
}

#[test]
fn the_clock_may_wrap_as_often_as_it_likes() {
    let ring = ring(4096);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    emitter.open(ring, u32::MAX - 5);
    let step = 0x7000_0000u32;
    let mut now = u32::MAX - 5;
    for _ in 0..100 {
        // Two looks in each event's time: together they are longer than the clock can show.
        for _ in 0..2 {
            now = now.wrapping_add(step);
            emitter.idle(now);
        }
        now = now.wrapping_add(step);
        emitter.event(now, Code::new(Short::HandleRun as u8), &[1]);
    }
    let got = decode(&read(channel, ring, usize::MAX));
    assert_eq!(got.len(), 100);
    assert_eq!(got[99].at, 300 * u64::from(step));
}

#[test]
fn a_gap_takes_the_number_after_the_lost_ones() {
    let ring = ring(64);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    emitter.open(ring, 0);
    for _ in 0..20 {
        emitter.event(7, Code::new(Short::HandleRun as u8), &[1]);
    }
    let first = decode(&read(channel, ring, usize::MAX));
    assert!(first.len() < 20, "the ring was too large for this test");
    let mut bytes = crate::test_host::read(channel, ring, 0);
    emitter.event(9, Code::new(Short::HandleRun as u8), &[1]);
    bytes.extend(read(channel, ring, usize::MAX));
    let mut decoder = loopscope_protocol::wire::Decoder::after(first.len() as u8);
    let loopscope_protocol::wire::Step::Frame { item, used, .. } = decoder.next(&bytes, true)
    else {
        panic!("no gap")
    };
    let loopscope_protocol::wire::ItemFrame::Event(frame) = item else { panic!("no event") };
    let lost = 20 - first.len() as u32;
    assert_eq!(frame.event, Event::Gap { lost });
    assert_eq!((frame.seq, frame.delta, frame.loop_id), (21, 9, LoopId(1)));
    assert!(used < bytes.len(), "the event follows");
    assert_eq!(emitter.seq(), 22);
    assert_eq!(emitter.dropped(), lost);
}

#[test]
fn a_host_that_waits_for_a_kind_or_a_count_is_told() {
    let ring = ring(256);
    let emitter = Emitter::new(channel(ring));
    emitter.open(ring, 0);
    let run = || emitter.event(0, Code::new(Short::HandleRun as u8), &[1]);
    emitter.watch(Some(Watch { records: 0, kinds: 1 << Kind::TimerNew as u8 }));
    run();
    assert!(!emitter.watch_hit());
    emitter.event(0, Code::new(Short::TimerNewOwn as u8), &[1, 2]);
    assert!(emitter.watch_hit());
    emitter.watch(Some(Watch { records: 2, kinds: 0 }));
    run();
    assert!(!emitter.watch_hit());
    run();
    assert!(emitter.watch_hit());
    emitter.watch(None);
    assert!(!emitter.watch_hit());
}

#[test]
fn every_short_form_counts_as_its_kind() {
    for &form in Short::ALL {
        let code = form as u8;
        let ring = ring(64);
        let channel = channel(ring);
        let emitter = Emitter::new(channel);
        emitter.open(ring, 0);
        // Enough numbers for any form; too many make no frame.
        for numbers in 1..=3 {
            emitter.event(0, Code::new(code), &[1; 3][..numbers]);
            let bytes = read(channel, ring, usize::MAX);
            let mut decoder = loopscope_protocol::wire::Decoder::midway();
            if let loopscope_protocol::wire::Step::Frame { item, .. } = decoder.next(&bytes, true)
                && let loopscope_protocol::wire::ItemFrame::Event(frame) = item
            {
                assert_eq!(kind(code), frame.event.kind() as u8, "{code:#x}");
            }
        }
    }
}

#[test]
fn a_clock_that_goes_back_a_little_stands_still_and_goes_on_from_there() {
    let ring = ring(256);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    emitter.open(ring, 1000);
    for now in [1100, 1099, 1100, 1150, 1149] {
        emitter.event(now, Code::new(Kind::TaskStep as u8), &[1]);
    }
    // The careful way, too.
    emitter.idle(1148);
    emitter.hold_back(false);
    emitter.event(1147, Code::new(Kind::TaskStep as u8), &[1]);
    emitter.event(1160, Code::new(Kind::TaskStep as u8), &[1]);
    let times: Vec<_> = decode(&read(channel, ring, usize::MAX)).iter().map(|got| got.at).collect();
    assert_eq!(times, [100, 100, 100, 150, 150, 150, 160]);
    assert_eq!(emitter.last_ticks(), 160);
}

#[test]
fn an_answer_that_goes_around_the_rings_end_leaves_what_is_unread() {
    let ring = ring(64);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    emitter.open(ring, 0);
    let step = |task| emitter.event(0, Code::new(Kind::TaskStep as u8), &[task]);
    (1..=10).for_each(step);
    let mut bytes = read(channel, ring, 45);
    assert!(emitter.reply(&[4], &[b'x'; 16]));
    (11..=30).for_each(step);
    bytes.extend(read(channel, ring, usize::MAX));
    let got = decode(&bytes);
    let sent = (1..).map(|task| Event::TaskStep { task: TaskId(task) });
    assert!(got.iter().map(|got| got.event).eq(sent.take(got.len())), "{got:?}");
    assert_eq!(got.len() + emitter.dropped() as usize, 30);
}

#[test]
fn a_name_that_is_made_at_run_time_is_sent_as_it_is_and_cut() {
    use loopscope_protocol::NameId;
    use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};
    let ring = ring(512);
    let channel = channel(ring);
    let emitter = Emitter::new(channel);
    assert!(!emitter.name(1 << 31, b"too early"));
    emitter.open(ring, 0);
    assert!(emitter.name(1 << 31 | 7, b"IDLE") && emitter.name(1 << 31, &[b'x'; 300]));
    let bytes = read(channel, ring, usize::MAX);
    let mut decoder = Decoder::new();
    let mut rest = &bytes[..];
    for (number, long) in [(1 << 31 | 7, 4), (1 << 31, 120)] {
        let Step::Frame { item, used, .. } = decoder.next(rest, true) else { panic!("{rest:?}") };
        let ItemFrame::Item(Item::Name { id, name }) = item else { panic!("{rest:?}") };
        assert_eq!((id, name.len()), (NameId(number), long));
        rest = &rest[used..];
    }
    assert!(rest.is_empty());
}
