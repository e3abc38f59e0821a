//! What is believed of blocks: missing, doubled, exchanged, made up, and cut with something behind.

use loopscope_protocol::Event;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// The blocks of a file, each with the number of the last event before it.
fn blocks(file: &[u8]) -> Vec<(u64, &[u8])> {
    let mut blocks = Vec::new();
    let mut rest = &file[MAGIC.len() + 2..];
    while let Some(head) = rest.first_chunk().and_then(Head::parse) {
        let (block, after) = rest.split_at(HEAD + head.length + 4);
        blocks.push((head.seq, block));
        rest = after;
    }
    blocks
}

fn file<'a>(blocks: impl IntoIterator<Item = &'a (u64, &'a [u8])>) -> Vec<u8> {
    let mut file = format!("{MAGIC}{VERSION}\n").into_bytes();
    for (_, block) in blocks {
        file.extend_from_slice(block);
    }
    file
}

fn block(seq: u64, payload: &[u8]) -> Vec<u8> {
    let head = Head { length: payload.len(), seq, ticks: Some(0) };
    [&head.bytes(), payload, &check::crc32(payload).to_le_bytes()].concat()
}

/// A recording whose blocks hold about that many events each.
fn recorded(story: &Story, events: usize) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).unwrap();
    let mut ends = Vec::new();
    let mut frames = crate::stream::frames::Frames::new();
    let mut at = 0;
    while at < story.bytes().len() {
        let (found, used) = frames.next(&story.bytes()[at..], true);
        at += used;
        if matches!(found, crate::stream::frames::Found::Event(_)) {
            ends.push(at);
        }
    }
    let mut from = 0;
    for end in ends.chunks(events).filter_map(|ends| ends.last()) {
        writer.write(&story.bytes()[from..*end]).unwrap();
        writer.flush().unwrap();
        from = *end;
    }
    writer.finish().unwrap()
}

/// Each record is one of the story's, with its time and its texts, and each loss is told exactly.
fn assert_true(recording: &History, story: &Story) -> Result<u64, TestCaseError> {
    let (mut last, mut missing) = (0, 0);
    for record in recording.records() {
        if let Event::Gap { lost } = record.event {
            prop_assert_eq!(record.seq, last + u64::from(lost));
            missing += u64::from(lost);
        } else {
            prop_assert_eq!(record.seq, last + 1);
            let was = &story.records()[usize::try_from(record.seq).unwrap() - 1];
            prop_assert_eq!(&record.event, &was.event);
            prop_assert_eq!(&record.texts, &was.texts);
            prop_assert_eq!((record.t, record.turn), (was.t, was.turn));
        }
        last = record.seq;
    }
    Ok(missing)
}

/// How many events are missing, and how many blocks are out of place, among blocks that stand in
/// this order.
fn expected(order: &[(u64, &[u8])], whole: &[(u64, &[u8])], total: u64) -> (u64, u32) {
    let end = |seq: u64| {
        let at = whole.iter().position(|(each, _)| *each == seq).expect("it is one of them");
        whole.get(at + 1).map_or(total, |(seq, _)| *seq)
    };
    let (mut at, mut missing, mut misplaced) = (0, 0, 0);
    for (seq, _) in order {
        if *seq < at {
            misplaced += 1;
        } else {
            missing += seq - at;
            at = end(*seq);
        }
    }
    (missing, misplaced)
}

#[test]
fn as_many_events_missing_as_their_numbers_have_values_are_missing() {
    let story = story();
    let whole = recorded(&story, 256);
    let mut left = blocks(&whole);
    for gone in [1, 1, 2] {
        left.remove(gone);
    }
    let recording = read(&file(&left));
    assert_eq!(assert_true(&recording, &story).unwrap(), 3 * 256);
    let gaps: Vec<_> = recording.gaps(usize::MAX).map(|record| record.event).collect();
    assert_eq!(gaps, [Event::Gap { lost: 512 }, Event::Gap { lost: 256 }]);
    assert_eq!(recording.damage(), Damage::default(), "the gaps say it");
}

