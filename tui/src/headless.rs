//! Running a program without any screen: its own output, its own exit code, and its records in
//! files where they are asked for.

pub mod ear;
mod signals;
mod watch;

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use loopscope_engine::host::Options;
use loopscope_model::stream::Arrived;
use loopscope_protocol::{Event, ExitHow, Stream, Text};
use nix::sys::signal::Signal;

use crate::cli::{code, complain};
use crate::source::Source;
use crate::source::ending;
use crate::source::local::{self, Launch, Local, Stdin};
use crate::source::outlets::Outlets;
use signals::Forward;
use watch::Watch;

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
    plan.outlets.flush();
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
    let (mut stdout, mut stderr) = (io::stdout(), io::stderr());
    let mut failed = None;
    while !source.is_ended() {
        let arrived = match source.poll(IDLE) {
            Ok(arrived) => arrived,
            Err(error) => {
                failed = Some(error.to_string());
                break;
            }
        };
        for each in &arrived {
            let Arrived::Record(record) = each else { continue };
            let Event::Output { stream, .. } = record.event else { continue };
            let text = record.text(Text::FIRST).as_bytes();
            let written = if stream == Stream::Stdout && !to_stderr {
                stdout.write_all(text)
            } else {
                stderr.write_all(text)
            };
            if written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return code::OK;
            }
        }
        pour(source.as_mut(), arrived, &mut outlets, &mut health);
    }
    let _ = stdout.flush();
    outlets.flush();
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
    harmed: bool,
    late: bool,
    /// Why the program could not come to an end of its own.
    lost_how: Option<String>,
}

impl Health {
    fn look_at(&mut self, record: &loopscope_model::Record) {
        self.harmed |= record.garbage > 0;
        match record.event {
            Event::Gap { lost } => {
                self.gaps += 1;
                self.lost += u64::from(lost);
            }
            Event::Anomaly { .. } => self.harmed = true,
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
            return Some(format!(
                "{} records or more were lost in {} gaps, which --strict does not allow",
                self.lost, self.gaps
            ));
        }
        self.harmed.then(|| "the records are harmed, which --strict does not allow; the `anomaly` records say where".to_owned())
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
