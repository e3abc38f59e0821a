//! `quiz`: a form of the inventory, on the screen or in lines. Nothing is said to an answer until the
//! end; then a report names what was answered wrong, the belief that leads there, and the lesson that is
//! against it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use loopscope_files::outputs::{Files, Kind, Refusal};
use loopscope_files::temporary::Folder;
use loopscope_lessons::{Lesson, QuizQuestion, lessons, misconceptions, quiz};

use super::open::tell;
use loopscope_screen::app::quiz::{Picked, QuizPage};

use super::{QuizArgs, Shared, code, complain, lesson, printed, screen};
use crate::app::{self, QuizScreen};
use crate::print;

/// What was answered to a question.
struct Answered {
    question: &'static QuizQuestion,
    /// What was chosen; `None`: it was passed over.
    choice: Option<String>,
    right: String,
}

impl Answered {
    fn is_right(&self) -> bool {
        self.choice.as_deref() == Some(self.right.as_str())
    }

    fn leads_to(&self) -> Option<u32> {
        self.question.leads_to(self.choice.as_deref()?)
    }
}

pub(super) fn take(args: &QuizArgs) -> i32 {
    let questions = quiz(&args.form);
    if args.answers {
        return answers(&questions);
    }
    let mut files = Files::new(args.force);
    let csv = match &args.csv {
        None => None,
        Some(path) => match files.output(path, Kind::Answers, "--csv", args.force) {
            Ok(output) => Some((path, output)),
            Err(Refusal(sentence)) => return complain(code::USAGE, &sentence),
        },
    };
    let answered = if !args.linear && screen::on_a_terminal() {
        match on_the_screen(&args.form, &questions) {
            Ok(answered) => answered,
            Err(code) => return code,
        }
    } else {
        match ask_all(&args.form, &questions) {
            Ok(Ok(answered)) => answered,
            Ok(Err(sentence)) => return complain(code::FAILED, &sentence),
            Err(error) => return printed(Err(error)),
        }
    };
    let told = report(&args.form, &answered);
    // From the screen it stays on the terminal.
    if let Err(error) = write!(print::out(), "\n{told}") {
        return printed(Err(error));
    }
    let Some((path, mut output)) = csv else { return printed(Ok(())) };
    let text = table(&args.form, args.learner.as_deref().unwrap_or_default(), &answered);
    match output.write_all(text.as_bytes()).and_then(|()| output.put_in_place()) {
        Ok(()) => {
            tell(files.notices());
            code::OK
        }
        Err(error) => complain(
            code::FAILED,
            &format!("`{}` cannot be written: {error}; free some space there", path.display()),
        ),
    }
}

