//! A lesson on its way through a session: which of its texts belongs to the cursor, which question
//! is open there, what was answered, and where to go next.

mod search;

use std::collections::BTreeMap;

use loopscope_lessons::{Block, Guide, Lesson, Placed, Prose, Resolved, Span};
use loopscope_model::{History, Names, State};

use search::LookedFor;

use crate::theme::Role;
use crate::views::lesson::{Page, Piece, Question};

/// A lesson on its way through a session.
#[derive(Debug)]
pub(super) struct LessonProgress {
    guide: Guide<'static>,
    resolved: Resolved<'static>,
    /// How many records were looked at, and the state after them.
    seen: usize,
    state: State,
    /// What was answered, by the item's number; `None`: the question was passed over.
    answers: BTreeMap<usize, Option<usize>>,
    /// The choice that the arrows have moved to.
    selected: usize,
    /// Where several texts belong to one place: which of them is shown, and of which place.
    page: usize,
    place: u64,
    /// The question that was just answered: its verdict is to be shown when the run tells it.
    waits_for: Option<usize>,
    /// What was answered another time, by the item's number, as it was chosen.
    given: BTreeMap<usize, String>,
    /// The furthest record that the cursor has been at.
    reached: u64,
    /// The records that are to be found, by the item's number.
    looked_for: BTreeMap<usize, LookedFor>,
    /// The one that was just found, or whose answer was given.
    told: Option<usize>,
}

impl LessonProgress {
    pub(super) fn new(lesson: &'static Lesson) -> Self {
        let guide = Guide::new(lesson);
        let resolved = guide.resolved();
        Self {
            guide,
            resolved,
            seen: 0,
            state: State::default(),
            answers: BTreeMap::new(),
            selected: 0,
            page: 0,
            place: 0,
            waits_for: None,
            given: BTreeMap::new(),
            reached: 0,
            looked_for: BTreeMap::new(),
            told: None,
        }
    }

    /// What was answered another time counts here too.
    pub(super) fn remember(&mut self, given: BTreeMap<usize, String>, found: &[usize]) {
        self.given = given;
        for number in found {
            self.looked_for.entry(*number).or_default().is_over = true;
        }
    }

