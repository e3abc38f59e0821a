//! What the program wrote, line by line, the newest in sight. Lines of a board's log have a level, a
//! time and a place; they stand where they were written, which is before they were read.

use loopscope_model::Names;
use loopscope_model::why::Thing;
use loopscope_model::written::{HOST, level_word, log_line};
use loopscope_protocol::{Level, Stream, Word};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::digest::{Origin, OutputLine};
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
    fn lists(&self, line: &OutputLine, position: usize, names: &Names) -> bool {
        match (self, line.origin()) {
            (Self::From(least), Origin::Log { level, .. }) => level >= *least,
            (Self::All | Self::From(_), _) => true,
            (Self::With(words), _) => {
                whole(line, position, names).to_lowercase().contains(words.as_str())
            }
        }
    }

    /// Less, or more, of the log.
    fn turned(&self, stricter: bool) -> Self {
        let at = match self {
            Self::From(least) => LEVELS.iter().position(|level| level == least).unwrap_or(0),
            Self::All | Self::With(_) => 0,
        };
        let at = if stricter { (at + 1).min(LEVELS.len() - 1) } else { at.saturating_sub(1) };
        if at == 0 { Self::All } else { Self::From(LEVELS[at]) }
    }
}

/// The levels by which the log can be narrowed. What was printed without one is always listed.
const LEVELS: [Level; 5] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];

/// A line as a terminal would show it.
fn whole(line: &OutputLine, position: usize, names: &Names) -> String {
    let text = line.upto(position);
    match line.origin() {
        Origin::Program => text.to_owned(),
        Origin::Log { level, time, place } => log_line(level, time, text, place, names),
        Origin::Host => format!("{HOST}{text}"),
    }
}

const fn role_of(level: Level) -> Role {
    match level {
        Level::Error => Role::Error,
        Level::Warn => Role::Warning,
        Level::Info | Level::Print => Role::Text,
        Level::Debug | Level::Trace => Role::Faint,
    }
}

impl Output {
    /// The numbers of the lines that are listed.
    fn listed(&self, lines: &[OutputLine], snapshot: &Snapshot<'_>) -> Vec<usize> {
        let (position, names) = (snapshot.position, snapshot.names);
        let from = if self.only == Only::All { 0 } else { lines.len().saturating_sub(REACH) };
        (from..lines.len()).filter(|n| self.only.lists(&lines[*n], position, names)).collect()
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
    let before = snapshot.changes.from();
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
    if let Origin::Log { level, time, place } = line.origin() {
        let role = role_of(level);
        let shown = time.map_or_else(String::new, |time| format!("{time:.3} "));
        let row = row
            .put(format!("{:<5} ", level_word(level)), role, theme)
            .put(shown, Role::Faint, theme)
            .put(clean(text), role, theme);
        // Who ran when it was written, and where in the program that stands.
        let who = snapshot.digest.ran_at(line.from()).filter(|_| width >= 56 && time.is_some());
        let who = who.map(|id| words::handle_name(snapshot, id));
        let place = snapshot.names.place(place).filter(|_| width >= 44);
        let right: Vec<String> = who.into_iter().chain(place).collect();
        return row.put_right(right.join("  "), Role::Faint, theme);
    }
    let text = whole(line, snapshot.position, snapshot.names);
    let text = text.as_str();
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
            Only::From(level) => format!(", {} and worse", level_word(*level)),
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
        let listed = self.listed(lines, snapshot);
        match action {
            Action::Open => {
                if let Some(row) = self.scroll.selected(listed.len()) {
                    return Effect::Seek(lines[listed[row]].from());
                }
                if listed.is_empty() {
                    return Effect::Done;
                }
                let last = &listed[listed.len().saturating_sub(500)..];
                let line = |n: &usize| whole(&lines[*n], snapshot.position, snapshot.names);
                let text: Vec<String> = last.iter().map(line).collect();
                let thing = last.last().map(|line| Thing::At(lines[*line].from()));
                Effect::Show { title: "output".to_owned(), text: text.join("\n"), thing }
            }
            Action::Left | Action::Right => {
                self.only = self.only.turned(action == Action::Right);
                self.scroll.select(None);
                Effect::Done
            }
            // The last line follows what comes.
            Action::Bottom => {
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
        let listed = self.listed(lines, snapshot);
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
        let level = Level::parse(&text.to_lowercase()).filter(|level| LEVELS.contains(level));
        self.only = match (text, level) {
            ("", _) => Only::All,
            (_, Some(level)) => Only::From(level),
            (words, None) => Only::With(words.to_lowercase()),
        };
        self.scroll.select(None);
        true
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let lines = snapshot.digest.lines(snapshot.position);
        let listed = self.listed(lines, snapshot);
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
