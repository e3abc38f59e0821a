//! `lesson check`: lessons in runs of their programs, of their exercises, and on a screen.

use std::collections::BTreeMap;
use std::convert::identity;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use clap::CommandFactory;
use loopscope_engine::child::no_sandbox;
use loopscope_lessons::{Lesson, Problem, check, lessons, resolve};
use loopscope_model::diff::{Side, diff};
use loopscope_protocol::{Kind, KindSet};
use loopscope_screen::keys::{Chord, Keymap};
use loopscope_session::{ROWS, Session};

use super::super::sandbox::SandboxArgs;
use super::super::{Cli, LessonFolder, Shared, code, complain, printed};
use super::other::Other;
use super::{played, read, tell, to_the_end, written};
use crate::exercise::judge;
use crate::print;

/// Checks all built-in lessons, one of them, or the one in a folder. `pythons` run them as well.
pub(super) fn check_lessons(
    folder: Option<&Path>,
    pythons: &[PathBuf],
    sandbox: SandboxArgs,
) -> i32 {
    let found: Result<Vec<Other>, String> =
        pythons.iter().map(|python| Other::find(python)).collect();
    let others = match found {
        Ok(others) => others,
        Err(sentence) => return complain(code::USAGE, &sentence),
    };
    let built_in = folder.filter(|path| !path.is_dir());
    let built_in = built_in.and_then(|path| Lesson::find(path.to_str()?));
    let is_strange = folder.is_some() && built_in.is_none();
    // A lesson that somebody else wrote must not do here what it likes. Ours are known, and run
    // where there is no sandbox as well.
    let sandbox = if is_strange || no_sandbox().is_none() { sandbox.by_default() } else { sandbox };
    let sandbox = if is_strange { sandbox } else { sandbox.with_processes() };
    let shared = Shared { sandbox, ..Shared::default() };
    if let Err(sentence) = shared.sandbox.open() {
        return complain(code::USAGE, &sentence);
    }
    let lesson = match (folder, built_in) {
        (None, _) => return check_all(&shared, &others),
        (Some(_), Some(lesson)) => Ok(lesson),
        (Some(path), None) => match read(path) {
            // It is read once, and checked until the program ends.
            Ok(folder) => Lesson::parse(&folder).map(|lesson| &*Box::leak(Box::new(lesson))),
            Err(code) => return code,
        },
    };
    let problems = lesson.map_or_else(identity, |lesson| {
        let mut problems = everything(lesson, &shared);
        if built_in.is_none() {
            problems.extend(check::terms(lesson));
        }
        let of_its_dialect = others.iter().filter(|other| other.runs(lesson));
        if !others.is_empty() && of_its_dialect.clone().count() == 0 {
            let path = format!("{}/{}", lesson.folder(), Lesson::FILE);
            problems.push(Problem::new(path, 0, "no interpreter that was named is of its dialect"));
        }
        problems.extend(of_its_dialect.filter_map(|other| other.prints_another(lesson)));
        problems
    });
    tell(&problems);
    if problems.is_empty() { code::OK } else { code::LESSON }
}

/// Checks the built-in lessons, as many at once as the machine has processors; tells of each in the
/// order of the list.
fn check_all(shared: &Shared, others: &[Other]) -> i32 {
    let mut problems = check::built_in();
    tell(&problems);
    let all = lessons();
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(all.len());
    let next = AtomicUsize::new(0);
    let (sender, found) = channel();
    let told = thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(lesson) = all.get(at) else { return };
                    // Where nobody listens any more, nobody wants the rest.
                    let mut found = everything(lesson, shared);
                    let here = others.iter().filter(|other| other.runs(lesson));
                    found.extend(here.filter_map(|other| other.prints_another(lesson)));
                    if sender.send((at, found)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut waits_for = 0;
        for (at, found_here) in found {
            early.insert(at, found_here);
            while let Some(found_here) = early.remove(&waits_for) {
                tell(&found_here);
                let lesson = &all[waits_for];
                let by = others.iter().filter(|other| other.runs(lesson)).map(Other::name);
                let by: Vec<&str> = by.collect();
                let told = match (found_here.is_empty(), by.is_empty()) {
                    (false, _) => "not right".to_owned(),
                    (true, true) => "right".to_owned(),
                    (true, false) => format!("right, also by {}", by.join(", ")),
                };
                let mut out = print::out();
                writeln!(out, "{:<9} {told}", lesson.code()).and_then(|()| out.flush())?;
                problems.extend(found_here);
                waits_for += 1;
            }
        }
        Ok(())
    });
    match told {
        Err(error) => printed(Err(error)),
        Ok(()) if problems.is_empty() => code::OK,
        Ok(()) => code::LESSON,
    }
}

