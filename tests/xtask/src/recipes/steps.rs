//! The first steps of each recipe, as its text has them, for something called "example".

use std::path::Path;

use loopscope_protocol::Kind;

use super::edited;
use crate::Outcome;

/// Puts `new` behind the first `anchor`.
fn behind(text: &str, anchor: &str, new: &str) -> Outcome<String> {
    let at = text.find(anchor).ok_or_else(|| format!("`{anchor}` is not there any more"))?;
    let at = at + anchor.len();
    Ok(format!("{}{new}{}", &text[..at], &text[at..]))
}

/// Puts `new` before the first `end` behind `anchor`.
fn before_the_end(text: &str, anchor: &str, end: &str, new: &str) -> Outcome<String> {
    let from = text.find(anchor).ok_or_else(|| format!("`{anchor}` is not there any more"))?;
    let at = text[from..].find(end).ok_or_else(|| format!("`{anchor}` has no end"))? + from;
    Ok(format!("{}{new}{}", &text[..at], &text[at..]))
}

/// A file and a row of the table.
pub(super) fn view(copy: &Path) -> Outcome {
    let file = copy.join("tui/screen/src/views/example.rs");
    std::fs::write(file, include_str!("example_view.txt"))?;
    edited(copy, "tui/screen/src/views.rs", |text| {
        let text = behind(&text, "pub mod digest;\n", "pub mod example;\n")?;
        let row = "\n    Entry {\n        id: example::ID,\n        about: \"an example\",\n        make: || Box::<example::Example>::default(),\n    },";
        behind(&text, "pub static TABLE: &[Entry] = &[", row)
    })
}

/// A variant with the next number, in its family.
pub(super) fn event(copy: &Path) -> Outcome {
    let used = Kind::ALL.iter().map(|kind| *kind as u8);
    let old = Kind::RETIRED.iter().map(|(code, _)| *code);
    let number = used.chain(old).max().unwrap_or_default() + 1;
    let variant = format!(
        "\n        /// An example of an event.\n        {number} Example \"example\" from Program {{\n            /// Which.\n            task: TaskId,\n        }}"
    );
    edited(copy, "engine/protocol/src/event.rs", |text| {
        before_the_end(&text, "family Task TaskEvent {", "\n    }\n", &variant)
    })
}

/// A row of the table, the variant, and its reading.
pub(super) fn command(copy: &Path) -> Outcome {
    let row = "\n    \"example\" [] Nothing \"example\"\n        \"Shows an example.\" \"\"";
    edited(copy, "tui/session/src/table.rs", |text| behind(&text, "\n    Look:", row))?;
    edited(copy, "tui/session/src/command.rs", |text| {
        behind(&text, "pub enum Command {", "\n    /// `example`.\n    Example,")
    })?;
    edited(copy, "tui/session/src/parse.rs", |text| {
        let reading = "\n        \"example\" => nothing(name, rest, Command::Example)?,";
        behind(&text, "    Ok(match name {", reading)
    })
}

/// A word at the end of the set.
pub(super) fn dialect(copy: &Path) -> Outcome {
    let word = "        /// An example of a dialect.\n        Example = \"example\",\n";
    edited(copy, "engine/protocol/src/words.rs", |text| {
        before_the_end(&text, "\n    Dialect {", "    }\n", word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_go_where_they_are_told_and_say_when_they_cannot() {
        assert_eq!(behind("a { b }", "{", " x").unwrap(), "a { x b }");
        assert_eq!(before_the_end("a } b { c }", "b", "}", "x ").unwrap(), "a } b { c x }");
        assert!(behind("a", "b", "c").unwrap_err().to_string().contains("`b`"));
        assert!(before_the_end("b", "b", "c", "d").is_err());
    }
}