#[test]
fn blocks_out_of_place_are_told() {
    let story = story();
    let whole = recorded(&story, 100);
    let mut twice = blocks(&whole);
    twice.insert(4, twice[2]);
    let recording = read(&file(&twice));
    assert_eq!(all(&recording), story.records());
    assert_eq!(recording.damage(), Damage { misplaced: 1, ..Damage::default() });
    assert_eq!(
        recording.damage().sentence().unwrap(),
        "The recording is harmed: 1 block out of place and left out. Everything else was read; \
         losses show as gaps."
    );
}

#[test]
fn noise_in_blocks_with_right_checks_is_told() {
    let story = story();
    let whole = write(story.bytes(), 1000);
    let end = story.records().len() as u64;
    let noise: Vec<u8> =
        (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    for (seq, payload, damage) in [
        (end, &noise[..], Damage { loose: 10_000, ..Damage::default() }),
        (end + 1_000_000, &noise, Damage { blocks: 2, ..Damage::default() }),
        (end, &[], Damage { blocks: 2, ..Damage::default() }),
        (1 << 62, &[], Damage { blocks: 2, ..Damage::default() }),
        (3, &[], Damage { misplaced: 2, ..Damage::default() }),
    ] {
        let made_up = block(seq, payload);
        let recording = read(&[&whole[..], &made_up, &made_up].concat());
        assert_eq!(all(&recording), story.records());
        assert_eq!(recording.damage(), damage);
    }
}

#[test]
fn a_number_is_digits() {
    for version in ["+1", "0", "01", "-1", ""] {
        let file = format!("{MAGIC}{version}\n");
        assert!(matches!(Reader::open(file.as_bytes()), Err(RecordingError::NotARecording)));
    }
}

proptest! {
    // Once in some thousand times noise looks like the end of a frame, as the format says: the same
    // cases each time.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20), ..ProptestConfig::default() })]

    #[test]
    fn blocks_missing_doubled_or_exchanged_change_no_record(
        events in 20usize..400,
        changes in proptest::collection::vec((0u8..3, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let story = story();
        let recorded = recorded(&story, events);
        let whole = blocks(&recorded);
        let mut order = whole.clone();
        for (change, one, other) in changes {
            let (one, other) = (one.index(order.len()), other.index(order.len()));
            match change {
                0 if order.len() > 1 => drop(order.remove(one)),
                1 => order.insert(other, order[one]),
                _ => order.swap(one, other),
            }
        }
        let recording = read(&file(&order));
        let missing = assert_true(&recording, &story)?;
        let total = story.records().len() as u64;
        prop_assert_eq!((missing, recording.damage().misplaced), expected(&order, &whole, total));
        let told = Damage { misplaced: recording.damage().misplaced, ..Damage::default() };
        prop_assert_eq!(recording.damage(), told);
    }

    #[test]
    fn cut_with_noise_behind_only_what_was_there_is_read(
        cut in 22usize..60_000,
        noise in proptest::collection::vec(any::<u8>(), 1..600),
    ) {
        let story = story();
        let whole = write(story.bytes(), 3000);
        let cut = cut.min(whole.len());
        let recording = read(&[&whole[..cut], &noise].concat());
        prop_assert_eq!(assert_true(&recording, &story)?, 0);
        prop_assert!(recording.damage().is_any());
        // All whole blocks are there.
        let sound = blocks(&whole);
        let mut end = MAGIC.len() + 2;
        for (n, (_, block)) in sound.iter().enumerate() {
            end += block.len();
            if end <= cut {
                let events = sound.get(n + 1).map_or(story.records().len() as u64, |next| next.0);
                prop_assert!(recording.len() as u64 >= events);
            }
        }
    }

    #[test]
    fn lost_in_the_last_block_nothing_wrong_is_read(
        at in 0usize..5000,
        count in 1usize..5000,
    ) {
        let story = story();
        let mut file = write(story.bytes(), 100_000);
        let last = last_block(&file);
        let at = (last + HEAD + at).min(file.len() - 1);
        file.drain(at..file.len().min(at + count));
        let read = all(&read(&file));
        prop_assert_eq!(&read[..], &story.records()[..read.len()]);
    }
}
