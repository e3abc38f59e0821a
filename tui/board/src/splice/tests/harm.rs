//! Bytes that are missing, harmed or in doubt: nothing wrong is told, and the numbers stay right.

use super::*;

#[test]
fn a_loss_is_counted_as_on_the_board() {
    let (mut board, mut splice, mut out) = begun();
    splice.remark(RemarkKind::Note, "a remark moves the numbers", &mut out);
    let _lost = board.round(1);
    for n in 2..5 {
        splice.feed(&board.round(n), &mut out);
    }
    let (records, _, _) = read(&out);
    let gap = records.iter().find(|record| matches!(record.event, Event::Gap { .. })).unwrap();
    assert_eq!(gap.event, Event::Gap { lost: 5 });
    assert_eq!(records.last().unwrap().seq, 1 + 3 + 1 + 5 + 15);
}

#[test]
fn a_text_that_a_reset_cut_short_is_no_part_of_what_is_said_then() {
    let (mut board, mut splice, mut out) = begun();
    let text = board.encoder.item(&Item::Text { slot: 1, bytes: b"its own" }).to_vec();
    splice.feed(&text, &mut out);
    splice.interrupted("The probe is gone.", &mut out);
    // In doubt, it takes three frames to be sure.
    splice.feed(&text.repeat(3), &mut out);
    splice.restarted(RemarkKind::Reset, "The board was reset.", &mut out);
    let (records, _, _) = read(&out);
    let said: Vec<_> = records[4..6].iter().map(|record| record.text(Text::FIRST)).collect();
    let own = ["The probe is gone.", "The board was reset."];
    assert_eq!(said, own);
}

#[test]
fn remarks_go_on_where_a_text_or_a_snapshot_has_lost_its_end() {
    let (mut board, mut splice, mut out) = begun();
    let text = board.encoder.item(&Item::Text { slot: 1, bytes: b"its own" }).to_vec();
    splice.feed(&[text, board.hello()].concat(), &mut out);
    splice.remark(RemarkKind::Note, "behind a text", &mut out);
    splice.feed(&board.round(1), &mut out);
    let begun = board.event(&Event::SnapshotBegin {});
    splice.feed(&begun, &mut out);
    splice.remark(RemarkKind::Note, "in a snapshot", &mut out);
    let _lost = board.event(&Event::SnapshotEnd {});
    splice.feed(&board.round(2), &mut out);
    let (records, state, _) = read(&out);
    let said: Vec<_> = records
        .iter()
        .filter(|record| matches!(record.event, Event::Remark { .. }))
        .map(|record| record.text(Text::FIRST).to_owned())
        .collect();
    assert_eq!(said, ["behind a text", "in a snapshot"]);
    assert!(state.uncertain());
}

#[test]
fn what_the_host_says_about_harm_is_read_at_once() {
    let (mut board, mut splice, mut out) = begun();
    // The link breaks in the middle of a record, twice.
    for _ in 0..2 {
        let round = board.round(1);
        splice.feed(&round[..3], &mut out);
        splice.interrupted("The probe is gone.", &mut out);
    }
    let (records, _, _) = read(&out);
    let said = |record: &&Record| record.text(Text::FIRST).contains("The probe is gone.");
    assert_eq!(records.iter().filter(said).count(), 2);
    assert_eq!(records.len(), 6);
}

#[test]
fn without_a_hello_no_time_is_known() {
    let mut board = Board::new();
    let mut splice = Splice::new(program(&[]), true);
    let mut out = Vec::new();
    splice.feed(&board.start(), &mut out);
    splice.open_anyway(&mut out);
    splice.feed(&board.round(1), &mut out);
    let early = read(&out).0;
    // With the host's remark about that.
    assert_eq!(early.len(), 9);
    assert!(early.iter().all(|record| record.t.is_none()), "nobody said how long a tick is");
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.round(2), &mut out);
    assert_eq!(read(&out).0[9].t, Some(90_000));
}

#[test]
fn another_firmware_may_count_in_other_ticks() {
    let (_, mut splice, mut out) = begun();
    splice.restarted(RemarkKind::Reset, "The board has another firmware.", &mut out);
    splice.other_firmware(&[], &[], &mut out);
    let mut board = Board::new();
    splice.feed(&board.start(), &mut out);
    assert_eq!(read(&out).0.last().unwrap().t, None);
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.round(1), &mut out);
    assert_eq!(read(&out).0.last().unwrap().t, Some(board.at * 1000));
}

#[test]
fn a_board_that_has_run_for_long_began_long_ago() {
    let mut board = Board::new();
    // Eleven hours; in billionths of a tick that is more than 64 bits.
    board.at = 40_000_000_000;
    let hour = 3_600_000_000_000_i64;
    let now = || Some(100 * 3_600_000_000_000);
    let mut splice =
        Splice::new(Program { file: "made-up.elf", names: &[], pools: &[], now }, false);
    let mut out = Vec::new();
    splice.feed(&board.hello(), &mut out);
    splice.feed(&board.snapshot(), &mut out);
    let Event::RunStart { wall_start, .. } = read(&out).0[0].event else { panic!("no start") };
    assert_eq!(wall_start / hour, 88);
}

proptest! {
    /// Whatever is changed, cut out or put in: what is believed was sent, and in that order.
    #[test]
    fn harm_is_seen(
        place in 0usize..2000,
        cut in 0usize..60,
        noise in proptest::collection::vec(any::<u8>(), 0..12),
        reset in any::<bool>(),
    ) {
        let mut board = Board::new();
        let mut splice = Splice::new(program(&[]), true);
        let mut out = Vec::new();
        splice.feed(&board.hello(), &mut out);
        splice.feed(&board.start(), &mut out);
        if reset {
            splice.restarted(RemarkKind::Reset, "again", &mut out);
            board = Board::new();
            splice.feed(&board.start(), &mut out);
        }
        let mut bytes: Vec<u8> = (1..120).flat_map(|n| board.round(n)).collect();
        let from = place % (bytes.len() - cut);
        bytes.splice(from..from + cut, noise);
        for piece in bytes.chunks(37) {
            splice.feed(piece, &mut out);
        }
        let (records, _, _) = read(&out);
        prop_assert!(records.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        // The end of the stream is unharmed, and arrives with its full number.
        let total = 1 + 3 + 119 * 5 + if reset { 3 + 3 } else { 0 };
        if from + cut + 100 < bytes.len() && cut < 40 {
            prop_assert_eq!(records.last().map(|record| record.seq), Some(total));
        }
    }

    /// No bytes at all do any harm.
    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..900), fresh: bool) {
        let mut splice = Splice::new(program(&[]), fresh);
        let mut out = Vec::new();
        splice.feed(&bytes, &mut out);
        splice.open_anyway(&mut out);
        splice.feed(&bytes, &mut out);
        splice.restarted(RemarkKind::Reset, "again", &mut out);
        splice.feed(&bytes, &mut out);
        splice.interrupted("away", &mut out);
        splice.add(&Event::LoopNew {}, &[], &mut out);
        let _ = read(&out);
    }
}
