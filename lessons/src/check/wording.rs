//! Whether a lesson's texts are easy to read, and how long that takes: short sentences, plain words, and
//! minutes that fit.

use crate::{Block, Item, ItemKind, Lesson, Problem, Prose, Span};

/// The most words of a sentence.
const WORDS: usize = 30;

/// Words that say nothing, or that have a shorter sister.
const HEAVY: &[(&str, &str)] = &[
    ("obviously", "leave it out"),
    ("of course", "leave it out"),
    ("simply", "leave it out"),
    ("trivially", "leave it out"),
    ("basically", "leave it out"),
    ("as you can see", "leave it out"),
    ("note that", "leave it out"),
    ("it is important", "say why"),
    ("in general", "say when"),
    ("various", "say which"),
    ("etc", "say what else"),
    ("utilize", "use"),
    ("leverage", "use"),
    ("facilitate", "help"),
    ("subsequently", "then"),
    ("in order to", "to"),
    ("aforementioned", "name it again"),
];

/// How fast a text is read, in words a minute, and a program, in lines.
const READ: f64 = 180.0;
const LINES: f64 = 20.0;

/// How long it takes to think about a question, to look for a record, to change a program and to write
/// one, in minutes.
const PREDICT: f64 = 0.4;
const FIND: f64 = 1.5;
const MODIFY: f64 = 1.0;
const MAKE: f64 = 2.0;

/// How many times shorter or longer the minutes of a lesson may be than its text takes.
const SHORTER: f64 = 0.6;
const LONGER: f64 = 2.5;

/// Everything that makes a lesson's texts hard to read, and minutes that do not fit them.
pub fn wording(lesson: &Lesson) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let mut problems = Vec::new();
    let mut problem = |line: u32, message: String| {
        problems.push(Problem::new(&path, line, message));
    };
    let mut words = 0;
    for item in &lesson.items {
        for text in texts(item) {
            for sentence in sentences(text) {
                let count = sentence.split_whitespace().count();
                if count > WORDS {
                    let first = sentence.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
                    problem(
                        item.line,
                        format!("the sentence \"{first} ...\" has {count} words; make it two"),
                    );
                }
                for (heavy, instead) in HEAVY {
                    if has_words(&sentence, heavy) {
                        problem(item.line, format!("{heavy:?} is no plain word: {instead}"));
                    }
                }
            }
        }
        words += item.text.to_string().split_whitespace().count();
        let asked = item.question().map(|question| &question.ask);
        words += asked.map_or(0, |ask| ask.to_string().split_whitespace().count());
    }
    let needed = minutes(lesson, words);
    let said = f64::from(lesson.minutes);
    if said < needed * SHORTER || said > needed * LONGER {
        problem(
            1,
            format!(
                "`minutes: {}` does not fit: its {words} words, its program and what is to be done \
                 take about {needed:.0} minutes",
                lesson.minutes
            ),
        );
    }
    problems
}

/// Every text that a learner may read.
fn texts(item: &Item) -> Vec<&Prose> {
    let mut all = vec![&item.text];
    if let Some(question) = item.question() {
        all.push(&question.ask);
        all.extend(question.wrong.iter().map(|(_, text)| text));
    }
    if let Some(find) = item.find() {
        all.push(&find.ask);
        all.extend(find.wrong.iter().map(|(_, text)| text));
        all.extend(&find.hints);
    }
    if let Some(exercise) = &item.exercise {
        all.extend(exercise.checks.iter().map(|check| &check.message));
        all.extend(&exercise.hints);
        all.push(&exercise.remark);
    }
    all
}

/// The sentences of a text; a piece of code counts as one word.
fn sentences(text: &Prose) -> Vec<String> {
    let mut all = Vec::new();
    for block in &text.blocks {
        let Block::Paragraph(spans) = block else { continue };
        let mut whole = String::new();
        for span in spans {
            match span {
                Span::Code(_) => whole.push_str("CODE"),
                Span::Plain(text) | Span::Term(text) => whole.push_str(text),
            }
        }
        // A dot within a number ends nothing.
        for end in [". ", "? ", ": ", "; "] {
            whole = whole.replace(end, &end.replace(' ', "\n"));
        }
        let ends = ['.', '?', '!', ':', ';'];
        all.extend(whole.lines().map(|sentence| sentence.trim_end_matches(ends).to_owned()));
    }
    all
}

fn has_words(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(words).any(|(at, _)| {
        is_end(text[..at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
    })
}

/// How long a lesson takes, about.
fn minutes(lesson: &Lesson, words: usize) -> f64 {
    let count = |number: usize| u32::try_from(number).map_or(0.0, f64::from);
    let lines = if lesson.is_on_board() { 0 } else { lesson.program.lines().count() };
    let done = lesson.items.iter().map(|item| match item.kind {
        ItemKind::Step => 0.0,
        ItemKind::Predict(_) => PREDICT,
        ItemKind::Find(_) => FIND,
        ItemKind::Modify(_) => MODIFY,
        ItemKind::Make => MAKE,
    });
    count(words) / READ + count(lines) / LINES + done.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_counted_without_its_code() {
        let prose = Prose::parse("One `a b c` two 2.5 three. Four? Five: six.");
        assert_eq!(sentences(&prose), ["One CODE two 2.5 three", "Four", "Five", "six"]);
        assert!(has_words("It simply works", "simply") && !has_words("simplyfied", "simply"));
    }
}
