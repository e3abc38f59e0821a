//! An exercise in line mode: the learner's own file, run and judged as often as they like.

use std::io::Write;

use loopscope_lessons::{Exercise, Item, no_hint};
use loopscope_model::safe_text;
use loopscope_screen::app::workbench::Workbench;

use super::{Over, Reading, tell};
use crate::exercise::{judge, sentence, tell_output};
use crate::{editor, print};

/// What can be said at an exercise.
const WORDS: &str =
    "run checks your file, edit opens it in $EDITOR, hint, solution, reset; Enter goes on";

impl Reading<'_> {
    /// Lets the learner do an exercise, until they go on.
    pub(super) fn exercise(
        &mut self,
        number: usize,
        item: &Item,
        exercise: &Exercise,
    ) -> Result<(), Over> {
        let mut out = print::out();
        let bench = match Workbench::open(self.lesson, number) {
            Ok(bench) => bench,
            Err(sentence) => {
                writeln!(out, "{sentence}.\n")?;
                return self.pause();
            }
        };
        if self.progress.has_done(self.lesson, item) {
            writeln!(out, "(You have done this one.)")?;
        }
        writeln!(out, "Your file: {}", bench.path().display())?;
        writeln!(out, "({WORDS})\n")?;
        let mut hints = exercise.hints.iter();
        loop {
            let line = self.line("[Enter goes on, run checks] ")?;
            let line = line.trim();
            match line.strip_prefix("lesson ").unwrap_or(line) {
                "" | "lesson" | "skip" | "next" => return Ok(()),
                "run" | "check" | "r" => self.try_it(item, exercise, &bench)?,
                "edit" | "e" => {
                    if let Err(sentence) = editor::edit(bench.path()) {
                        writeln!(out, "{sentence}")?;
                    } else {
                        self.try_it(item, exercise, &bench)?;
                    }
                }
                "hint" | "h" => {
                    if let Some(hint) = hints.next() {
                        tell(&mut out, hint)?;
                    } else {
                        let none = no_hint(exercise.hints.len());
                        writeln!(out, "{none}; `solution` shows a way to do it.\n")?;
                    }
                }
                "solution" => {
                    for line in exercise.solution.lines() {
                        writeln!(out, "    {}", safe_text::line(line))?;
                    }
                    writeln!(out)?;
                    tell(&mut out, &exercise.remark)?;
                }
                "reset" => match bench.reset() {
                    Ok(Some(kept)) => {
                        writeln!(out, "As at first; what was there is in {}.", kept.display())?;
                    }
                    Ok(None) => writeln!(out, "As at first.")?,
                    Err(sentence) => writeln!(out, "{sentence}.")?,
                },
                "help" => writeln!(out, "{WORDS}; any other line is a command")?,
                _ if line.split_whitespace().next() == Some("predict") => {
                    writeln!(out, "No question is open here.")?;
                }
                _ if line.split_whitespace().next() == Some("lesson") => {
                    if self.goes_to(line)? {
                        return Ok(());
                    }
                }
                _ => self.command(line)?,
            }
        }
    }

    /// Runs the learner's file and says what came of it.
    fn try_it(&mut self, item: &Item, exercise: &Exercise, bench: &Workbench) -> Result<(), Over> {
        let mut out = print::out();
        if !bench.is_changed() {
            writeln!(out, "(Your file is as at first.)")?;
        }
        let mut session = match (self.start)(bench.path()) {
            Ok(session) => session,
            Err(sentence) => {
                writeln!(out, "{sentence}")?;
                return Ok(());
            }
        };
        let repl = &mut self.repl;
        let mut away = None;
        let verdict = judge(&mut session, exercise, &mut |_| {
            away = repl.called_away();
            away.is_none()
        });
        if let Some(flow) = away {
            return Err(flow.into());
        }
        tell_output(&mut out, &session)?;
        writeln!(out, "{}\n", sentence(&verdict))?;
        if verdict.is_passed() {
            self.progress.did(self.lesson, item);
            self.save();
        }
        Ok(())
    }
}
