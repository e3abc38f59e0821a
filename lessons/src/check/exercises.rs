//! What an exercise must fulfil: what a learner begins with is not done yet, the solution is, and
//! each mistake is told what is wrong with it.

use crate::{Exercise, Item, ItemKind, Lesson, Problem, Verdict};

/// How many mistakes an exercise knows at least.
const MISTAKES: usize = 2;

/// Everything that is wrong with a lesson's exercises. `run` runs a program and judges it, or says
/// why it cannot.
pub fn exercises(
    lesson: &Lesson,
    run: &mut dyn FnMut(&Exercise, &str) -> Result<Verdict, String>,
) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let mut problems = Vec::new();
    for (_, item, exercise) in lesson.exercises() {
        let mut problem = |line: u32, message: String| {
            problems.push(Problem::new(&path, line, message));
        };
        written(item, exercise, &mut problem);
        if exercise.solution.is_empty() {
            continue;
        }
        match run(exercise, &exercise.start) {
            Err(sentence) => problem(item.line, sentence),
            Ok(verdict) if verdict.is_passed() => problem(
                item.line,
                "what the learner begins with passes already; add a check that it fails".to_owned(),
            ),
            Ok(_) => {}
        }
        match run(exercise, &exercise.solution) {
            Err(sentence) => problem(item.line, sentence),
            Ok(Verdict { wrong: Some(wrong), seq, .. }) => {
                let at = seq.map_or_else(String::new, |seq| format!(" (record {seq})"));
                problem(item.line, format!("its solution does not pass: {wrong}{at}"));
            }
            Ok(_) => {}
        }
        for mistake in &exercise.mistakes {
            match run(exercise, &mistake.program) {
                Err(sentence) => problem(mistake.line, sentence),
                Ok(Verdict { wrong: None, .. }) => problem(
                    mistake.line,
                    "this mistake passes; add a check that it fails".to_owned(),
                ),
                Ok(Verdict { wrong: Some(wrong), .. })
                    if !wrong.replace('`', "").contains(&mistake.says.replace('`', "")) =>
                {
                    let message = format!(
                        "this mistake is told something else than {:?}: {wrong}",
                        mistake.says
                    );
                    problem(mistake.line, message);
                }
                Ok(_) => {}
            }
        }
    }
    problems
}

/// What is wrong without a run.
fn written(item: &Item, exercise: &Exercise, problem: &mut dyn FnMut(u32, String)) {
    if exercise.checks.is_empty() {
        problem(item.line, "there are hints and no check; add `check: ... else ...`".to_owned());
    }
    if exercise.solution.is_empty() {
        problem(item.line, "there is no solution; add a section `## solution`".to_owned());
    }
    if exercise.mistakes.len() < MISTAKES {
        let message = format!(
            "{} of at least {MISTAKES} mistakes; add a section `## mistake: ...`",
            exercise.mistakes.len()
        );
        problem(item.line, message);
    }
    if matches!(item.kind, ItemKind::Make) && exercise.hints.is_empty() {
        problem(item.line, "there is no hint; add `hint: ...`".to_owned());
    }
    for mistake in &exercise.mistakes {
        if mistake.program == exercise.solution {
            problem(mistake.line, "this mistake is the solution itself; change it".to_owned());
        }
    }
    // A line of the solution that the learner does not have yet is what is to be found.
    let new = exercise.solution.lines().map(str::trim);
    let new = new.filter(|line| line.len() > 12 && !exercise.start.contains(line));
    for line in new {
        if exercise.hints.iter().any(|hint| hint.to_string().contains(line)) {
            problem(item.line, format!("a hint gives a line of the solution away: {line:?}"));
        }
    }
}
