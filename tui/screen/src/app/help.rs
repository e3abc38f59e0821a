//! The help and the list of breakpoints, derived from the tables of keys and views.

use crate::keys::{Group, Keymap};
use crate::theme::{Role, Theme};
use crate::views::{BreakRow, TABLE};
use crate::widgets::popup::Popup;
use crate::widgets::row::Row;

/// All keys, what the signs mean, and the views.
pub(super) fn help(keymap: &Keymap, theme: &Theme) -> Popup {
    let mut rows = Vec::new();
    for group in Group::ALL {
        rows.push(Row::of(group.title(), Role::Title, theme));
        for (row, chords) in keymap.rows().filter(|(row, _)| row.group == group) {
            if chords.is_empty() {
                continue;
            }
            let keys: Vec<String> = chords.iter().map(ToString::to_string).collect();
            rows.push(entry(&keys.join(" "), row.help, theme));
        }
        rows.push(Row::new());
    }
    rows.push(Row::of("Signs", Role::Title, theme));
    let glyphs = theme.glyphs;
    for (sign, meaning) in [
        ("+", "was not there at the last stop"),
        ("-", "was there at the last stop and is gone"),
        ("~", "is not the same as at the last stop"),
        (glyphs.pointer, "runs now; in the records: here"),
        (glyphs.subject, "the line where what is about to run begins or goes on"),
        (glyphs.back_pointer, "a task waits on this line"),
        (glyphs.cross, "cancelled: it will be left out"),
        (glyphs.busy, "something ran"),
        (glyphs.busy_little, "on a board: for less than a third of that time"),
        (glyphs.asleep, "the loop slept"),
        (glyphs.ellipsis, "cut here: make the panel larger with z, or press enter"),
    ] {
        rows.push(entry(sign, meaning, theme));
    }
    rows.push(Row::new());
    rows.push(Row::of("Panels", Role::Title, theme));
    for view in TABLE {
        rows.push(entry(view.id, view.about, theme));
        let made = (view.make)();
        for (key, meaning) in made.keys() {
            let text = format!("  {key:<8} {meaning}");
            rows.push(entry("", &text, theme));
        }
    }
    rows.push(Row::new());
    rows.push(Row::of("The mouse", Role::Title, theme));
    rows.push(entry("click", "gives a panel the keys; on its title: the next view", theme));
    rows.push(entry("wheel", "scrolls", theme));
    rows.push(entry("timeline", "a click or a drag goes there", theme));
    Popup::new("help", rows)
}

fn entry(key: &str, text: &str, theme: &Theme) -> Row {
    Row::of(format!(" {key:<14}"), Role::Key, theme).put(format!(" {text}"), Role::Text, theme)
}

/// The breakpoints and watches.
pub(super) fn breakpoints(breaks: &[BreakRow], theme: &Theme) -> Popup {
    let mut rows = Vec::new();
    for row in breaks {
        let sign = if row.enabled { theme.glyphs.breakpoint } else { " " };
        let role = if row.enabled { Role::Text } else { Role::Faint };
        let mut note = format!("{} hit{}", row.hits, if row.hits == 1 { "" } else { "s" });
        if row.temporary {
            note.push_str(", once");
        }
        if !row.enabled {
            note.push_str(", disabled");
        }
        rows.push(
            Row::of(format!("{sign} {:>2} ", row.number), Role::Key, theme)
                .put(row.text.clone(), role, theme)
                .put_right(note, Role::Faint, theme),
        );
    }
    if rows.is_empty() {
        rows.push(Row::of("There are none.", Role::Text, theme));
    }
    rows.push(Row::new());
    for text in [
        "b             stop at events like the one at the cursor",
        ":break EVENT  stop at each such event; `if EXPR` makes it choosy",
        ":watch EXPR   stop when a value changes",
        ":delete N     without a number: all",
    ] {
        rows.push(Row::of(text, Role::Faint, theme));
    }
    Popup::new("breakpoints", rows)
}
