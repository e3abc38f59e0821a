//! The target `lesson`; what it does is in `loopscope_fuzz::lesson`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::lesson::run(data));
