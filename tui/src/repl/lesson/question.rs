//! A question in line mode: it is asked, and the run tells whether the guess was right.

use std::io::Write;

use loopscope_lessons::{Item, Question};

use super::{Over, Reading, tell};
use crate::print;

impl Reading<'_> {
    /// Asks a question, runs on to its answer, and says whether the guess was right.
    /// False: it was passed over.
    pub(super) fn ask(
        &mut self,
        number: usize,
        item: &Item,
        question: &Question,
    ) -> Result<bool, Over> {
        let mut out = print::out();
        tell(&mut out, &question.ask)?;
        let resolved = self.guide.resolved();
        let choices =
            resolved.question(number).map_or_else(Vec::new, |asked| asked.choices.clone());
        for (n, choice) in choices.iter().enumerate() {
            writeln!(out, "  {}  {choice}", n + 1)?;
        }
        let guess = loop {
            let line = self.line("Your answer (number or name): ")?;
            let line = line.trim();
            let guess = line.strip_prefix("predict ").map_or(line, str::trim);
            let by_number =
                guess.parse::<usize>().ok().and_then(|n| choices.get(n.wrapping_sub(1)));
            if let Some(choice) =
                by_number.or_else(|| choices.iter().find(|choice| *choice == guess))
            {
                break choice.clone();
            }
            if line == "lesson next" || line == "lesson skip" {
                return Ok(false);
            }
            if matches!(line.split_whitespace().next(), Some("predict" | "lesson")) {
                writeln!(
                    out,
                    "The choices are 1 to {}; `lesson next` goes on without.",
                    choices.len()
                )?;
                continue;
            }
            self.command(line)?;
        };
        loop {
            self.follow();
            let resolved = self.guide.resolved();
            let asked = resolved.question(number);
            if let Some(asked) = asked
                && let Some(answer) = &asked.answer
            {
                let is_right = asked.is_right(&guess) == Some(true);
                self.progress.answered(self.lesson, item, &guess, is_right);
                let _ = self.progress.save();
                if is_right {
                    writeln!(out, "Right: {}.\n", answer.text)?;
                } else {
                    writeln!(out, "No. The answer is: {}.\n", answer.text)?;
                    if let Some(rule) = asked.wrong(&guess) {
                        tell(&mut out, rule)?;
                    }
                }
                tell(&mut out, asked.explanation.as_ref().unwrap_or(&item.text))?;
                return Ok(true);
            }
            if !self.run_on()? {
                writeln!(out, "This run gives no answer to that.\n")?;
                return Ok(true);
            }
        }
    }
}
