//! What was written is read, whole or cut, with an index or without.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::recording::Damage;

/// A story's records and definitions in a store, flushed now and then.
pub(super) fn written(story: &Story, flush_each: usize, finish: bool) -> Vec<u8> {
    let store = Arc::new(InMemory::default());
    let mut recorder = Recorder::new(store.clone()).unwrap();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    for (n, arrived) in ingest.by_ref().enumerate() {
        match arrived {
            Arrived::Record(record) => {
                recorder.push(&record).unwrap();
            }
            Arrived::Name(id, name) => recorder.define(id, &name).unwrap(),
            Arrived::Chain { id, outer, frame } => recorder.define_chain(id, outer, frame).unwrap(),
            Arrived::Reply(_) => {}
        }
        if n % flush_each == flush_each - 1 {
            recorder.flush().unwrap();
        }
    }
    if finish {
        recorder.finish().unwrap();
    } else {
        recorder.flush().unwrap();
    }
    store.bytes()
}

pub(super) fn read(file: Vec<u8>) -> History {
    let store = Arc::new(InMemory::holding(file));
    let opening = History::open(store, Arc::new(InMemory::default())).expect("it is a recording");
    opening.complete().expect("memory can be read")
}

/// Several blocks, with texts, names that come late, and a gap.
pub(super) fn story() -> Story {
    let mut story = Story::new();
    story.start();
    for id in 1..12_000u32 {
        story.at(f64::from(id) * 0.001).soon(id, &format!("callback_{}", id % 50));
        if id % 7 == 0 {
            story.print("some text here\n");
        }
        if id == 2222 {
            story.push(Event::Gap { lost: 5 });
        }
        if id % 500 == 0 {
            story.task(id, &format!("late_{id}"), 20_000 + id);
        }
    }
    story
}

/// All of the story is read. `endless`: it was not finished, and nothing else is wrong.
pub(super) fn check(history: &History, story: &Story, endless: bool) {
    assert_eq!(history.damage(), Damage { endless, ..Damage::default() });
    assert!(history.records().eq(story.records().iter().cloned()));
    assert_eq!(history.live(), &replayed(story.records(), story.records().len()));
    for record in story.records().iter().step_by(41) {
        assert_eq!(history.names().line(record), story.names().line(record));
    }
}

#[test]
fn what_was_written_is_read() {
    let story = story();
    for flush_each in [1, 30, 1000, 100_000] {
        for finish in [true, false] {
            let file = written(&story, flush_each, finish);
            let history = read(file);
            check(&history, &story, !finish);
        }
    }
}

#[test]
fn a_recording_takes_few_bytes() {
    let story = story();
    let file = written(&story, 100_000, true);
    assert!(file.len() < story.records().len() * 4, "{} bytes", file.len());
}

#[test]
fn a_history_writes_what_a_recorder_writes_and_checkpoints() {
    let story = story();
    let store = Arc::new(InMemory::default());
    let mut history = History::on(store.clone());
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    ingest.for_each(|arrived| history.take(arrived));
    assert!(history.trouble().is_none());
    history.finish().unwrap();
    check(&read(store.bytes()), &story, false);
}

#[test]
fn a_long_history_has_checkpoints_from_which_any_state_is_near() {
    let store = Arc::new(InMemory::default());
    let mut history = History::on(store.clone());
    let sim = Sim::run(5, 1000);
    let records = sim.story.records();
    let mut seq = 0;
    for _ in 0..16 {
        for record in records {
            seq += 1;
            history.push(Record { seq, ..record.clone() });
        }
    }
    assert!(history.len() > 2 * checkpoints::APART, "{}", history.len());
    history.finish().unwrap();
    let opening =
        History::open(Arc::new(InMemory::holding(store.bytes())), Arc::new(InMemory::default()));
    let opening = opening.unwrap();
    let near = |n| position_of(&opening.history().before(n));
    for n in (0..history.len()).step_by(5000) {
        assert!(n - near(n) <= checkpoints::APART + loopscope_columns::FULL as usize, "{n}");
    }
    let n = history.len() - 5;
    assert_eq!(opening.history().at(n), history.at(n), "it is not even read to its end");
    let read = opening.complete().unwrap();
    assert!(read.lints(usize::MAX).eq(history.lints(usize::MAX)));
}

