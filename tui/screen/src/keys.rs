//! What the keys do: one table of actions, their names in the settings file, their keys and their
//! help. The key line, the help and the key documentation derive from it.

mod chord;
mod map;

pub use chord::{Chord, Key, Modifiers};
pub use map::{Keymap, KeymapError};

/// What a key or a click asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One record forward.
    Step,
    /// To the next line of the program.
    Line,
    /// One record back.
    Back,
    /// To the next handle.
    NextHandle,
    /// To the handle before.
    PreviousHandle,
    /// To the next turn.
    NextTurn,
    /// To the turn before.
    PreviousTurn,
    /// Run, or pause.
    Play,
    /// Run in slow motion, or pause.
    Slow,
    /// Slow motion: faster.
    Faster,
    /// Slow motion: slower.
    Slower,
    /// Back to the previous breakpoint, or the start.
    ReverseContinue,
    /// To the first position.
    Start,
    /// To the end.
    End,
    /// Why does this task wait?
    Why,
    /// All about the selected row.
    Open,
    /// Filter the list, or search the text.
    Filter,
    /// The next match of the search.
    NextMatch,
    /// The command line.
    Command,
    /// The help.
    Help,
    /// The focused panel on the whole screen, or back.
    Zoom,
    /// Move the focus on.
    FocusNext,
    /// Move the focus back.
    FocusPrevious,
    /// Another view in the focused panel.
    NextTab,
    /// The other way round.
    PreviousTab,
    /// A breakpoint on the kind of event at the cursor, or no longer.
    Breakpoint,
    /// The list of breakpoints.
    Breakpoints,
    /// In a list of what stops: no longer.
    Delete,
    /// Another shape of the list: in groups, flat, as a tree.
    Shape,
    /// Another order of the list.
    Sort,
    /// In the timeline: the selected row stays at the top, or no longer.
    Pin,
    /// In the timeline: measure from here.
    Measure,
    /// In the timeline: what lies before.
    PanLeft,
    /// In the timeline: what comes behind.
    PanRight,
    /// A bookmark here.
    Bookmark,
    /// Run the program from its start, as its file is now.
    Restart,
    /// What the words mean.
    Glossary,
    /// In an exercise: open the learner's file in an editor.
    Edit,
    /// In an exercise: run the learner's file.
    Try,
    /// In an exercise: a hint.
    Hint,
    /// In an exercise: a solution.
    Solution,
    /// In a lesson that asks for a record: it is the one at the cursor.
    Found,
    /// In the list of lessons: ask once more what went wrong.
    Again,
    /// Up a row.
    Up,
    /// Down a row.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up a page.
    PageUp,
    /// Down a page.
    PageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// A digit: the panel of that number, or the answer.
    Digit(u8),
    /// The next theme.
    Theme,
    /// Draw everything again.
    Redraw,
    /// Close what is open.
    Close,
    /// Back, or leave.
    Quit,
    /// Interrupt the program, or leave.
    Interrupt,
    /// Hand the terminal back to the shell for a while.
    Suspend,
}

/// What a group of keys is for, in the order of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Moving in the history and running the program.
    Run,
    /// Looking closer.
    Look,
    /// Moving on the screen.
    Move,
    /// Exercises of lessons.
    Lesson,
    /// Everything else.
    Other,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 5] = [Self::Run, Self::Look, Self::Lesson, Self::Move, Self::Other];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Run => "Run and step",
            Self::Look => "Look closer",
            Self::Lesson => "Exercises in a lesson",
            Self::Move => "Move on the screen",
            Self::Other => "Other",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it does.
    pub action: Action,
    /// Its name in the settings file.
    pub name: &'static str,
    /// The keys that it has unless the settings say otherwise.
    pub keys: &'static [&'static str],
    /// Which group of the help.
    pub group: Group,
    /// What the key line calls it; empty: it is not in the key line.
    pub short: &'static str,
    /// What the help says.
    pub help: &'static str,
}

