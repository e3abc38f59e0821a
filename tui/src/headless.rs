//! Running a program without any screen: its own output, its own exit code, and its records in
//! files where they are asked for.

mod health;
mod signals;
mod watch;

use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use health::Health;
use loopscope_engine::child::Options;
use loopscope_model::history::WRITTEN;
use loopscope_model::stream::{Arrived, Came};
use loopscope_model::{History, Names, Record, fault};
use loopscope_protocol::{ExitHow, Stream};
use loopscope_session::source::Source;
use loopscope_session::source::ending;
use loopscope_session::source::kept::{self, Kept, Scratch};
use loopscope_session::source::local::{Launch, Local, Speaks, Stdin};
use loopscope_session::source::outlets::Outlets;
use loopscope_session::source::pour::Pour;
use loopscope_session::source::replay::Replay;
use signals::Forward;
use watch::Watch;

use crate::exit::{code, complain, deadline_in, printed};
use crate::signals::{Interrupt, Plain, Signals as Received};
use crate::{panics, print};

/// How long to wait for records before what is written so far is brought to the files.
const IDLE: Duration = Duration::from_millis(20);

/// How many records of a recording are looked at in one go.
const PIECE: usize = 8192;

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// What to call the program.
    pub name: String,
    /// How the engine runs it.
    pub options: Options,
    /// What it reads.
    pub stdin: Stdin,
    /// Where it may write, if it is in a sandbox.
    pub scratch: Option<Arc<Scratch>>,
    /// Where records go.
    pub outlets: Outlets,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Whether lost or harmed records are a failure.
    pub strict: bool,
}

/// Runs a program to its end. Gives the exit code.
pub fn run(plan: Plan) -> i32 {
    let forward = match Forward::start() {
        Ok(forward) => forward,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals cannot be received: {error}; try again"),
            );
        }
    };
    if plan.outlets.is_empty() { unwatched(plan, &forward) } else { watched(plan, &forward) }
}

/// Nobody looks: the child has no pipes and sends nothing.
fn unwatched(plan: Plan, forward: &Forward) -> i32 {
    let started =
        kept::command(&plan.options.to_args(), plan.stdin, false).and_then(|mut command| {
            if let Some(scratch) = &plan.scratch {
                scratch.offer(&mut command);
            }
            Kept::start(command, Vec::new())
        });
    let mut kept = match started {
        Ok((kept, _)) => kept,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!(
                    "`{}` cannot be started: {error}; free some memory or processes and try again",
                    plan.name
                ),
            );
        }
    };
    forward.to(kept.line());
    let watch = plan.timeout.map(|timeout| Watch::start(kept.line(), timeout));
    let status = kept.wait();
    forward.stop();
    let late = watch.is_some_and(Watch::stop);
    if let Some(code) = mistake() {
        return code;
    }
    let status = match status {
        Ok(status) => status,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("`{}` cannot be waited for: {error}", plan.name),
            );
        }
    };
    if late && ending::was_killed(status) {
        return time_is_over(&plan.name, plan.timeout);
    }
    if status.signal().is_some() {
        complain(code::FAILED, &ending::sentence(status, None, plan.options.memory_limit));
    }
    ending::code(status)
}

/// Records go to files.
fn watched(mut plan: Plan, forward: &Forward) -> i32 {
    plan.options.wire = true;
    let unread = plan.outlets.has_only_recording();
    let source = Local::start(Launch {
        args: plan.options.to_args(),
        name: plan.name.clone(),
        stdin: plan.stdin,
        shown: false,
        capture: false,
        unread,
        speaks: Speaks::of(&plan.options),
        patient: true,
        memory_limit: plan.options.memory_limit,
        scratch: plan.scratch,
    });
    let mut source = match source {
        Ok(source) => source,
        Err(error) => return complain(code::FAILED, &error.to_string()),
    };
    forward.to(source.line());
    for notice in plan.outlets.files().notices() {
        complain(code::OK, &notice);
    }
    let mut pour = Pour::begin(std::mem::take(&mut plan.outlets), false);
    let to_stderr = plan.options.stdout_to_stderr;
    let deadline = plan.timeout.and_then(deadline_in);
    let mut health = Health::default();
    let mut idle = false;
    while !source.is_ended() {
        fault::point("main");
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let came = source.poll_unread(wait);
        if came.is_empty() && !idle {
            pour.flush();
        }
        idle = came.is_empty();
        for (stream, bytes) in source.take_passed() {
            // Where nobody takes it, the program it comes from is not held up.
            let _ = print::pass_on(stream == Stream::Stderr || to_stderr, &bytes);
        }
        for each in came {
            match each {
                Came::Piece(piece) => pour.pass(piece),
                Came::Arrived(arrived) => pour_out(&arrived, &mut pour, &mut health),
            }
        }
        if mistake().is_some() {
            source.kill(ExitHow::Killed);
        }
        if deadline.is_some_and(|at| Instant::now() >= at) && !source.is_ended() {
            source.kill(ExitHow::Timeout);
        }
    }
    forward.stop();
    pour.finish();
    if let Some(code) = mistake() {
        return code;
    }
    tell_trouble(pour.outlets());
    // A finalizer that does not end is ended after the program has told its end.
    if health.late || source.ended_by_us() == Some(ExitHow::Timeout) {
        return time_is_over(&plan.name, plan.timeout);
    }
    if let Some(sentence) = &health.lost_how {
        complain(code::FAILED, sentence);
    }
    let warning = source.warning();
    if let Some(sentence) = &warning {
        complain(code::HARMED, sentence);
    }
    let harm = health.sentence().or_else(|| {
        warning.map(|_| "the program was at its records, which --strict does not allow".to_owned())
    });
    if plan.strict
        && let Some(sentence) = harm
    {
        return complain(code::HARMED, &sentence);
    }
    let code = source.status().map_or(code::FAILED, ending::code);
    // A program that went well, but whose records could not be kept, has not gone well.
    if pour.outlets().failed() && code == code::OK { code::FAILED } else { code }
}

