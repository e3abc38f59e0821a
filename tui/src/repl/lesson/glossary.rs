//! What the words of a lesson mean.

use loopscope_lessons::{Prose, Term, glossary};

use super::{Over, Reading, tell};
use crate::print;

impl Reading<'_> {
    /// What a word means; without one, what the words of this lesson mean so far: first those of the
    /// part that was read last.
    pub(super) fn glossary(&self, word: &str) -> Result<(), Over> {
        let mut out = print::out();
        let known = glossary();
        let mut terms: Vec<&Term> = known.find(word).into_iter().collect();
        if word.is_empty() {
            for at in self.shown.iter().rev() {
                for term in known.said_in(&self.lesson.items[*at].words()) {
                    if !terms.contains(&term) {
                        terms.push(term);
                    }
                }
            }
        }
        for term in &terms {
            tell(&mut out, &Prose::parse(&format!("{}: {}", term.word, term.meaning)))?;
        }
        if terms.is_empty() {
            let all: Vec<&str> = known.terms.iter().map(|term| term.word.as_str()).collect();
            let all = all.join(", ");
            tell(
                &mut out,
                &Prose::parse(&format!("There is no such word here. There are: {all}.")),
            )?;
        }
        Ok(())
    }
}
