//! The words that lessons introduce, and the rule that no text uses a word before its place.

use crate::sections;
use crate::{Item, Lesson, Problem, Prose, Span};

/// The terms, in the order in which they are introduced.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    /// The terms.
    pub terms: Vec<Term>,
}

/// A term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Its other forms: the plural, for instance.
    pub forms: Vec<String>,
    /// What it means.
    pub meaning: Prose,
    /// The line of the glossary where it stands.
    pub line: u32,
}

impl Glossary {
    /// Reads the glossary: a section for each term.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let document = sections::read(path, text, &mut problems);
        let mut terms: Vec<Term> = Vec::new();
        for section in document.sections {
            let (word, line) = (section.heading, section.line);
            let mut entries = sections::Entries::new(path, line, section.entries);
            let forms = entries.once("forms", &mut problems);
            entries.finish(&mut problems);
            let forms = forms.iter().flat_map(|entry| entry.value.split(','));
            let forms = forms.map(|form| form.trim().to_owned()).collect();
            let text: Vec<String> = section.body.into_iter().map(|(_, line)| line).collect();
            let meaning = Prose::parse(&text.join("\n"));
            if meaning.is_empty() {
                let message = format!("{word:?} has no meaning yet; write it");
                problems.push(Problem::new(path, line, message));
            }
            if terms.iter().any(|term| term.word == word) {
                let message = format!("{word:?} is here twice; keep one");
                problems.push(Problem::new(path, line, message));
            }
            terms.push(Term { word, forms, meaning, line });
        }
        if problems.is_empty() { Ok(Self { terms }) } else { Err(problems) }
    }

    /// The term with that form.
    pub fn find(&self, form: &str) -> Option<&Term> {
        self.terms
            .iter()
            .find(|term| term.all_forms().any(|known| known.eq_ignore_ascii_case(form)))
    }

    /// The terms that stand in a text, in the order in which they come there.
    ///
    /// ```
    /// let terms = loopscope_lessons::glossary().said_in("A timer waits; the loop polls.");
    /// assert_eq!(terms.iter().map(|term| &term.word).collect::<Vec<_>>(), ["timer", "loop", "poll"]);
    /// ```
    pub fn said_in(&self, text: &str) -> Vec<&Term> {
        let terms = self.terms.iter();
        let mut found: Vec<(usize, &Term)> =
            terms.filter_map(|term| Some((term.place_in(text)?, term))).collect();
        // Of two that begin at the same place, the longer one is the one that is meant.
        found.sort_by_key(|(at, term)| (*at, std::cmp::Reverse(term.word.len())));
        found.into_iter().map(|(_, term)| term).collect()
    }

    /// A word and what it means, as a text.
    pub fn meaning(&self, form: &str) -> Option<String> {
        self.find(form).map(|term| format!("{}: {}", term.word, term.meaning))
    }

    /// All of them, one behind the other.
    pub fn text(&self) -> String {
        let terms = self.terms.iter().map(|term| format!("{}: {}", term.word, term.meaning));
        terms.collect::<Vec<_>>().join("\n")
    }
}

impl Term {
    fn all_forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.word.as_str()).chain(self.forms.iter().map(String::as_str))
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.place_in(text).is_some()
    }

    /// Where it stands in a text first, in whatever form.
    fn place_in(&self, text: &str) -> Option<usize> {
        self.all_forms().filter_map(|form| place_of_word(text, form)).min()
    }
}

