//! Running a program without any screen: its own output, its own exit code, and its records in
//! files where they are asked for.

pub mod ear;
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
use loopscope_protocol::{Event, ExitHow, Stream};
use loopscope_session::source::Source;
use loopscope_session::source::ending;
use loopscope_session::source::local::{self, Launch, Local, Stdin};
use loopscope_session::source::outlets::Outlets;
use nix::sys::signal::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signals::Forward;
use watch::Watch;

use crate::exit::{code, complain};

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
    let started = local::command(&plan.options.to_args(), plan.stdin, false)
        .and_then(|mut command| command.spawn());
    let mut child = match started {
        Ok(child) => child,
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
    forward.to(child.id());
    let watch = plan.timeout.map(|timeout| Watch::start(child.id(), timeout));
    let status = child.wait();
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
    if late && status.signal() == Some(Signal::SIGKILL as i32) {
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
        own_group: false,
        capture: false,
        keep_bytes: plan.outlets.is_recording(),
        patient: true,
        memory_limit: plan.options.memory_limit,
    });
    let mut source = match source {
        Ok(source) => source,
        Err(error) => return complain(code::FAILED, &error.to_string()),
    };
    forward.to(source.pid());
    let deadline = plan.timeout.map(|timeout| Instant::now() + timeout);
    let mut health = Health::default();
    let mut idle = false;
    while !source.is_ended() {
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let arrived = source.poll(wait).unwrap_or_default();
        if arrived.is_empty() && !idle {
            plan.outlets.flush();
        }
        idle = arrived.is_empty();
        pour(&mut source, arrived, &mut plan.outlets, &mut health);
        if deadline.is_some_and(|at| Instant::now() >= at) && !source.is_ended() {
            source.kill(ExitHow::Timeout);
        }
    }
    forward.stop();
    plan.outlets.finish();
    let trouble = plan.outlets.trouble();
    if let Some(sentence) = &trouble {
        complain(code::FAILED, sentence);
    }
    if health.late {
        return time_is_over(&plan.name, plan.timeout);
    }
    if let Some(sentence) = &health.lost_how {
        complain(code::FAILED, sentence);
    }
    if plan.strict
        && let Some(sentence) = health.sentence()
    {
        return complain(code::HARMED, &sentence);
    }
    let code = source.status().map_or(code::FAILED, ending::code);
    // A program that went well, but whose records could not be kept, has not gone well.
    if trouble.is_some() && code == code::OK { code::FAILED } else { code }
}

/// Writes a recording out: its output where the program's went, its records to files.
pub fn replay(
    mut source: Box<dyn Source>,
    mut outlets: Outlets,
    to_stderr: bool,
    strict: bool,
) -> i32 {
    let mut health = Health::default();
    let mut failed = None;
    while !source.is_ended() {
        let arrived = match source.poll(IDLE) {
            Ok(arrived) => arrived,
            Err(error) => {
                failed = Some(error.to_string());
                break;
            }
        };
        if !pass_on(&arrived, source.names(), to_stderr) {
            return code::OK;
        }
        pour(source.as_mut(), arrived, &mut outlets, &mut health);
    }
    let _ = io::stdout().flush();
    outlets.finish();
    for sentence in [failed.as_ref(), outlets.trouble().as_ref()].into_iter().flatten() {
        complain(code::FAILED, sentence);
    }
    if let Some(warning) = source.warning() {
        complain(code::HARMED, &warning);
        health.harmed = true;
    }
    match health.sentence() {
        Some(sentence) if strict => complain(code::HARMED, &sentence),
        _ if failed.is_some() => code::FAILED,
        _ => code::OK,
    }
}

/// Writes the output among what arrived to where it belongs. False: nobody reads it.
fn pass_on(arrived: &[Arrived], names: &Names, to_stderr: bool) -> bool {
    arrived.iter().all(|each| {
        let Arrived::Record(record) = each else { return true };
        let Some((stream, text)) = record.written(names) else { return true };
        let written = if stream == Stream::Stdout && !to_stderr {
            io::stdout().write_all(text.as_bytes())
        } else {
            io::stderr().write_all(text.as_bytes())
        };
        !written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Watches a board: its log where a program's output goes, its records to files. It ends when the
/// board is lost, the time is over or a signal asks for it; the board runs on.
pub fn board(
    mut source: Box<dyn Source>,
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
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let mut health = Health::default();
    let mut end = None;
    while !source.is_ended() && end.is_none() {
        let wait =
            deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE));
        let arrived = source.poll(wait).unwrap_or_default();
        if arrived.is_empty() {
            outlets.flush();
        }
        if !pass_on(&arrived, source.names(), to_stderr) {
            end = Some(code::OK);
        }
        pour(source.as_mut(), arrived, &mut outlets, &mut health);
        match called.load(Ordering::Acquire) {
            0 => {}
            signal => end = Some(128 + signal),
        }
        if deadline.is_some_and(|at| Instant::now() >= at) {
            end = Some(code::TIMEOUT);
        }
    }
    source.kill(ExitHow::Killed);
    let _ = io::stdout().flush();
    outlets.finish();
    if let Some(sentence) = outlets.trouble() {
        return complain(code::FAILED, &sentence);
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
    source: &mut dyn Source,
    arrived: Vec<Arrived>,
    outlets: &mut Outlets,
    health: &mut Health,
) {
    let bytes = source.take_bytes();
    outlets.bytes(&bytes);
    for each in arrived {
        if let Arrived::Record(record) = each {
            health.look_at(&record);
            outlets.record(&record, source.names());
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
