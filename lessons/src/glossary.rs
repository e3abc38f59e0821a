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
}

impl Term {
    fn all_forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.word.as_str()).chain(self.forms.iter().map(String::as_str))
    }

    fn is_in(&self, text: &str) -> bool {
        self.all_forms().any(|form| contains_word(text, form))
    }
}

/// Whether the words stand in the text as words, whatever the case.
fn contains_word(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase(), words.to_lowercase());
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(&words).any(|(at, _)| {
        is_end(text[..at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
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
        for span in ask.into_iter().chain([&item.text]).chain(wrong).flat_map(Prose::spans) {
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
        assert!(contains_word("A handle, then", "handle"));
        assert!(contains_word("Ready queue", "ready queue"));
        assert!(!contains_word("the handler", "handle"));
        assert!(!contains_word("call_later", "later"));
        assert!(contains_word("handler and handle", "handle"));
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
