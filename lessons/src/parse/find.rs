//! Reads a record that is to be found.

use super::Parser;
use crate::condition::outside_quotes;
use crate::sections::Entries;
use crate::{Find, Pattern, Prose};

impl Parser<'_> {
    pub(super) fn find(&mut self, entries: &mut Entries<'_>) -> Find {
        let ask = entries.need("ask", self.problems).map(|entry| Prose::parse(&entry.value));
        let mut records = entries.all("record");
        if records.is_empty() {
            // The sentence is the same as for the keys that stand once.
            records.extend(entries.need("record", self.problems));
        }
        let records = records.iter().filter_map(|entry| {
            let pattern = Pattern::parse(&entry.value);
            self.tell(entry.line, pattern)
        });
        let records = records.collect();
        let number = entries.once("number", self.problems).map(|entry| self.number(&entry));
        let wrong = entries.all("wrong");
        let wrong = wrong.iter().filter_map(|entry| {
            let Some((pattern, text)) = outside_quotes(&entry.value, " else ") else {
                self.problem(entry.line, "what is said to a wrong record is `EVENT else TEXT`");
                return None;
            };
            let pattern = self.tell(entry.line, Pattern::parse(pattern))?;
            Some((pattern, Prose::parse(text)))
        });
        let wrong = wrong.collect();
        let hints = entries.all("hint");
        let hints = hints.iter().map(|entry| Prose::parse(&entry.value)).collect();
        Find { ask: ask.unwrap_or_default(), records, number, wrong, hints }
    }
}
