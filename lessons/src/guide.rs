//! Follows a run record by record and says which part of the lesson is its turn.
//!
//! A guide sees each record once, in order, with the state after it. It keeps what it has found, so
//! that going back in the history needs no second look: see [`Guide::resolved`].

use loopscope_model::expr::{Context, Value as Found};
use loopscope_model::{History, Names, Record, State};
use loopscope_protocol::{HandleId, Kind, KindSet};

use crate::{
    Anchor, Answer, ChoiceOrigin, Item, Lesson, Placed, Question, Resolved, ResolvedQuestion, Value,
};

/// What the record just seen means for the lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// This item of the lesson, by its number in [`Lesson::items`], belongs here. If it is a
    /// question, its choices are in [`Guide::resolved`] from now on.
    Place(usize),
    /// The question with this item number has its answer.
    Answer(usize),
}

/// A lesson on its way through a run.
#[derive(Clone, Debug)]
pub struct Guide<'l> {
    lesson: &'l Lesson,
    items: Vec<Waiting>,
    asked: Vec<Asked>,
}

/// An item that takes part.
#[derive(Clone, Debug)]
struct Waiting {
    number: usize,
    /// How many records have fitted its anchor.
    matches: u32,
    place: Option<u64>,
}

#[derive(Clone, Debug)]
struct Asked {
    item: usize,
    seq: u64,
    choices: Vec<String>,
    answer: Option<Answer>,
}

impl<'l> Guide<'l> {
    /// A guide before the first record of a run of the lesson's own program.
    pub fn new(lesson: &'l Lesson) -> Self {
        Self::with(lesson, |_| true)
    }

    /// A guide before the first record of a run of the program as a learner has edited it. The
    /// texts of the lesson would speak of another run, so only its questions are there; their
    /// choices, answers and explanations come from this run.
    pub fn edited(lesson: &'l Lesson) -> Self {
        Self::with(lesson, |item| item.question().is_some())
    }

    fn with(lesson: &'l Lesson, takes_part: impl Fn(&Item) -> bool) -> Self {
        let items = lesson.items.iter().enumerate();
        let items = items.filter(|(_, item)| takes_part(item)).map(|(number, item)| Waiting {
            number,
            matches: 0,
            place: matches!(item.anchor, Anchor::Start).then_some(0),
        });
        Self { lesson, items: items.collect(), asked: Vec::new() }
    }

