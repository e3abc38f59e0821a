//! What an author's lessons must fulfil beyond being readable: as a shelf, and in a run.

mod claims;
mod exercises;
mod finds;
mod wording;

use std::collections::BTreeMap;

use crate::glossary::Reading;
use crate::{Folder, Glossary, Lesson, Problem, Resolved, Span, TRACKS};

pub use claims::claims;
pub use exercises::exercises;
pub use finds::finds;
pub use wording::wording;

/// Everything that is wrong with the built-in lessons, as far as it shows without running them.
pub fn built_in() -> Vec<Problem> {
    let mut problems: Vec<Problem> = crate::shelf::loose_files()
        .filter(|(path, _)| !["glossary.md", "misconceptions.md", "quiz.md"].contains(path))
        .map(|(path, _)| Problem::new(path, 0, "this file does not belong here; remove it"))
        .collect();
    let folders = crate::shelf::folders();
    problems.extend(folders.iter().filter_map(|folder| {
        let is_known = |track| TRACKS.iter().any(|known| known.id == track);
        let stray = !folder.name.rsplit_once('/').is_some_and(|(track, _)| is_known(track));
        let message = "a built-in lesson is in the folder of a track; move it, or add the track";
        stray.then(|| Problem::new(&folder.name, 0, message))
    }));
    problems.extend(shelf(&folders, crate::glossary()));
    problems.extend(misconceptions());
    problems.extend(crate::lessons().iter().flat_map(undone));
    problems
}

/// The built-in lessons are against every misconception, and against no other.
fn misconceptions() -> Vec<Problem> {
    let known = crate::misconceptions();
    let mut problems = Vec::new();
    for misconception in known {
        let is_against = |lesson: &Lesson| lesson.against.contains(&misconception.number);
        if !crate::lessons().iter().any(is_against) {
            let message = format!("no lesson is against {:?}", misconception.belief);
            problems.push(Problem::new("misconceptions.md", misconception.line, message));
        }
    }
    for lesson in crate::lessons() {
        let is_known = |number: &u32| known.iter().any(|known| known.number == *number);
        if let Some(number) = lesson.against.iter().find(|number| !is_known(number)) {
            let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
            problems.push(Problem::new(path, 1, format!("there is no misconception {number}")));
        }
    }
    problems
}

/// What a learner is told to do and no run can tell whether they did: none of that is built in.
fn undone(lesson: &Lesson) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let is_undone = |item: &&crate::Item| item.exercise_file().is_some() && item.exercise.is_none();
    let undone = lesson.items.iter().filter(is_undone);
    let message = "this exercise has no check; add `check: CONDITION else MESSAGE`";
    undone.map(|item| Problem::new(&path, item.line, message)).collect()
}

/// The terms of a lesson that stands alone which the glossary does not have. Who takes it may know those
/// of the built-in lessons.
pub fn terms(lesson: &Lesson) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let mut problems = Vec::new();
    for item in &lesson.items {
        for span in item.text.spans() {
            if let Span::Term(word) = span
                && crate::glossary().find(word).is_none()
            {
                let message = format!(
                    "*{word}* is not in the glossary; take the stars away, and say what it means"
                );
                problems.push(Problem::new(&path, item.line, message));
            }
        }
    }
    problems
}

