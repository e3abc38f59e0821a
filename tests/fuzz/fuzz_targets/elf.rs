//! The target `elf`; what it does is in `loopscope_fuzz::elf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loopscope_fuzz::elf::run(data));
