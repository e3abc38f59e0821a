//! Harmed files: what is read is right, and how much is missing is told exactly.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::files::{ends, read, story};
use super::*;

/// What was recorded, the file of it, and where each segment begins and ends.
type Whole = (Story, Vec<u8>, Vec<(usize, usize)>);

/// A file of several blocks.
fn file(finish: bool) -> &'static Whole {
    static FILES: [OnceLock<Whole>; 2] = [OnceLock::new(), OnceLock::new()];
    FILES[usize::from(finish)].get_or_init(|| make(finish))
}

fn make(finish: bool) -> (Story, Vec<u8>, Vec<(usize, usize)>) {
    let story = story();
    let store = std::sync::Arc::new(InMemory::default());
    let mut history = History::on(store.clone());
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    ingest.for_each(|arrived| history.take(arrived));
    if finish {
        history.finish().unwrap();
    } else {
        history.flush();
    }
    let file = store.bytes();
    let ends = ends(&file);
    let segments = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
    (story, file, segments)
}

/// Numbers only grow, a gap says how many are missing before it, and each record is what it was.
fn check(history: &History, story: &Story) -> Result<u64, TestCaseError> {
    let (mut last, mut lost) = (0, 0);
    for record in history.records() {
        prop_assert!(record.seq > last, "{} after {last}", record.seq);
        let was = story.records().binary_search_by_key(&record.seq, |was| was.seq);
        let was = was.ok().map(|at| &story.records()[at]);
        if was.is_some_and(|was| *record == *was) {
            let told = if let Event::Gap { lost } = record.event { lost } else { 0 };
            prop_assert_eq!(record.seq, last + 1 + u64::from(told));
        } else {
            let Event::Gap { lost: count } = record.event else {
                return Err(TestCaseError::fail(format!("{record:?} was never there")));
            };
            prop_assert_eq!(u64::from(count), record.seq - last, "all that is missing");
            lost += u64::from(count);
        }
        last = record.seq;
    }
    // However it is looked at.
    let n = history.len() / 2;
    let mut state = State::default();
    history.range(0, n).for_each(|record| state.apply(&record));
    prop_assert_eq!(history.at(n), state);
    Ok(lost)
}

fn segment_kind(file: &[u8], at: usize) -> segment::Kind {
    segment::Head::parse(file[at..].first_chunk().unwrap()).unwrap().kind
}

#[test]
fn a_damaged_block_becomes_a_gap_with_the_true_count() {
    for finish in [true, false] {
        let (story, file, segments) = file(finish);
        let blocks: Vec<_> = segments
            .iter()
            .filter(|(at, _)| segment_kind(file, *at) == segment::Kind::Block)
            .collect();
        assert!(blocks.len() > 1);
        for (at, end) in blocks {
            let head = segment::Head::parse(file[*at..].first_chunk().unwrap()).unwrap();
            let mut harmed = file.clone();
            harmed[(at + segment::HEAD + end) / 2] ^= 0x10;
            let history = read(harmed);
            let lost = check(&history, story).unwrap();
            assert_eq!(lost, head.last - head.before, "{finish}");
            assert_eq!(history.damage().blocks, 1);
            assert_eq!(history.seq(), story.records().last().unwrap().seq);
        }
    }
}

#[test]
fn blocks_that_are_missing_doubled_or_exchanged_change_no_record() {
    for finish in [true, false] {
        let (story, file, segments) = file(finish);
        for (n, (at, end)) in segments.iter().enumerate() {
            let kind = segment_kind(file, *at);
            let segment = &file[*at..*end];
            let without = [&file[..*at], &file[*end..]].concat();
            let history = read(without);
            let lost = check(&history, story).unwrap();
            if kind == segment::Kind::Block && n + 3 < segments.len() {
                let head = segment::Head::parse(segment.first_chunk().unwrap()).unwrap();
                assert_eq!(lost, head.last - head.before);
            }
            let doubled = [&file[..*end], segment, &file[*end..]].concat();
            let history = read(doubled);
            assert_eq!(check(&history, story).unwrap(), 0, "{kind:?}");
            let counts = matches!(kind, segment::Kind::Block | segment::Kind::Tail);
            assert_eq!(history.damage().misplaced, u32::from(counts));
            if let Some((next, last)) = segments.get(n + 1) {
                let next = &file[*next..*last];
                let exchanged = [&file[..*at], next, segment, &file[*last..]].concat();
                check(&read(exchanged), story).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn harmed_anywhere_what_is_read_is_right(
        harm in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..=255), 1..6),
        removed in proptest::option::of((any::<prop::sample::Index>(), 1usize..3000)),
        finish: bool,
    ) {
        let (story, file, _) = file(finish);
        let mut file = file.clone();
        let len = file.len();
        for (at, bits) in harm {
            file[HEADER.len() + at.index(len - HEADER.len())] ^= bits;
        }
        if let Some((at, count)) = removed {
            let at = HEADER.len() + at.index(len - HEADER.len());
            file.drain(at..len.min(at + count));
        }
        check(&read(file), story)?;
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let file = [HEADER.as_bytes(), &bytes].concat();
        prop_assert_eq!(read(file).len(), 0);
    }

    /// Segments whose checks are right, and whose contents are nonsense.
    #[test]
    fn segments_that_lie_are_survived(
        lies in proptest::collection::vec(
            (0u8..7, any::<[u16; 4]>(), proptest::collection::vec(any::<u8>(), 0..60)), 1..12,
        ),
    ) {
        use segment::{Head, Kind};
        let kinds = [Kind::Block, Kind::Tail, Kind::Definitions, Kind::Checkpoint, Kind::Source, Kind::Index, Kind::End];
        let mut file = HEADER.as_bytes().to_vec();
        for (kind, [first, before, last, count], bytes) in lies {
            let summary = bytes.len() / 2;
            let head = Head {
                first: first.into(), before: before.into(), last: last.into(), count: count.into(),
                ..Head::of(kinds[usize::from(kind)])
            };
            file.extend(head.segment(&bytes[..summary], &bytes[summary..]));
        }
        let history = read(file);
        let mut cursor = Cursor::new();
        cursor.seek(&history, usize::MAX);
        history.records().for_each(drop);
        let _ = (history.lints(usize::MAX).len(), history.anomalies(usize::MAX).len());
        let _ = (history.position_at_time(history.len(), 5), history.position_of_seq(9));
        let _ = history.names().name(loopscope_protocol::NameId(3));
    }
}
