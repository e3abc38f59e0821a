//! A line becomes a [`Command`]. Pure: it knows no session, so a mistake is told before anything
//! happens.

mod duration;
mod events;
mod places;
mod spelling;

use loopscope_model::expr::Expr;
use loopscope_protocol::{Dialect, Word as _};

use super::Trouble;
use super::command::{Command, Format, FrameMove, Late, TaskRef, ToWrite, Topic, Unit};
use super::log_line::Template;
use super::table::{self, Found};
use events::{events, expect};
use places::{bookmark, target};
use spelling::nearest;

pub use duration::duration;

/// Reads a line.
///
/// ```
/// use loopscope_session::{Command, Unit, parse};
/// assert_eq!(parse("s 3"), Ok(Command::Forward(Unit::Record, 3)));
/// assert!(parse("frobnicate").unwrap_err().text.contains("frobnicate"));
/// ```
pub fn parse(line: &str) -> Result<Command, Trouble> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Command::Repeat);
    }
    if line.starts_with('#') {
        return Ok(Command::Nothing);
    }
    let (word, rest) = split_word(line);
    let row = match table::find(word) {
        Found::One(row) => row,
        Found::Several(names) => {
            let names = names.join(", ");
            return Err(trouble(format!("`{word}` could be {names}; write more of it")));
        }
        Found::None => return Err(unknown(word)),
    };
    arguments(row.name, rest)
}

/// The first word of a line and what comes after it. A command may be followed directly by
/// something that is no letter: `goto 5`, but also `p(ready)`.
pub(super) fn split_word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let end = line
        .char_indices()
        .find(|(at, c)| !(c.is_alphanumeric() || *c == '-' && *at > 0 || *c == '_'))
        .map_or(line.len(), |(at, c)| if at == 0 { c.len_utf8() } else { at });
    (&line[..end], line[end..].trim())
}

fn arguments(name: &str, rest: &str) -> Result<Command, Trouble> {
    Ok(match name {
        "step" => Command::Forward(Unit::Record, count(name, rest)?),
        "next" => Command::Forward(Unit::Handle, count(name, rest)?),
        "turn" => Command::Forward(Unit::Turn, count(name, rest)?),
        "rstep" => Command::Back(Unit::Record, count(name, rest)?),
        "rnext" => Command::Back(Unit::Handle, count(name, rest)?),
        "rturn" => Command::Back(Unit::Turn, count(name, rest)?),
        "continue" => nothing(name, rest, Command::Continue)?,
        "rcontinue" => nothing(name, rest, Command::BackContinue)?,
        "until" => Command::Until(events(name, rest)?),
        "finish" => Command::Finish(task(rest)),
        "goto" => Command::Goto(target(rest)?),
        "break" => Command::Break { events: events(name, rest)?, temporary: false },
        "tbreak" => Command::Break { events: events(name, rest)?, temporary: true },
        "logpoint" => logpoint(name, rest)?,
        "watch" => Command::Watch(any_expression(name, rest)?),
        "delete" => Command::Delete(numbers(name, rest)?),
        "disable" => Command::Disable(numbers(name, rest)?),
        "enable" => Command::Enable(numbers(name, rest)?),
        "undisplay" => Command::Undisplay(numbers(name, rest)?),
        "commands" => Command::Commands(one_number(name, rest)?),
        "end" => nothing(name, rest, Command::End)?,
        "line" => Command::Line(count(name, rest)?),
        "restart" => nothing(name, rest, Command::Restart)?,
        "frame" => Command::Frame(FrameMove::To(one_number(name, rest)?)),
        "up" => Command::Frame(FrameMove::Up(count(name, rest)?)),
        "down" => Command::Frame(FrameMove::Down(count(name, rest)?)),
        "info" => info(rest)?,
        "where" => Command::Where(task(rest)),
        "why" => why(rest),
        "print" => Command::Print(any_expression(name, rest)?),
        "display" if rest.is_empty() => Command::Display(None),
        "display" => Command::Display(Some(any_expression(name, rest)?)),
        "list" => Command::List(one_number(name, rest)?),
        "py" => Command::Py(needed(name, rest, "a Python statement")?),
        "bookmark" => Command::Bookmark(bookmark(rest)?),
        "record" => {
            let (rest, force) = forced(rest);
            Command::Record(ToWrite { path: needed(name, rest, "the file to write")?, force })
        }
        "export" => export(rest)?,
        "diff" => match Dialect::parse(rest.trim()) {
            Some(dialect) => Command::DiffDialect(dialect),
            None => {
                Command::Diff(needed(name, rest, "the recording or the dialect to compare with")?)
            }
        },
        "lesson" => Command::Lesson,
        "predict" => Command::Predict,
        "attach" => Command::Attach,
        "detach" => nothing(name, rest, Command::Detach)?,
        "pause" => nothing(name, rest, Command::Pause)?,
        "resume" => nothing(name, rest, Command::Resume)?,
        "interrupt" => nothing(name, rest, Command::Interrupt)?,
        "assert" => Command::Assert(expression(name, rest)?),
        "expect" => expect(rest)?,
        "source" => Command::Source(needed(name, rest, "the file with the commands")?),
        "set" => set(rest)?,
        "help" => Command::Help((!rest.is_empty()).then(|| rest.to_owned())),
        "quit" => nothing(name, rest, Command::Quit)?,
        // The table and this list are checked against each other by a test.
        _ => return Err(unknown(name)),
    })
}