/// Says which files could not be written.
fn tell_trouble(outlets: &mut Outlets) {
    while let Some(sentence) = outlets.trouble() {
        complain(code::FAILED, &sentence);
    }
}

/// Writes a recording out: its output where the program's went, its records to files. Somebody else
/// may have made it, so its output is shown as text, and steers no terminal.
pub fn replay(mut source: Replay, mut outlets: Outlets, to_stderr: bool, strict: bool) -> i32 {
    let mut health = Health::default();
    let mut output = Ok(());
    outlets.begin();
    if let Some(file) = outlets.take_recording()
        && let Err(error) = source.copy_to(Box::new(file))
    {
        outlets.recording_failed(&error);
    }
    let history = source.history();
    let (is_all_looked_at, mut at) = (strict || outlets.has_events(), history.first());
    while output.is_ok() && at < history.len() {
        fault::point("main");
        let end = history.len().min(at + PIECE);
        if is_all_looked_at {
            for record in history.range(at, end) {
                health.look_at(&record);
                outlets.record(&record, history.names());
            }
        }
        output = pass_on(history, at..end, to_stderr);
        at = end;
    }
    if output.is_ok() {
        output = print::out().flush();
    }
    outlets.flush();
    tell_trouble(&mut outlets);
    if output.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return code::OK;
    }
    let failed = source.is_broken() | outlets.failed() | (printed(output) != code::OK);
    if let Some(warning) = source.warning() {
        complain(code::HARMED, &warning);
        health.harmed = true;
    }
    match health.sentence() {
        Some(sentence) if strict => complain(code::HARMED, &sentence),
        _ if failed => code::FAILED,
        _ => code::OK,
    }
}

/// Writes the output among records to where it belongs.
fn pass_on(history: &History, range: Range<usize>, to_stderr: bool) -> io::Result<()> {
    let mut at = range.start;
    while let Some(next) = history.find_kinds(at, WRITTEN).filter(|next| *next <= range.end)
        && let Some(record) = history.record(next)
    {
        print_written(&record, history.names(), to_stderr)?;
        at = next;
    }
    Ok(())
}

/// Writes what a record says was written, if it says that, to where it belongs.
fn print_written(record: &Record, names: &Names, to_stderr: bool) -> io::Result<()> {
    let Some((stream, text)) = record.written(names) else { return Ok(()) };
    if stream == Stream::Stdout && !to_stderr {
        print::out().write_all(text.as_bytes())
    } else {
        print::err().write_all(text.as_bytes())
    }
}

/// Watches a board: its log where a program's output goes, its records to files. It ends when the
/// board is lost, the time is over or a signal asks for it; the board runs on.
pub fn board(
    mut source: Source,
    outlets: Outlets,
    to_stderr: bool,
    timeout: Option<Duration>,
    strict: bool,
) -> i32 {
    let signals = match Received::start(Plain, Interrupt::Leaves) {
        Ok(signals) => signals,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!("signals cannot be received: {error}; try again"),
            );
        }
    };
    let deadline = timeout.and_then(deadline_in);
    let mut health = Health::default();
    let mut end = None;
    let mut output = Ok(());
    let mut pour = Pour::begin(outlets, true);
    while !source.is_ended() && end.is_none() {
        fault::point("main");
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let arrived = source.poll(wait);
        if arrived.is_empty() {
            pour.flush();
        }
        for each in arrived {
            pour_out(&each, &mut pour, &mut health);
            if let Arrived::Record(record) = &each
                && output.is_ok()
            {
                output = print_written(record, pour.names(), to_stderr);
            }
        }
        if output.is_err() {
            end = Some(code::OK);
        }
        end = mistake().or_else(|| signals.leaving()).or(end);
        if deadline.is_some_and(|at| Instant::now() >= at) {
            end = Some(code::TIMEOUT);
        }
    }
    source.kill(ExitHow::Killed);
    if output.is_ok() {
        output = print::out().flush();
    }
    pour.finish();
    if let Some(code) = mistake() {
        return code;
    }
    tell_trouble(pour.outlets());
    if printed(output) != code::OK || pour.outlets().failed() {
        return code::FAILED;
    }
    if let Some(sentence) = source.lost() {
        return complain(code::LOST, &sentence);
    }
    let end = end.or(health.exit).unwrap_or(code::OK);
    match health.sentence() {
        Some(sentence) if strict => complain(code::HARMED, &sentence),
        _ => {
            if let Some(sentence) = health.losses() {
                complain(code::OK, &format!("{sentence}; `--strict` makes that a failure"));
            }
            end
        }
    }
}

/// The exit code after a mistake in one of our threads, if there was one.
fn mistake() -> Option<i32> {
    panics::happened().then_some(code::PANIC)
}

/// Hands on what arrived.
fn pour_out(arrived: &Arrived, pour: &mut Pour, health: &mut Health) {
    if let Arrived::Record(record) = arrived {
        health.look_at(record);
    }
    pour.take(arrived);
}

fn time_is_over(name: &str, timeout: Option<Duration>) -> i32 {
    let seconds = timeout.unwrap_or_default().as_secs_f64();
    complain(
        code::TIMEOUT,
        &format!(
            "`{name}` did not end within {seconds} s, so it was ended; give it more with --timeout"
        ),
    )
}
