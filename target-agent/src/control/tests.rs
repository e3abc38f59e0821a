//! Requests in pieces, and the answers.

use loopscope_protocol::wire::{Decoder, Encoder, Item, ItemFrame, Step};
use loopscope_protocol::{Kind, KindSet, Reply, Request, StopWhen};
use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::NoSnapshot;

use crate::emitter::Code;
use crate::test_host::{channel, read, ring, write};

struct Snapshots(u32);

impl Scheduler for Snapshots {
    fn room(&self) -> Option<u32> {
        Some(self.0)
    }

    fn snapshot(&self) {}
}

/// A board, and a host that talks with it.
struct HostAndBoard {
    up: &'static [AtomicU8],
    up_channel: &'static Channel,
    down: &'static [AtomicU8],
    down_channel: &'static Channel,
    emitter: Emitter,
    control: Control,
    now: Cell<u32>,
}

impl HostAndBoard {
    fn new(up: usize, down: usize) -> Self {
        let (up, down) = (ring(up), ring(down));
        let (up_channel, down_channel) = (channel(up), channel(down));
        let link = Self {
            up,
            up_channel,
            down,
            down_channel,
            emitter: Emitter::new(up_channel),
            control: Control::new(down_channel),
            now: Cell::new(0),
        };
        link.emitter.open(up, 0);
        link.control.open(down);
        link
    }

    fn look(&self, scheduler: &dyn Scheduler) -> (bool, Hold) {
        let now = self.now.get();
        let snapshot = self.control.serve(&self.emitter, now, Dialect::Embassy, scheduler);
        (snapshot, self.control.hold(&self.emitter, now))
    }

    /// Writes a request piece by piece; the board looks after each but the last.
    fn ask(&self, bytes: &[u8], piece: usize) {
        for (at, piece) in bytes.chunks(piece).enumerate() {
            if at > 0 {
                self.look(&NoSnapshot);
            }
            assert_eq!(write(self.down_channel, self.down, piece), piece.len());
        }
    }

    /// What the host gets: the numbers of the replies, in short.
    fn answers(&self) -> Vec<String> {
        let bytes = read(self.up_channel, self.up, usize::MAX);
        let mut rest = &bytes[..];
        let mut answers = Vec::new();
        let mut decoder = Decoder::new();
        while let Step::Frame { item, used, .. } = decoder.next(rest, true) {
            rest = &rest[used..];
            if let ItemFrame::Item(Item::Reply(reply)) = item {
                answers.push(match reply {
                    Reply::Hello { version, ticks_per_second, dialect, pid, capabilities } => {
                        let snapshots = capabilities.has(Capability::Snapshot);
                        let pause = capabilities.has(Capability::Pause);
                        assert_eq!((version, pid, pause), (VERSION, 0, true));
                        format!("hello {ticks_per_second} {dialect:?} {snapshots}")
                    }
                    Reply::Held { seq } => format!("held {seq}"),
                    Reply::Dropped { count, untold_tasks: 0 } => format!("dropped {count}"),
                    Reply::Dropped { count, untold_tasks } => {
                        format!("dropped {count}, {untold_tasks} tasks")
                    }
                    Reply::Refused { text } => {
                        assert!(std::str::from_utf8(text).is_ok());
                        "refused".to_owned()
                    }
                    Reply::Ran { .. } | Reply::Line { .. } => panic!("no board runs Python"),
                });
            }
        }
        assert!(rest.is_empty());
        answers
    }
}

fn frame(request: Request<'_>) -> Vec<u8> {
    Encoder::new().item(&Item::Request(request)).to_vec()
}

const RUN_ON: Request<'_> = Request::Run { until: StopWhen::NEVER };

#[test]
fn hello_is_answered_byte_by_byte_and_whole() {
    for piece in [1, 2, 64] {
        let link = HostAndBoard::new(256, 64);
        link.ask(&frame(Request::Hello { version: VERSION }), piece);
        link.look(&NoSnapshot);
        assert_eq!(link.answers(), ["hello 1000000 Embassy false", "dropped 0"]);
        assert_eq!(link.answers(), [""; 0]);
    }
}

#[test]
fn pause_step_and_run_on() {
    let link = HostAndBoard::new(256, 64);
    let event = |code| link.emitter.event(0, Code::new(code), &[1]);
    let run = loopscope_protocol::wire::short::Short::HandleRun as u8;
    event(run);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    link.ask(&frame(Request::Pause), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), ["held 1"]);
    // It is said once, and again when it is asked again.
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), [""; 0]);
    link.ask(&frame(Request::Pause), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), ["held 1"]);
    // One step of a task.
    let kinds = KindSet::NONE.with(Kind::HandleRun);
    link.ask(&frame(Request::Run { until: StopWhen::at(kinds) }), 3);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    event(Kind::TaskStep as u8);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    event(run);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), ["held 3"]);
    // That many records.
    link.ask(&frame(Request::Run { until: StopWhen::after(2) }), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    event(run);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    event(run);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), ["held 5"]);
    link.ask(&frame(RUN_ON), 64);
    for _ in 0..10 {
        event(run);
        assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    }
}

