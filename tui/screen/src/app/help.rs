//! The help, derived from the tables of keys and views, and the glossary.

use loopscope_lessons::{Term, glossary};

use super::settings::Settings;
use crate::keys::{Action, Group, Keymap};
use crate::theme::{Role, Theme};
use crate::views::TABLE;
use crate::views::lesson::Page;
use crate::widgets::popup::Popup;
use crate::widgets::row::Row;
use crate::widgets::text::wrap;

/// All keys with their names in the settings, what the signs mean, and the views: first what is about
/// the one that has the keys.
pub(super) fn help(keymap: &Keymap, theme: &Theme, focused: &str) -> Popup {
    let mut rows = Vec::new();
    if let Some(view) = TABLE.iter().find(|view| view.id == focused) {
        rows.push(Row::of(format!("This panel: {}", view.id), Role::Title, theme));
        rows.push(Row::of(format!(" {}", view.about), Role::Text, theme));
        for (key, meaning) in (view.make)().keys() {
            rows.push(entry(key, meaning, theme));
        }
        rows.push(Row::new());
    }
    for group in Group::ALL {
        rows.push(Row::of(group.title(), Role::Title, theme));
        for (row, chords) in keymap.rows().filter(|(row, _)| row.group == group) {
            if chords.is_empty() {
                continue;
            }
            let keys: Vec<String> = chords.iter().map(ToString::to_string).collect();
            let help = entry(&keys.join(" "), row.help, theme);
            rows.push(help.put_right(row.name, Role::Faint, theme));
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
        (glyphs.wakes, "timeline: woke the selected row, where the arrow begins"),
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
    rows.push(Row::new());
    rows.push(Row::of("Settings", Role::Title, theme));
    let path = Settings::path().map_or_else(String::new, |path| path.display().to_string());
    let file = if path.is_empty() { "config.toml in the settings folder" } else { &path };
    rows.push(Row::of(format!(" {file}"), Role::Text, theme));
    for text in [
        "theme = \"light\"         dark, light, safe, safe-light, sixteen, plain",
        "ascii = true            letters and signs of ASCII only",
        "mouse = false           leave the mouse to the terminal",
        "python = \"python3.12\"   what runs programs and lessons",
        "[keys]                  what stands at the right above, with its keys:",
        "step = [\"s\", \"f7\"]",
    ] {
        rows.push(Row::of(format!("   {text}"), Role::Faint, theme));
    }
    let mut popup = Popup::new("help", rows);
    popup.keys = searched(keymap);
    popup
}

/// What may be typed in the list of lessons, and what it does.
pub(super) const MENU_COMMANDS: [(&str, &str); 6] = [
    ("learn LESSON", "opens a lesson: by code, name or place in the list"),
    ("again", "asks once more what went wrong"),
    ("glossary [WORD]", "what the words mean"),
    ("help [COMMAND]", "this help; what a command of an open lesson does"),
    ("set theme NAME", "dark, light, safe, safe-light, sixteen, plain"),
    ("quit", "leaves"),
];

/// The keys of the list of lessons, what may be typed there, and what its signs mean.
pub(super) fn of_the_menu(keymap: &Keymap, theme: &Theme, columns: u16) -> Popup {
    let wide = |key: &str, text: &str| wide(key, text, columns, theme);
    let mut rows = vec![Row::of("Keys", Role::Title, theme)];
    let both = |a: Action, b: Action| format!("{} {}", keymap.key(a), keymap.key(b));
    let one = |action: Action| keymap.key(action);
    for (keys, meaning) in [
        (one(Action::Open), "opens the selected lesson"),
        (both(Action::Down, Action::Up), "choose; a digit: the lesson in that place"),
        (both(Action::PageDown, Action::PageUp), "a page further, a page back"),
        (both(Action::Top, Action::Bottom), "the first lesson, the last one"),
        (one(Action::Filter), "only lessons with these words; in a box: a search"),
        (one(Action::Again), "asks once more what went wrong"),
        (one(Action::Command), "a command; tab completes it"),
        (one(Action::Help), "this help"),
        (one(Action::Glossary), "what the words mean"),
        (one(Action::Theme), "the next theme; it is remembered"),
        (one(Action::Close), "closes what is open; all lessons again; leaves"),
        (one(Action::Quit), "the same"),
    ] {
        rows.extend(wide(&keys, meaning));
    }
    rows.push(Row::new());
    rows.push(Row::of(format!("Commands, after {}", one(Action::Command)), Role::Title, theme));
    for (usage, meaning) in MENU_COMMANDS {
        rows.extend(wide(usage, meaning));
    }
    rows.push(Row::new());
    rows.push(Row::of("Signs", Role::Title, theme));
    for (sign, meaning) in [
        (theme.glyphs.pointer, "the selected lesson"),
        (theme.glyphs.check, "read to its end"),
        ("3/5", "of its questions and exercises: right at once, or done"),
        ("at step 4", "where you left it; it opens there"),
    ] {
        rows.extend(wide(sign, meaning));
    }
    rows.push(Row::new());
    rows.push(Row::of("Your own program", Role::Title, theme));
    for (command, meaning) in [
        ("loopscope run FILE", "shows a program on this screen"),
        ("loopscope --help", "everything else"),
    ] {
        rows.extend(wide(command, meaning));
    }
    let mut popup = Popup::new("help: the list of lessons", rows);
    popup.keys = searched(keymap);
    popup
}

/// What is said below a box that is worth searching.
fn searched(keymap: &Keymap) -> String {
    let key = keymap.key(Action::Filter);
    if key.is_empty() { key } else { format!("{key} searches") }
}

/// What the words mean: first those of the lesson's page that is open, in the order in which they stand
/// there, then the others in the order in which lessons introduce them.
pub(super) fn words(keymap: &Keymap, theme: &Theme, columns: u16, page: Option<&Page>) -> Popup {
    let columns = usize::from(columns.saturating_sub(10)).clamp(20, 72);
    let here = page.map(|page| glossary().said_in(&page.words())).unwrap_or_default();
    let others = glossary().terms.iter().filter(|term| !here.contains(term));
    let mut rows = Vec::new();
    if !here.is_empty() {
        rows.push(Row::of("In this text", Role::Title, theme));
        for term in &here {
            meaning(term, columns, theme, &mut rows);
        }
        rows.extend([Row::new(), Row::of("The others", Role::Title, theme)]);
    }
    others.for_each(|term| meaning(term, columns, theme, &mut rows));
    let mut popup = Popup::new("what the words mean", rows);
    popup.keys = searched(keymap);
    popup
}

fn meaning(term: &Term, columns: usize, theme: &Theme, rows: &mut Vec<Row>) {
    // The word stands before its meaning, so that a search finds both.
    let text = format!("{}: {}", term.word, term.meaning);
    for (n, line) in wrap(&text, columns).iter().enumerate() {
        let (role, indent) = if n == 0 { (Role::Text, "") } else { (Role::Faint, "  ") };
        rows.push(Row::of(format!("{indent}{line}"), role, theme));
    }
}

/// The same with more room for what stands at the left; where there is little in all, the text stands
/// below it.
fn wide(key: &str, text: &str, columns: u16, theme: &Theme) -> Vec<Row> {
    let key = Row::of(format!(" {key:<18}"), Role::Key, theme);
    if columns >= 80 {
        return vec![key.put(format!(" {text}"), Role::Text, theme)];
    }
    let lines = wrap(text, usize::from(columns.saturating_sub(8)));
    let lines = lines.iter().map(|line| Row::of(format!("    {line}"), Role::Text, theme));
    std::iter::once(key).chain(lines).collect()
}

fn entry(key: &str, text: &str, theme: &Theme) -> Row {
    Row::of(format!(" {key:<14}"), Role::Key, theme).put(format!(" {text}"), Role::Text, theme)
}
