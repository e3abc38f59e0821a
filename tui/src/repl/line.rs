//! A line in line mode: what it asks for is done, and the answer is told.

use std::io;

use loopscope_session::{Answer, Outcome, ToWrite, Trouble, picture_to};

use super::wait::Waited;
use super::{Flow, Repl, linear};
use crate::exit::{code, printed};
use crate::picture;

impl Repl {
    /// Does one line, and waits for its end.
    pub(super) fn line(&mut self, line: &str) -> Flow {
        self.interrupts.forget(&self.signals);
        if let Some(flow) = self.called_away().or_else(|| self.look()) {
            return flow;
        }
        let from = self.session.position();
        if !self.session.is_collecting()
            && let Some(answer) = explained(line)
        {
            let told = self.printer.answer(line, &answer, &self.session);
            return if told.is_ok() { Flow::On } else { Flow::Leave(printed(told)) };
        }
        let drawn = picture_to(line).filter(|_| !self.session.is_collecting());
        let asked = drawn.is_some().then(|| line.to_owned());
        let outcome = match drawn {
            Some(to) => self.draw(&to),
            None => self.session.execute_line(line),
        };
        let result = match outcome {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Failed(trouble) => Err(trouble),
            Outcome::Quit => return Flow::Leave(code::OK),
            Outcome::Started => match self.wait() {
                Waited::Over(result) => result,
                Waited::Away(flow) => return flow,
            },
        };
        let line = asked.unwrap_or_else(|| self.session.line().to_owned());
        let told = match &result {
            Ok(answer) if self.linear => self.told_in_lines(from, &line, answer),
            Ok(answer) => self.printer.answer(&line, answer, &self.session),
            Err(trouble) => self.printer.trouble(&line, trouble, &self.session),
        };
        self.tell_files();
        self.end_told |= self.session.program_ended();
        if told.is_err() {
            return Flow::Leave(printed(told));
        }
        if result.is_ok() { Flow::On } else { Flow::Failed }
    }

    /// Writes the screen as it would be here to a file.
    fn draw(&mut self, to: &ToWrite) -> Outcome {
        let picture = picture::of_session(&mut self.session).map_err(Trouble::new);
        match picture.and_then(|picture| self.session.write_picture(to, &picture)) {
            Ok(answer) => Outcome::Done(answer),
            Err(trouble) => Outcome::Failed(trouble),
        }
    }

    /// Tells an answer where lines are only added: what was passed, the answer, and what it means.
    fn told_in_lines(&mut self, from: usize, line: &str, answer: &Answer) -> io::Result<()> {
        if answer.data.contains_key("stop") {
            linear::before(&self.session, from)?;
        }
        self.printer.answer(line, answer, &self.session)?;
        linear::after(answer)
    }
}

/// What `help` says about a word of the lessons, and about all of them.
fn explained(line: &str) -> Option<Answer> {
    let mut words = line.split_whitespace();
    if !matches!(words.next(), Some("help" | "h" | "?")) {
        return None;
    }
    let word = words.collect::<Vec<_>>().join(" ");
    if word == "glossary" {
        return Some(Answer::new(loopscope_lessons::glossary().text()));
    }
    let meaning = loopscope_lessons::glossary().meaning(&word)?;
    // A command of that name has more to say.
    Some(Answer::new(match loopscope_session::help(Some(&word)) {
        Ok(help) => format!("{help}\n\n{meaning}"),
        Err(_) => meaning,
    }))
}
