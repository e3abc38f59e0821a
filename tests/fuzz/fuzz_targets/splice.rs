//! The target `splice`; what it does is in `loopscope_fuzz::splice`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::splice::run(data));
