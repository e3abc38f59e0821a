//! A question that went wrong, asked once more.

use std::io::Write;

use loopscope_lessons::Lesson;
use loopscope_session::Session;

use super::{Over, Reading, Start};
use crate::exit::{code, complain};
use crate::print;

/// Asks a question of a lesson once more, by its number among the items. `Err` is the exit code with
/// which the reader has left.
pub(crate) fn ask_again(
    lesson: &'static Lesson,
    number: usize,
    session: Result<Session, String>,
    start: Start<'_>,
) -> Result<(), i32> {
    let failed = |sentence: String| complain(code::FAILED, &sentence);
    let mut reading = Reading::open(lesson, session, start).map_err(failed)?;
    let asked = reading.again(number);
    let code = reading.repl.leave(code::OK, false);
    match asked {
        Ok(()) if code == code::OK => Ok(()),
        Ok(()) => Err(code),
        Err(Over(code)) => Err(code),
    }
}

impl Reading<'_> {
    /// Asks one question, without a change of where the learner left off.
    fn again(&mut self, number: usize) -> Result<(), Over> {
        let mut out = print::out();
        let item = &self.lesson.items[number];
        while let Some(next) = self.next_item()? {
            self.shown.insert(next);
            if next != number {
                continue;
            }
            writeln!(out, "-- {}, from lesson {} --", item.title, self.lesson.code())?;
            if let Some(question) = item.question() {
                self.ask(number, item, question)?;
            }
            break;
        }
        Ok(())
    }
}
