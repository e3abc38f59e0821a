//! The target `settings`; what it does is in `loopscope_fuzz::settings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::settings::run(data));