pub(super) fn trouble(text: impl Into<String>) -> Trouble {
    Trouble { text: text.into() }
}

fn unknown(word: &str) -> Trouble {
    let near = nearest(word, table::offered().map(|row| row.name));
    let hint = near.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
    trouble(format!("There is no command `{word}`{hint}; `help` lists them all."))
}

fn nothing(name: &str, rest: &str, command: Command) -> Result<Command, Trouble> {
    if rest.is_empty() {
        return Ok(command);
    }
    Err(trouble(format!("`{name}` takes nothing, but `{rest}` stands after it.")))
}

fn needed(name: &str, rest: &str, what: &str) -> Result<String, Trouble> {
    if rest.is_empty() {
        return Err(trouble(format!("`{name}` needs {what}: {}.", usage(name))));
    }
    Ok(rest.to_owned())
}

fn usage(name: &str) -> String {
    let row = table::ROWS.iter().find(|row| row.name == name);
    row.map_or(String::new(), |row| {
        let shown = if row.example.is_empty() { row.usage } else { row.example };
        format!("`{shown}`")
    })
}

fn count(name: &str, rest: &str) -> Result<u32, Trouble> {
    match rest {
        "" => Ok(1),
        _ => rest.parse().ok().filter(|n| *n > 0).ok_or_else(|| {
            trouble(format!(
                "`{name}` counts with a whole number from 1 to {}, not `{rest}`.",
                u32::MAX
            ))
        }),
    }
}

/// The text is the last thing on the line, in quotes.
fn logpoint(name: &str, rest: &str) -> Result<Command, Trouble> {
    let text = rest.strip_suffix('"').and_then(|rest| rest.rsplit_once('"'));
    let Some((before, text)) = text else {
        return Err(trouble(format!("`{name}` needs an event and a text: {}.", usage(name))));
    };
    Template::parse(text)?;
    Ok(Command::Logpoint { events: events(name, before.trim())?, text: text.to_owned() })
}

fn one_number(name: &str, rest: &str) -> Result<Option<u32>, Trouble> {
    let list = numbers(name, rest)?;
    match list[..] {
        [] => Ok(None),
        [number] => Ok(Some(number)),
        _ => Err(trouble(format!("`{name}` takes one number, not {}.", list.len()))),
    }
}

fn numbers(name: &str, rest: &str) -> Result<Vec<u32>, Trouble> {
    rest.split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.parse().map_err(|_| {
                trouble(format!(
                    "`{name}` takes whole numbers from 0 to {}, not `{word}`.",
                    u32::MAX
                ))
            })
        })
        .collect()
}

fn expression(name: &str, text: &str) -> Result<String, Trouble> {
    if text.is_empty() {
        return Err(trouble(format!("`{name}` needs an expression: {}.", usage(name))));
    }
    checked(text)
}

/// An expression, of ours or Python's: which of them it is, and whether it means anything, is seen
/// where it is asked for.
fn any_expression(name: &str, text: &str) -> Result<String, Trouble> {
    if text.is_empty() { expression(name, text) } else { Ok(text.trim().to_owned()) }
}

