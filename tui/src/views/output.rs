//! What the program wrote, line by line, the newest in sight.

use loopscope_protocol::Stream;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "output";

/// What the program wrote.
#[derive(Debug, Default)]
pub struct Output {
    scroll: Scroll,
}

impl View for Output {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let lines = snapshot.digest.lines(snapshot.position).len();
        let count = match lines {
            0 => String::new(),
            1 => ": 1 line".to_owned(),
            n => format!(": {n} lines"),
        };
        let gone = match snapshot.changes.outputs {
            n if n < 0 => format!(" -{}", -n),
            _ => String::new(),
        };
        Line::from(vec![
            Span::styled("output", theme.style(Role::Title)),
            Span::styled(count, theme.style(Role::Text)),
            Span::styled(gone, theme.style(Role::Left)),
        ])
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let lines = snapshot.digest.lines(snapshot.position);
        if action == Action::Open {
            let start = lines.len().saturating_sub(500);
            let text: Vec<&str> =
                lines[start..].iter().map(|l| l.upto(snapshot.position)).collect();
            return Effect::Show { title: "output".to_owned(), text: text.join("\n") };
        }
        let (page, last) = (usize::from(area.height), lines.len().saturating_sub(1));
        let used = self.scroll.update(action, lines.len(), page, last);
        if used { Effect::Done } else { Effect::Ignored }
    }

    fn follow(&mut self) {
        self.scroll.select(None);
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let lines = snapshot.digest.lines(snapshot.position);
        if lines.is_empty() {
            Row::of("  (nothing written yet)", Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let before = usize::try_from(snapshot.changes.before.position()).unwrap_or(usize::MAX);
        let selected = self.scroll.selected(lines.len());
        let first = match selected {
            Some(row) => list::window(lines.len(), area.height.into(), row),
            None => lines.len().saturating_sub(area.height.into()),
        };
        let rows = |number: usize| {
            let line = &lines[number];
            let text = clean(line.upto(snapshot.position)).into_owned();
            let new = line.from() > before;
            let grown = !new && line.upto(before) != line.upto(snapshot.position);
            let (sign, role) = match (new, grown) {
                (true, _) => ("+ ", Role::Arrived),
                (_, true) => ("~ ", Role::Changed),
                _ => ("  ", Role::Text),
            };
            let row = Row::of(sign, role, theme);
            match line.stream {
                Stream::Stdout => row.put(text, Role::Text, theme),
                Stream::Stderr => {
                    row.put(text, Role::Stderr, theme).put_right("stderr", Role::Faint, theme)
                }
            }
        };
        list::draw(rows, lines.len(), first, selected, theme, area, buffer);
    }
}
