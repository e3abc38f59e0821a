//! One sentence for what a record says.
#![deny(clippy::wildcard_enum_match_arm)]

mod connections;
mod handles;
mod sync;
mod things;

use loopscope_protocol::{
    ClockHow, ClockMode, Dialect, ExitHow, Family, LoopEvent, LoopId, RunEvent, RunHow, Stream,
    Which, Word,
};

use crate::names::Names;
use crate::phrase::{Phrases, begun};
use crate::record::Record;
use crate::safe_text;
use crate::state::{Sleep, State};
use crate::titles::{count, excerpt, time};
use crate::written::level_word;

/// What `record` says happened, in one sentence. `state` is the state after it.
///
/// ```
/// use loopscope_model::{sentence, story::Story};
///
/// let mut story = Story::new();
/// story.start().soon(1, "greet");
/// let history = story.history();
/// assert_eq!(
///     sentence::happened(&history.at(4), &history.record(4).unwrap(), story.names()),
///     "call_soon put h1 greet into the ready queue."
/// );
/// ```
pub fn happened(state: &State, record: &Record, names: &Names) -> String {
    begun(told(state, record, names))
}

fn told(state: &State, record: &Record, names: &Names) -> String {
    let phrases = Phrases { state, names };
    match record.event.family() {
        Family::Run(event) => run(phrases, record, event),
        Family::Loop(event) => loops(phrases, record, event),
        Family::Handle(event) => handles::handles(phrases, record, event),
        Family::Task(event) => things::tasks(phrases, event),
        Family::Future(event) => things::futures(phrases, event),
        Family::Outside(event) => things::outside(phrases, record.loop_id, event),
        Family::Work(event) => connections::work(phrases, record, event),
        Family::Connection(event) => connections::connections(phrases, record, event),
        Family::Sync(event) => sync::syncs(phrases, record, event),
    }
}

fn run(phrases: Phrases<'_>, record: &Record, event: RunEvent) -> String {
    let (state, names) = (phrases.state, phrases.names);
    match event {
        RunEvent::RunStart { dialect, clock, file, .. } => {
            let clock = match clock {
                ClockMode::Auto => "virtual until something real is used",
                ClockMode::Board => "the board's own",
                ClockMode::Virtual | ClockMode::Real => clock.word(),
            };
            let file = if file.is_some() { names.name(file) } else { "A program".into() };
            format!("{file} starts, by {}'s rules; the clock is {clock}.", dialect_name(dialect))
        }
        RunEvent::Clock { how } => {
            format!("The clock is real from now on, because of {}.", real_source(how))
        }
        RunEvent::ProgramExit { code, how, text } => match &*record.shown(text) {
            "" => ended(code, how),
            sentence => sentence.to_owned(),
        },
        RunEvent::Output { stream, text } => {
            let text = excerpt(record.text(text));
            match stream {
                Stream::Stdout => format!("The program wrote {text}."),
                Stream::Stderr => format!("The program wrote {text} to standard error."),
            }
        }
        RunEvent::Lint { rule, text, .. } => match &*record.shown(text) {
            "" => format!("Diagnosis: {}.", rule.word()),
            sentence => sentence.to_owned(),
        },
        RunEvent::Gap { lost } => format!(
            "At least {} lost; what they changed is unknown.",
            if lost == 1 { "1 record was".to_owned() } else { format!("{lost} records were") }
        ),
        RunEvent::SnapshotBegin {} => "The source begins to tell its present state.".to_owned(),
        RunEvent::SnapshotEnd {} if state.uncertain() => {
            "The source has told its present state, but part of that was lost.".to_owned()
        }
        RunEvent::SnapshotEnd {} => "That was the whole present state.".to_owned(),
        RunEvent::Log { level, time: at, text, .. } => {
            // It is read after it was written, so it has a time of its own.
            let at = at.map_or_else(String::new, |at| format!(" at {}", time(at)));
            let level = match level_word(level) {
                "" => String::new(),
                level => format!(" {level}"),
            };
            format!("The program logged{at}:{level} {}.", excerpt(record.text(text)))
        }
        RunEvent::Remark { text, .. } => match record.shown(text).into_owned() {
            sentence if sentence.is_empty() => {
                "Loopscope remarked something that is lost.".to_owned()
            }
            sentence => sentence,
        },
    }
}

