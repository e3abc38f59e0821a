//! The target `elf`: a firmware's file with anything in it is read in bounded time and memory.

use std::time::Instant;

use crate::attach::{elf::Firmware, has_dictionary};
use crate::input::Input;

/// A firmware as a linker writes it.
const SOUND: &[u8] = include_bytes!("../../../tui/board/src/demo/firmware.elf");

/// Runs the target: the bytes are a file, or changes of a sound one.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let flags = input.byte();
    let file = if flags & 1 == 0 { changed(input, flags) } else { input.0.to_vec() };
    let length = file.len();
    let began = Instant::now();
    if flags & 2 == 0 {
        if let Ok(firmware) = Firmware::parse(file) {
            let names: usize = firmware.names().iter().map(|(_, name)| name.len()).sum();
            // What is no UTF-8 takes three bytes for each byte.
            assert!(names <= 3 * length, "the names are longer than the file");
            let samples: usize = firmware.samples().iter().map(|sample| sample.bytes.len()).sum();
            assert!(samples <= length.max(1 << 16), "{samples} bytes of samples");
            let _ = firmware.control_block("firmware.elf");
        }
    } else {
        let _ = has_dictionary(&file);
    }
    assert!(began.elapsed().as_secs() < 5, "it takes {:?}", began.elapsed());
}

/// The sound file with changes: where, and what stands there then.
fn changed(mut input: Input<'_>, flags: u8) -> Vec<u8> {
    let mut file = SOUND.to_vec();
    // Headers are at the beginning and at the end.
    let tables = file.len().saturating_sub(2048);
    while !input.is_empty() {
        let place = match input.byte() {
            at @ 0..128 => usize::from(at),
            128..208 => tables + input.below(2048),
            _ => input.below(file.len()),
        };
        for (byte, new) in file[place.min(SOUND.len() - 4)..].iter_mut().zip(input.take(4)) {
            *byte = *new;
        }
    }
    if flags & 4 != 0 {
        file.truncate(file.len() * usize::from(flags) / 256);
    }
    file
}
