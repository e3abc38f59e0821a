//! Command lines that nobody would write: known words and random bytes in any order. Each is
//! understood, or refused with a sentence and the code for it, and none is a panic.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStringExt as _;

use super::super::*;

/// How many lines are tried, if nobody asks for more by `LOOPSCOPE_ODD_LINES`. They take about a second.
const LINES: usize = 30_000;

/// Values at the edges of what is understood.
const VALUES: [&[u8]; 16] = [
    b"",
    b"-",
    b"--",
    b"=",
    b"0",
    b"-1",
    b"1e400",
    b"nan",
    b"18446744073709551616",
    b"999999999999G",
    b"2000-13-32",
    b"9999-12-31T23:59:60+99:99",
    b"\xff",
    b"\xed\xa0\x80",
    b"--\xff=\xfe",
    b"-\xf0\x9f\x98\x80",
];

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn word(&mut self, known: &[Vec<u8>]) -> Vec<u8> {
        let value = |dice: &mut Self| VALUES[dice.below(VALUES.len())].to_vec();
        match self.below(8) {
            0 => value(self),
            1 => {
                let mut word = known[self.below(known.len())].clone();
                word.push(b'=');
                word.extend(value(self));
                word
            }
            2 => {
                // A known word with a byte that is not.
                let mut word = known[self.below(known.len())].clone();
                let at = self.below(word.len() + 1);
                word.insert(at, u8::try_from(self.below(255) + 1).unwrap_or(1));
                word
            }
            3 => (0..self.below(12))
                .map(|_| u8::try_from(self.below(255) + 1).unwrap_or(1))
                .collect(),
            _ => known[self.below(known.len())].clone(),
        }
    }
}

/// Every sub-command, option and choice that the definition has.
fn known(command: &clap::Command, words: &mut BTreeSet<Vec<u8>>) {
    words.insert(command.get_name().as_bytes().to_vec());
    for argument in command.get_arguments() {
        words.extend(argument.get_long().map(|long| format!("--{long}").into_bytes()));
        words.extend(argument.get_short().map(|short| format!("-{short}").into_bytes()));
        let choices = argument.get_possible_values();
        words.extend(choices.iter().map(|choice| choice.get_name().as_bytes().to_vec()));
    }
    command.get_subcommands().for_each(|inner| known(inner, words));
}

#[test]
fn no_command_line_is_a_panic_and_what_is_refused_is_refused_in_words() {
    let mut definition = definition();
    definition.build();
    let mut words = BTreeSet::new();
    known(&definition, &mut words);
    let words: Vec<Vec<u8>> = words.into_iter().collect();
    assert!(words.len() > 50, "{} words", words.len());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut understood = 0;
    let asked = std::env::var("LOOPSCOPE_ODD_LINES");
    let lines = asked.map_or(LINES, |count| count.parse().expect("a number of lines"));
    for _ in 0..lines {
        let count = dice.below(7);
        let line: Vec<OsString> = std::iter::once(b"loopscope".to_vec())
            .chain((0..count).map(|_| dice.word(&words)))
            .map(OsString::from_vec)
            .collect();
        let parsed = definition
            .try_get_matches_from_mut(&line)
            .and_then(|matches| Cli::from_arg_matches(&matches));
        match parsed {
            Ok(_) => understood += 1,
            Err(error) => {
                assert!([0, code::USAGE].contains(&error.exit_code()), "{line:?}");
                assert!(!error.to_string().trim().is_empty(), "{line:?} is refused without a word");
            }
        }
    }
    assert!(understood > lines / 100, "only {understood} of {lines} lines are understood");
}