const fn row(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    group: Group,
    short: &'static str,
    help: &'static str,
) -> Row {
    Row { action, name, keys, group, short, help }
}

/// All actions with their keys. The order is that of the help and of the key line.
pub static TABLE: &[Row] = &[
    row(Action::Step, "step", &["."], Group::Run, "step", "one record forward"),
    row(Action::Line, "line", &[";", "alt-."], Group::Run, "", "to the next line of the program"),
    row(Action::Back, "back", &[","], Group::Run, "back", "one record back"),
    row(Action::NextHandle, "next-handle", &["n"], Group::Run, "handle", "to the next handle"),
    row(Action::PreviousHandle, "previous-handle", &["N"], Group::Run, "", "to the handle before"),
    row(Action::NextTurn, "next-turn", &["t"], Group::Run, "turn", "to the next turn of the loop"),
    row(Action::PreviousTurn, "previous-turn", &["T"], Group::Run, "", "to the turn before"),
    row(
        Action::Play,
        "play",
        &["space"],
        Group::Run,
        "run",
        "run to a breakpoint or the end; pause",
    ),
    row(Action::Slow, "slow", &["p"], Group::Run, "", "run in slow motion; pause"),
    row(Action::Faster, "faster", &["+", "="], Group::Run, "", "slow motion: faster"),
    row(Action::Slower, "slower", &["-"], Group::Run, "", "slow motion: slower"),
    row(
        Action::ReverseContinue,
        "reverse-continue",
        &["R"],
        Group::Run,
        "",
        "back to a breakpoint or the start",
    ),
    row(
        Action::Restart,
        "restart",
        &["ctrl-r"],
        Group::Run,
        "",
        "from the start, with the program as its file is now",
    ),
    row(Action::Start, "start", &["g"], Group::Run, "", "to the start"),
    row(Action::End, "end", &["G"], Group::Run, "", "to the end: runs a live program on"),
    row(Action::Why, "why", &["w"], Group::Look, "why", "why does this task wait?"),
    row(Action::Open, "open", &["enter"], Group::Look, "", "all about the selected row"),
    row(
        Action::Filter,
        "filter",
        &["/"],
        Group::Look,
        "find",
        "filter a list, search a text; in a box like this one as well",
    ),
    row(Action::NextMatch, "next-match", &["ctrl-n"], Group::Look, "", "the next match"),
    row(
        Action::Breakpoint,
        "breakpoint",
        &["b"],
        Group::Look,
        "",
        "stop at events like this one; again: no longer",
    ),
    row(
        Action::Breakpoints,
        "breakpoints",
        &["B"],
        Group::Look,
        "",
        "breakpoints, watches, displays: space switches one off and on, d deletes it",
    ),
    row(Action::Delete, "delete", &["d", "delete"], Group::Look, "", "in that list: delete"),
    row(Action::Shape, "shape", &["v"], Group::Look, "", "a list in groups, flat, as a tree"),
    row(Action::Sort, "sort", &["o"], Group::Look, "", "a list in another order"),
    row(Action::Measure, "measure", &["x"], Group::Look, "", "timeline: measure from here"),
    row(Action::Pin, "pin", &["*"], Group::Look, "", "timeline: this row stays at the top"),
    row(Action::PanLeft, "pan-left", &["<"], Group::Look, "", "timeline: what lies before"),
    row(Action::PanRight, "pan-right", &[">"], Group::Look, "", "timeline: what comes behind"),
    row(Action::Bookmark, "bookmark", &["m"], Group::Look, "", "a bookmark here"),
    row(Action::Edit, "edit", &["e"], Group::Lesson, "", "open your file in $EDITOR"),
    row(Action::Try, "try", &["r"], Group::Lesson, "", "run your file; saving it does the same"),
    row(Action::Hint, "hint", &["i"], Group::Lesson, "", "a hint"),
    row(Action::Solution, "solution", &["s"], Group::Lesson, "", "a solution"),
    row(
        Action::Found,
        "found",
        &["f"],
        Group::Lesson,
        "",
        "the record at the cursor is the one that is asked for",
    ),
    row(
        Action::Again,
        "again",
        &["a"],
        Group::Lesson,
        "",
        "in the list of lessons: a question that went wrong, once more",
    ),
    row(Action::FocusNext, "focus-next", &["tab"], Group::Move, "", "the next panel"),
    row(
        Action::FocusPrevious,
        "focus-previous",
        &["shift-tab"],
        Group::Move,
        "",
        "the panel before",
    ),
    row(Action::NextTab, "next-tab", &["]"], Group::Move, "", "another view in this panel"),
    row(Action::PreviousTab, "previous-tab", &["["], Group::Move, "", "the view before"),
    row(
        Action::Zoom,
        "zoom",
        &["z"],
        Group::Move,
        "",
        "this panel on the whole screen; again: back",
    ),
    row(Action::Up, "up", &["up", "k"], Group::Move, "", "up"),
    row(Action::Down, "down", &["down", "j"], Group::Move, "", "down"),
    row(Action::Left, "left", &["left", "h"], Group::Move, "", "left"),
    row(Action::Right, "right", &["right", "l"], Group::Move, "", "right"),
    row(Action::PageUp, "page-up", &["pageup"], Group::Move, "", "up a page"),
    row(Action::PageDown, "page-down", &["pagedown"], Group::Move, "", "down a page"),
    row(Action::Top, "top", &["home"], Group::Move, "", "to the first row"),
    row(Action::Bottom, "bottom", &["end"], Group::Move, "", "to the last row; follow again"),
    row(
        Action::Command,
        "command",
        &[":"],
        Group::Other,
        "command",
        "type a command, as in `loopscope repl`",
    ),
    row(Action::Help, "help", &["?", "f1"], Group::Other, "help", "this help"),
    row(Action::Glossary, "glossary", &["K"], Group::Other, "", "what the words mean"),
    row(Action::Theme, "theme", &["L"], Group::Other, "", "the next theme; it is remembered"),
    row(Action::Redraw, "redraw", &["ctrl-l"], Group::Other, "", "draw the screen again"),
    row(Action::Close, "close", &["esc"], Group::Other, "", "close what is open"),
    row(Action::Quit, "quit", &["q"], Group::Other, "quit", "back; on the bare screen: leave"),
    row(
        Action::Interrupt,
        "interrupt",
        &["ctrl-c"],
        Group::Other,
        "",
        "interrupt the program; at a pause: leave",
    ),
    row(
        Action::Suspend,
        "suspend",
        &["ctrl-z"],
        Group::Other,
        "",
        "back to the shell; `fg` returns",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Digits choose a panel or an answer without standing in the table.
    #[test]
    fn every_key_on_the_page_of_expectations_means_something() {
        let page = include_str!("../../EXPECTATIONS.md");
        let keys = page.split("<kbd>").skip(1).filter_map(|rest| rest.split_once("</kbd>"));
        let map = Keymap::default();
        let mut count = 0;
        for (key, _) in keys {
            let chord = Chord::parse(key).unwrap_or_else(|| panic!("no such key: {key}"));
            assert!(map.action(chord).is_some(), "{key} does nothing");
            count += 1;
        }
        assert!(count > 30, "only {count} keys");
    }

    #[test]
    fn names_and_keys_are_unique_and_every_key_can_be_read() {
        let mut names = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for row in TABLE {
            assert!(names.insert(row.name), "two actions are called {}", row.name);
            assert!(!row.help.is_empty());
            for key in row.keys {
                let chord = Chord::parse(key).unwrap_or_else(|| panic!("no such key: {key}"));
                assert_eq!(chord.to_string(), *key, "a key's name is how it is written");
                assert!(keys.insert(*key), "two actions have the key {key}");
            }
        }
    }
}
