//! A lesson as data.

use loopscope_protocol::Dialect;

use crate::{Anchor, Exercise, Find, Pattern, Prose, Span};

/// One lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Its track: the folder that its own folder is in; empty for one that stands alone.
    pub track: String,
    /// Its number within the track, from 1.
    pub number: u32,
    /// Its name for commands and progress files: the folder's name without the number.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How long it takes, about.
    pub minutes: u32,
    /// What it shows, in one sentence.
    pub shows: String,
    /// The program, as a file named [`Lesson::FILE`] would hold it.
    pub program: String,
    /// What the program writes to its standard output under CPython.
    pub output: String,
    /// Whose rules the program runs by.
    pub dialect: Dialect,
    /// Whether its loop waits for completions, as on Windows.
    pub is_proactor: bool,
    /// Whether its clock stays virtual although it has threads: then it is the same on a busy machine.
    pub is_virtual: bool,
    /// The recorded session of a board that the lesson is about, in place of a program.
    pub board: Option<BoardSession>,
    /// Which misconceptions it is against, by their numbers in `content/misconceptions.md`.
    pub against: Vec<u32>,
    /// What is said and asked, in order.
    pub items: Vec<Item>,
}

/// A recorded session of a board, which every learner has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardSession {
    /// The demo board, for some seconds.
    Demo,
    /// The same, where records were lost.
    DemoGap,
    /// The same, held by one session that died and by another one that let go.
    DemoHeld,
    /// A bell that an interrupt rings.
    Doorbell,
    /// Three executors of embassy, one above the other.
    Priorities,
}

impl BoardSession {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Demo, Self::DemoGap, Self::DemoHeld, Self::Doorbell, Self::Priorities];

    /// What a lesson calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::DemoGap => "demo-gap",
            Self::DemoHeld => "demo-held",
            Self::Doorbell => "doorbell",
            Self::Priorities => "priorities",
        }
    }

    /// The session that a lesson calls by this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|session| session.word() == word)
    }
}

/// One part of a lesson.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its title.
    pub title: String,
    /// The line of `lesson.md` where it begins.
    pub line: u32,
    /// Where in the run it belongs.
    pub anchor: Anchor,
    /// What it says; for a question, what is said after the answer.
    pub text: Prose,
    /// What it is.
    pub kind: ItemKind,
    /// What is to be done, where a run can tell whether it was.
    pub exercise: Option<Exercise>,
}

/// What a part of a lesson is.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// Something to read while looking at the run.
    Step,
    /// Something to predict.
    Predict(Question),
    /// A change to make to the program.
    Modify(Vec<Edit>),
    /// Something to write.
    Make,
    /// A record to be found with the debugger's own commands.
    Find(Find),
}

/// A question about what comes next in the run.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is asked.
    pub ask: Prose,
    /// What there is to choose from.
    pub choices: Vec<ChoiceOrigin>,
    /// Where in the run the answer is read.
    pub answers: Vec<AnswerRule>,
    /// What to say to whoever chooses this where it is wrong: the rule by which it would be right.
    pub wrong: Vec<(String, Prose)>,
}

/// Where choices come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoiceOrigin {
    /// The handles in the ready queue, by name.
    Ready,
    /// The timers, by name.
    Timers,
    /// A text.
    Text(String),
}

/// How the answer is read: what the next record of some kind says.
#[derive(Clone, Debug)]
pub struct AnswerRule {
    /// The record.
    pub record: Pattern,
    /// What to read from it.
    pub value: Value,
}

/// What is read from a record.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text that stands for records of this kind.
    Text(String),
    /// An expression about the record and the state after it.
    Expr(loopscope_model::expr::Expr),
}

/// A change to some neighbouring lines of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The lines as they are.
    pub old: Vec<String>,
    /// The lines as they become.
    pub new: Vec<String>,
}

impl Lesson {
    /// What the program's file is called, in a lesson's folder and in its records.
    pub const FILE: &str = "program.py";

    /// The file with what is said and asked.
    pub const TEXT: &str = "lesson.md";

    /// The name of its folder, with the track's before it.
    pub fn folder(&self) -> String {
        let name = format!("{:02}_{}", self.number, self.id);
        if self.track.is_empty() { name } else { format!("{}/{name}", self.track) }
    }

