//! The list of what stops the program and what is shown at each stop: breakpoints, watches, displays.
//! Each row can be switched off and on, or deleted.

use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::views::BreakRow;
use crate::widgets::popup::Popup;
use crate::widgets::row::Row;

/// What a row of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// A breakpoint or a watch, and whether it counts.
    Break(u32, bool),
    /// A display.
    Display(u32),
}

impl Listed {
    /// The command that does what a key asks of this row; `None`: the key means something else here.
    pub(super) fn command(self, action: Action) -> Option<String> {
        let toggles = matches!(action, Action::Play | Action::Open);
        Some(match (self, action) {
            (Self::Break(number, true), _) if toggles => format!("disable {number}"),
            (Self::Break(number, false), _) if toggles => format!("enable {number}"),
            (Self::Break(number, _), Action::Delete) => format!("delete {number}"),
            (Self::Display(number), Action::Delete) => format!("undisplay {number}"),
            (Self::Break(..) | Self::Display(_), _) => return None,
        })
    }
}

/// The box, with the row in that place chosen, and what its rows are.
pub(super) fn list(
    breaks: &[BreakRow],
    displays: &[(u32, String, String)],
    at: usize,
    keymap: &Keymap,
    theme: &Theme,
) -> (Popup, Vec<Listed>) {
    let mut rows: Vec<Row> = breaks.iter().map(|row| stop(row, theme)).collect();
    let mut listed: Vec<Listed> =
        breaks.iter().map(|row| Listed::Break(row.number, row.enabled)).collect();
    for (number, text, value) in displays {
        let row = Row::of(format!("  {number:>2} "), Role::Key, theme);
        let row = row.put(format!("display {text}"), Role::Text, theme);
        rows.push(row.put_right(value.clone(), Role::Faint, theme));
        listed.push(Listed::Display(*number));
    }
    let choices = (0..rows.len()).collect();
    if rows.is_empty() {
        rows.push(Row::of("There are none.", Role::Text, theme));
    }
    rows.push(Row::new());
    for text in [
        "b             stop at events like the one at the cursor",
        ":break EVENT  stop at each such event; `if EXPR` makes it choosy",
        ":watch EXPR   stop when a value changes",
        ":display EXPR show a value at each stop",
    ] {
        rows.push(Row::of(text, Role::Faint, theme));
    }
    let mut popup = Popup::new("breakpoints", rows).with_choices(choices, at);
    if !listed.is_empty() {
        let key = |action| keymap.key(action);
        popup.keys = format!("{} off and on  {} deletes", key(Action::Play), key(Action::Delete));
    }
    (popup, listed)
}

fn stop(row: &BreakRow, theme: &Theme) -> Row {
    let sign = if row.enabled { theme.glyphs.breakpoint } else { " " };
    let role = if row.enabled { Role::Text } else { Role::Faint };
    let mut note = format!("{} hit{}", row.hits, if row.hits == 1 { "" } else { "s" });
    if row.temporary {
        note.push_str(", once");
    }
    if !row.enabled {
        note.push_str(", off");
    }
    Row::of(format!("{sign} {:>2} ", row.number), Role::Key, theme)
        .put(row.text.clone(), role, theme)
        .put_right(note, Role::Faint, theme)
}