fn loops(phrases: Phrases<'_>, record: &Record, event: LoopEvent) -> String {
    let id = record.loop_id;
    let the_loop = phrases.the_loop(id);
    match event {
        LoopEvent::LoopNew {} => format!("Loop {} was made.", id.0),
        LoopEvent::LoopClose { ready, timers } => {
            let mut dropped = Vec::new();
            if ready > 0 {
                dropped.push(count(ready as usize, "ready handle"));
            }
            if timers > 0 {
                dropped.push(count(timers as usize, "timer"));
            }
            if dropped.is_empty() {
                return format!("{the_loop} is closed.");
            }
            format!("{the_loop} is closed; {} dropped with it.", was(&dropped, ready + timers))
        }
        LoopEvent::LoopRun { how: RunHow::Forever, .. } => {
            format!("run_forever: {} runs until something stops it.", phrases.the_loop_inside(id))
        }
        LoopEvent::LoopRun { how: RunHow::UntilComplete, task } => {
            let main = if task.is_some() { phrases.task(task) } else { "its future".to_owned() };
            format!(
                "run_until_complete: {} runs until {main} is done.",
                phrases.the_loop_inside(id)
            )
        }
        LoopEvent::LoopStopRequest { by } => {
            let running = phrases.state.event_loop(id).is_some_and(|l| l.phase.is_running());
            let then = if running {
                "leaves when the batch is done"
            } else {
                "will leave after one turn when it runs"
            };
            let who = phrases
                .by(by)
                .map_or("stop() was called".to_owned(), |by| format!("{by} called stop()"));
            format!("{who}: {} {then}.", phrases.the_loop_inside(id))
        }
        LoopEvent::LoopStopped { how } => format!("{the_loop} stopped: {} returns.", run_name(how)),
        LoopEvent::TurnBegin { turn, ready: 0, .. } => {
            format!("Turn {turn} begins with nothing to run.")
        }
        LoopEvent::TurnBegin { turn, ready, .. } => {
            format!("Turn {turn} begins: its batch has {}.", count(ready as usize, "handle"))
        }
        LoopEvent::TurnEnd { ready, .. } => {
            let then = match ready {
                0 => "nothing is ready for the next one".to_owned(),
                1 => "1 handle is ready for the next one".to_owned(),
                n => format!("{n} handles are ready for the next one"),
            };
            format!("Turn {} is done; {then}.", record.turn)
        }
        LoopEvent::PollBegin { .. } => phrases.polls(id),
        LoopEvent::PollEnd { ready } => woke(phrases, id, ready),
        LoopEvent::HandlerSet { which: Which::Default, .. } => {
            "The loop's own exception handler is in force.".to_owned()
        }
        LoopEvent::HandlerSet { which: Which::Custom, name, .. } => {
            format!("The exception handler is now {}.", phrases.names.name(name))
        }
        LoopEvent::HandlerCall { which, message, exception, .. } => {
            let whose = match which {
                Which::Default => "loop's own",
                Which::Custom => "program's",
            };
            let message = safe_text::line(record.text(message).trim_end());
            let exception = safe_text::line(record.text(exception).trim_end());
            let about = match (&*message, &*exception) {
                ("", "") => String::new(),
                (one, "") | ("", one) => format!(": {one}"),
                (message, exception) => format!(": {message} ({exception})"),
            };
            format!("The {whose} exception handler is called{about}.")
        }
        LoopEvent::AsyncgensShutdown { count: open } => match open {
            0 => "shutdown_asyncgens finds no open generators.".to_owned(),
            _ => format!("shutdown_asyncgens closes {}.", count(open as usize, "open generator")),
        },
        LoopEvent::ExecutorShutdown {} => {
            "shutdown_default_executor waits for the executor's threads.".to_owned()
        }
    }
}

fn woke(phrases: Phrases<'_>, id: LoopId, ready: u32) -> String {
    let Some(the_loop) = phrases.state.event_loop(id) else {
        return "The poll is over.".to_owned();
    };
    let sleep = the_loop.sleep;
    if sleep.is_some_and(|sleep| sleep.timeout == Some(0.0)) && ready == 0 {
        return "The poll returned at once.".to_owned();
    }
    let slept = match sleep.as_ref().and_then(Sleep::slept) {
        Some(slept) if slept >= 0.000_5 => format!("slept {slept:.3} s"),
        Some(_) => "returned at once".to_owned(),
        None => "is over".to_owned(),
    };
    if ready > 0 {
        let what = count(ready as usize, "descriptor");
        let verb = if ready == 1 { "was" } else { "were" };
        let joint = if slept.starts_with("slept") { "until" } else { "because" };
        return format!("The poll {slept} {joint} {what} {verb} ready.");
    }
    // CPython counts a timer as due within the clock's resolution.
    let due = phrases.state.seconds().zip(phrases.state.first_timer(the_loop));
    match due {
        Some((now, (timer, when))) if when < now + 1e-9 && slept.starts_with("slept") => {
            format!("The poll {slept} until {} was due.", phrases.entry(timer))
        }
        _ => format!("The poll {slept}."),
    }
}

/// What a run is called in Python.
pub(super) const fn run_name(how: RunHow) -> &'static str {
    match how {
        RunHow::Forever => "run_forever",
        RunHow::UntilComplete => "run_until_complete",
    }
}

fn was(things: &[String], number: u32) -> String {
    format!("{} {}", things.join(" and "), if number == 1 { "was" } else { "were" })
}

const fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Cpython => "CPython",
        Dialect::Cpython36 => "CPython 3.6",
        Dialect::Cpython314 => "CPython 3.14",
        Dialect::Micropython => "MicroPython",
        Dialect::MicropythonFirmware => "MicroPython firmware",
        Dialect::Embassy => "embassy",
        Dialect::Other => "its scheduler",
    }
}

const fn real_source(how: ClockHow) -> &'static str {
    match how {
        ClockHow::Watcher => "a watched descriptor",
        ClockHow::Socket => "a socket",
        ClockHow::Pipe => "a pipe",
        ClockHow::Subprocess => "a child process",
        ClockHow::Executor => "a job for an executor",
        ClockHow::Thread => "a thread",
        ClockHow::Terminal => "a read from the terminal",
        ClockHow::Signal => "a signal handler",
    }
}

fn ended(code: i32, how: ExitHow) -> String {
    match how {
        ExitHow::End => format!("The program came to its end (exit code {code})."),
        ExitHow::Exit => format!("The program left with exit code {code}."),
        ExitHow::Exception => {
            format!("An exception that nobody caught ended the program (exit code {code}).")
        }
        ExitHow::Syntax => format!("The program did not compile (exit code {code})."),
        ExitHow::Interrupted => format!("The program was interrupted (exit code {code})."),
        ExitHow::Lost => format!("The program's process is gone (exit code {code})."),
        ExitHow::Timeout => format!("The program's time was up (exit code {code})."),
        ExitHow::Deadlock => {
            format!(
                "Nothing could ever wake the loop, so the program was ended (exit code {code})."
            )
        }
        ExitHow::Killed => format!("The program was ended by the user (exit code {code})."),
    }
}
