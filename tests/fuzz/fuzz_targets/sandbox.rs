//! The target `sandbox`; what it does is in `loopscope_fuzz::sandbox`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::sandbox::run(data));
