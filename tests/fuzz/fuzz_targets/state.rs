//! The target `state`; what it does is in `loopscope_fuzz::state`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::state::run(data));
