//! One sentence for what a record says.

use loopscope_protocol::{
    ClockHow, ClockMode, Dialect, Event, ExitHow, FutureHow, HandleHow, HandleId, LoopId, On,
    RunHow, Stream, TaskHow, WatchHow, Which, Word,
};

use crate::names::Names;
use crate::phrase::{Scene, count, duration, excerpt, signal_name, time};
use crate::record::Record;
use crate::state::{Sleep, State};

/// What `record` says happened, in one sentence. `state` is the state after it.
///
/// ```
/// use loopscope_model::{sentence, story::Story};
///
/// let mut story = Story::new();
/// story.start().soon(1, "greet");
/// let timeline = story.timeline();
/// assert_eq!(
///     sentence::happened(&timeline.at(4), timeline.record(4).unwrap(), story.names()),
///     "call_soon put h1 greet into the ready queue."
/// );
/// ```
pub fn happened(state: &State, record: &Record, names: &Names) -> String {
    let scene = Scene { state, names };
    match record.event {
        Event::RunStart { dialect, clock, file, .. } => {
            let clock = match clock {
                ClockMode::Auto => "virtual until something real is used",
                other => other.word(),
            };
            let file = if file.is_some() { names.name(file) } else { "A program".into() };
            format!("{file} starts, by {}'s rules; the clock is {clock}.", dialect_name(dialect))
        }
        Event::Clock { how } => {
            format!("The clock is real from now on, because of {}.", real_source(how))
        }
        Event::ProgramExit { code, how, text } => match record.text(text) {
            "" => ended(code, how),
            sentence => sentence.to_owned(),
        },
        Event::Output { stream, text } => {
            let text = excerpt(record.text(text));
            match stream {
                Stream::Stdout => format!("The program wrote {text}."),
                Stream::Stderr => format!("The program wrote {text} to standard error."),
            }
        }
        Event::Lint { rule, text, .. } => match record.text(text) {
            "" => format!("Diagnosis: {}.", rule.word()),
            sentence => sentence.to_owned(),
        },
        Event::Gap { lost } => format!(
            "At least {} lost; what they changed is unknown.",
            if lost == 1 { "1 record was".to_owned() } else { format!("{lost} records were") }
        ),
        Event::Anomaly { text, .. } => match record.text(text) {
            "" => "Something impossible was seen.".to_owned(),
            sentence => format!("Something impossible: {sentence}"),
        },
        Event::SnapshotBegin {} => "The source begins to tell its present state.".to_owned(),
        Event::SnapshotEnd {} => "That was the whole present state.".to_owned(),
        Event::AsyncgensShutdown { count: open } => {
            format!("shutdown_asyncgens closes {}.", count(open as usize, "open generator"))
        }
        Event::ExecutorShutdown {} => {
            "shutdown_default_executor waits for the executor's threads.".to_owned()
        }
        _ => loops(scene, record),
    }
}

