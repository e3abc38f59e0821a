//! What to wait for: an event, a group of them, a condition, and how long.

use loopscope_protocol::{Kind, KindSet};

use super::duration::duration;
use super::spelling::nearest;
use super::{checked, trouble, usage};
use crate::Trouble;
use crate::command::{Command, Events};

/// `EVENT [if EXPR]`, where a line or a function may stand in the place of the event.
pub(super) fn events(name: &str, text: &str) -> Result<Events, Trouble> {
    let (word, rest) = split_event(text);
    if word.is_empty() {
        return Err(trouble(format!("`{name}` needs an event: {}.", usage(name))));
    }
    let place = place(word);
    let (name, kinds) = match &place {
        Some((kinds, _)) => (word.to_owned(), *kinds),
        None => kinds(word)?,
    };
    let condition = match rest.strip_prefix("if").filter(|after| !after.starts_with(is_word)) {
        _ if rest.is_empty() => None,
        Some(condition) => Some(checked(condition)?),
        None => {
            return Err(trouble(format!(
                "After the event only `if EXPR` may follow, not `{rest}`."
            )));
        }
    };
    // Of a line the name says it, of a function the condition does.
    let line = place.is_some().then(|| name.clone()).filter(|name| !name.ends_with("()"));
    let asked = condition.clone().filter(|_| line.is_some());
    let condition = match (place, condition) {
        (Some((_, place)), Some(condition)) => Some(format!("{place} and ({condition})")),
        (Some((_, place)), None) => Some(place),
        (None, condition) => condition,
    };
    Ok(Events { name, kinds, condition, line, asked })
}

/// `FILE:LINE`: whatever that line causes. `FUNCTION()`: the loop begins to run it. The kinds, and
/// the condition that says it.
fn place(word: &str) -> Option<(KindSet, String)> {
    if word.contains(['"', '\\']) {
        return None;
    }
    if let Some((file, line)) = word.rsplit_once(':')
        && !file.is_empty()
        && line.parse::<u32>().is_ok()
    {
        let kinds = Kind::ALL.iter().copied();
        let kinds = kinds.filter(|kind| kind.has_line() || *kind == Kind::TaskSuspend);
        return Some((kinds.collect(), format!("at == \"{word}\"")));
    }
    let function = word.strip_suffix("()").filter(|name| !name.is_empty())?;
    let begins = format!("handle.name == \"{function}\" and (task == null or task.steps == 0)");
    Some((KindSet::NONE.with(Kind::HandleRun), begins))
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split_event(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// An event's name, the beginning of only one, or a group such as `handle-*`.
fn kinds(word: &str) -> Result<(String, KindSet), Trouble> {
    if let Some(kind) = Kind::parse(word) {
        return Ok((word.to_owned(), KindSet::NONE.with(kind)));
    }
    let (start, group) = word.strip_suffix('*').map_or((word, false), |start| (start, true));
    let found: Vec<Kind> =
        Kind::ALL.iter().copied().filter(|kind| kind.word().starts_with(start)).collect();
    match found[..] {
        [] => {
            let near = nearest(word, Kind::ALL.iter().map(|kind| kind.word()));
            let hint = near.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
            Err(trouble(format!("There is no event `{word}`{hint}; `help events` lists them all.")))
        }
        [kind] if !group => Ok((kind.word().to_owned(), KindSet::NONE.with(kind))),
        _ if group => Ok((word.to_owned(), found.into_iter().collect())),
        _ => {
            let names: Vec<&str> = found.iter().map(|kind| kind.word()).collect();
            let names = names.join(", ");
            Err(trouble(format!(
                "`{word}` could be {names}; write more of it, or `{word}*` for all."
            )))
        }
    }
}

pub(super) fn expect(text: &str) -> Result<Command, Trouble> {
    let (word, rest) = split_event(text);
    // `within` may stand before `if`, or at the end.
    let (rest, within) = if let Some(after) = rest.strip_prefix("within ") {
        let (time, rest) = split_event(after.trim_start());
        (rest, Some(duration(time)?))
    } else if let Some((before, time)) = split_last(rest, "within") {
        (before, Some(duration(time)?))
    } else {
        (rest, None)
    };
    let events = events("expect", &format!("{word} {rest}"))?;
    Ok(Command::Expect { events, within })
}

/// Splits at the last ` word ` if what follows it looks like a duration.
fn split_last<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = text.rfind(word)?;
    let (before, after) = (&text[..at], text[at + word.len()..].trim());
    let looks = before.ends_with(char::is_whitespace)
        && text[at + word.len()..].starts_with(char::is_whitespace)
        && after.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && !after.contains(char::is_whitespace);
    looks.then_some((before.trim(), after))
}
