//! One table that names and explains every command: the parser, the help and the completion read
//! it.

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its full name.
    pub name: &'static str,
    /// Short forms and other names that always mean this one.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub takes: Takes,
    /// How it is written.
    pub usage: &'static str,
    /// What it does, in one sentence.
    pub help: &'static str,
    /// An example; may be empty.
    pub example: &'static str,
    /// Where the help lists it.
    pub group: Group,
}

/// What the first argument of a command is, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing, or nothing that could be completed.
    Nothing,
    /// An event's name.
    Event,
    /// A task.
    Task,
    /// An expression.
    Expr,
    /// A topic of `info`.
    Topic,
    /// A place in the history.
    Place,
    /// A file.
    File,
    /// A setting.
    Setting,
    /// A command's name.
    Command,
}

/// A part of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Forwards.
    Forward,
    /// Backwards and anywhere.
    Anywhere,
    /// Breakpoints.
    Stops,
    /// Looking.
    Look,
    /// Python and checks.
    Check,
    /// Files and the rest.
    Rest,
    /// What is done elsewhere. It is not offered; who writes it all the same is told where.
    Elsewhere,
}

impl Group {
    /// Those that the help lists, in its order.
    pub const ALL: &'static [Self] =
        &[Self::Forward, Self::Anywhere, Self::Stops, Self::Look, Self::Check, Self::Rest];

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Forward => "Going on",
            Self::Anywhere => "Going back, going anywhere",
            Self::Stops => "Stopping somewhere",
            Self::Look => "Looking",
            Self::Check => "Python and checks",
            Self::Rest => "Files and the rest",
            Self::Elsewhere => "Elsewhere",
        }
    }
}

macro_rules! rows {
    ($($group:ident: $($name:literal $([$($alias:literal)*])? $takes:ident $usage:literal $help:literal $example:literal)*;)*) => {
        /// Every command: those that are offered in the order of the help, then the others.
        pub const ROWS: &[Row] = &[$($(Row {
            name: $name,
            aliases: &[$($($alias,)*)?],
            takes: Takes::$takes,
            usage: $usage,
            help: $help,
            example: $example,
            group: Group::$group,
        },)*)*];
    };
}

