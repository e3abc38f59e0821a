//! Running a program without any screen: its own output, its own exit code, and its records in
//! files where they are asked for.

mod signals;
mod watch;

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use loopscope_engine::host::Options;
use loopscope_model::Names;
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Event, ExitHow, Stream, Text};
use loopscope_session::source::Source;
use loopscope_session::source::ending;
use loopscope_session::source::kept::{self, Kept, Scratch};
use loopscope_session::source::local::{Launch, Local, Stdin};
use loopscope_session::source::outlets::Outlets;
use loopscope_session::source::replay::Replay;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signals::Forward;
use watch::Watch;

use crate::exit::{code, complain, deadline_in, printed};

/// How long to wait for records before what is written so far is brought to the files.
const IDLE: Duration = Duration::from_millis(20);

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
    let source = Local::start(Launch {
        args: plan.options.to_args(),
        name: plan.name.clone(),
        stdin: plan.stdin,
        shown: false,
        capture: false,
        keep_bytes: plan.outlets.is_recording(),
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
    plan.outlets.begin();
    let deadline = plan.timeout.and_then(deadline_in);
    let mut health = Health::default();
    let mut idle = false;
    while !source.is_ended() {
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let arrived = source.poll(wait);
        if arrived.is_empty() && !idle {
            plan.outlets.flush();
        }
        idle = arrived.is_empty();
        pour(&source.take_bytes(), source.names(), arrived, &mut plan.outlets, &mut health);
        if deadline.is_some_and(|at| Instant::now() >= at) && !source.is_ended() {
            source.kill(ExitHow::Timeout);
        }
    }
    forward.stop();
    plan.outlets.finish();
    tell_trouble(&mut plan.outlets);
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
    if plan.outlets.failed() && code == code::OK { code::FAILED } else { code }
}

/// Says which files could not be written.
fn tell_trouble(outlets: &mut Outlets) {
    while let Some(sentence) = outlets.trouble() {
        complain(code::FAILED, &sentence);
    }
}

/// Writes a recording out: its output where the program's went, its records to files.
pub fn replay(mut source: Replay, mut outlets: Outlets, to_stderr: bool, strict: bool) -> i32 {
    let mut health = Health::default();
    let mut output = Ok(());
    outlets.begin();
    while !source.is_ended() {
        let arrived = source.poll(IDLE);
        output = pass_on(&arrived, to_stderr);
        pour(&[], source.names(), arrived, &mut outlets, &mut health);
        if output.is_err() {
            break;
        }
    }
    outlets.finish();
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

/// Writes the output among what arrived to where it belongs.
fn pass_on(arrived: &[Arrived], to_stderr: bool) -> io::Result<()> {
    for each in arrived {
        let Arrived::Record(record) = each else { continue };
        let Event::Output { stream, .. } = record.event else { continue };
        let text = record.text(Text::FIRST).as_bytes();
        if stream == Stream::Stdout && !to_stderr {
            io::stdout().write_all(text)?;
        } else {
            io::stderr().write_all(text)?;
        }
    }
    Ok(())
}

/// Watches a board: its log where a program's output goes, its records to files. It ends when the
/// board is lost, the time is over or a signal asks for it; the board runs on.
pub fn board(
    mut source: Source,
    mut outlets: Outlets,
    to_stderr: bool,
    timeout: Option<Duration>,
    strict: bool,
) -> i32 {
    let called = match called_away() {
        Ok(called) => called,
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
    outlets.begin();
    while !source.is_ended() && end.is_none() {
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let arrived = source.poll(wait);
        if arrived.is_empty() {
            outlets.flush();
        }
        output = pass_on(&arrived, to_stderr);
        if output.is_err() {
            end = Some(code::OK);
        }
        pour(&source.take_bytes(), source.names(), arrived, &mut outlets, &mut health);
        match called.load(Ordering::Acquire) {
            0 => {}
            signal => end = Some(128 + signal),
        }
        if deadline.is_some_and(|at| Instant::now() >= at) {
            end = Some(code::TIMEOUT);
        }
    }
    source.kill(ExitHow::Killed);
    outlets.finish();
    tell_trouble(&mut outlets);
    if printed(output) != code::OK || outlets.failed() {
        return code::FAILED;
    }
    if let Some(sentence) = source.lost() {
        return complain(code::LOST, &sentence);
    }
    match health.sentence() {
        Some(sentence) if strict => complain(code::HARMED, &sentence),
        _ => end.unwrap_or(code::OK),
    }
}

/// The number of the signal that asks us to leave, once one does.
fn called_away() -> io::Result<Arc<AtomicI32>> {
    let called = Arc::new(AtomicI32::new(0));
    let number = Arc::clone(&called);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let listen = move || {
        for signal in &mut signals {
            number.store(signal, Ordering::Release);
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(listen)?;
    Ok(called)
}

/// Hands on what arrived.
fn pour(
    bytes: &[u8],
    names: &Names,
    arrived: Vec<Arrived>,
    outlets: &mut Outlets,
    health: &mut Health,
) {
    outlets.bytes(bytes);
    for each in arrived {
        if let Arrived::Record(record) = each {
            health.look_at(&record);
            outlets.record(&record, names);
        }
    }
}

/// What a stream looked like on its way.
#[derive(Debug, Default)]
struct Health {
    lost: u64,
    gaps: u64,
    /// Bytes among the records that were none, or that follow the last one.
    garbage: u64,
    /// A recording is damaged, which was said.
    harmed: bool,
    late: bool,
    /// Why the program could not come to an end of its own.
    lost_how: Option<String>,
}

impl Health {
    fn look_at(&mut self, record: &loopscope_model::Record) {
        self.garbage += u64::from(record.garbage);
        match record.event {
            Event::Gap { lost } => {
                self.gaps += 1;
                self.lost += u64::from(lost);
            }
            Event::ProgramExit { how: ExitHow::Timeout, .. } => self.late = true,
            Event::ProgramExit { how: ExitHow::Lost, text, .. } => {
                self.lost_how = Some(record.text(text).to_owned());
            }
            _ => {}
        }
    }

    /// The sentence about what is wrong, if anything is.
    fn sentence(&self) -> Option<String> {
        if self.gaps > 0 {
            let records =
                if self.lost == 1 { "1 record" } else { &format!("{} records", self.lost) };
            let verb = if self.lost == 1 { "was" } else { "were" };
            let gaps = if self.gaps == 1 { "1 gap" } else { &format!("{} gaps", self.gaps) };
            return Some(format!(
                "{records} or more {verb} lost in {gaps}, which --strict does not allow"
            ));
        }
        let harm = match self {
            Self { garbage: 1, .. } => "1 byte among the records is none".to_owned(),
            Self { garbage: 2.., .. } => {
                format!("{} bytes among the records are none", self.garbage)
            }
            Self { harmed: true, .. } => "the recording is harmed".to_owned(),
            _ => return None,
        };
        Some(format!("{harm}, which --strict does not allow"))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gap_is_one() {
        let said = |lost, gaps| Health { lost, gaps, ..Health::default() }.sentence();
        assert_eq!(
            said(18, 1).as_deref(),
            Some("18 records or more were lost in 1 gap, which --strict does not allow")
        );
        assert_eq!(
            said(1, 2).as_deref(),
            Some("1 record or more was lost in 2 gaps, which --strict does not allow")
        );
    }
}
