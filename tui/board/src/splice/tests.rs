//! The stream of a board: whole from record 1 on, whatever happens on the way.

use loopscope_model::stream::{Arrived, Ingest};
use loopscope_model::{Record, State};
use loopscope_protocol::wire::VERSION;
use loopscope_protocol::{
    By, Capabilities, ChainId, ClockMode, Dialect, FutureId, HandleHow, HandleId, Level, NameId,
    On, Place, Reply, Stream, TaskId, Text,
};
use proptest::prelude::*;

use super::*;

/// A made-up board.
struct Board {
    encoder: Encoder,
    at: u64,
}

impl Board {
    fn new() -> Self {
        Self { encoder: Encoder::new(), at: 0 }
    }

    fn event(&mut self, event: &Event) -> Vec<u8> {
        self.at += 10;
        self.encoder.event(self.at, LoopId(1), event).to_vec()
    }

    fn hello(&mut self) -> Vec<u8> {
        self.encoder
            .item(&Item::Reply(Reply::Hello {
                version: VERSION,
                capabilities: Capabilities::default(),
                ticks_per_second: 1_000_000,
                dialect: Dialect::Micropython,
                pid: 0,
            }))
            .to_vec()
    }

    /// The loop and one task.
    fn start(&mut self) -> Vec<u8> {
        let task = Event::TaskNew {
            task: TaskId(1),
            name: NameId(1),
            place: Place::NONE,
            label: NameId::NONE,
            by: By::Outside,
        };
        [self.event(&Event::LoopNew {}), self.event(&task), self.event(&step(1))].concat()
    }

    /// Handle `n` runs and queues the next one.
    fn round(&mut self, n: u32) -> Vec<u8> {
        let (handle, task) = (HandleId(n), TaskId(1));
        let wait =
            Event::TaskSuspend { task, on: On::Nothing, place: Place::NONE, chain: ChainId::NONE };
        [
            self.event(&Event::HandleRun { handle, task }),
            self.event(&Event::TaskStep { task }),
            self.event(&step(n + 1)),
            self.event(&wait),
            self.event(&Event::HandleDone { handle, task }),
        ]
        .concat()
    }

    fn snapshot(&mut self) -> Vec<u8> {
        let begin = self.event(&Event::SnapshotBegin {});
        [begin, self.start(), self.event(&Event::SnapshotEnd {})].concat()
    }
}

fn step(n: u32) -> Event {
    Event::HandleNew {
        handle: HandleId(n),
        how: HandleHow::Step,
        name: NameId::NONE,
        place: Place::NONE,
        by: By::Outside,
        task: TaskId(1),
        future: FutureId::NONE,
    }
}

/// What the board runs.
fn program<'a>(names: &'a [(u32, &'a str)]) -> Program<'a> {
    Program { file: "made-up.elf", names, pools: &[], now: || Some(5_000_000_000) }
}

/// A board whose stream is passed on from its first record, with its loop and its task told.
fn begun() -> (Board, Splice, Vec<u8>) {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[]), true);
    let mut out = Vec::new();
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.start(), &mut out);
    (board, splice, out)
}

/// Everything that a reader of the stream gets, and the state it ends in.
fn read(bytes: &[u8]) -> (Vec<Record>, State, Ingest) {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    let (mut records, mut state) = (Vec::new(), State::default());
    for arrived in ingest.by_ref() {
        if let Arrived::Record(record) = arrived {
            state.apply(&record);
            records.push(record);
        }
    }
    (records, state, ingest)
}

fn anomalies(records: &[Record]) -> usize {
    let mut state = State::default();
    let mut count = 0;
    for record in records {
        state.apply(record);
        count += state.anomalies().len();
    }
    count
}

#[test]
fn a_fresh_stream_is_passed_on_as_it_is() {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[(1, "blink")]), true);
    let mut out = Vec::new();
    splice.feed(&board.start(), &mut out);
    assert!(out.is_empty(), "the hello says how long a tick is, so it comes first");
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.round(1), &mut out);
    let (records, _, ingest) = read(&out);
    assert_eq!(records.len(), 9);
    assert_eq!((records[1].seq, records[1].t), (2, Some(10_000)));
    assert_eq!(ingest.names().name(NameId(1)), "blink");
    // The host's own first record says whose rules these are.
    let Event::RunStart { dialect, clock, wall_start, file, .. } = records[0].event else {
        panic!("{:?}", records[0]);
    };
    assert_eq!((dialect, clock), (Dialect::Micropython, ClockMode::Board));
    assert_eq!(wall_start, 5_000_000_000 - 10_000);
    assert_eq!(ingest.names().name(file), "made-up.elf");
    assert_eq!(anomalies(&records), 0);
}