    /// What it is called in a list: `loop-01`, or the number alone where there is no track.
    pub fn code(&self) -> String {
        let number = format!("{:02}", self.number);
        if self.track.is_empty() { number } else { format!("{}-{number}", self.track) }
    }

    /// Whether there is no program: it is about a recorded session of a board.
    pub const fn is_on_board(&self) -> bool {
        self.board.is_some()
    }

    /// Its questions.
    pub fn questions(&self) -> impl Iterator<Item = (&Item, &Question)> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Predict(question) => Some((item, question)),
            _ => None,
        })
    }

    /// Its exercises that can be judged.
    pub fn exercises(&self) -> impl Iterator<Item = (usize, &Item, &Exercise)> {
        let items = self.items.iter().enumerate();
        items.filter_map(|(number, item)| Some((number, item, item.exercise.as_ref()?)))
    }

    /// The program with the changes of the lesson's first `modify`; `None` if there is none, or if
    /// the program is not as the lesson has it.
    pub fn modified_program(&self) -> Option<String> {
        let edits = self.items.iter().find_map(|item| match &item.kind {
            ItemKind::Modify(edits) if !edits.is_empty() => Some(edits),
            _ => None,
        })?;
        edits.iter().try_fold(self.program.clone(), |program, edit| edit.apply(&program))
    }
}

impl Item {
    /// A name for it that stays the same while its title does, unique within the lesson.
    ///
    /// This and [`Lesson::id`] are what a progress file keeps.
    pub fn key(&self) -> String {
        let words = self.title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    }

    /// What a learner's file for it is called: `modify.py`, or `make.py`.
    pub fn exercise_file(&self) -> Option<&'static str> {
        match self.kind {
            ItemKind::Modify(_) => Some("modify.py"),
            ItemKind::Make => Some("make.py"),
            ItemKind::Step | ItemKind::Predict(_) | ItemKind::Find(_) => None,
        }
    }

    /// What it says and asks, without its code: the words that one may look up.
    pub fn words(&self) -> String {
        let ask = self.question().map(|question| &question.ask);
        let looked_for = self.find().map(|find| &find.ask);
        let mut words = self.title.clone();
        for text in ask.into_iter().chain(looked_for).chain([&self.text]) {
            words.push('\n');
            let spans = text.spans().filter(|span| !matches!(span, Span::Code(_)));
            words.extend(spans.map(Span::text));
        }
        words
    }

    /// Whether it is a record to be found.
    pub fn find(&self) -> Option<&Find> {
        match &self.kind {
            ItemKind::Find(find) => Some(find),
            _ => None,
        }
    }

    /// Whether it is a question.
    pub fn question(&self) -> Option<&Question> {
        match &self.kind {
            ItemKind::Predict(question) => Some(question),
            _ => None,
        }
    }
}

impl Question {
    /// What to say to whoever chooses this where it is wrong.
    pub fn wrong(&self, choice: &str) -> Option<&Prose> {
        self.wrong.iter().find(|(known, _)| known == choice).map(|(_, text)| text)
    }
}

impl Edit {
    /// The program with the change; `None` unless the old lines are in it exactly once.
    pub fn apply(&self, program: &str) -> Option<String> {
        let lines: Vec<&str> = program.lines().collect();
        let mut places = lines
            .windows(self.old.len().max(1))
            .enumerate()
            .filter(|(_, lines)| *lines == self.old);
        let (at, _) = places.next()?;
        if places.next().is_some() {
            return None;
        }
        let before = lines[..at].iter().copied();
        let after = lines[at + self.old.len()..].iter().copied();
        let all = before.chain(self.new.iter().map(String::as_str)).chain(after);
        Some(all.flat_map(|line| [line, "\n"]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(old: &[&str], new: &[&str]) -> Edit {
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Edit { old: own(old), new: own(new) }
    }

    #[test]
    fn an_edit_changes_the_one_place_it_names() {
        let changed = edit(&["b", "c"], &["c", "b", "x"]).apply("a\nb\nc\nd\n");
        assert_eq!(changed.as_deref(), Some("a\nc\nb\nx\nd\n"));
        assert_eq!(edit(&["b"], &[]).apply("a\nb\nb\n"), None, "twice");
        assert_eq!(edit(&["z"], &[]).apply("a\n"), None, "never");
        assert_eq!(edit(&[], &["z"]).apply("a\n"), None, "nowhere");
    }
}
