//! What the program wrote, line by line, the newest in sight. Lines of a board's log have a level, a
//! time and a place; they stand where they were written, which is before they were read.

use loopscope_model::log::{Level, LogLine};
use loopscope_protocol::Stream;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::digest::OutputLine;
use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "output";

/// With a filter, at most this many of the latest lines are looked at.
const REACH: usize = 20_000;

/// What the program wrote.
#[derive(Debug, Default)]
pub struct Output {
    scroll: Scroll,
    only: Only,
}

/// Which lines are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Only {
    /// All.
    #[default]
    All,
    /// Of the log those that matter so much, and what is not of the log.
    From(Level),
    /// Those with these words.
    With(String),
}

impl Only {
    fn lists(&self, line: &OutputLine, position: usize) -> bool {
        let text = line.upto(position);
        match self {
            Self::All => true,
            Self::From(least) => log_line(line, text).is_none_or(|line| line.level >= *least),
            Self::With(words) => text.to_lowercase().contains(words.as_str()),
        }
    }

    /// Less, or more, of the log.
    fn turned(&self, stricter: bool) -> Self {
        let all = Level::ALL;
        let at = match self {
            Self::From(least) => all.iter().position(|level| level == least).unwrap_or(0),
            Self::All | Self::With(_) => 0,
        };
        let at = if stricter { (at + 1).min(all.len() - 1) } else { at.saturating_sub(1) };
        if at == 0 { Self::All } else { Self::From(all[at]) }
    }
}

/// A line of the log in its parts. Only a board's log comes to standard error in that form.
fn log_line<'a>(line: &OutputLine, text: &'a str) -> Option<LogLine<'a>> {
    (line.stream == Stream::Stderr).then(|| LogLine::parse(text)).flatten()
}

const fn role_of(level: Level) -> Role {
    match level {
        Level::Error => Role::Error,
        Level::Warn => Role::Warning,
        Level::Info => Role::Text,
        Level::Debug | Level::Trace => Role::Faint,
    }
}

impl Output {
    /// The numbers of the lines that are listed.
    fn listed(&self, lines: &[OutputLine], position: usize) -> Vec<usize> {
        let from = if self.only == Only::All { 0 } else { lines.len().saturating_sub(REACH) };
        (from..lines.len()).filter(|n| self.only.lists(&lines[*n], position)).collect()
    }

    fn first(&self, len: usize, area: Rect) -> usize {
        match self.scroll.selected(len) {
            Some(row) => list::window(len, area.height.into(), row),
            None => len.saturating_sub(area.height.into()),
        }
    }
}

/// A row of the panel.
fn row(snapshot: &Snapshot<'_>, theme: &Theme, line: &OutputLine, width: u16) -> Row {
    let before = usize::try_from(snapshot.changes.before.position()).unwrap_or(usize::MAX);
    let text = line.upto(snapshot.position);
    let came = |at: usize| at > before && at <= snapshot.position;
    let new = came(line.from()) || came(line.told());
    let grown = !new && line.upto(before) != text;
    let (sign, role) = match (new, grown) {
        (true, _) => ("+ ", Role::Arrived),
        (_, true) => ("~ ", Role::Changed),
        _ => ("  ", Role::Text),
    };
    let row = Row::of(sign, role, theme);
    if let Some(log) = log_line(line, text) {
        let role = role_of(log.level);
        let time = log.time.map_or_else(String::new, |time| format!("{time:.3} "));
        let row = row
            .put(format!("{:<5} ", log.level.word()), role, theme)
            .put(time, Role::Faint, theme)
            .put(clean(log.message), role, theme);
        // Who ran when it was written, and where in the program that stands.
        let who = snapshot.digest.ran_at(line.from()).filter(|_| width >= 56 && log.time.is_some());
        let who = who.map(|id| words::handle_name(snapshot, id));
        let place = log.place.filter(|_| width >= 44).map(str::to_owned);
        let right: Vec<String> = who.into_iter().chain(place).collect();
        return row.put_right(right.join("  "), Role::Faint, theme);
    }
    match line.stream {
        Stream::Stdout => row.put(clean(text), Role::Text, theme),
        Stream::Stderr => {
            row.put(clean(text), Role::Stderr, theme).put_right("stderr", Role::Faint, theme)
        }
    }
}

