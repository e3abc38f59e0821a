//! `cargo xtask reference`: the pages for users that are made from something else; with `--check` it
//! only says whether they are current. One is of all events, made from their table and from the sets
//! of words (what the life of a handle or of a task is stands in the protocol's documentation); the
//! other is of asyncio's API, made from its [`ledger`].

use std::fmt::{self, Write};
use std::fs;
use std::path::Path;

use loopscope_protocol::{Described, Kind, Sender, WORDS};

use crate::{Outcome, ledger};

/// A page: where it is, what it is made from, and how.
struct Page {
    path: &'static str,
    source: &'static str,
    text: fn(&Path) -> Outcome<String>,
}

const PAGES: [Page; 2] = [
    Page {
        path: "engine/protocol/EVENTS.md",
        source: "the table of events",
        text: |_| Ok(page()?),
    },
    Page { path: "engine/src/asyncio/API.md", source: ledger::FILE, text: ledger::page },
];

const BEGINNING: &str = "\
# Events

Everything that Loopscope records, as `--events` writes it: one JSON object a line for each record.
`break`, `until`, `expect` and `find` take the same names, and their conditions the same fields.
This page is made from the table of events by `cargo xtask reference`; do not edit it.

Each record has these fields, in this order, before those of its event:

| field | what it looks like | what it says |
|---|---|---|
| `seq` | a number | The record's number, from 1 on, without a hole that no `gap` tells of. |
| `t` | seconds, or `null` | The loop's time; `null` before there is a loop. |
| `turn` | a number | The turn of the loop, 0 before the first one. |
| `event` | one of the names below | What happened. |
| `loop` | a number | Which loop; left out where it is none's. |

And these behind them, where a line of the program has caused it:

| field | what it looks like | what it says |
|---|---|---|
| `at` | a place as `file:line` | The program's own line. A `task-step` has the line at which the task goes on, a `task-suspend` that of the `await`, and a `task-done` by an exception, or a `handler-call`, the one that raised. |
| `via` | an object with `name` and `where` | Where the library was that this line called; left out where it called none. |

And these before both, where a task or a future is done and its source knows the values:

| field | what it looks like | what it says |
|---|---|---|
| `value` | a text | What it has ended by: the `repr` of a result, or an exception as `ValueError: boom`. It is cut where it is long, and a program's own `__repr__` counts only where it comes to an end soon. Boards, and what was recorded before there were values, do not say it. |
| `traceback` | a list of objects with `name` and `where` | The frames of an exception's traceback, the innermost last. |

A field that says nothing is left out, unless `null` is among what it looks like.
A field marked with * may be another each time although the program did the same; `diff` looks past it.
";

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    match arguments {
        [] => {
            for page in PAGES {
                fs::write(root.join(page.path), (page.text)(root)?)?;
            }
            Ok(())
        }
        [word] if word == "--check" => check(root),
        _ => Err("the only argument is --check".into()),
    }
}

/// An error where a page that is committed is not the one that its source gives.
pub(crate) fn check(root: &Path) -> Outcome {
    for Page { path, source, text } in PAGES {
        if fs::read_to_string(root.join(path)).ok() != Some(text(root)?) {
            let says =
                format!("{path} is not what {source} gives; `cargo xtask reference` renews it");
            return Err(says.into());
        }
    }
    Ok(())
}

fn page() -> Result<String, fmt::Error> {
    let mut page = BEGINNING.to_owned();
    let mut family = "";
    for &kind in Kind::ALL {
        if kind.family_name() != family {
            family = kind.family_name();
            write!(page, "\n## {family}\n\n{}\n", sentences(kind.family_doc()))?;
        }
        event(&mut page, kind)?;
    }
    page.push_str("\n## Words\n\nWhat a field of few possible values says.\n");
    for set in WORDS {
        write!(page, "\n### {}\n\n{}\n\n", set.name, sentences(set.doc))?;
        page.push_str("| word | what it means |\n|---|---|\n");
        for (word, doc) in set.words {
            writeln!(page, "| `{word}` | {} |", cell(&joined(doc)))?;
        }
    }
    page.push_str(
        "\n## Names of before\n\nThese are in old recordings only, and are not used again.\n\n",
    );
    for (code, word) in Kind::RETIRED {
        writeln!(page, "- `{word}` (number {code})")?;
    }
    Ok(page)
}

fn event(page: &mut String, kind: Kind) -> fmt::Result {
    write!(page, "\n### `{}`\n\n{}\n", kind.word(), sentences(kind.doc()))?;
    let senders: Vec<_> = Sender::ALL
        .iter()
        .filter(|sender| kind.is_from(**sender))
        .map(|sender| match sender {
            Sender::Program => "a program's process",
            Sender::Board => "a board",
            Sender::Host => "Loopscope itself, where it reads the stream",
        })
        .collect();
    writeln!(page, "Sent by {}; number {} on the wire.", senders.join(", or "), kind as u8)?;
    if !kind.has_line() && kind != Kind::TaskSuspend {
        writeln!(page, "No line causes it, so it has no `at`.")?;
    }
    if kind.described_fields().is_empty() {
        return Ok(());
    }
    page.push_str("\n| field | what it looks like | what it says |\n|---|---|---|\n");
    for field in kind.described_fields() {
        row(page, field)?;
    }
    Ok(())
}

fn row(page: &mut String, field: &Described) -> fmt::Result {
    let mut shape = String::new();
    (field.shape)(&mut shape)?;
    let mark = if field.varies { " *" } else { "" };
    writeln!(page, "| `{}`{mark} | {} | {} |", field.name, cell(&shape), cell(&joined(field.doc)))
}

/// The lines of a documentation as one.
fn joined(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// A documentation with each sentence on a line of its own.
fn sentences(doc: &[&str]) -> String {
    joined(doc).replace(". ", ".\n")
}

/// A text as it stands in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_current() {
        check(&crate::root()).unwrap();
    }

    #[test]
    fn every_event_field_and_word_is_on_the_page_with_what_it_says() {
        let page = page().unwrap();
        for kind in Kind::ALL {
            assert!(page.contains(&format!("\n### `{}`\n", kind.word())), "{kind:?}");
            for field in kind.described_fields() {
                assert!(!field.doc.is_empty(), "{kind:?} {}", field.name);
                assert!(page.contains(&joined(field.doc)), "{kind:?} {}", field.name);
            }
        }
        for (word, doc) in WORDS.iter().flat_map(|set| set.words) {
            assert!(!doc.is_empty(), "{word}");
            assert!(page.contains(&format!("| `{word}` | ")), "{word}");
        }
    }
}