    /// The lesson.
    pub const fn lesson(&self) -> &'l Lesson {
        self.lesson
    }

    /// Looks at a record. `state` is the state after it.
    pub fn see(&mut self, record: &Record, state: &State, names: &Names) -> Vec<Cue> {
        let context = Context { record: Some(record), state, names };
        let mut cues = self.answer(record, &context);
        for waiting in self.items.iter_mut().filter(|waiting| waiting.place.is_none()) {
            let number = waiting.number;
            let item = &self.lesson.items[number];
            let is_here = match &item.anchor {
                Anchor::Start => false,
                Anchor::End => record.kind() == Kind::ProgramExit,
                Anchor::Record { pattern, occurrence } => {
                    let fits = pattern.fits(&context);
                    waiting.matches += u32::from(fits);
                    fits && waiting.matches == *occurrence
                }
            };
            if !is_here {
                continue;
            }
            waiting.place = Some(record.seq);
            cues.push(Cue::Place(number));
            if let Some(question) = item.question() {
                let choices = choices(question, state, names);
                self.asked.push(Asked { item: number, seq: record.seq, choices, answer: None });
            }
        }
        cues
    }

    /// Looks at all records of a run.
    pub fn follow(mut self, history: &History, names: &Names) -> Resolved<'l> {
        let mut state = State::default();
        for record in history.records() {
            state.apply(&record);
            self.see(&record, &state, names);
        }
        self.resolved()
    }

    /// The questions whose answer this record is.
    fn answer(&mut self, record: &Record, context: &Context<'_>) -> Vec<Cue> {
        let mut cues = Vec::new();
        for asked in self.asked.iter_mut().filter(|asked| asked.answer.is_none()) {
            let question = self.lesson.items[asked.item].question();
            let rules = question.map_or(&[][..], |question| &question.answers);
            let Some(rule) = rules.iter().find(|rule| rule.record.fits(context)) else {
                continue;
            };
            let text = match &rule.value {
                Value::Text(text) => text.clone(),
                Value::Expr(expr) => match expr.eval(context) {
                    Ok(Found::Text(text)) => text.trim_end().to_owned(),
                    Ok(value) => value.to_string(),
                    Err(error) => error.to_string(),
                },
            };
            asked.answer = Some(Answer { seq: record.seq, text });
            cues.push(Cue::Answer(asked.item));
        }
        cues
    }

    /// The kinds of records that can matter to the lesson from here on: a session may let the
    /// program run on to the next of them.
    pub fn kinds(&self) -> KindSet {
        let waiting = self.items.iter().filter(|waiting| waiting.place.is_none());
        let anchors = waiting.map(|waiting| &self.lesson.items[waiting.number].anchor);
        let anchors = anchors.filter_map(|anchor| match anchor {
            Anchor::Start => None,
            Anchor::End => Some(Kind::ProgramExit),
            Anchor::Record { pattern, .. } => Some(pattern.kind),
        });
        let open = self.asked.iter().filter(|asked| asked.answer.is_none());
        let open = open.filter_map(|asked| self.lesson.items[asked.item].question());
        let answers = open.flat_map(|question| &question.answers).map(|rule| rule.record.kind);
        anchors.chain(answers).collect()
    }

    /// Everything found so far.
    pub fn resolved(&self) -> Resolved<'l> {
        let mut places: Vec<Placed<'l>> = Vec::new();
        let mut missing = Vec::new();
        for &Waiting { number, place, .. } in &self.items {
            let item = &self.lesson.items[number];
            match place {
                Some(seq) => places.push(Placed { seq, number, item }),
                None => missing.push(item),
            }
        }
        places.sort_by_key(|placed| placed.seq);
        let questions = self.asked.iter().map(|asked| self.question(asked)).collect();
        Resolved { lesson: self.lesson, places, questions, missing }
    }

    fn question(&self, asked: &Asked) -> ResolvedQuestion<'l> {
        let item = &self.lesson.items[asked.item];
        let answer = asked.answer.clone();
        let explanation = answer.as_ref().map(|answer| item.text.with_answer(&answer.text));
        ResolvedQuestion {
            seq: asked.seq,
            number: asked.item,
            item,
            choices: asked.choices.clone(),
            answer,
            explanation,
        }
    }
}

/// Finds the lesson's places, choices and answers in a recorded run of its own program.
///
/// For a run of an edited one, [`Guide::edited`] and [`Guide::follow`] do the same.
pub fn resolve<'l>(lesson: &'l Lesson, history: &History, names: &Names) -> Resolved<'l> {
    Guide::new(lesson).follow(history, names)
}

/// What there is to choose from at this place, each once, in the order of the alphabet: the order
/// of the queue would give the answer away.
fn choices(question: &Question, state: &State, names: &Names) -> Vec<String> {
    let name = |id: HandleId| state.handle(id).map(|handle| names.name(handle.name).into_owned());
    let event_loop = state.focus();
    let mut list: Vec<String> = Vec::new();
    for source in &question.choices {
        match source {
            ChoiceOrigin::Text(text) => list.push(text.clone()),
            ChoiceOrigin::Ready => {
                list.extend(event_loop.iter().flat_map(|l| l.ready()).filter_map(name));
            }
            ChoiceOrigin::Timers => {
                list.extend(
                    event_loop
                        .iter()
                        .flat_map(|l| l.timers_in_order(0, usize::MAX))
                        .filter_map(name),
                );
            }
        }
    }
    list.sort();
    list.dedup();
    list
}