/// Everything that is wrong with these lessons, as far as it shows without running them.
///
/// Each is readable; names are unique, and the numbers of a track without holes; the texts use only
/// terms of the glossary that have been introduced.
pub fn shelf(folders: &[Folder], glossary: &Glossary) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut reading = Reading::new(glossary);
    let (mut track, mut expected) = ("", 1);
    for folder in folders {
        let own = folder.name.rsplit_once('/').map_or("", |(track, _)| track);
        if own != track {
            (track, expected) = (own, 1);
        }
        let lesson = match Lesson::parse(folder) {
            Ok(lesson) => lesson,
            Err(found) => {
                problems.extend(found);
                // Its number is its name's, whatever else is wrong.
                expected += 1;
                continue;
            }
        };
        if lesson.number != expected {
            let message = format!("the next lesson is number {expected:02}; rename the folder");
            problems.push(Problem::new(&folder.name, 0, message));
        }
        expected = lesson.number + 1;
        if let Some(other) = ids.insert(lesson.id.clone(), folder.name.clone()) {
            let message = format!("it has the same name as {other}; rename one");
            problems.push(Problem::new(&folder.name, 0, message));
        }
        reading.lesson(&format!("{}/lesson.md", folder.name), &lesson, &mut problems);
    }
    reading.finish(&mut problems);
    problems
}

/// Everything that is wrong with a lesson in a run of its own program.
///
/// Each anchor is found, in the order of the sections; each question has its answer among its
/// choices and at least one wrong choice; each wrong choice has something said to it; no text gives
/// the answer away, neither the question's own nor one that comes before the run has answered.
pub fn run(lesson: &Lesson, resolved: &Resolved<'_>) -> Vec<Problem> {
    let path = format!("{}/lesson.md", lesson.folder());
    let mut problems = Vec::new();
    let mut problem = |line, message: String| {
        problems.push(Problem::new(&path, line, message));
    };
    for item in &resolved.missing {
        let message =
            format!("{:?} has no place: no record of the run is `{}`", item.title, item.anchor);
        problem(item.line, message);
    }
    for pair in resolved.places.windows(2) {
        if pair[0].item.line > pair[1].item.line {
            let (title, other) = (&pair[0].item.title, &pair[1].item.title);
            let message = format!("{title:?} comes before {other:?} in the run; put it before it");
            problem(pair[0].item.line, message);
        }
    }
    for question in &resolved.questions {
        let line = question.item.line;
        let Some(answer) = &question.answer else {
            problem(line, "the run has no answer: no later record fits".to_owned());
            continue;
        };
        let too_early = |seq| seq > question.seq && seq < answer.seq;
        if let Some(other) = resolved.places.iter().find(|placed| too_early(placed.seq)) {
            let message = format!(
                "{:?} comes before the run has answered; put it before or after, or ask about something nearer",
                other.item.title
            );
            problem(line, message);
        }
        let choices = question.choices.join(", ");
        let plain = |choice: &String| choice.trim_end_matches('.').to_lowercase();
        let alike = question.choices.iter().filter(|choice| plain(choice) == plain(&answer.text));
        if alike.count() > 1 {
            problem(
                line,
                format!("more than one choice is the answer {:?}: {choices}", answer.text),
            );
        }
        if !question.choices.contains(&answer.text) {
            let message =
                format!("the answer {:?} is not among the choices: {choices}", answer.text);
            problem(line, message);
        }
        if question.choices.iter().all(|choice| *choice == answer.text) {
            problem(line, format!("there is no wrong choice beside {:?}; add one", answer.text));
        }
        let rules = question.item.question();
        for choice in question.choices.iter().filter(|choice| **choice != answer.text) {
            if rules.is_some_and(|rules| rules.wrong(choice).is_none()) {
                problem(
                    line,
                    format!(
                        "nothing is said to the wrong choice {choice:?}; add `wrong: {choice:?} ...`, with the rule by which it would be right"
                    ),
                );
            }
        }
        for (choice, _) in rules.map_or(&[][..], |rules| &rules.wrong) {
            if !question.choices.contains(choice) {
                problem(
                    line,
                    format!("{choice:?} cannot be chosen, so its `wrong` is never said: {choices}"),
                );
            }
        }
        let told = question.item.text.spans().any(|span| span.text() == answer.text);
        if told {
            let message = format!(
                "the text gives the answer {:?} itself; write {{answer}}, so that it is right in every run",
                answer.text
            );
            problem(line, message);
        }
    }
    problems
}
