//! The target `defmt`: log frames with anything in them become lines, however they are cut.

use std::path::Path;
use std::time::Instant;

use crate::attach::Log;
use crate::input::Input;

/// Names the firmware whose dictionary is used. Without one there is nothing to decode.
const FIRMWARE: &str = "LOOPSCOPE_FUZZ_DEFMT_ELF";

/// Runs the target.
pub fn run(data: &[u8]) {
    thread_local! {
        static LOG: Option<Log> = std::env::var_os(FIRMWARE).map(|path| read(Path::new(&path)));
    }
    let Some(log) = LOG.with(|log| *log) else { return };
    let mut input = Input(data);
    let piece = usize::from(input.byte()) + 1;
    let began = Instant::now();
    let lines = log.lines(input.0, piece);
    assert!(lines.iter().all(|line| !line.contains('\n')), "a log line is one line: {lines:?}");
    assert_eq!(log.lines(input.0, 4096), lines, "pieces change the lines");
    assert!(began.elapsed().as_secs() < 5, "it takes {:?}", began.elapsed());
}

fn read(path: &Path) -> Log {
    let elf = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Log::of(&elf).expect("the firmware has a dictionary")
}
