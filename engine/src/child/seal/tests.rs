//! The seal: what the engine sends arrives, whatever stands between.

use proptest::prelude::*;

use super::*;

const KEY: Key = *b"0123456789abcdef";

fn blocks(texts: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut sealer = Sealer::new(KEY);
    let mut blocks = Vec::new();
    for text in texts {
        sealer.seal(text, |block| blocks.push(block.to_vec()));
    }
    blocks
}

fn open(bytes: &[u8]) -> (Vec<u8>, u64, u64) {
    let (mut opener, mut out) = (Opener::new(KEY), Vec::new());
    opener.open(bytes, |_, held| out.extend_from_slice(held));
    opener.end();
    (out, opener.strange(), opener.lost())
}

#[test]
fn a_block_is_passed_on_as_a_whole() {
    let long = vec![7; 3 * BLOCK];
    let blocks = blocks(&[&long]);
    assert!(blocks.iter().all(|block| block.len() <= BLOCK));
    assert_eq!(open(&blocks.concat()), (long, 0, 0));
}

#[test]
fn a_block_that_was_copied_or_made_with_another_key_is_strange() {
    let one = &blocks(&[b"one"])[0];
    let (out, strange, _) = open(&[&one[..], one].concat());
    assert_eq!((out, strange), (b"one".to_vec(), one.len() as u64));
    let mut forged = Vec::new();
    Sealer::new(*b"fedcba9876543210").seal(b"forged", |block| forged.extend_from_slice(block));
    assert_eq!(open(&[&forged[..], one].concat()), (b"one".to_vec(), forged.len() as u64, 0));
}

#[test]
fn a_block_that_somebody_else_read_is_counted() {
    let blocks = blocks(&[b"one", b"two", b"three"]);
    assert_eq!(open(&[&blocks[0][..], &blocks[2]].concat()), (b"onethree".to_vec(), 0, 1));
}

#[test]
fn behind_a_missing_block_only_what_begins_there_counts() {
    let long = [[0; MOST], [1; MOST], [2; MOST]].concat();
    let blocks = blocks(&[&long, b"next", b"last"]);
    let mut held = Vec::new();
    let kept = [&blocks[0][..], &blocks[2], &blocks[3], &blocks[4]].concat();
    Opener::new(KEY).open(&kept, |broken, bytes| held.push((broken, bytes.to_vec())));
    let wanted = [(false, vec![0; MOST]), (true, b"next".to_vec()), (false, b"last".to_vec())];
    assert_eq!(held, wanted);
}

#[test]
fn what_only_begins_like_a_block_does_not_hold_up_the_next_one() {
    let real = &blocks(&[b"real"])[0];
    let mut fake = mark(&KEY).to_vec();
    fake.extend_from_slice(&4000u16.to_le_bytes());
    fake.extend_from_slice(&[0xff; 16]);
    let (mut opener, mut out) = (Opener::new(KEY), Vec::new());
    opener.open(&fake, |_, held| out.extend_from_slice(held));
    opener.open(real, |_, held| out.extend_from_slice(held));
    assert_eq!(out, b"real");
    assert_eq!(opener.strange(), fake.len() as u64);
}

proptest! {
    #[test]
    fn what_is_sealed_arrives_however_it_is_cut_and_whatever_stands_between(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6000), 0..6),
        between in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 6),
        step in 1usize..5000,
    ) {
        let mut sealer = Sealer::new(KEY);
        let (mut bytes, mut strange) = (Vec::new(), 0);
        for (text, noise) in texts.iter().zip(&between) {
            sealer.seal(text, |block| {
                bytes.extend_from_slice(noise);
                strange += noise.len() as u64;
                bytes.extend_from_slice(block);
            });
        }
        let (mut opener, mut out) = (Opener::new(KEY), Vec::new());
        for piece in bytes.chunks(step) {
            opener.open(piece, |_, held| out.extend_from_slice(held));
        }
        opener.end();
        prop_assert_eq!(out, texts.concat());
        prop_assert_eq!(opener.strange(), strange);
        prop_assert_eq!(opener.lost(), 0);
    }
}