/// What is wrong with a lesson in runs of its program, and of those of its exercises.
fn everything(lesson: &'static Lesson, shared: &Shared) -> Vec<Problem> {
    let (mut problems, ran) = in_a_run(lesson, shared);
    problems.extend(check::wording(lesson));
    let mut runs = played::Runs::new();
    problems.extend(check::exercises(lesson, &mut |exercise, program| {
        let folder = LessonFolder::holding(lesson, program)?;
        let mut session = folder.session(shared, true)?;
        let verdict = judge(&mut session, exercise, &mut |_| true);
        // These are looked at on the screen as well.
        if program == exercise.start || program == exercise.solution {
            runs.push((program.to_owned(), session));
        }
        Ok(verdict)
    }));
    if problems.is_empty()
        && let Some(ran) = ran
    {
        problems.extend(played::played(lesson, ran, runs));
    }
    problems
}

/// What is wrong with a lesson when its program runs, and runs again; and the two runs.
fn in_a_run(lesson: &Lesson, shared: &Shared) -> (Vec<Problem>, Option<(Session, Session)>) {
    let program = format!("{}/{}", lesson.folder(), Lesson::FILE);
    let run = |folder: &LessonFolder| -> Result<Session, String> {
        let mut session = folder.session(shared, true)?;
        to_the_end(&mut session)?;
        Ok(session)
    };
    // Both in one folder: a program may write where it is.
    let both = |folder: LessonFolder| Ok((run(&folder)?, run(&folder)?));
    let (session, again) = match LessonFolder::write(lesson).and_then(both) {
        Ok(both) => both,
        Err(sentence) => return (vec![Problem::new(program, 0, sentence)], None),
    };
    let resolved = resolve(lesson, session.history(), session.names());
    let mut problems = check::run(lesson, &resolved);
    problems.extend(check::finds(lesson, session.history(), session.names()));
    let (history, names) = (session.history(), session.names());
    problems.extend(check::claims(lesson, &resolved, history, names, &is_command));
    if lesson.is_on_board() {
        return (problems, Some((session, again)));
    }
    if let Some(difference) = difference(lesson, [&session, &again]) {
        let message = format!("two runs of it are not the same: {difference}");
        problems.push(Problem::new(&program, 0, message));
    }
    let written = written(&session);
    if written != lesson.output {
        let line = written.lines().zip(lesson.output.lines()).take_while(|(a, b)| a == b).count();
        let message = format!(
            "it writes something else than program.out has from line {}; if that is right, `lesson \
             bless` writes program.out anew",
            line + 1
        );
        let output = format!("{}/program.out", lesson.folder());
        problems.push(Problem::new(output, u32::try_from(line + 1).unwrap_or(0), message));
    }
    (problems, Some((session, again)))
}

/// Whether a text is a command: of line mode, of a shell that starts Loopscope, or a key.
fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return false };
    if first == "loopscope" {
        return Cli::command().try_get_matches_from(text.split_whitespace()).is_ok();
    }
    if let Some(option) = first.strip_prefix("--") {
        let all = Cli::command();
        let has = |command: &clap::Command| {
            command.get_arguments().any(|argument| argument.get_long() == Some(option))
        };
        return has(&all) || all.get_subcommands().any(has);
    }
    let is_key = Chord::parse(text).is_some_and(|chord| Keymap::default().action(chord).is_some());
    let is_row = ROWS.iter().any(|row| row.name == first);
    let of_lessons = ["lesson", "predict", "found", "hint", "solution", "run", "glossary"];
    is_key || of_lessons.contains(&first) || is_row && loopscope_session::parse(text).is_ok()
}

/// What a learner could see of a difference between two runs. With the real clock, what comes from
/// outside may stand elsewhere among the records; the lesson must be the same all the same.
fn difference(lesson: &Lesson, runs: [&Session; 2]) -> Option<String> {
    let told = runs.map(|run| {
        let resolved = resolve(lesson, run.history(), run.names());
        let places = resolved.places.iter().map(|placed| placed.number).collect::<Vec<_>>();
        let asked = resolved.questions.into_iter();
        let asked = asked.map(|asked| (asked.choices, asked.answer.map(|answer| answer.text)));
        (places, asked.collect::<Vec<_>>())
    });
    if told[0] != told[1] {
        return Some("its places, choices or answers differ".to_owned());
    }
    let is_virtual =
        |run: &Session| run.history().last_of(run.history().len(), Kind::Clock).is_none();
    if !runs.into_iter().all(is_virtual) {
        return None;
    }
    diff(side("the first", runs[0]), side("the second", runs[1])).map(|found| found.sentence)
}

fn side<'a>(title: &'a str, run: &'a Session) -> Side<'a> {
    let never_sends = KindSet::NONE;
    Side { title, history: run.history(), names: run.names(), never_sends }
}