/// Only behind `locals` something may stand.
fn info(rest: &str) -> Result<Command, Trouble> {
    let (word, of) = split_word(rest);
    if !word.is_empty() && topic(word) == Ok(Topic::Locals) {
        return Ok(Command::Locals(task(of)));
    }
    topic(rest).map(Command::Info)
}

fn checked(text: &str) -> Result<String, Trouble> {
    let text = text.trim();
    if text.is_empty() {
        return Err(trouble(
            "After `if` an expression is missing; `help expr` shows what there is.",
        ));
    }
    match Expr::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(trouble(error.to_string())),
    }
}

fn why(rest: &str) -> Command {
    let Some(what) = rest.strip_prefix("late").filter(|it| it.is_empty() || it.starts_with(' '))
    else {
        return Command::Why(task(rest));
    };
    let what = what.trim();
    let handle = what.strip_prefix('h').and_then(|number| number.parse().ok());
    Command::WhyLate(match handle {
        Some(handle) => Some(Late::Handle(handle)),
        None => task(what).map(Late::Task),
    })
}

fn task(rest: &str) -> Option<TaskRef> {
    let name = rest.strip_prefix("task ").unwrap_or(rest).trim();
    if name.is_empty() {
        return None;
    }
    let number = name.strip_prefix('#').unwrap_or(name).parse().ok();
    Some(number.map_or_else(|| TaskRef::Name(name.to_owned()), TaskRef::Number))
}

fn topic(rest: &str) -> Result<Topic, Trouble> {
    let all = || Topic::ALL.iter().map(|topic| topic.word()).collect::<Vec<_>>().join(", ");
    if rest.is_empty() {
        return Err(trouble(format!("`info` about what? There is {}.", all())));
    }
    let mut begin = Topic::ALL.iter().filter(|topic| topic.word().starts_with(rest));
    let exact = Topic::ALL.iter().find(|topic| topic.word() == rest);
    match (exact, begin.next(), begin.next()) {
        (Some(topic), _, _) | (None, Some(topic), None) => Ok(*topic),
        (None, Some(_), Some(_)) => {
            Err(trouble(format!("`info {rest}` could be more than one; there is {}.", all())))
        }
        (None, None, _) => {
            Err(trouble(format!("`info` knows nothing of `{rest}`; there is {}.", all())))
        }
    }
}

/// What is left of the arguments without `--force`, and whether that was there.
fn forced(rest: &str) -> (&str, bool) {
    const WORD: &str = "--force";
    let apart = |left: &str| left.is_empty() || left.ends_with(char::is_whitespace);
    let before = rest.strip_suffix(WORD).filter(|left| apart(left));
    let after = || rest.strip_prefix(WORD).filter(|left| left.starts_with(char::is_whitespace));
    match before.or_else(after) {
        Some(left) => (left.trim(), true),
        None => (rest, false),
    }
}

fn export(rest: &str) -> Result<Command, Trouble> {
    let (rest, force) = forced(rest);
    let path = needed("export", rest, "the file to write")?;
    let by_word = |word: &str| Format::ALL.iter().copied().find(|format| format.word() == word);
    let to = |path: &str| ToWrite { path: path.trim().to_owned(), force };
    // Either order, since both read well.
    if let Some((path, last)) = rest.rsplit_once(char::is_whitespace)
        && let Some(format) = by_word(last)
    {
        return Ok(Command::Export(to(path), Some(format)));
    }
    if let Some((first, path)) = rest.split_once(char::is_whitespace)
        && let Some(format) = by_word(first)
    {
        return Ok(Command::Export(to(path), Some(format)));
    }
    Ok(Command::Export(to(&path), None))
}

fn set(rest: &str) -> Result<Command, Trouble> {
    if rest.is_empty() {
        return Ok(Command::Set(None));
    }
    let Some((name, value)) = rest.split_once([' ', '=']) else {
        return Err(trouble(format!(
            "`set {rest}` needs a value; `set` alone lists the settings."
        )));
    };
    let value = value.trim().trim_start_matches('=').trim();
    Ok(Command::Set(Some((name.trim().to_owned(), value.to_owned()))))
}

#[cfg(test)]
mod tests;