fn loops(scene: Scene<'_>, record: &Record) -> String {
    let id = record.loop_id;
    let the_loop = scene.the_loop(id);
    match record.event {
        Event::LoopNew {} => format!("Loop {} was made.", id.0),
        Event::LoopClose { ready, timers } => {
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
        Event::LoopRun { how: RunHow::Forever, .. } => {
            format!("run_forever: {} runs until something stops it.", scene.the_loop_inside(id))
        }
        Event::LoopRun { how: RunHow::UntilComplete, task } => {
            let main = if task.is_some() { scene.task(task) } else { "its future".to_owned() };
            format!("run_until_complete: {} runs until {main} is done.", scene.the_loop_inside(id))
        }
        Event::LoopStopRequest { by } => {
            let running = scene.state.event_loop(id).is_some_and(|l| l.phase.is_running());
            let then = if running {
                "leaves when the batch is done"
            } else {
                "will leave after one turn when it runs"
            };
            let who = scene
                .by(by)
                .map_or("stop() was called".to_owned(), |by| format!("{by} called stop()"));
            format!("{who}: {} {then}.", scene.the_loop_inside(id))
        }
        Event::LoopStopped { how } => format!("{the_loop} stopped: {} returns.", run_name(how)),
        Event::TurnBegin { turn, ready: 0, .. } => {
            format!("Turn {turn} begins with nothing to run.")
        }
        Event::TurnBegin { turn, ready, .. } => {
            format!("Turn {turn} begins: its batch has {}.", count(ready as usize, "handle"))
        }
        Event::TurnEnd { ready, .. } => {
            let then = match ready {
                0 => "nothing is ready for the next one".to_owned(),
                1 => "1 handle is ready for the next one".to_owned(),
                n => format!("{n} handles are ready for the next one"),
            };
            format!("Turn {} is done; {then}.", record.turn)
        }
        Event::PollBegin { .. } => scene.polls(id),
        Event::PollEnd { ready } => woke(scene, id, ready),
        Event::HandlerSet { which: Which::Default, .. } => {
            "The loop's own exception handler is in force.".to_owned()
        }
        Event::HandlerSet { which: Which::Custom, name, .. } => {
            format!("The exception handler is now {}.", scene.names.name(name))
        }
        Event::HandlerCall { which, message, exception, .. } => {
            let whose = match which {
                Which::Default => "loop's own",
                Which::Custom => "program's",
            };
            let message = record.text(message);
            let exception = record.text(exception);
            let about = match (message, exception) {
                ("", "") => String::new(),
                (one, "") | ("", one) => format!(": {}", one.trim_end()),
                (message, exception) => format!(": {message} ({exception})"),
            };
            format!("The {whose} exception handler is called{about}.")
        }
        _ => handles(scene, record),
    }
}

fn woke(scene: Scene<'_>, id: LoopId, ready: u32) -> String {
    let Some(the_loop) = scene.state.event_loop(id) else {
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
    let due = scene.state.seconds().zip(the_loop.first_timer());
    match due {
        Some((now, (timer, when))) if when < now + 1e-9 && slept.starts_with("slept") => {
            format!("The poll {slept} until {} was due.", scene.entry(timer))
        }
        _ => format!("The poll {slept}."),
    }
}

fn handles(scene: Scene<'_>, record: &Record) -> String {
    let entry = |id| scene.entry(id);
    match record.event {
        Event::HandleNew { handle, how, by, task, future, .. } => {
            let queue = scene.queued(handle, record.loop_id);
            let caller = |call: &str| match scene.by(by) {
                Some(by) => format!("{by} called {call}: {} is {queue}.", entry(handle)),
                None => format!(
                    "{call} put {} {}.",
                    entry(handle),
                    scene.put_where(handle, record.loop_id)
                ),
            };
            match how {
                HandleHow::Soon => caller("call_soon"),
                HandleHow::Threadsafe => caller("call_soon_threadsafe"),
                HandleHow::Reader => {
                    format!("{} will run when there is something to read.", entry(handle))
                }
                HandleHow::Writer => {
                    format!("{} will run when there is room to write.", entry(handle))
                }
                HandleHow::Signal => format!("{} will run when its signal arrives.", entry(handle)),
                HandleHow::Step if scene.state.task(task).is_some_and(|task| task.steps == 0) => {
                    format!("The first step of {} is {queue}.", scene.task(task))
                }
                HandleHow::Step => format!("The next step of {} is {queue}.", scene.task(task)),
                HandleHow::Wakeup if future.is_some() => {
                    format!("{} is done, so {} is {queue}.", scene.future(future), scene.task(task))
                }
                HandleHow::Wakeup => match scene.state.task(task).map(|task| task.on) {
                    Some(on @ On::Task(_)) => {
                        format!("{} is done, so {} is {queue}.", scene.on(on), scene.task(task))
                    }
                    _ => format!("What {} waited for is done: it is {queue}.", scene.task(task)),
                },
                HandleHow::DoneCallback => {
                    let done = if future.is_some() {
                        scene.future(future)
                    } else {
                        scene.ended_task(by).map_or("Something".to_owned(), |id| scene.task(id))
                    };
                    format!("{done} is done, so its callback {} is {queue}.", entry(handle))
                }
            }
        }
        Event::TimerNew { handle, when, by, future, .. } => {
            let then = if future.is_some() {
                format!(" and will complete {}", scene.future(future))
            } else {
                String::new()
            };
            match scene.by(by) {
                Some(by) => {
                    format!("{by} made the timer {}, due at {}{then}.", entry(handle), time(when))
                }
                None => format!("{} is now a timer, due at {}{then}.", entry(handle), time(when)),
            }
        }
        Event::TimerDue { handle, .. } if scene.is_cancelled(handle) => {
            format!("{} is due, but was cancelled: it will be left out.", entry(handle))
        }
        Event::TimerDue { handle, when } => format!(
            "{} was due at {}: it is {}.",
            entry(handle),
            time(when),
            scene.queued(handle, record.loop_id)
        ),
        Event::TimerCancel { handle, by, .. } => {
            let who = scene.by(by).map(|by| format!(" by {by}")).unwrap_or_default();
            format!(
                "The timer {} was cancelled{who}; it stays in the heap until it is reached.",
                entry(handle)
            )
        }
        Event::TimerDrop { handle, .. } => {
            format!("The cancelled timer {} left the heap.", entry(handle))
        }
        Event::HandleRun { handle, task } if task.is_some() => {
            let first = scene.state.task(task).is_some_and(|task| task.steps == 0);
            let verb = if first { "starts" } else { "resumes" };
            format!("{} runs: it {verb} {}.", h(handle), scene.task(task))
        }
        Event::HandleRun { handle, .. } => format!("{} runs.", scene.runner(handle)),
        Event::HandleDone { handle, .. } => {
            let since = scene.state.event_loop(record.loop_id).and_then(|l| l.current_since);
            let took = since.zip(record.t).map_or(0, |(since, t)| t.saturating_sub(since));
            let name = match scene.state.handle(handle) {
                Some(gone) if gone.task.is_some() => {
                    format!("{} of {}", h(handle), scene.task(gone.task))
                }
                _ => scene.runner(handle),
            };
            if took >= 1_000_000 {
                format!("{name} is done after {}.", duration(took))
            } else {
                format!("{name} is done.")
            }
        }
        Event::HandleCancel { handle, by } => {
            let who = scene.by(by).map(|by| format!(" by {by}")).unwrap_or_default();
            format!("{} was cancelled{who}: it will be left out.", entry(handle))
        }
        Event::HandleSkip { handle } => {
            format!("{} was cancelled, so it is left out.", entry(handle))
        }
        _ => tasks(scene, record),
    }
}

fn h(id: HandleId) -> String {
    format!("h{}", id.0)
}

fn tasks(scene: Scene<'_>, record: &Record) -> String {
    let at =
        |place| scene.names.place(place).map(|place| format!(" at {place}")).unwrap_or_default();
    match record.event {
        Event::TaskNew { task, by, .. } => match scene.by(by) {
            Some(by) => format!("{by} made {}.", scene.task(task)),
            None => format!("{} was made.", scene.task(task)),
        },
        Event::TaskStep { task } => {
            let (title, known) = (scene.task(task), scene.state.task(task));
            match known {
                Some(known) if known.steps > 1 => format!("{title} goes on{}.", at(known.place)),
                _ => format!("{title} starts."),
            }
        }
        Event::TaskSuspend { task, on, place, .. } => {
            let title = scene.task(task);
            if on == On::Nothing {
                return format!("{title} gives the others a turn{}.", at(place));
            }
            format!("{title} waits for {}{}.", scene.on(on), at(place))
        }
        Event::TaskDone { task, how } => {
            let how = match how {
                TaskHow::Result => "returned",
                TaskHow::Exception => "ended with an exception",
                TaskHow::Cancelled => "ended cancelled",
            };
            format!("{} {how}.", scene.task(task))
        }
        Event::TaskCancel { task, by } => match scene.by(by) {
            Some(by) => format!("{by} asked {} to end.", scene.task(task)),
            None => format!("{} was asked to end.", scene.task(task)),
        },
        Event::FutureNew { future, by, .. } => match scene.by(by) {
            Some(by) => format!("{by} made {}.", scene.future(future)),
            None => format!("{} was made.", scene.future(future)),
        },
        Event::FutureDone { future, how, by } => {
            let title = scene.future(future);
            match (how, scene.by(by)) {
                (FutureHow::Result, Some(by)) => format!("{by} gave {title} its result."),
                (FutureHow::Exception, Some(by)) => format!("{by} gave {title} an exception."),
                (FutureHow::Cancelled, Some(by)) => format!("{by} cancelled {title}."),
                (FutureHow::Result, None) => format!("{title} has its result."),
                (FutureHow::Exception, None) => format!("{title} has an exception."),
                (FutureHow::Cancelled, None) => format!("{title} was cancelled."),
            }
        }
        Event::FutureLink { future, on } => {
            format!("{} needs {}.", scene.future(future), scene.on(on))
        }
        _ => outside(scene, record),
    }
}

fn outside(scene: Scene<'_>, record: &Record) -> String {
    let id = record.loop_id;
    match record.event {
        Event::WatcherAdd { fd, how, handle } => {
            format!("fd {} is watched {}, for {}.", fd.0, watched(how), scene.entry(handle))
        }
        Event::WatcherRemove { fd, how } => {
            format!("fd {} is no longer watched {}.", fd.0, watched(how))
        }
        Event::WatcherReady { fd, handle, .. } if fd.0 < 0 => {
            format!(
                "The self-pipe woke the loop: {} is {}.",
                scene.entry(handle),
                scene.queued(handle, id)
            )
        }
        Event::WatcherReady { fd, how, handle } => {
            let can = match how {
                WatchHow::Read => "has something to read",
                WatchHow::Write => "has room to write",
            };
            format!("fd {} {can}: {} is {}.", fd.0, scene.entry(handle), scene.queued(handle, id))
        }
        Event::SignalAdd { signal, handle } => {
            format!("{} will be handled by {}.", signal_name(signal), scene.entry(handle))
        }
        Event::SignalRemove { signal } => format!("{} is no longer handled.", signal_name(signal)),
        Event::SignalArrived { signal, handle } => format!(
            "{} arrived: {} is {}.",
            signal_name(signal),
            scene.entry(handle),
            scene.queued(handle, id)
        ),
        Event::ExecutorSubmit { job, name, .. } => {
            format!("A thread of the executor runs {} (job {}).", scene.names.name(name), job.0)
        }
        Event::ExecutorDone { job } => {
            format!("A thread of the executor has finished job {}.", job.0)
        }
        Event::ServerNew { id, address } => {
            format!("Server {} listens on {}.", id.0, record.text(address))
        }
        Event::ServerClose { id } => format!("Server {} was closed.", id.0),
        Event::TransportNew { id, fd, address } => {
            format!("Transport {} on fd {} is connected to {}.", id.0, fd.0, record.text(address))
        }
        Event::TransportClose { id } => format!("Transport {} begins to close.", id.0),
        Event::ProcessNew { id, pid } => format!("Child process {} was started (pid {pid}).", id.0),
        Event::ProcessExit { id, code, .. } => match u8::try_from(-i64::from(code)) {
            Ok(signal @ 1..) => format!(
                "Child process {} was killed by {}.",
                id.0,
                signal_name(loopscope_protocol::Signal(signal))
            ),
            _ => format!("Child process {} ended with code {code}.", id.0),
        },
        // Every event has its arm in one of these functions; a test makes sure of it.
        _ => format!("{}.", record.kind().word()),
    }
}

const fn watched(how: WatchHow) -> &'static str {
    match how {
        WatchHow::Read => "for reading",
        WatchHow::Write => "for writing",
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
        ExitHow::Killed => format!("The program was ended by the user (exit code {code})."),
    }
}