#[test]
fn in_the_middle_it_begins_with_the_snapshot() {
    let mut board = Board::new();
    board.start();
    let mut splice = Splice::new(program(&[]), false);
    let mut out = Vec::new();
    for n in 1..60 {
        splice.feed(&board.round(n), &mut out);
    }
    splice.feed(&board.hello(), &mut out);
    assert!(out.is_empty());
    splice.feed(&board.snapshot(), &mut out);
    splice.feed(&board.round(1), &mut out);
    let (records, state, _) = read(&out);
    assert_eq!(records[1].event, Event::SnapshotBegin {});
    assert_eq!(records[1].seq, 2);
    assert_eq!(records.len(), 11);
    assert_eq!(anomalies(&records), 0);
    assert_eq!(state.counts().gaps, 0);
    // The board's own time.
    assert_eq!(records[10].t, Some(board.at * 1000));
}

#[test]
fn a_stream_that_is_caught_at_its_beginning_begins_there() {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[]), false);
    let mut out = Vec::new();
    // A server greets before it sends what the board says.
    splice.feed(b"SEGGER J-Link - Real time terminal output\r\n", &mut out);
    splice.feed(&board.start(), &mut out);
    splice.feed(&board.hello(), &mut out);
    // Letters may begin an item of up to 255 bytes, so that takes a moment to be sure.
    for n in 1..40 {
        splice.feed(&board.round(n), &mut out);
    }
    let (records, state, _) = read(&out);
    assert_eq!(records[1].event, Event::LoopNew {});
    assert_eq!((records.len(), state.counts().gaps, anomalies(&records)), (1 + 3 + 39 * 5, 0, 0));
}

#[test]
fn without_a_snapshot_it_begins_with_a_gap() {
    let mut board = Board::new();
    board.start();
    let mut splice = Splice::new(program(&[]), false);
    let mut out = Vec::new();
    splice.feed(&board.round(1), &mut out);
    splice.feed(&board.round(2), &mut out);
    splice.open_anyway(&mut out);
    splice.feed(&board.round(3), &mut out);
    let (records, state, _) = read(&out);
    assert_eq!(records[0].event, Event::Gap { lost: 1 });
    // The host says that it does not know how long a tick is.
    assert_eq!(records.len(), 17);
    assert_eq!(state.counts().gaps, 1);
    assert_eq!(anomalies(&records), 0, "after a gap what is not known is not wrong");
    // A later part of the board's time is not known either, until a snapshot tells it.
    assert!(records.iter().all(|record| record.t.is_none()));
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.snapshot(), &mut out);
    assert_eq!(read(&out).0.last().unwrap().t, Some(board.at * 1000));
}

#[test]
fn a_stream_that_nobody_can_tell_the_time_of_has_none() {
    let mut board = Board::new();
    board.start();
    let mut splice = Splice::new(program(&[]), false);
    let mut out = Vec::new();
    splice.feed(&board.hello(), &mut out);
    splice.open_anyway(&mut out);
    splice.remark(RemarkKind::Note, "nothing has come yet", &mut out);
    let round = board.round(1);
    splice.feed(&round, &mut out);
    let (records, _, _) = read(&out);
    let kinds: Vec<_> = records[..4].iter().map(|record| record.kind().word()).collect();
    // The first one says that there was no hello.
    assert_eq!(kinds, ["remark", "remark", "gap", "handle-run"]);
    assert_eq!((records[2].seq, records[2].event), (3, Event::Gap { lost: 1 }));
    assert!(records.iter().all(|record| record.t.is_none()), "when the board began is not known");
}

