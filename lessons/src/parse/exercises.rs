//! Reads what belongs to an exercise: its conditions and hints, its solution and its mistakes.

use super::Parser;
use crate::condition::{Condition, outside_quotes};
use crate::exercise::{Check, Exercise, Mistake};
use crate::sections::{Entries, Entry, Section};
use crate::{Block, Edit, Item, ItemKind, Prose};

/// Whether a section belongs to the exercise before it.
pub(super) fn is_part(heading: &str) -> bool {
    let kind = heading.split_once(':').map_or(heading, |(kind, _)| kind);
    ["start", "solution", "mistake"].contains(&kind.trim())
}

impl Parser<'_> {
    /// What a `modify` or `make` asks of a run; `None` where it asks nothing.
    pub(super) fn exercise(
        &mut self,
        entries: &mut Entries<'_>,
        edits: &[Edit],
    ) -> Option<Exercise> {
        let checks = entries.all("check");
        let checks: Vec<Check> = checks.iter().filter_map(|entry| self.check(entry)).collect();
        let hints = entries.all("hint");
        let hints: Vec<Prose> = hints.iter().map(|entry| Prose::parse(&entry.value)).collect();
        let code = entries.once("code", self.problems);
        let code = code.map_or(Ok(0), |entry| {
            entry.value.parse().map_err(|_| self.problem(entry.line, "`code` is an exit code"))
        });
        if checks.is_empty() && hints.is_empty() {
            return None;
        }
        let start = self.program.to_owned();
        // A change that cannot be made is told where the changes are checked.
        let solution = if edits.is_empty() { String::new() } else { changed(&start, edits)? };
        let code = code.unwrap_or_default();
        Some(Exercise { start, checks, hints, solution, code, ..Exercise::default() })
    }

    /// `CONDITION else MESSAGE`.
    fn check(&mut self, entry: &Entry) -> Option<Check> {
        let Some((condition, message)) = outside_quotes(&entry.value, " else ") else {
            self.problem(
                entry.line,
                "a check is `CONDITION else MESSAGE`; say what is wrong where it does not hold",
            );
            return None;
        };
        let condition = self.tell(entry.line, Condition::parse(condition))?;
        Some(Check { line: entry.line, condition, message: Prose::parse(message) })
    }

    /// A section that belongs to the exercise before it.
    pub(super) fn part(&mut self, section: Section, item: Option<&mut Item>) {
        let line = section.line;
        let (kind, title) = section.heading.split_once(':').unwrap_or((&section.heading, ""));
        let (kind, title) = (kind.trim(), title.trim().to_owned());
        let mut entries = Entries::new(self.path, line, section.entries);
        let says = if kind == "mistake" { entries.need("says", self.problems) } else { None };
        entries.finish(self.problems);
        let is_modify = item.as_ref().is_some_and(|item| matches!(item.kind, ItemKind::Modify(_)));
        let Some(exercise) = item.and_then(|item| item.exercise.as_mut()) else {
            let message = format!(
                "a {kind} belongs behind a `modify` or `make` that has a `check: CONDITION else MESSAGE`"
            );
            return self.problem(line, message);
        };
        let base = match kind {
            "mistake" => exercise.solution.clone(),
            _ if is_modify && kind == "start" => {
                return self
                    .problem(line, "a `modify` starts with program.py; remove this section");
            }
            _ => exercise.start.clone(),
        };
        let edits = self.edits(&section.body);
        let text: Vec<&str> = section.body.iter().map(|(_, line)| line.as_str()).collect();
        let text = Prose::parse(&text.join("\n"));
        let whole = text.blocks.iter().find_map(|block| match block {
            Block::Code { language, lines } if language == "python" => {
                Some(lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>())
            }
            _ => None,
        });
        let program = match whole {
            Some(program) => Some(program),
            None if edits.is_empty() => None,
            None => {
                let program = changed(&base, &edits);
                if program.is_none() {
                    let of = if kind == "mistake" { "the solution" } else { "program.py" };
                    let message = format!("the lines to change are to be in {of} exactly once");
                    return self.problem(line, message);
                }
                program
            }
        };
        if program.is_none() && !(kind == "solution" && is_modify) {
            let message = format!(
                "a {kind} has its program in a `python` block, or changes to one in `diff` blocks"
            );
            return self.problem(line, message);
        }
        let is_words = |block: &Block| matches!(block, Block::Paragraph(_));
        let words = Prose { blocks: text.blocks.into_iter().filter(is_words).collect() };
        match (kind, program) {
            ("start", Some(program)) => exercise.start = program,
            ("mistake", Some(program)) => {
                let says = says.map(|entry| entry.value).unwrap_or_default();
                exercise.mistakes.push(Mistake { title, line, program, says });
            }
            (_, program) => {
                exercise.solution = program.unwrap_or_else(|| exercise.solution.clone());
                exercise.remark = words;
            }
        }
    }
}

/// A program with changes.
fn changed(program: &str, edits: &[Edit]) -> Option<String> {
    edits.iter().try_fold(program.to_owned(), |program, edit| edit.apply(&program))
}