    pub(super) const fn lesson(&self) -> &'static Lesson {
        self.guide.lesson()
    }

    /// Looks at what has come since.
    pub(super) fn follow(&mut self, history: &History, names: &Names) {
        let mut news = false;
        for record in history.range(self.seen, history.len()) {
            self.seen += 1;
            self.state.apply(&record);
            news |= !self.guide.see(&record, &self.state, names).is_empty();
        }
        if news {
            self.resolved = self.guide.resolved();
            for (number, choice) in &self.given {
                let resolved = self.resolved.question(*number);
                let choices = resolved.map_or(&[][..], |question| &question.choices);
                if let Some(at) = choices.iter().position(|known| known == choice) {
                    self.answers.entry(*number).or_insert(Some(at));
                }
            }
        }
    }

    /// Where an item's place is, once it is known.
    pub(super) fn place_of(&self, number: usize) -> Option<u64> {
        self.resolved.places.iter().find(|placed| placed.number == number).map(|placed| placed.seq)
    }

    /// Shows an item whose place is the present one.
    pub(super) fn show(&mut self, number: usize, seq: u64) {
        let current = self.resolved.current(seq);
        if let Some(page) = current.iter().position(|placed| placed.number == number) {
            self.page = page;
        }
    }

    /// The number of the item that is shown at a record.
    pub(super) fn shown(&self, seq: u64) -> Option<usize> {
        self.here(seq).map(|placed| placed.number)
    }

    /// Where to stop on the way from one record to another, both by their numbers: at the first
    /// place of the lesson, or at the answer that is waited for.
    pub(super) fn stop_between(&self, from: u64, to: u64) -> Option<u64> {
        let places = self.resolved.places.iter().map(|placed| placed.seq);
        let answer = self.waits_for.and_then(|number| self.answered_at(number));
        places.chain(answer).filter(|seq| *seq > from && *seq <= to).min()
    }

    /// The cursor has come to a record: the first text of its place is shown.
    pub(super) fn arrive(&mut self, seq: u64) {
        self.reached = self.reached.max(seq);
        let place = self.resolved.current(seq).first().map_or(0, |placed| placed.seq);
        if place != self.place {
            (self.place, self.page) = (place, 0);
        }
        if self.waits_for.and_then(|number| self.answered_at(number)).is_some_and(|at| at < seq) {
            self.waits_for = None;
        }
    }

    /// The next text that needs no going on, if there is one: the verdict gives way to the text of
    /// this record, or another text belongs to the same place.
    pub(super) fn turn_page(&mut self, seq: u64) -> bool {
        if let Some(number) = self.told.take() {
            // On from where the record was asked for, wherever it was found.
            let Some(place) = self.place_of(number).filter(|place| *place == seq) else {
                return false;
            };
            let current = self.resolved.current(place);
            let page = current.iter().position(|placed| placed.number == number).unwrap_or(0);
            self.page = page + usize::from(page + 1 < current.len());
            return page + 1 < current.len();
        }
        if let Some(number) = self.waits_for.take() {
            let here = self.resolved.current(seq);
            return here.iter().any(|placed| placed.seq == seq && placed.number != number);
        }
        let more = self.page + 1 < self.resolved.current(seq).len();
        self.page += usize::from(more);
        more
    }

    /// Whether the last text of the lesson is shown.
    pub(super) fn is_over(&self, seq: u64) -> bool {
        let pages = self.resolved.current(seq).len();
        self.resolved.next(seq).is_none()
            && self.resolved.missing.is_empty()
            && self.page + 1 >= pages
            && self.waits_for.is_none()
            && self.told.is_none()
            && self.open_find().is_none()
    }

    /// The item to show at a record.
    fn here(&self, seq: u64) -> Option<Placed<'static>> {
        let current = self.resolved.current(seq);
        if let Some(number) = self.told.or_else(|| self.open_find()) {
            return self.resolved.places.iter().find(|placed| placed.number == number).copied();
        }
        if let Some(number) = self.waits_for {
            let is_told = self.answered_at(number) == Some(seq);
            let asked = self.resolved.places.iter().find(|placed| placed.number == number);
            let is_here = current.iter().any(|placed| placed.number == number);
            if let Some(asked) = asked.filter(|_| is_told || is_here) {
                return Some(*asked);
            }
        }
        current.get(self.page).or(current.last()).copied()
    }

    /// The question that stands in the way of going on from a record: its number and how many
    /// choices it has.
    pub(super) fn open_question(&self, seq: u64) -> Option<(usize, usize)> {
        let placed = self.here(seq).filter(|placed| placed.seq == seq)?;
        if placed.item.question().is_none() || self.answers.contains_key(&placed.number) {
            return None;
        }
        let choices = self.resolved.question(placed.number)?.choices.len();
        (choices > 0).then_some((placed.number, choices))
    }

    /// Answers the open question; `None` passes it over.
    pub(super) fn answer(&mut self, number: usize, choice: Option<usize>) {
        self.answers.insert(number, choice);
        self.selected = 0;
        self.waits_for = choice.map(|_| number);
    }

    /// Moves the arrows' choice.
    pub(super) fn select(&mut self, by: isize, choices: usize) {
        self.selected = self.selected.saturating_add_signed(by).min(choices.saturating_sub(1));
    }

    pub(super) const fn selected(&self) -> usize {
        self.selected
    }

    /// The record that answers a question, once it is known.
    pub(super) fn answered_at(&self, number: usize) -> Option<u64> {
        self.resolved.question(number)?.answer.as_ref().map(|answer| answer.seq)
    }

    /// The questions that were answered and have their answer: which, the choice, and whether it was
    /// right.
    pub(super) fn told(&self) -> impl Iterator<Item = (usize, String, bool)> {
        self.answers.iter().filter_map(|(number, choice)| {
            let resolved = self.resolved.question(*number)?;
            let choice = resolved.choices.get((*choice)?)?;
            Some((*number, choice.clone(), resolved.is_right(choice)?))
        })
    }

    /// Which choice of the question at a record is right, if the run has told so far.
    pub(super) fn right_choice(&self, seq: u64) -> Option<usize> {
        let resolved = self.resolved.question(self.shown(seq)?)?;
        resolved.choices.iter().position(|choice| resolved.is_right(choice) == Some(true))
    }

    /// What to show at a record.
    pub(super) fn page(&self, seq: u64) -> Page {
        let lesson = self.lesson();
        let Some(placed) = self.here(seq) else {
            return Page { lesson: lesson.title.clone(), ..Page::default() };
        };
        let question = placed
            .item
            .question()
            .and_then(|question| self.question(placed.number, &question.ask.to_string()));
        let body = match &question {
            // The text of a question explains the answer: it comes when that is known.
            Some(Question { right: Some(_), chosen, .. }) => {
                let resolved = self.resolved.question(placed.number);
                let choice = resolved.zip(*chosen).and_then(|(q, at)| q.choices.get(at));
                let rule = resolved.zip(choice).and_then(|(q, choice)| q.wrong(choice));
                let explanation = resolved.and_then(|q| q.explanation.as_ref());
                let texts = rule.into_iter().chain(explanation).map(pieces);
                texts.collect::<Vec<_>>().join(&Piece::Gap)
            }
            Some(_) => Vec::new(),
            None if placed.item.find().is_some() => self.search(placed.number),
            None => pieces(&placed.item.text),
        };
        let hint = self.what_now(seq, question.as_ref());
        Page {
            lesson: lesson.title.clone(),
            title: placed.item.title.clone(),
            step: placed.number + 1,
            steps: lesson.items.len(),
            find: self.open_find().is_some(),
            file: false,
            rests: false,
            change: None,
            hides: false,
            body,
            question,
            hint,
        }
    }

    fn question(&self, number: usize, ask: &str) -> Option<Question> {
        let resolved = self.resolved.question(number)?;
        let given = self.answers.get(&number).copied();
        let chosen = given.flatten();
        let choice = chosen.and_then(|at| resolved.choices.get(at));
        let answer = resolved.answer.as_ref().filter(|_| given.is_some());
        let right = answer.map(|answer| choice.is_some_and(|choice| *choice == answer.text));
        Some(Question {
            ask: ask.to_owned(),
            open: if given.is_none() { resolved.choices.clone() } else { Vec::new() },
            choices: resolved.choices.clone(),
            selected: self.selected.min(resolved.choices.len().saturating_sub(1)),
            chosen,
            right,
            answer: answer.map(|answer| answer.text.clone()),
        })
    }

    /// What to do now, where the line of keys does not say it.
    fn what_now(&self, seq: u64, question: Option<&Question>) -> String {
        match question {
            Some(question) if question.is_open() => {
                format!("Your guess? Press {}.", digits(question.choices.len()))
            }
            _ if self.open_find().is_some() => {
                "Look for it with any key or command; f names the record at the cursor.".to_owned()
            }
            _ if self.is_over(seq) => {
                "That was the lesson. Enter: the next one; q: leaves it.".to_owned()
            }
            _ => String::new(),
        }
    }
}

/// The keys of that many choices.
pub(super) fn digits(choices: usize) -> String {
    if choices == 2 { "1 or 2".to_owned() } else { format!("1 to {choices}") }
}

/// A lesson's text as the view draws it.
fn pieces(prose: &Prose) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for block in &prose.blocks {
        if !pieces.is_empty() {
            pieces.push(Piece::Gap);
        }
        match block {
            Block::Paragraph(spans) => {
                let words = spans.iter().map(|span| match span {
                    Span::Plain(text) => (Role::Text, text.clone()),
                    Span::Code(text) => (Role::Literal, text.clone()),
                    Span::Term(text) => (Role::Title, text.clone()),
                });
                pieces.push(Piece::Words(words.collect()));
            }
            Block::Code { language, lines } => {
                for line in lines {
                    let role = match (language.as_str(), line.chars().next()) {
                        ("diff", Some('+')) => Role::Arrived,
                        ("diff", Some('-')) => Role::Left,
                        _ => Role::Literal,
                    };
                    pieces.push(Piece::Code(role, line.clone()));
                }
            }
        }
    }
    pieces
}