/// Where the words stand in the text first as words, whatever the case.
fn place_of_word(text: &str, words: &str) -> Option<usize> {
    let (text, words) = (text.to_lowercase(), words.to_lowercase());
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let mut places = text.match_indices(&words).map(|(at, _)| at);
    places.find(|at| {
        is_end(text[..*at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
    })
}

/// Follows the lessons in order and complains about words that come too early.
pub(crate) struct Reading<'g> {
    glossary: &'g Glossary,
    introduced: Vec<bool>,
}

impl<'g> Reading<'g> {
    pub(crate) fn new(glossary: &'g Glossary) -> Self {
        Self { glossary, introduced: vec![false; glossary.terms.len()] }
    }

    pub(crate) fn lesson(&mut self, path: &str, lesson: &Lesson, problems: &mut Vec<Problem>) {
        for item in &lesson.items {
            self.item(path, item, problems);
        }
        // These two are read before the lesson, by somebody who wonders what it is about.
        self.words(path, 1, &lesson.title, problems);
        self.words(path, 1, &lesson.shows, problems);
    }

    fn item(&mut self, path: &str, item: &Item, problems: &mut Vec<Problem>) {
        let question = item.question();
        let ask = question.map(|question| &question.ask);
        let wrong = question.into_iter().flat_map(|question| &question.wrong).map(|(_, text)| text);
        let find = item.find();
        let found = find.into_iter().flat_map(|find| {
            let said = find.wrong.iter().map(|(_, text)| text);
            [&find.ask].into_iter().chain(said).chain(&find.hints)
        });
        let exercise = item.exercise.iter().flat_map(|exercise| {
            let messages = exercise.checks.iter().map(|check| &check.message);
            messages.chain(&exercise.hints).chain([&exercise.remark])
        });
        let texts = ask.into_iter().chain([&item.text]).chain(wrong).chain(found).chain(exercise);
        for span in texts.flat_map(Prose::spans) {
            match span {
                Span::Code(_) => {}
                Span::Plain(text) => self.words(path, item.line, text, problems),
                Span::Term(word) => self.introduce(path, item.line, word, problems),
            }
        }
        // A title may name what its own section introduces.
        self.words(path, item.line, &item.title, problems);
    }

    fn introduce(&mut self, path: &str, line: u32, word: &str, problems: &mut Vec<Problem>) {
        let known = |term: &Term| term.all_forms().any(|form| form.eq_ignore_ascii_case(word));
        let message = match self.glossary.terms.iter().position(known) {
            None => format!("*{word}* is not in the glossary; add it, or take the stars away"),
            Some(number) if self.introduced[number] => {
                format!("*{word}* was introduced before; take the stars away")
            }
            Some(number) => {
                self.introduced[number] = true;
                return;
            }
        };
        problems.push(Problem::new(path, line, message));
    }

    fn words(&self, path: &str, line: u32, text: &str, problems: &mut Vec<Problem>) {
        for (term, introduced) in self.glossary.terms.iter().zip(&self.introduced) {
            if !introduced && term.is_in(text) {
                let message = format!(
                    "{:?} is used before it is introduced; introduce it with stars, or say it otherwise",
                    term.word
                );
                problems.push(Problem::new(path, line, message));
            }
        }
    }

    /// The terms that no lesson introduced.
    pub(crate) fn finish(self, problems: &mut Vec<Problem>) {
        for (term, introduced) in self.glossary.terms.iter().zip(self.introduced) {
            if !introduced {
                let message = format!("no lesson introduces {:?}; remove it", term.word);
                problems.push(Problem::new("glossary.md", term.line, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert_eq!(place_of_word("A handle, then", "handle"), Some(2));
        assert_eq!(place_of_word("Ready queue", "ready queue"), Some(0));
        assert_eq!(place_of_word("the handler", "handle"), None);
        assert_eq!(place_of_word("call_later", "later"), None);
        assert_eq!(place_of_word("handler and handle", "handle"), Some(12));
    }

    #[test]
    fn terms_come_as_they_stand_in_a_text() {
        let text = "## task\n\nA.\n\n## batch\nforms: batches\n\nB.\n\n## task group\n\nC.\n";
        let glossary = Glossary::parse("glossary.md", text).unwrap();
        let words =
            |text| glossary.said_in(text).iter().map(|t| t.word.clone()).collect::<Vec<_>>();
        assert_eq!(words("Batches of a task, and a batch"), ["batch", "task"]);
        assert_eq!(words("a task group in a batch"), ["task group", "task", "batch"]);
        assert!(words("nothing of these").is_empty());
    }

    #[test]
    fn a_glossary_is_read() {
        let text = "# Glossary\n\nFor readers.\n\n## batch\nforms: batches\n\nWhat runs.\n";
        let glossary = Glossary::parse("glossary.md", text).unwrap();
        assert_eq!(glossary.find("Batches").unwrap().word, "batch");
        let twice = format!("{text}\n## batch\n\n## turn\nform: turns\n\nOnce around.\n");
        let problems = Glossary::parse("glossary.md", &twice).unwrap_err();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "glossary.md:10: \"batch\" has no meaning yet; write it",
                "glossary.md:10: \"batch\" is here twice; keep one",
                "glossary.md:13: `form` is not known here; remove the line",
            ]
        );
    }
}
