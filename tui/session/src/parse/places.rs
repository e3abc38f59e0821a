//! Where to go: what `goto` and `bookmark` take.

use super::events::is_word;
use super::trouble;
use crate::Trouble;
use crate::command::Target;

pub(super) fn target(text: &str) -> Result<Target, Trouble> {
    let bad = || {
        trouble(format!(
            "`goto {text}` is no place: write a record's number, `N%`, `t=SECONDS`, `start`, `end` or a bookmark."
        ))
    };
    if text.is_empty() {
        return Err(trouble(
            "`goto` needs a place: a record's number, `N%`, `t=SECONDS`, `start`, `end` or a bookmark.",
        ));
    }
    let finite = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    if let Some(percent) = text.strip_suffix('%') {
        let percent = finite(percent).filter(|n| (0.0..=100.0).contains(n));
        return percent.map(Target::Percent).ok_or_else(bad);
    }
    if let Some((name, time)) = text.split_once('=') {
        let time = time.trim();
        let time = finite(time.strip_suffix('s').unwrap_or(time)).filter(|n| *n >= 0.0);
        return time.filter(|_| name.trim() == "t").map(Target::Time).ok_or_else(bad);
    }
    match text {
        "start" => return Ok(Target::Start),
        "end" => return Ok(Target::End),
        _ => {}
    }
    let number = text.strip_prefix('#').unwrap_or(text);
    if number.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return number.parse().map(Target::Record).map_err(|_| bad());
    }
    if is_name(text) { Ok(Target::Bookmark(text.to_owned())) } else { Err(bad()) }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| is_word(c) || c == '-') && text.starts_with(|c: char| c.is_alphabetic())
}

pub(super) fn bookmark(rest: &str) -> Result<Option<String>, Trouble> {
    if rest.is_empty() {
        return Ok(None);
    }
    if !is_name(rest) || matches!(rest, "start" | "end") {
        return Err(trouble(format!(
            "A bookmark's name begins with a letter and is one word other than `start` and `end`; `{rest}` is not."
        )));
    }
    Ok(Some(rest.to_owned()))
}