#[test]
fn after_a_reset_the_numbers_go_on_and_nothing_is_left() {
    let (mut board, mut splice, mut out) = begun();
    let round = board.round(1);
    // The reset comes in the middle of a record.
    splice.feed(&round[..round.len() - 2], &mut out);
    splice.restarted(RemarkKind::Reset, "The board was reset.", &mut out);
    let mut board = Board::new();
    splice.feed(&board.start(), &mut out);
    splice.feed(&board.round(1), &mut out);
    let (records, state, _) = read(&out);
    let seqs: Vec<_> = records.iter().map(|record| record.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    assert_eq!(records[8].text(Text::FIRST), "The board was reset.");
    assert_eq!(state.counts().gaps, 0);
    assert_eq!(anomalies(&records), 0);
    assert_eq!(state.tasks().count(), 1);
    assert_eq!(records.last().unwrap().t, Some(board.at * 1000), "its clock starts again");
}

#[test]
fn a_reset_that_nothing_else_tells_shows_in_the_records() {
    let (mut board, mut splice, mut out) = begun();
    for n in 1..200 {
        splice.feed(&board.round(n), &mut out);
    }
    assert_eq!(splice.resets(), 0, "numbers that begin again at 0 are no reset");
    // It comes in the middle of a record.
    let round = board.round(200);
    splice.feed(&round[..round.len() - 2], &mut out);
    let mut board = Board::new();
    splice.feed(&board.start(), &mut out);
    splice.feed(&board.round(1), &mut out);
    let (records, state, _) = read(&out);
    assert_eq!(splice.resets(), 1);
    let reset = Event::Remark { kind: RemarkKind::Reset, text: Text::FIRST };
    assert_eq!(records.iter().filter(|record| record.event == reset).count(), 1);
    assert_eq!(state.counts().gaps, 0, "nothing of the new run is missing");
    assert_eq!(state.tasks().count(), 1);
    assert_eq!(records.last().unwrap().t, Some(board.at * 1000), "its clock starts again");
}

#[test]
fn another_firmware_means_other_things_by_the_same_numbers() {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[(1, "blink")]), true);
    let mut out = Vec::new();
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.start(), &mut out);
    splice.restarted(RemarkKind::Reset, "The board has another firmware.", &mut out);
    splice.other_firmware(&[(1, "sensor")], &[], &mut out);
    let mut board = Board::new();
    splice.feed(&board.start(), &mut out);
    let (records, state, ingest) = read(&out);
    let tasks: Vec<_> = records
        .iter()
        .filter_map(|record| match record.event {
            Event::TaskNew { name, .. } => Some(ingest.names().name(name)),
            _ => None,
        })
        .collect();
    assert_eq!(tasks, ["blink", "sensor"]);
    assert_eq!(anomalies(&records), 0);
    assert_eq!(state.tasks().count(), 1);
}

#[test]
fn remarks_stand_between_records_and_never_inside_one() {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[]), true);
    let mut out = Vec::new();
    splice.remark(RemarkKind::Note, "before it began", &mut out);
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.start(), &mut out);
    let text = board.encoder.item(&Item::Text { slot: 1, bytes: b"its own" }).to_vec();
    splice.feed(&text, &mut out);
    let place = Some(("src/main.rs".to_owned(), 40));
    let (level, time, text) = (Level::Warn, Some(1.25), "a log line".to_owned());
    splice.add_line(Line::Log(LogLine { level, time, place: place.clone(), text }), &mut out);
    let own = Event::Output { stream: Stream::Stdout, text: Text::FIRST };
    splice.feed(&board.event(&own), &mut out);
    splice.feed(&board.round(1), &mut out);
    let text = "another one".to_owned();
    splice.add_line(Line::Log(LogLine { level, time: None, place, text }), &mut out);
    splice.add_line(Line::Output(Stream::Stdout, "printed".to_owned()), &mut out);
    let (records, _, ingest) = read(&out);
    let written: Vec<_> =
        records.iter().filter_map(|record| record.written(ingest.names())).collect();
    let lines: Vec<_> = written.iter().map(|(_, line)| &**line).collect();
    assert_eq!(
        lines,
        [
            "loopscope: before it began\n",
            "its own",
            "WARN  1.250000 a log line  (src/main.rs:40)\n",
            "WARN  another one  (src/main.rs:40)\n",
            "printed\n",
        ]
    );
    assert_eq!(records.len(), 14);
    assert_eq!(records.last().unwrap().seq, 14);
}

mod harm;