#[test]
fn whoever_leaves_lets_it_run() {
    let link = HostAndBoard::new(256, 64);
    link.ask(&frame(Request::Pause), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    link.ask(&frame(Request::Detach), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
}

#[test]
fn a_new_hello_lets_go_what_a_host_that_died_holds() {
    let link = HostAndBoard::new(256, 64);
    let kinds = KindSet::NONE.with(Kind::HandleRun);
    link.ask(&frame(Request::Pause), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    assert_eq!(link.answers(), ["held 0"]);
    link.ask(&frame(Request::Hello { version: VERSION }), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    // That it was held is said before who it is.
    assert_eq!(link.answers(), ["held 0", "hello 1000000 Embassy false", "dropped 0"]);
    // What it waited for is nothing to the new one, either.
    link.ask(&frame(Request::Run { until: StopWhen::at(kinds) }), 64);
    link.look(&NoSnapshot);
    link.ask(&frame(Request::Hello { version: VERSION }), 64);
    link.look(&NoSnapshot);
    link.emitter.event(0, Code::new(loopscope_protocol::wire::short::Short::HandleRun as u8), &[1]);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
}

#[test]
fn a_host_that_says_no_more_that_it_is_there_holds_no_longer() {
    let link = HostAndBoard::new(256, 64);
    let later = |seconds: u32| link.now.set(link.now.get() + seconds * 1_000_000);
    link.ask(&frame(Request::Pause), 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    // A host of before never says it, and holds until it lets go.
    later(LEASE + 1);
    assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    for _ in 0..3 {
        link.ask(&frame(Request::StillHere), 64);
        assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
        later(LEASE - 1);
        assert_eq!(link.look(&NoSnapshot).1, Hold::Yes);
    }
    later(2);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
}

#[test]
fn tasks_that_nothing_is_told_of_are_counted() {
    let link = HostAndBoard::new(256, 64);
    link.control.task_untold();
    link.control.task_untold();
    link.look(&NoSnapshot);
    assert_eq!(link.answers(), ["dropped 0, 2 tasks"]);
}

#[test]
fn python_is_refused_and_so_is_a_snapshot_that_nobody_can_tell() {
    let link = HostAndBoard::new(512, 128);
    link.ask(&frame(Request::Python { more: false, code: b"1 + 1" }), 64);
    link.look(&NoSnapshot);
    link.ask(&frame(Request::Interrupt), 64);
    link.look(&NoSnapshot);
    assert_eq!(link.answers(), ["refused", "refused"]);
    link.ask(&frame(Request::Snapshot), 64);
    link.look(&NoSnapshot);
    link.look(&NoSnapshot);
    assert_eq!(link.answers(), ["dropped 0", "refused"]);
}

#[test]
fn a_snapshot_waits_for_room_and_nothing_takes_it_away() {
    let link = HostAndBoard::new(256, 64);
    let scheduler = Snapshots(100);
    // The ring is nearly full, and the host slow.
    for _ in 0..40 {
        link.emitter.event(0, Code::new(Kind::TaskStep as u8), &[1]);
    }
    link.ask(&frame(Request::Snapshot), 64);
    let mut answers = 0;
    while !link.look(&scheduler).0 {
        answers += 1;
        assert!(answers < 100, "it never came");
        link.emitter.event(0, Code::new(Kind::TaskStep as u8), &[1]);
        let got = read(link.up_channel, link.up, 20).len();
        assert!(got > 0, "the host waits for what is held back");
    }
    assert!(link.emitter.room() >= 100);
    assert!(link.emitter.dropped() > 0);
}

#[test]
fn one_that_is_larger_than_the_ring_comes_when_the_ring_is_empty() {
    let link = HostAndBoard::new(128, 64);
    link.ask(&frame(Request::Snapshot), 64);
    assert!(!link.look(&Snapshots(5000)).0);
    read(link.up_channel, link.up, usize::MAX);
    assert!(link.look(&Snapshots(5000)).0);
}

#[test]
fn a_number_that_does_not_end_does_no_harm() {
    let link = HostAndBoard::new(256, 64);
    let mut request = vec![code::REQUEST, LONGEST_REQUEST, 2];
    request.resize(usize::from(LONGEST_REQUEST) + 2, 0x80);
    request.push(request.iter().fold(CRC8_START, |check, byte| crc8_add(check, *byte)));
    link.ask(&request, 64);
    assert_eq!(link.look(&NoSnapshot).1, Hold::No);
    link.ask(&frame(Request::Hello { version: VERSION }), 64);
    link.look(&NoSnapshot);
    assert_eq!(link.answers(), ["hello 1000000 Embassy false", "dropped 0"]);
}

proptest! {
    #[test]
    fn between_any_other_bytes_a_request_is_found(
        noise in proptest::collection::vec(any::<u8>(), 0..30),
        piece in 1usize..10,
    ) {
        let link = HostAndBoard::new(1024, 64);
        link.ask(&noise, 16);
        link.look(&NoSnapshot);
        link.answers();
        // What looks like the beginning of a request may take in the next ones, but not for long.
        let mut tries = 0;
        loop {
            link.ask(&frame(Request::Hello { version: VERSION }), piece);
            link.look(&NoSnapshot);
            let answers = link.answers();
            if answers.iter().any(|answer| answer.starts_with("hello")) {
                break;
            }
            tries += 1;
            prop_assert!(tries < 12, "{noise:?}");
        }
    }
}
