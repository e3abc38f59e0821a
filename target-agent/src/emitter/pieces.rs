//! Frames that are written byte by byte, around the ring's end too: for all that is not ordinary.

use core::hint::black_box;
use core::sync::atomic::{AtomicU8, Ordering};

use loopscope_protocol::wire::{CRC8_START, code, crc8_add};

/// The longest text, in bytes.
pub(super) const LONGEST_TEXT: usize = 120;

/// Frames that are written around the end of the ring, byte by byte, and become visible together.
pub(super) struct Pieces {
    ring: &'static [AtomicU8],
    at: u32,
    room: u32,
    check: u8,
    fits: bool,
}

impl Pieces {
    /// At `at` in the ring, with that much room.
    pub(super) fn new(ring: &'static [AtomicU8], at: u32, room: u32) -> Self {
        Self { ring, at, room, check: CRC8_START, fits: true }
    }

    #[inline(never)]
    pub(super) fn byte(&mut self, byte: u8) {
        self.check = crc8_add(self.check, byte);
        if self.room == 0 {
            self.fits = false;
            return;
        }
        if let Some(place) = self.ring.get(self.at as usize) {
            place.store(byte, Ordering::Relaxed);
        }
        self.room -= 1;
        self.at += 1;
        if self.at as usize >= self.ring.len() {
            self.at = 0;
        }
    }

    #[inline(never)]
    pub(super) fn var(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    #[inline(never)]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// Ends a frame; another one may follow.
    pub(super) fn check(&mut self) {
        self.byte(self.check);
        self.check = CRC8_START;
    }

    /// A text item of these pieces, cut after 120 bytes.
    #[inline(never)]
    pub(super) fn text(&mut self, slot: u8, pieces: &[&str]) {
        let pieces = black_box(pieces);
        let whole: usize = pieces.iter().map(|piece| piece.len()).sum();
        let mut left = whole.min(LONGEST_TEXT);
        self.byte(code::TEXT);
        self.byte(left as u8 + 1);
        self.byte(slot);
        for piece in pieces {
            let taken = piece.len().min(left);
            self.bytes(&piece.as_bytes()[..taken]);
            left -= taken;
        }
        self.check();
    }

    /// Where what was written ends; `None` if it did not fit.
    pub(super) fn end(&self) -> Option<u32> {
        self.fits.then_some(self.at)
    }
}

/// The bytes of a number as LEB128.
#[inline(never)]
pub(super) fn var_len(mut value: u32) -> usize {
    let mut len = 1;
    while value >= 0x80 {
        len += 1;
        value >>= 7;
    }
    len
}
