//! The words of the language as a table: the help prints it, completion offers it.

/// One row of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// What is written.
    pub word: &'static str,
    /// What it gives.
    pub gives: &'static str,
}

const fn row(word: &'static str, gives: &'static str) -> HelpRow {
    HelpRow { word, gives }
}

/// All words and signs of an expression.
pub const HELP: &[HelpRow] = &[
    row("event", "the name of the event at hand, such as \"handle-run\""),
    row("seq, t, turn", "its number, the loop time in seconds, the turn"),
    row("loop", "running, stopping, stopped, closed, or unknown after a gap"),
    row("loop.id", "the loop's number"),
    row("ready, batch", "how many handles are ready; how many of them in this turn's batch"),
    row("timers, tasks", "how many timers are in the heap; how many tasks are not done"),
    row("output", "the last line that the program wrote"),
    row("at", "the line that caused the event at hand, such as \"hello.py:5\"; null if none did"),
    row(
        "value",
        "what the task or future of the event at hand has ended by, as a text such as \"5\"",
    ),
    row(
        "task.name, task.label",
        "the coroutine and the name of the event's task, or the running one",
    ),
    row("task.state", "queued, running, waiting, done, unknown"),
    row("task.where, task.on", "where it stands; what it waits for, such as \"future 3\""),
    row("task.steps", "how often it was resumed"),
    row(
        "handle.name, handle.how",
        "the event's handle, or the running one: its callback; how it came to be",
    ),
    row("handle.where, handle.by", "where its callback is defined; the handle that made it"),
    row(
        "name, where, how, by, when, timeout, handle, task, future, fd, signal, job, id, text, message, exception, which, stream, code, pid, rule, lost, ...",
        "the event's own fields as in --events; null if it has none",
    ),
    row("on, on.future, on.task", "what the event's task waits for: \"future 3\"; its number"),
    row("1  0.5  \"text\"  'text'  true  false  null", "values"),
    row("==  !=  <  <=  >  >=", "comparisons; with null all but == and != are false"),
    row(
        "a in b, a not in b",
        "a text within a text, or a value in a list: event in [\"timer-new\", \"timer-due\"]",
    ),
    row("and  or  not  ( )", "as in Python"),
    row("+  -", "numbers; + also joins texts"),
];
