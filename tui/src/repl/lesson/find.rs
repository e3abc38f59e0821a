//! A record that is to be found, in line mode: any command looks for it, `found` names it.

use std::io::Write;

use loopscope_lessons::{Find, Found, Item, no_hint};

use super::{Over, Reading, tell};
use crate::print;

const WORDS: &str = "any command looks for it; found N names record N, found alone the one at hand; \
                     hint, solution; Enter goes on without";

impl Reading<'_> {
    /// Lets the learner look for a record, until they have it or go on.
    pub(super) fn look_for(&mut self, item: &Item, find: &Find) -> Result<(), Over> {
        let mut out = print::out();
        tell(&mut out, &find.ask)?;
        writeln!(out, "({WORDS})\n")?;
        let mut hints = find.hints.iter();
        loop {
            let line = self.line("[found N names the record] ")?;
            let line = line.trim();
            let session = self.session();
            let (history, names) = (session.history(), session.names());
            match line.strip_prefix("lesson ").unwrap_or(line) {
                "" | "lesson" | "skip" | "next" => return Ok(()),
                "help found" => writeln!(out, "{WORDS}")?,
                "hint" => {
                    if let Some(hint) = hints.next() {
                        tell(&mut out, hint)?;
                    } else {
                        writeln!(out, "{}; `solution` names it.\n", no_hint(find.hints.len()))?;
                    }
                }
                "solution" => {
                    let right = find.right(history, names);
                    let right = right.iter().map(u64::to_string).collect::<Vec<_>>().join(" or ");
                    writeln!(out, "It is record {right}.\n")?;
                    tell(&mut out, &item.text)?;
                    return self.pause();
                }
                said if said.split_whitespace().next() == Some("found") => {
                    let named = said["found".len()..].trim().trim_start_matches('#');
                    let seq = if named.is_empty() {
                        session.seq()
                    } else if let Ok(seq) = named.parse() {
                        seq
                    } else {
                        writeln!(out, "Write the record's number, as in `found 17`.")?;
                        continue;
                    };
                    let found = find.judge(history, names, seq);
                    let is_right = found == Found::Right;
                    let choice = format!("record {seq}");
                    self.progress.answered(self.lesson, item, &choice, is_right);
                    match found {
                        Found::Wrong(text) => writeln!(out, "No. {text}\n")?,
                        Found::Right => {
                            self.progress.did(self.lesson, item);
                            self.save();
                            writeln!(out, "Right: record {seq}.\n")?;
                            tell(&mut out, &item.text)?;
                            return self.pause();
                        }
                    }
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
}