impl View for Output {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let lines = snapshot.digest.lines(snapshot.position);
        let count = match lines.len() {
            0 => String::new(),
            1 => ": 1 line".to_owned(),
            n => format!(": {n} lines"),
        };
        let gone = match snapshot.changes.outputs {
            n if n < 0 => format!(" -{}", -n),
            _ => String::new(),
        };
        let only = match &self.only {
            Only::All => String::new(),
            Only::From(Level::Error) => ", only ERROR".to_owned(),
            Only::From(level) => format!(", {} and worse", level.word()),
            Only::With(words) => format!(", only \"{words}\""),
        };
        let name = if snapshot.board { "log" } else { "output" };
        Line::from(vec![
            Span::styled(name, theme.style(Role::Title)),
            Span::styled(count, theme.style(Role::Text)),
            Span::styled(only, theme.style(Role::Changed)),
            Span::styled(gone, theme.style(Role::Left)),
        ])
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "go to where the selected line was written; with none selected: all lines"),
            ("h l", "more or less of a board's log: TRACE, DEBUG, INFO, WARN, ERROR"),
            ("/", "only lines with these words; a level: it and worse"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let lines = snapshot.digest.lines(snapshot.position);
        let listed = self.listed(lines, snapshot.position);
        match action {
            Action::Open => {
                if let Some(row) = self.scroll.selected(listed.len()) {
                    return Effect::Seek(lines[listed[row]].from());
                }
                let last = &listed[listed.len().saturating_sub(500)..];
                let text: Vec<&str> =
                    last.iter().map(|n| lines[*n].upto(snapshot.position)).collect();
                Effect::Show { title: "output".to_owned(), text: text.join("\n") }
            }
            Action::Left | Action::Right => {
                self.only = self.only.turned(action == Action::Right);
                self.scroll.select(None);
                Effect::Done
            }
            Action::Close if self.only != Only::All && self.scroll.selected(1).is_none() => {
                self.only = Only::All;
                Effect::Done
            }
            _ => {
                let (page, last) = (usize::from(area.height), listed.len().saturating_sub(1));
                // The first step up is from below the last line, which follows what comes.
                let start = if action == Action::Up { last + 1 } else { last };
                let used = self.scroll.update(action, listed.len(), page, start);
                if used { Effect::Done } else { Effect::Ignored }
            }
        }
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let lines = snapshot.digest.lines(snapshot.position);
        let listed = self.listed(lines, snapshot.position);
        let first = self.first(listed.len(), area);
        let Some(row) = list::row_at(area, at, listed.len(), first) else {
            return Effect::Ignored;
        };
        if self.scroll.selected(listed.len()) == Some(row) {
            return Effect::Seek(lines[listed[row]].from());
        }
        self.scroll.select(Some(row));
        Effect::Done
    }

    fn follow(&mut self) {
        self.scroll.select(None);
    }

    fn filter(&mut self, text: &str) -> bool {
        self.only = match (text, Level::parse(text)) {
            ("", _) => Only::All,
            (_, Some(level)) => Only::From(level),
            (words, None) => Only::With(words.to_lowercase()),
        };
        self.scroll.select(None);
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let lines = snapshot.digest.lines(snapshot.position);
        let listed = self.listed(lines, snapshot.position);
        if listed.is_empty() {
            let text =
                if lines.is_empty() { "  (nothing written yet)" } else { "  (no such line yet)" };
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let selected = self.scroll.selected(listed.len());
        let first = self.first(listed.len(), area);
        let rows = |number: usize| row(snapshot, theme, &lines[listed[number]], area.width);
        list::draw(rows, listed.len(), first, selected, theme, area, buffer);
    }
}

#[cfg(test)]
mod tests;
