//! The target `wire`; what it does is in `loopscope_fuzz::wire`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::wire::run(data));
