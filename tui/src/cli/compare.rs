//! `diff`: where two recordings or programs, or one program by two dialects' rules, first differ.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use loopscope_model::diff::versions;
use loopscope_protocol::{ClockMode, Dialect, Word};
use loopscope_session::{Comparison, Session, Unfinished};

use super::patience::Patience;
use super::{DiffArgs, Shared, code, complain, deadline_in, interpreter, printed};
use crate::print;

pub(super) fn diff(args: &DiffArgs) -> i32 {
    compare(args).unwrap_or_else(|code| code)
}

fn compare(args: &DiffArgs) -> Result<i32, i32> {
    let [one, two] = rules(args).map_err(|sentence| complain(code::USAGE, &sentence))?;
    let second = args.second.as_deref().unwrap_or(&args.first);
    let deadline = args.timeout.and_then(deadline_in);
    let mut patience = Patience::begin();
    let first = whole(args, one, None, &args.first, deadline, &mut patience)?;
    let other = whole(args, two, args.python.as_deref(), second, deadline, &mut patience)?;
    let titles = if args.second.is_some() {
        [&args.first, second].map(|path| path.display().to_string())
    } else {
        // One file: its name says enough.
        let name = second.file_name().unwrap_or(second.as_os_str()).to_string_lossy();
        let rules = |dialect: Dialect| format!("{name} ({})", dialect.word());
        match &args.python {
            Some(python) => [rules(one), format!("{name} ({})", python.display())],
            None => [one, two].map(rules),
        }
    };
    let sessions = [&first, &other];
    let go_on = &mut |it| patience.go_on(it);
    let compared = match args.python {
        Some(_) => Comparison::of_what_is_visible(sessions, titles, go_on),
        None => Comparison::of(sessions, titles, go_on),
    };
    let Some(comparison) = compared else { return Err(left(&patience)) };
    patience.clear();
    let mut text = comparison.text(80);
    if let (Some(python), Some(_)) = (&args.python, &comparison.found) {
        text.push_str(&by_versions(one, python, second, &comparison));
    }
    match printed(writeln!(print::out(), "{text}")) {
        code::OK if comparison.found.is_some() => Ok(code::FAILED),
        code => Ok(code),
    }
}

/// The two dialects, if the command line makes sense.
fn rules(args: &DiffArgs) -> Result<[Dialect; 2], String> {
    let dialects = match args.dialects[..] {
        [] => [Dialect::Cpython; 2],
        [both] => [both; 2],
        [one, two] => [one, two],
        _ => return Err("--dialect can be given twice, once for each side".to_owned()),
    };
    if args.second.is_none() && args.python.is_none() && dialects[0] == dialects[1] {
        return Err(format!(
            "`{}` is to be compared with what? Name a second recording or program, or two \
             different dialects: --dialect cpython --dialect micropython, or a CPython: --python \
             python3",
            args.first.display()
        ));
    }
    Ok(dialects)
}

/// What changed between the version whose rules we follow and the one of `python`, as far as it has to do
/// with what differs, or with what the program uses.
fn by_versions(ours: Dialect, python: &Path, program: &Path, found: &Comparison) -> String {
    let ours = match ours {
        Dialect::Cpython36 => 6,
        Dialect::Cpython314 => 14,
        _ => 13,
    };
    let Ok((3, theirs)) = interpreter::version(python) else { return String::new() };
    let source = std::fs::read_to_string(program).unwrap_or_default();
    let mut text = String::new();
    for change in versions::between(ours, theirs, &found.differing(), &source) {
        if text.is_empty() {
            text = format!("\n\nBetween 3.{} and 3.{}:", ours.min(theirs), ours.max(theirs));
        }
        text.push_str("\n- ");
        text.push_str(change.says);
    }
    text
}

/// The whole history of a recording or of a run to its end.
fn whole(
    args: &DiffArgs,
    dialect: Dialect,
    python: Option<&Path>,
    path: &Path,
    deadline: Option<Instant>,
    patience: &mut Patience,
) -> Result<Session, i32> {
    // Without a reason to differ times are the same on both sides.
    let clock = match &args.python {
        Some(python) if !interpreter::is_micropython(python) => ClockMode::Virtual,
        _ => ClockMode::Auto,
    };
    let python = python.map(Path::to_path_buf);
    let sandbox = args.sandbox.clone();
    let shared = Shared { dialect, clock, python, sandbox, ..Shared::default() };
    let source: [OsString; 1] = [path.as_os_str().to_owned()];
    let opened = shared.session_if_wanted(&source, true, &mut |it| patience.go_on(it));
    let opened = opened.map_err(|sentence| complain(code::USAGE, &sentence))?;
    let Some(mut session) = opened else { return Err(left(patience)) };
    if let Some(warning) = session.warning() {
        complain(code::OK, &format!("`{}`: {warning}", path.display()));
    }
    match session.run_to_end(deadline, &mut |it| patience.go_on(it)) {
        Ok(()) => Ok(session),
        Err(Unfinished::Left) => Err(left(patience)),
        Err(Unfinished::Late) => Err(complain(
            code::TIMEOUT,
            &format!("`{}` did not end within the time of --timeout", path.display()),
        )),
        Err(Unfinished::Stopped(sentence)) => Err(complain(code::FAILED, &sentence)),
    }
}

/// The exit code of a comparison that a signal has ended.
fn left(patience: &Patience) -> i32 {
    patience.leaving().unwrap_or(code::INTERRUPTED)
}
