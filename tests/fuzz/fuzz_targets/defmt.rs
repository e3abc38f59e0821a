//! The target `defmt`; what it does is in `loopscope_fuzz::defmt`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::defmt::run(data));
