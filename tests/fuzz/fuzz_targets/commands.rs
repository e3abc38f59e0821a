//! The target `commands`; what it does is in `loopscope_fuzz::commands`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::commands::run(data));
