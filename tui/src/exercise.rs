//! A learner's program is run for an exercise: to its end, within a limit; and what came of it, told
//! in lines.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use loopscope_lessons::{Exercise, Verdict};
use loopscope_model::safe_text;
use loopscope_protocol::{Event, Stream, Text};
use loopscope_session::{GoOn, Session, Unfinished};

/// How long a learner's program may run.
const LIMIT: Duration = Duration::from_secs(20);

/// The most lines of its output that are shown.
const LINES: usize = 16;

/// Runs a program to its end and judges it.
pub(crate) fn judge(session: &mut Session, exercise: &Exercise, go_on: &mut GoOn<'_>) -> Verdict {
    match session.run_to_end(Some(Instant::now() + LIMIT), go_on) {
        Ok(()) => exercise.judge(session.history(), session.names()),
        Err(Unfinished::Left) => Verdict::unfinished("The run was left."),
        Err(Unfinished::Late) => Verdict::unfinished(format!(
            "The program does not end within {} seconds; something in it waits or works for ever.",
            LIMIT.as_secs()
        )),
        Err(Unfinished::Stopped(sentence)) => Verdict::unfinished(sentence),
    }
}

/// What the program wrote, as far as it fits.
pub(crate) fn tell_output(out: &mut impl Write, session: &Session) -> io::Result<()> {
    let mut text = String::new();
    for record in session.history().outputs(session.live_edge()) {
        if matches!(record.event, Event::Output { stream: Stream::Stdout | Stream::Stderr, .. }) {
            text.push_str(record.text(Text::FIRST));
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().take(LINES) {
        writeln!(out, "  | {}", safe_text::line(line))?;
    }
    if lines.len() > LINES {
        writeln!(out, "  | ... and {} lines more", lines.len() - LINES)?;
    }
    Ok(())
}

/// What is said of a verdict, in one sentence.
pub(crate) fn sentence(verdict: &Verdict) -> String {
    // An exception's text is the program's.
    let wrong = verdict.wrong.as_deref().map(safe_text::line);
    match wrong {
        None => "Done: it does what it is to do.".to_owned(),
        Some(wrong) => {
            let at = verdict.seq.map_or_else(String::new, |seq| format!(" (record {seq})"));
            let holding = match verdict.all {
                all if all > 1 && verdict.holding > 0 => {
                    format!(" {} of {all} checks hold.", verdict.holding)
                }
                _ => String::new(),
            };
            format!("Not yet. {}{at}{holding}", wrong.trim())
        }
    }
}
