//! The help: from the table of commands and the model's table of expression words.

use std::fmt::Write;

use loopscope_model::expr;
use loopscope_protocol::Kind;

use super::answer::Trouble;
use super::command::Topic;
use super::settings::SETTINGS;
use super::table::{self, Found, Group, ROWS, Row};

/// The help on everything, on a command or an event, or on `expr`, `events`, `info` or `set`.
pub fn help(topic: Option<&str>) -> Result<String, Trouble> {
    let Some(topic) = topic else { return Ok(all()) };
    // A whole name of an event is no beginning of a command's; `log` is both.
    if let Some(kind) = Kind::parse(topic) {
        let command = ROWS.iter().find(|row| row.name == topic || row.aliases.contains(&topic));
        let command = command.map_or(String::new(), |row| format!("{}\n\n", one(row)));
        return Ok(command + &event(kind));
    }
    match topic {
        "expr" | "EXPR" | "expressions" => Ok(expressions()),
        "events" | "EVENT" | "event" => Ok(events()),
        _ => match table::find(topic) {
            Found::One(row) => Ok(one(row)),
            Found::Several(names) => Ok(ROWS
                .iter()
                .filter(|row| names.contains(&row.name))
                .map(one)
                .collect::<Vec<_>>()
                .join("\n\n")),
            Found::None => Err(Trouble::new(format!(
                "There is no command `{topic}`; `help` lists them all, `help expr`, `help events` and `help glossary` explain the rest."
            ))),
        },
    }
}

fn all() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let _ = writeln!(text, "{}", group.title());
        for row in ROWS.iter().filter(|row| row.group == *group) {
            let short = first_alias(row);
            let _ = writeln!(text, "  {:<42}{short:>4}  {}", row.usage, row.help);
        }
    }
    text.push_str(
        "Names may be cut as long as they are clear; an empty line repeats the last step.\n\
         `help COMMAND` tells more; `help expr`: what EXPR may be; `help events`: what EVENT may be;\n\
         `help glossary`: what the words mean.",
    );
    text
}

fn first_alias(row: &Row) -> &'static str {
    row.aliases.first().copied().filter(|alias| alias.len() <= 3).unwrap_or("")
}

fn one(row: &Row) -> String {
    let mut text = format!("{}\n  {}", row.usage, row.help);
    if !row.aliases.is_empty() {
        let _ = write!(text, "\n  Also: {}", row.aliases.join(", "));
    }
    if !row.example.is_empty() {
        let _ = write!(text, "\n  For example: {}", row.example);
    }
    match row.name {
        "info" => {
            for topic in Topic::ALL {
                let _ = write!(text, "\n  {:<12} {}", topic.word(), topic.help());
            }
        }
        "set" => {
            for (name, help) in SETTINGS {
                let _ = write!(text, "\n  {name:<12} {help}");
            }
        }
        "py" => text.push_str(
            "\n  It runs where Python may run: before a handle, between turns, before the start, after\n  \
             the end. Names are the program's `__main__`; `loop` is the current loop.",
        ),
        "expect" => text.push_str(
            "\n  DURATION is loop time: seconds as 1.5, or 2s, 500ms, 10us, 3min. Breakpoints do not\n  stop it.",
        ),
        _ => {}
    }
    text
}

/// The words of expressions.
fn expressions() -> String {
    let mut text = "EXPR\n".to_owned();
    for row in expr::HELP {
        let _ = writeln!(text, "  {}\n      {}", row.word, row.gives);
    }
    text.push_str(
        "For example: until handle-run if name == \"tick\" and ready > 1\n\
         Loop time counts only what the loop's clock shows: under the virtual clock computing takes\n\
         no time.",
    );
    text
}

/// Every event with when it fires, in a sentence.
fn events() -> String {
    let mut text =
        "EVENT: one of these, the beginning of only one, or a group such as handle-*\n".to_owned();
    for kind in Kind::ALL {
        let said = said(kind.doc());
        let first = said.split_inclusive(". ").next().unwrap_or_default().trim_end();
        let _ = writeln!(text, "  {}\n      {first}", kind.word());
    }
    text.push_str(
        "`help EVENT` tells more, as `help timer-due`, with the fields that conditions know.",
    );
    text
}

/// When an event fires, and what its fields say.
fn event(kind: Kind) -> String {
    let mut text = format!("{}\n  {}", kind.word(), said(kind.doc()));
    for field in kind.described_fields() {
        let _ = write!(text, "\n  {:<12} {}", field.name, said(field.doc));
    }
    text
}

/// The lines of a documentation as sentences, without the signs of its links.
fn said(doc: &[&str]) -> String {
    let lines: Vec<&str> = doc.iter().map(|line| line.trim()).collect();
    lines.join(" ").replace("[`", "`").replace("`]", "`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_command_and_every_event() {
        let all = help(None).unwrap();
        for row in ROWS {
            let is_offered = row.group != Group::Elsewhere;
            assert_eq!(all.contains(row.usage), is_offered, "{}", row.name);
            assert!(help(Some(row.name)).unwrap().contains(row.help));
        }
        let events = help(Some("events")).unwrap();
        for kind in Kind::ALL {
            assert!(events.contains(kind.word()));
        }
        assert!(help(Some("frobnicate")).is_err());
    }

    #[test]
    fn the_help_says_when_each_event_fires_and_what_its_fields_are() {
        let events = help(Some("events")).unwrap();
        assert!(events.contains("A task has given up control and waits."), "{events}");
        for kind in Kind::ALL {
            let own = help(Some(kind.word())).unwrap();
            assert!(own.lines().count() > kind.described_fields().len(), "{own}");
            assert!(kind.field_names().iter().all(|name| own.contains(name)), "{own}");
            assert!(!own.contains("[`"), "{own}");
        }
    }
}
