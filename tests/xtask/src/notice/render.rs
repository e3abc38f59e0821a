//! `THIRD-PARTY`: works by licence, and each text once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::linked::Linked;
use super::policy::Policy;
use super::texts::{self, tidy};
use super::{FOLDER, WHOLE};
use crate::Outcome;

const HEAD: &str = "\
Works of others that are linked into Loopscope's binary or into the firmware of its demo board, and
the texts of their licences. `cargo xtask notice` makes this file from Cargo.lock; NOTICE says what
is written in no work's own files, and what the LGPL and the MPL ask of whoever passes the binary on.

Rust's standard library (https://www.rust-lang.org) is linked too, under the Apache License 2.0.
";

/// What is said only once, since every work under it has the same text.
const ONCE: [&str; 2] = ["Apache-2.0", "Apache-2.0 WITH LLVM-exception"];

/// The width of lists.
const WIDTH: usize = 100;

pub(super) fn third_party(works: &[Linked], policy: &Policy) -> Outcome<String> {
    // By licence, then by text, the works.
    let mut found: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut more: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for work in works {
        let title = format!("{} {}", work.name, work.version);
        for id in policy.licences(work)? {
            let text = if is_elsewhere(&id) || ONCE.contains(&id.as_str()) {
                String::new()
            } else {
                texts::of(work, &id, policy)?
            };
            found.entry(id).or_default().entry(text).or_default().insert(title.clone());
        }
        for text in texts::more(work)? {
            more.entry(text).or_default().insert(title.clone());
        }
    }
    let mut out = HEAD.to_owned();
    for (id, texts) in found {
        heading(&mut out, &id);
        for (text, works) in texts {
            list(&mut out, &works);
            out.push('\n');
            out.push_str(&text);
        }
        if ONCE.contains(&id.as_str()) {
            out.push_str("The text is that of the file LICENSE-APACHE");
            let (_, exception) = id.split_once(" WITH ").unwrap_or_default();
            match spdx::exception_id(exception) {
                Some(exception) => {
                    let _ = writeln!(out, ", with this exception:\n\n{}", tidy(exception.text()));
                }
                None => out.push_str(".\n"),
            }
        } else if is_elsewhere(&id) {
            let _ =
                writeln!(out, "The text is that of {FOLDER}/{id}.txt; NOTICE says what it asks.");
        }
    }
    heading(&mut out, "Notices within these works");
    for (text, works) in more {
        list(&mut out, &works);
        let _ = write!(out, "\n{text}");
    }
    Ok(out)
}

/// Whether the text of a licence is a file of its own.
fn is_elsewhere(id: &str) -> bool {
    WHOLE.contains(&id)
}

fn heading(out: &mut String, title: &str) {
    let _ = write!(out, "\n\n{title}\n{}\n", "=".repeat(title.len()));
}

/// Names, as many in a line as fit.
fn list(out: &mut String, names: &BTreeSet<String>) {
    out.push('\n');
    let mut width = 0;
    for (n, name) in names.iter().enumerate() {
        let comma = if n + 1 < names.len() { "," } else { ":" };
        if width > 0 && width + name.len() + 2 > WIDTH {
            out.push('\n');
            width = 0;
        }
        let space = if width > 0 { " " } else { "" };
        let _ = write!(out, "{space}{name}{comma}");
        width += space.len() + name.len() + 1;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_fits_the_page() {
        let names = (0..40).map(|n| format!("a-crate-like-any-{n} 1.0.{n}")).collect();
        let mut out = String::new();
        list(&mut out, &names);
        assert!(out.lines().all(|line| line.len() <= WIDTH), "{out}");
        assert!(out.trim_end().ends_with(':') && out.matches(',').count() == 39, "{out}");
    }
}