/// Prints each question's answer, as a run gives it, for whoever compares interpreters.
fn answers(questions: &[&'static QuizQuestion]) -> i32 {
    let mut out = print::out();
    for question in questions {
        match right(question) {
            Ok(right) => {
                let told = writeln!(out, "{}\t{right}", question.id);
                if told.is_err() {
                    return printed(told);
                }
            }
            Err(sentence) => return complain(code::FAILED, &sentence),
        }
    }
    printed(Ok(()))
}

/// Asks all questions on the screen, and shows the report there. `Err` is the exit code.
fn on_the_screen(form: &str, questions: &[&'static QuizQuestion]) -> Result<Vec<Answered>, i32> {
    let failed = |error: app::AppError| complain(code::USAGE, &error.to_string());
    let mut screen = QuizScreen::open(&Shared::default().screen()).map_err(failed)?;
    let mut answered = Vec::new();
    let mut trouble = None;
    for (number, question) in questions.iter().enumerate() {
        let right = match right(question) {
            Ok(right) => right,
            Err(sentence) => {
                trouble = Some(sentence);
                break;
            }
        };
        let choices = question.choices(&right);
        let title = format!("Form {form}: question {} of {}", number + 1, questions.len());
        let mut page = QuizPage::asking(title, &question.program, &question.ask, choices.clone());
        let choice = match screen.show(&mut page).map_err(failed)? {
            Picked::Choice(at) => choices.get(at).cloned(),
            Picked::Leave(code) => return Err(code),
            Picked::End => break,
            Picked::On | Picked::Suspend => None,
        };
        answered.push(Answered { question, choice, right });
    }
    if let Some(sentence) = trouble {
        drop(screen);
        return Err(complain(code::FAILED, &sentence));
    }
    let mut page = QuizPage::report(format!("Form {form}: how it went"), report(form, &answered));
    match screen.show(&mut page).map_err(failed)? {
        Picked::Leave(code) => Err(code),
        _ => Ok(answered),
    }
}

/// Asks all questions.
fn ask_all(
    form: &str,
    questions: &[&'static QuizQuestion],
) -> io::Result<Result<Vec<Answered>, String>> {
    let mut out = print::out();
    writeln!(out, "Form {form}: {} questions on programs.", questions.len())?;
    writeln!(
        out,
        "(the number of a choice; Enter alone passes, q ends it; the answers come last)"
    )?;
    let mut answered = Vec::new();
    for (number, question) in questions.iter().enumerate() {
        let right = match right(question) {
            Ok(right) => right,
            Err(sentence) => return Ok(Err(sentence)),
        };
        let choices = question.choices(&right);
        writeln!(out, "\n-- {} of {} --\n", number + 1, questions.len())?;
        for line in question.program.lines() {
            writeln!(out, "    {line}")?;
        }
        writeln!(out, "\n{}", question.ask)?;
        for (n, choice) in choices.iter().enumerate() {
            writeln!(out, "  {}  {choice}", n + 1)?;
        }
        let Some(choice) = pick(&mut out, &choices)? else { break };
        answered.push(Answered { question, choice, right });
    }
    Ok(Ok(answered))
}

/// What is chosen: `None` where the quiz is over, `Some(None)` where the question is passed over.
fn pick(out: &mut impl Write, choices: &[String]) -> io::Result<Option<Option<String>>> {
    loop {
        if io::stdin().is_terminal() {
            write!(out, "> ")?;
            out.flush()?;
        }
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 || line.trim() == "q" {
            return Ok(None);
        }
        let line = line.trim();
        if line.is_empty() {
            return Ok(Some(None));
        }
        let number = line.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        match number.and_then(|at| choices.get(at)) {
            Some(choice) => return Ok(Some(Some(choice.clone()))),
            None => writeln!(out, "The choices are 1 to {}.", choices.len())?,
        }
    }
}

/// Runs a question's program and reads the answer.
fn right(question: &QuizQuestion) -> Result<String, String> {
    let folder = Folder::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let file = folder.path().join(Lesson::FILE);
    std::fs::write(&file, &question.program)
        .map_err(|error| format!("the program cannot be written: {error}; set TMPDIR"))?;
    let mut session = Shared::default().session(&[file.into_os_string()], true)?;
    lesson::to_the_end(&mut session)?;
    question.answer(&lesson::written(&session)).ok_or_else(|| {
        format!("question {} has no answer: its program has printed too little", question.id)
    })
}

/// How it went, for the learner.
fn report(form: &str, answered: &[Answered]) -> String {
    let right = answered.iter().filter(|one| one.is_right()).count();
    let mut text = format!("Form {form}: {right} of {} right.\n", answered.len());
    for one in answered.iter().filter(|one| !one.is_right()) {
        let chosen = one.choice.as_deref().unwrap_or("(passed)");
        let _ = writeln!(text, "\n{}: {}", one.question.id, one.question.ask);
        let _ = writeln!(text, "  you: {chosen}; the run: {}", one.right);
        let number = one.leads_to().unwrap_or(one.question.about);
        if let Some(belief) = misconceptions().iter().find(|known| known.number == number) {
            if one.choice.is_some() {
                let _ = writeln!(text, "  That would be right if this were so: {}.", belief.belief);
            }
            let _ = writeln!(text, "  {}", belief.truth);
        }
        if let Some(lesson) = lessons().iter().find(|lesson| lesson.against.contains(&number)) {
            let _ = writeln!(text, "  loopscope learn {}: {}", lesson.code(), lesson.title);
        }
    }
    text
}

/// The same as a table, for a teacher: a row for each question.
fn table(form: &str, learner: &str, answered: &[Answered]) -> String {
    let mut text = "form,question,about,learner,choice,right,is_right,misconception\n".to_owned();
    for one in answered {
        let leads_to = one.leads_to().map(|number| number.to_string()).unwrap_or_default();
        let _ = writeln!(
            text,
            "{form},{},{},{},{},{},{},{leads_to}",
            one.question.id,
            one.question.about,
            cell(learner),
            cell(one.choice.as_deref().unwrap_or_default()),
            cell(&one.right),
            one.is_right(),
        );
    }
    text
}

/// A text as a cell of a table. One that a spreadsheet would compute is kept a text.
fn cell(text: &str) -> String {
    let computed = text.starts_with(['=', '+', '-', '@']);
    let text = if computed { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", text.replace('"', "\"\"").replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_texts_whatever_is_in_them() {
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
    }
}
