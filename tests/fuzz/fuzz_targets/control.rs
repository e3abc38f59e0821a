//! The target `control`; what it does is in `loopscope_fuzz::control`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::control::run(data));