#[test]
fn other_files_are_refused_with_a_reason() {
    let error = |bytes: &[u8]| {
        let store = Arc::new(InMemory::holding(bytes.to_vec()));
        History::open(store, Arc::new(InMemory::default())).map(|_| ()).unwrap_err().to_string()
    };
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
    let store = Arc::new(InMemory::default());
    let mut recorder = Recorder::new(store.clone()).unwrap();
    let event = Event::PollEnd { ready: 0 };
    let loop_id = loopscope_protocol::LoopId(1);
    for seq in 78..84 {
        recorder.push(&Record { seq, loop_id, event, ..crate::decode::BLANK }).unwrap();
    }
    recorder.flush().unwrap();
    let history = read(store.bytes());
    let first = history.record(1).expect("six records were written");
    assert_eq!((first.seq, first.t, history.len()), (78, None, 6));
    assert_eq!(history.damage(), Damage { endless: true, ..Damage::default() });
}

#[test]
fn a_recording_of_the_old_form_is_read() {
    let story = story();
    let mut writer = crate::recording::Writer::new(Vec::new()).unwrap();
    writer.write(story.bytes()).unwrap();
    let file = writer.finish().unwrap();
    check(&read(file), &story, false);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cut_at_any_byte_everything_that_was_flushed_before_is_read(
        cut: prop::sample::Index,
        flush_each in 1usize..2000,
        finish: bool,
    ) {
        let story = story();
        let file = written(&story, flush_each, finish);
        let cut = cut.index(file.len() + 1);
        if cut == 0 {
            return Ok(());
        }
        let whole = flushed(&file[..cut]);
        let history = read(file[..cut].to_vec());
        let read: Vec<Record> = history.records().map(|record| Record::clone(&record)).collect();
        prop_assert_eq!(&read[..], &story.records()[..whole]);
        // Between two segments nothing shows a cut but that the last one is missing.
        let is_whole = finish && cut == file.len();
        let cut = !ends(&file).contains(&cut);
        let endless = !cut && !is_whole;
        prop_assert_eq!(history.damage(), Damage { cut, endless, ..Damage::default() });
    }
}

/// Where segments end.
pub(super) fn ends(file: &[u8]) -> Vec<usize> {
    let mut at = HEADER.len();
    let mut ends = vec![at];
    while let Some(head) = file.get(at..).and_then(|rest| rest.first_chunk()) {
        at += usize::try_from(segment::Head::parse(head).expect("a head").size()).unwrap();
        ends.push(at);
    }
    ends
}

/// How many records are in the whole segments of these bytes.
fn flushed(file: &[u8]) -> usize {
    let mut at = HEADER.len();
    let mut count = 0;
    while let Some(head) = file.get(at..).and_then(|rest| rest.first_chunk()) {
        let Some(head) = segment::Head::parse(head) else { break };
        at += usize::try_from(head.size()).unwrap();
        if at > file.len() {
            break;
        }
        if matches!(head.kind, segment::Kind::Block | segment::Kind::Tail) {
            count = count.max(usize::try_from(head.first).unwrap() + head.count as usize);
        }
    }
    count
}

/// What a store does not take stays in memory.
#[test]
fn where_the_store_is_full_nothing_is_lost() {
    #[derive(Debug, Default)]
    struct Small(InMemory);
    impl Store for Small {
        fn append(&self, bytes: &[u8]) -> std::io::Result<()> {
            if self.0.len()? + bytes.len() as u64 > 1000 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0.append(bytes)
        }
        fn read_at(&self, at: u64, to: &mut [u8]) -> std::io::Result<()> {
            self.0.read_at(at, to)
        }
        fn len(&self) -> std::io::Result<u64> {
            self.0.len()
        }
    }
    let story = story();
    let mut history = History::on(Arc::new(Small::default()));
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    ingest.for_each(|arrived| history.take(arrived));
    assert!(history.trouble().is_some());
    assert!(history.records().eq(story.records().iter().cloned()));
    for record in story.records().iter().step_by(41) {
        assert_eq!(history.names().line(record), story.names().line(record));
    }
}

#[test]
fn a_recorder_that_is_dropped_leaves_all_its_records() {
    let store = Arc::new(InMemory::default());
    let mut recorder = Recorder::new(store.clone()).unwrap();
    let records = story().records()[..200].to_vec();
    for record in &records {
        recorder.push(record).unwrap();
    }
    drop(recorder);
    let read = read(store.bytes());
    assert_eq!(read.damage(), Damage::default());
    assert!(read.records().eq(records));
}