rows! {
    Forward:
    "step" ["s" "si" "stepi"] Nothing "step [N]"
        "Goes on by one record, or N." "step 5"
    "next" ["n"] Nothing "next [N]"
        "Goes on until the next handle is about to run." ""
    "turn" ["t"] Nothing "turn [N]"
        "Goes on until the next turn's batch is fixed; on a board, until its loop wakes again." ""
    "line" [] Nothing "line [N]"
        "Goes on to the next line of the program, or the Nth. In what is recorded that is the next line that has caused something." "line 3"
    "continue" ["c" "run"] Nothing "continue"
        "Goes on to the next breakpoint, or to the end." ""
    "until" ["u"] Event "until EVENT|FILE:LINE|FUNCTION() [if EXPR]"
        "Goes on to the next such event: of that kind, caused by that line, or where that function begins." "until handle-run if name == \"reader\""
    "finish" ["f" "fin"] Task "finish [TASK]"
        "Goes on until a task is done: the one that runs, or the one named." "finish 2"
    "restart" [] Nothing "restart"
        "Runs the program from its start, as its file is now; breakpoints and displays stay." ""
    "pause" [] Nothing "pause"
        "Holds a running program at its next record." ""
    "resume" [] Nothing "resume"
        "Goes on with what `pause` stopped." ""
    "interrupt" [] Nothing "interrupt"
        "Raises KeyboardInterrupt in the program, as Ctrl-C does: for a handle that never ends." "";
    Anywhere:
    "rstep" ["rs" "reverse-step" "rsi"] Nothing "rstep [N]"
        "Goes back by one record, or N. Only the view moves; the program stays where it is." ""
    "rnext" ["rn" "reverse-next"] Nothing "rnext [N]"
        "Goes back to the last handle that was about to run." ""
    "rturn" ["rt" "reverse-turn"] Nothing "rturn [N]"
        "Goes back to the last turn's begin; on a board, to where its loop woke." ""
    "rcontinue" ["rc" "reverse-continue"] Nothing "rcontinue"
        "Goes back to the last breakpoint, or to the start." ""
    "goto" ["g"] Place "goto N|N%|t=SECONDS|start|end|BOOKMARK"
        "Goes to a record, a part of the history, a loop time, the start, the end or a bookmark. The first way far into a long recording is read once, with progress; Ctrl-C or Esc leaves it." "goto t=2.5"
    "bookmark" [] Nothing "bookmark [NAME]"
        "Gives this place a name that `goto` knows." "bookmark before";
    Stops:
    "break" ["b" "br"] Event "break EVENT|FILE:LINE|FUNCTION() [if EXPR]"
        "Stops at each such event: of that kind, caused by that line, or where that function begins." "break task-done if how == \"exception\""
    "tbreak" ["tb"] Event "tbreak EVENT|FILE:LINE|FUNCTION() [if EXPR]"
        "Stops at the next such event, once." ""
    "watch" [] Expr "watch EXPR"
        "Stops whenever the value of an expression changes: one of ours (`help expr`), or a Python one, asked for at each record." "watch q.qsize()"
    "logpoint" ["log"] Event "logpoint EVENT|FILE:LINE|FUNCTION() [if EXPR] \"TEXT {EXPR}\""
        "Prints a line for each such record, of all that are there and of those that come; stops nowhere." "logpoint task-done \"{task.name} is done\""
    "delete" ["d" "del"] Nothing "delete [N]..."
        "Deletes breakpoints; all of them without a number." ""
    "disable" [] Nothing "disable [N]..."
        "Leaves breakpoints out until they are enabled again." ""
    "enable" [] Nothing "enable [N]..."
        "Counts breakpoints in again." ""
    "commands" [] Nothing "commands [N]"
        "The lines that follow, up to `end`, run each time the breakpoint is hit." ""
    "end" [] Nothing "end"
        "Ends the lines of `commands`." "";
    Look:
    "info" ["i"] Topic "info TOPIC"
        "Tells about the loop, ready, timers, tasks, locals and more: see `help info`." "info locals 2"
    "frame" [] Nothing "frame [N]"
        "Looks at a frame of the task that runs, or of the one that `info locals` named: 0 is the innermost." "frame 1"
    "up" [] Nothing "up [N]"
        "Looks at the frame around it: `list` and `print` are about that one." ""
    "down" [] Nothing "down [N]"
        "Looks at the frame inside it." ""
    "where" ["bt" "backtrace"] Task "where [TASK]"
        "Shows a task's await chain, innermost first; without a task, the line at hand." ""
    "why" [] Task "why [TASK] | why late [TASK|hN]"
        "Says why a task waits, and for whom; with `late`, who was in the way of what ran late." "why late h7"
    "print" ["p"] Expr "print EXPR"
        "Prints the value of an expression: one of ours (`help expr`), or a Python one where the program is held." "print q.qsize()"
    "display" [] Expr "display [EXPR]"
        "Prints an expression's value at each stop; alone it lists them." "display q.qsize()"
    "undisplay" [] Nothing "undisplay [N]..."
        "Ends `display`; for all without a number." ""
    "list" ["l"] Nothing "list [LINE]"
        "Shows the source around the line at hand." "";
    Check:
    "py" ["python"] Nothing "py STATEMENT"
        "Runs Python in the paused program; prints the value of an expression." "py loop.call_soon(print, \"hi\")"
    "assert" [] Expr "assert EXPR"
        "Fails unless the expression holds." "assert ready == 1"
    "expect" [] Event "expect EVENT [if EXPR] [within DURATION]"
        "Goes on to the event; fails if it does not come, or not in that much loop time." "expect task-done within 2s";
    Rest:
    "record" [] File "record FILE [--force]"
        "Writes a recording: all so far, and what is still to come. Only an earlier recording is written over, or with --force any file." "record run.loop"
    "export" [] File "export FILE [FORMAT] [--force]"
        "Writes the history so far as jsonl, csv or perfetto, or the screen as svg; by default as the file's name says. Only an earlier export is written over, or with --force any file." "export run.jsonl"
    "diff" [] File "diff FILE|DIALECT"
        "Compares with a recording, or the program with itself by another dialect's rules, and shows the first difference." "diff micropython"
    "source" [] File "source FILE"
        "Does the commands in a file; stops at the first one that fails." ""
    "set" [] Setting "set [NAME VALUE]"
        "Changes a setting; alone it lists them." "set limit 500000"
    "detach" [] Nothing "detach"
        "Leaves the process or the board, which runs on." ""
    "help" ["h" "?"] Command "help [COMMAND|expr|events|info|glossary|WORD]"
        "Explains a command, or what a word means." "help batch"
    "quit" ["q" "exit"] Nothing "quit"
        "Leaves; an unfinished program is ended." "";
    Elsewhere:
    "predict" [] Nothing "predict ANSWER"
        "Answers the question that a lesson asks." "predict 2"
    "lesson" [] Nothing "lesson"
        "Goes on to the next text of a lesson." ""
    "attach" [] Nothing "attach"
        "Watches a board or a process; `loopscope attach` does it." "";
}

/// The commands that the help, the completion and suggestions offer.
pub(super) fn offered() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| row.group != Group::Elsewhere)
}

/// What a word may mean.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// This one.
    One(&'static Row),
    /// Several begin like that.
    Several(Vec<&'static str>),
    /// None does.
    None,
}

/// The command that a word means: a full name, an alias, or the beginning of only one name.
pub(super) fn find(word: &str) -> Found {
    if let Some(row) = ROWS.iter().find(|row| row.name == word || row.aliases.contains(&word)) {
        return Found::One(row);
    }
    let mut begin = offered().filter(|row| !word.is_empty() && row.name.starts_with(word));
    match (begin.next(), begin.next()) {
        (Some(row), None) => Found::One(row),
        (Some(first), Some(second)) => {
            Found::Several([first, second].into_iter().chain(begin).map(|row| row.name).collect())
        }
        _ => Found::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_used_once() {
        let mut all: Vec<&str> = ROWS
            .iter()
            .flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
            .collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
    }

    #[test]
    fn a_prefix_is_enough_where_it_is_clear() {
        assert!(matches!(find("cont"), Found::One(row) if row.name == "continue"));
        assert!(matches!(find("s"), Found::One(row) if row.name == "step"));
        assert!(matches!(find("undis"), Found::One(row) if row.name == "undisplay"));
        assert!(
            matches!(find("re"), Found::Several(names) if names == ["restart", "resume", "record"])
        );
        assert!(matches!(find("frobnicate"), Found::None));
        assert!(matches!(find(""), Found::None));
    }
}
