//! The quiz: two forms of questions on programs, whose answers are read from runs.
//! `content/quiz.md` holds them; its head describes the form.

use std::sync::LazyLock;

use crate::{Problem, anchor, misconceptions, sections, shelf};

/// A question on a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuizQuestion {
    /// `a07`: the form, and the number in it.
    pub id: String,
    /// What is asked.
    pub ask: String,
    /// The misconception that it is about.
    pub about: u32,
    /// The program.
    pub program: String,
    /// What is read from its output.
    pub read: Reading,
    /// The wrong choices, each with the misconception that leads to it.
    pub wrong: Vec<(String, u32)>,
    /// The line where it stands.
    pub line: u32,
}

/// What is read from a program's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The line of that number, from 1.
    Line(usize),
    /// The last line.
    Last,
    /// All lines, with commas between them.
    All,
}

const FILE: &str = "quiz.md";

static ALL: LazyLock<Vec<QuizQuestion>> =
    LazyLock::new(|| read(shelf::loose(FILE)).expect("a test reads the quiz"));

impl QuizQuestion {
    /// What the program's output answers; `None` where it has too few lines.
    pub fn answer(&self, output: &str) -> Option<String> {
        let lines: Vec<&str> = output.lines().collect();
        match self.read {
            Reading::Line(number) => lines.get(number.checked_sub(1)?).map(|l| (*l).to_owned()),
            Reading::Last => lines.last().map(|line| (*line).to_owned()),
            Reading::All => (!lines.is_empty()).then(|| lines.join(", ")),
        }
    }

    /// What there is to choose from, where that is the answer: in the order of the alphabet.
    pub fn choices(&self, answer: &str) -> Vec<String> {
        let mut choices: Vec<String> = self.wrong.iter().map(|(text, _)| text.clone()).collect();
        choices.push(answer.to_owned());
        choices.sort();
        choices.dedup();
        choices
    }

    /// The misconception that leads to a choice; `None`: it is right.
    pub fn leads_to(&self, choice: &str) -> Option<u32> {
        self.wrong.iter().find(|(text, _)| text == choice).map(|(_, number)| *number)
    }
}

/// The questions of a form, `a` or `b`.
pub fn quiz(form: &str) -> Vec<&'static QuizQuestion> {
    ALL.iter().filter(|question| question.id.starts_with(form)).collect()
}

fn read(text: &str) -> Result<Vec<QuizQuestion>, Vec<Problem>> {
    let mut problems = Vec::new();
    let document = sections::read(FILE, text, &mut problems);
    let mut all = Vec::new();
    for section in document.sections {
        let line = section.line;
        let mut tell = |line: u32, message: String| {
            problems.push(Problem::new(FILE, line, message));
        };
        let Some((id, ask)) = section.heading.split_once(": ") else {
            tell(line, "this is to be `## a01: WHAT IS ASKED`".to_owned());
            continue;
        };
        let (id, ask) = (id.to_owned(), ask.trim().to_owned());
        let mut reading = None;
        let (mut about, mut wrong) = (0, Vec::new());
        for entry in section.entries {
            match entry.key.as_str() {
                "about" => about = entry.value.parse().unwrap_or(0),
                "answer" => reading = reading_of(&entry.value),
                "wrong" => match wrong_of(&entry.value) {
                    Some(choice) => wrong.push(choice),
                    None => tell(entry.line, "a wrong choice is `wrong: 3 \"TEXT\"`".to_owned()),
                },
                key => tell(entry.line, format!("`{key}` is not known here; remove the line")),
            }
        }
        let mut lines = section.body.iter().map(|(_, line)| line.as_str());
        let program = lines.by_ref().skip_while(|line| *line != "```python").skip(1);
        let program: String =
            program.take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let known = |number: u32| misconceptions().iter().any(|known| known.number == number);
        match reading {
            None => tell(line, "its `answer` is `line N`, `last line` or `all lines`".to_owned()),
            Some(_) if program.is_empty() => tell(line, "it has no program".to_owned()),
            Some(_) if !known(about) => tell(line, format!("there is no misconception {about}")),
            Some(_) if wrong.len() < 2 => tell(line, "it has fewer than two wrong choices".into()),
            Some(_) if wrong.iter().any(|(_, number)| !known(*number)) => {
                tell(line, "a wrong choice names no misconception".to_owned());
            }
            Some(_) if !wrong.iter().any(|(_, number)| *number == about) => {
                tell(line, format!("no wrong choice comes from misconception {about}"));
            }
            Some(read) => all.push(QuizQuestion { id, ask, about, program, read, wrong, line }),
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

fn reading_of(text: &str) -> Option<Reading> {
    match text {
        "last line" => Some(Reading::Last),
        "all lines" => Some(Reading::All),
        _ => text.strip_prefix("line ")?.parse().ok().map(Reading::Line),
    }
}

fn wrong_of(text: &str) -> Option<(String, u32)> {
    let (number, text) = text.split_once(' ')?;
    let (text, _) = anchor::quoted(text.trim()).ok()?;
    Some((text.to_owned(), number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_have_the_same_twenty_four_questions() {
        let [a, b] = ["a", "b"].map(quiz);
        assert_eq!((a.len(), b.len()), (24, 24));
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(a.id[1..], b.id[1..]);
            assert_eq!(a.about, b.about, "{} and {} are to be alike", a.id, b.id);
            assert_ne!(a.program, b.program, "{}", a.id);
        }
    }

    #[test]
    fn an_answer_is_read_from_the_output() {
        let mut question = quiz("a")[0].clone();
        for (read, answer) in
            [(Reading::Line(2), "two"), (Reading::Last, "three"), (Reading::All, "one, two, three")]
        {
            question.read = read;
            assert_eq!(question.answer("one\ntwo\nthree\n").as_deref(), Some(answer));
        }
        question.read = Reading::Line(4);
        assert_eq!(question.answer("one\n"), None);
    }

    #[test]
    fn a_wrong_choice_is_something_that_the_program_could_print() {
        // What it computes, and what is said where it prints nothing.
        let computed = ["True", "False", "nothing", "is", "printed"];
        for question in quiz("a").into_iter().chain(quiz("b")) {
            let words = |text: &str| -> Vec<String> {
                let words = text.split(|c: char| !c.is_alphanumeric());
                words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
            };
            let known = words(&question.program);
            let mut choices = std::collections::BTreeSet::new();
            for (choice, _) in &question.wrong {
                assert!(choices.insert(choice), "{}: {choice:?} is there twice", question.id);
                for word in words(choice) {
                    let is_number = word.parse::<u32>().is_ok();
                    assert!(
                        is_number || known.contains(&word) || computed.contains(&word.as_str()),
                        "{}: its program cannot print {word:?} of {choice:?}",
                        question.id
                    );
                }
            }
        }
    }

    #[test]
    fn a_wrong_choice_without_a_misconception_is_refused() {
        let text = "## a01: What?\nabout: 1\nanswer: line 1\nwrong: 1 \"x\"\nwrong: 99 \"y\"\n\n```python\nx\n```\n";
        assert!(read(text).is_err());
        assert!(read(&text.replace("99", "2")).is_ok());
    }
}
