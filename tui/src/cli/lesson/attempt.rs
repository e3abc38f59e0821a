//! `lesson try`: a learner's program is run for an exercise of a lesson, once or at each save.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use loopscope_lessons::{Exercise, Item, ItemKind, Lesson};
use loopscope_model::{fault, safe_text};
use loopscope_screen::app::progress::Progress;
use loopscope_screen::app::workbench::Workbench;

use super::super::{LessonFolder, Shared, code, complain, printed};
use super::command::TryArgs;
use crate::exercise::{judge, sentence, tell_output};
use crate::print;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(100);

pub(in crate::cli) fn attempt(args: &TryArgs) -> i32 {
    let lesson = match super::named(&args.lesson) {
        Ok(lesson) => lesson,
        Err(code) => return code,
    };
    let Some((number, item, exercise)) = chosen(lesson, args.modify) else {
        let which = if args.modify { "to modify" } else { "to make" };
        let message = format!(
            "lesson {} has nothing {which} that can be checked; `loopscope lesson run {}` takes it",
            lesson.code(),
            args.lesson
        );
        return complain(code::USAGE, &message);
    };
    if let Some(n) = args.hint {
        return hint(exercise, n);
    }
    if args.solution {
        return printed(write!(print::out(), "{}", safe_text::lines(&exercise.solution)));
    }
    let bench = match &args.file {
        Some(file) => Ok(Workbench::on(file, exercise)),
        None => Workbench::open(lesson, number),
    };
    let bench = match bench {
        Ok(bench) => bench,
        Err(sentence) => return complain(code::FAILED, &sentence),
    };
    if args.reset && args.file.is_none() {
        return reset(&bench);
    }
    let shared = Shared { sandbox: args.sandbox.clone(), ..Shared::default() }.with_set_python();
    match introduce(item, &bench) {
        Ok(()) => {}
        Err(error) => return printed(Err(error)),
    }
    loop {
        let stamp = bench.stamp();
        match once(lesson, item, exercise, &bench, &shared) {
            Err(error) => return printed(Err(error)),
            Ok(true) => return code::OK,
            Ok(false) if !args.watch => return code::FAILED,
            Ok(false) => {}
        }
        let told = writeln!(
            print::out(),
            "(waiting for {} to be saved; ctrl-c leaves)",
            bench.path().display()
        );
        if told.is_err() {
            return printed(told);
        }
        while bench.stamp() == stamp || bench.stamp().is_none() {
            fault::point("watch");
            thread::sleep(LOOK);
        }
    }
}

/// The exercise that is meant: the one to make something, unless the other one is asked for or there
/// is no other.
fn chosen(
    lesson: &'static Lesson,
    modify: bool,
) -> Option<(usize, &'static Item, &'static Exercise)> {
    let is_modify = |item: &Item| matches!(item.kind, ItemKind::Modify(_));
    let mut all = lesson.exercises();
    all.find(|(_, item, _)| is_modify(item) == modify)
        .or_else(|| lesson.exercises().next().filter(|_| !modify))
}

fn introduce(item: &Item, bench: &Workbench) -> io::Result<()> {
    let mut out = print::out();
    writeln!(out, "-- {} --\n{}\n", item.title, item.text)?;
    writeln!(out, "Your file: {}", bench.path().display())
}

/// Runs the file and says what came of it. True: it is right.
fn once(
    lesson: &'static Lesson,
    item: &Item,
    exercise: &Exercise,
    bench: &Workbench,
    shared: &Shared,
) -> io::Result<bool> {
    let mut out = print::out();
    let mut session = match LessonFolder::start(lesson, bench.path(), shared) {
        Ok(session) => session,
        Err(sentence) => {
            writeln!(out, "{sentence}")?;
            return Ok(false);
        }
    };
    let verdict = judge(&mut session, exercise, &mut |_| true);
    tell_output(&mut out, &session)?;
    writeln!(out, "{}", sentence(&verdict))?;
    if verdict.is_passed() {
        let mut progress = Progress::load();
        progress.did(lesson, item);
        let _ = progress.save();
    }
    Ok(verdict.is_passed())
}

fn hint(exercise: &Exercise, n: usize) -> i32 {
    if let Some(hint) = n.checked_sub(1).and_then(|at| exercise.hints.get(at)) {
        return printed(writeln!(print::out(), "{}", hint.marked()));
    }
    let all = exercise.hints.len();
    complain(code::USAGE, &format!("there are {all} hints; `--solution` shows a way to do it"))
}

fn reset(bench: &Workbench) -> i32 {
    match bench.reset() {
        Ok(Some(kept)) => printed(writeln!(
            print::out(),
            "{} is as at first; what was there is in {}",
            bench.path().display(),
            kept.display()
        )),
        Ok(None) => printed(writeln!(print::out(), "{} is as at first", bench.path().display())),
        Err(sentence) => complain(code::FAILED, &sentence),
    }
}
