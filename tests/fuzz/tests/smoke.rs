//! The targets without the fuzzer: on their seeds and on random changes of them, for a few seconds.

use std::time::{Duration, Instant};

use loopscope_fuzz::{TARGETS, seeds};

/// How long each target is tried.
const TIME: Duration = Duration::from_secs(5);

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.below(256).to_le_bytes()[0]
    }

    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 if !bytes.is_empty() => bytes[at] = self.byte(),
                1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                2 => {
                    let end = (at + self.below(12)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let added: Vec<_> = (0..self.below(12)).map(|_| self.byte()).collect();
                    bytes.splice(at..at, added);
                }
            }
        }
        bytes
    }
}

fn smoke(wanted: &str) {
    let (name, run) = TARGETS.iter().find(|(name, _)| *name == wanted).expect("it exists");
    let mut all = seeds::of(name);
    for seed in &all {
        run(seed);
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let until = Instant::now() + TIME;
    let mut runs = 0_u64;
    while Instant::now() < until {
        let pick = dice.below(all.len());
        let changed = dice.change(&all[pick]);
        // What fails is told, so that it can be given to the fuzzer.
        let outcome = std::panic::catch_unwind(|| run(&changed));
        assert!(outcome.is_ok(), "{name} fails on {changed:?}");
        if all.len() < 400 {
            all.push(changed);
        }
        runs += 1;
    }
    println!("{name}: {runs} runs");
}

macro_rules! smoke {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            smoke(stringify!($name));
        }
    )*};
}

smoke!(wire state splice control elf defmt commands settings lesson);
#[cfg(target_os = "linux")]
smoke!(sandbox);

/// Tests are built without the fuzzer's library, so what the compiler would see is looked at here.
#[test]
fn the_fuzzer_has_every_target() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("it is ours");
    for (name, _) in TARGETS {
        let file = format!("fuzz_targets/{name}.rs");
        let text = std::fs::read_to_string(folder.join(&file)).expect(&file);
        assert!(text.contains(&format!("loopscope_fuzz::{name}::run(data)")), "{file}");
        assert!(manifest.contains(&format!("path = \"{file}\"")), "{file} in Cargo.toml");
    }
}
