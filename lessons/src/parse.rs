//! Reads a lesson's folder. All problems are found in one go.

use loopscope_protocol::{Dialect, Word};

use crate::sections::{self, Entries, Entry, Section};
use crate::{
    Anchor, AnswerRule, BoardSession, ChoiceOrigin, Edit, FORMAT_VERSION, Folder, Item, ItemKind,
    Lesson, Pattern, Problem, Prose, Question, Value, anchor,
};

mod exercises;
mod find;

const OUTPUT: &str = "program.out";

impl Lesson {
    /// Reads a lesson, and says everything that is wrong with it if something is.
    pub fn parse(folder: &Folder) -> Result<Self, Vec<Problem>> {
        self::lesson(folder)
    }
}

fn lesson(folder: &Folder) -> Result<Lesson, Vec<Problem>> {
    let mut problems = Vec::new();
    let (track, own_name) = folder.name.rsplit_once('/').unwrap_or(("", &folder.name));
    let name = split_name(own_name);
    if name.is_none() {
        let message = "a lesson's folder is called NN_slug, such as 01_call_soon: \
                       two digits, then small letters, digits and _";
        problems.push(Problem::new(&folder.name, 0, message));
    }
    for (file, _) in &folder.files {
        if ![Lesson::TEXT, Lesson::FILE, OUTPUT].contains(&file.as_str()) {
            let message = "this file does not belong in a lesson; remove it";
            problems.push(Problem::new(in_folder(folder, file), 0, message));
        }
    }
    let text = read(folder, Lesson::TEXT, &mut problems);
    // A board's program is its firmware.
    let is_on_board = text.lines().take(12).any(|line| line.trim().starts_with("board: "));
    let mut file = |name| {
        if is_on_board { "?".to_owned() } else { read(folder, name, &mut problems) }
    };
    let (program, output) = (file(Lesson::FILE), file(OUTPUT));
    if program.trim().is_empty() {
        let path = in_folder(folder, Lesson::FILE);
        problems.push(Problem::new(path, 0, "the program is empty; write it"));
    }

    let path = in_folder(folder, Lesson::TEXT);
    let mut lesson = Parser { path: &path, program: &program, problems: &mut problems }.text(&text);
    if let Some((number, id)) = name {
        (lesson.number, lesson.id) = (number, id.to_owned());
        track.clone_into(&mut lesson.track);
    }
    (lesson.program, lesson.output) = (program.clone(), output);
    check_edits(&lesson, &path, &mut problems);
    if problems.is_empty() { Ok(lesson) } else { Err(problems) }
}

/// A folder's number and name, if it is called as it should.
pub(crate) fn split_name(name: &str) -> Option<(u32, &str)> {
    let (number, slug) = name.split_once('_')?;
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let two_digits = number.len() == 2 && number.chars().all(|c| c.is_ascii_digit());
    let good =
        two_digits && slug.starts_with(|c: char| c.is_ascii_lowercase()) && slug.chars().all(legal);
    good.then(|| Some((number.parse().ok().filter(|n| *n > 0)?, slug))).flatten()
}

fn in_folder(folder: &Folder, file: &str) -> String {
    format!("{}/{file}", folder.name)
}

fn read(folder: &Folder, file: &str, problems: &mut Vec<Problem>) -> String {
    let Some(bytes) = folder.file(file) else {
        problems.push(Problem::new(in_folder(folder, file), 0, "this file is missing; add it"));
        // Not empty, so that one mistake is told once.
        return "?".to_owned();
    };
    String::from_utf8(bytes.to_owned()).unwrap_or_else(|_| {
        let message = "this file is not UTF-8; save it as UTF-8";
        problems.push(Problem::new(in_folder(folder, file), 0, message));
        "?".to_owned()
    })
}

fn check_edits(lesson: &Lesson, path: &str, problems: &mut Vec<Problem>) {
    for item in &lesson.items {
        let ItemKind::Modify(edits) = &item.kind else { continue };
        let mut program = lesson.program.clone();
        for edit in edits {
            match edit.apply(&program) {
                Some(changed) if changed != program => program = changed,
                Some(_) => {
                    let message = "this change changes nothing";
                    problems.push(Problem::new(path, item.line, message));
                }
                None => {
                    let first = edit.old.first().map_or("", String::as_str);
                    let message = format!(
                        "the lines to change, from {first:?} on, are to be in program.py exactly once"
                    );
                    problems.push(Problem::new(path, item.line, message));
                }
            }
        }
    }
}

struct Parser<'a> {
    path: &'a str,
    program: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Parser<'_> {
    fn problem(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(Problem::new(self.path, line, message));
    }

    fn text(&mut self, text: &str) -> Lesson {
        let document = sections::read(self.path, text, self.problems);
        let mut front = Entries::new(self.path, 1, document.front);
        let version = front.need("format_version", self.problems);
        if let Some(entry) = version
            && entry.value.parse() != Ok(FORMAT_VERSION)
        {
            let message = format!(
                "format_version {} is not known; this program reads version {FORMAT_VERSION}",
                entry.value
            );
            self.problem(entry.line, message);
        }
        let title = front.need("title", self.problems).map(|e| e.value).unwrap_or_default();
        let shows = front.need("shows", self.problems).map(|e| e.value).unwrap_or_default();
        let minutes = front.need("minutes", self.problems);
        let minutes = minutes.map_or(1, |entry| self.number(&entry));
        let dialect = front.once("dialect", self.problems).map_or(Dialect::Cpython, |entry| {
            Dialect::parse(&entry.value).unwrap_or_else(|| {
                self.problem(entry.line, format!("{:?} is no dialect", entry.value));
                Dialect::Cpython
            })
        });
        let kind = front.once("loop", self.problems);
        if let Some(entry) = kind.as_ref().filter(|entry| entry.value != "proactor") {
            self.problem(entry.line, "the one other loop is `proactor`");
        }
        let clock = front.once("clock", self.problems);
        if let Some(entry) = clock.as_ref().filter(|entry| entry.value != "virtual") {
            self.problem(entry.line, "the one other clock is `virtual`");
        }
        let board = front.once("board", self.problems);
        let board = board.and_then(|entry| {
            let session = BoardSession::parse(&entry.value);
            if session.is_none() {
                let known = BoardSession::ALL.map(BoardSession::word).join(", ");
                let message = format!("the sessions that every learner has are {known}");
                self.problem(entry.line, message);
            }
            session
        });
        let against = front.once("against", self.problems).map_or_else(Vec::new, |entry| {
            let numbers = entry.value.split(',').map(|number| number.trim().parse::<u32>());
            numbers.collect::<Result<_, _>>().unwrap_or_else(|_| {
                self.problem(entry.line, "`against` is a list of numbers, such as `3, 23`");
                Vec::new()
            })
        });
        front.finish(self.problems);

        let mut items: Vec<Item> = Vec::new();
        for section in document.sections {
            if exercises::is_part(&section.heading) {
                self.part(section, items.last_mut());
            } else {
                items.extend(self.item(section));
            }
        }
        if !items.iter().any(|item| matches!(item.kind, ItemKind::Step)) {
            self.problem(0, "there is no step; add a section `## step: ...`");
        }
        if !items.iter().any(|item| item.question().is_some()) {
            self.problem(0, "there is no question; add a section `## predict: ...`");
        }
        let is_to_do = |item: &Item| matches!(item.kind, ItemKind::Modify(_) | ItemKind::Find(_));
        if !items.iter().any(is_to_do) {
            self.problem(
                0,
                "there is nothing to modify, nor to find; add a section `## modify: ...` or \
                 `## find: ...`",
            );
        }
        for (number, item) in items.iter().enumerate() {
            if items[..number].iter().any(|other| other.key() == item.key()) {
                let message = format!("there is another section {:?}; rename one", item.title);
                self.problem(item.line, message);
            }
        }
        let (program, output) = (String::new(), String::new());
        let (track, id) = (String::new(), String::new());
        let (is_proactor, is_virtual) = (kind.is_some(), clock.is_some());
        Lesson {
            track,
            number: 0,
            id,
            title,
            minutes,
            shows,
            program,
            output,
            dialect,
            is_proactor,
            is_virtual,
            board,
            against,
            items,
        }
    }

    fn number(&mut self, entry: &Entry) -> u32 {
        entry.value.parse().ok().filter(|n| *n > 0).unwrap_or_else(|| {
            self.problem(entry.line, format!("`{}` is to be a number from 1", entry.key));
            1
        })
    }

    fn item(&mut self, section: Section) -> Option<Item> {
        let line = section.line;
        let Some((kind, title)) = section.heading.split_once(": ") else {
            self.problem(
                line,
                "a heading is to be `## step: Its title`, or predict, modify, make, find",
            );
            return None;
        };
        let mut entries = Entries::new(self.path, line, section.entries);
        let text: Vec<&str> = section.body.iter().map(|(_, line)| line.as_str()).collect();
        let text = Prose::parse(&text.join("\n"));
        if text.is_empty() {
            self.problem(line, "this section says nothing; write its text");
        }

        let anchor = match kind {
            "modify" | "make" => Some(Anchor::End),
            "find" if !entries.has("anchor") => Some(Anchor::End),
            _ => entries.need("anchor", self.problems).and_then(|entry| {
                let occurrence = entries.once("occurrence", self.problems);
                let occurrence = occurrence.map_or(1, |entry| self.number(&entry));
                let anchor = Anchor::parse(&entry.value, occurrence);
                self.tell(entry.line, anchor)
            }),
        };
        let kind = match kind {
            "step" => ItemKind::Step,
            "predict" => ItemKind::Predict(self.question(&mut entries)),
            "modify" => ItemKind::Modify(self.edits(&section.body)),
            "make" => ItemKind::Make,
            "find" => ItemKind::Find(self.find(&mut entries)),
            other => {
                let message =
                    format!("{other:?} is no section; it is step, predict, modify, make or find");
                self.problem(line, message);
                return None;
            }
        };
        let exercise = match &kind {
            ItemKind::Modify(edits) => self.exercise(&mut entries, edits),
            ItemKind::Make => self.exercise(&mut entries, &[]),
            ItemKind::Step | ItemKind::Predict(_) | ItemKind::Find(_) => None,
        };
        entries.finish(self.problems);
        Some(Item { title: title.trim().to_owned(), line, anchor: anchor?, text, kind, exercise })
    }

    /// The value, or its problem told.
    fn tell<T>(&mut self, line: u32, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.problem(line, message)).ok()
    }

    fn question(&mut self, entries: &mut Entries<'_>) -> Question {
        let ask = entries.need("ask", self.problems).map(|entry| Prose::parse(&entry.value));
        let choices = entries.need("choices", self.problems).map(|entry| {
            let choices = choices(&entry.value);
            self.tell(entry.line, choices).unwrap_or_default()
        });
        let rules = entries.all("answer");
        if rules.is_empty() {
            // The sentence is the same as for the keys that stand once.
            entries.need("answer", self.problems);
        }
        let answers =
            rules.iter().filter_map(|entry| self.tell(entry.line, answer(&entry.value))).collect();
        let wrong = entries.all("wrong");
        let wrong =
            wrong.iter().filter_map(|entry| self.tell(entry.line, self::wrong(&entry.value)));
        let wrong = wrong.collect();
        Question {
            ask: ask.unwrap_or_default(),
            choices: choices.unwrap_or_default(),
            answers,
            wrong,
        }
    }

    /// The changes in the `diff` blocks: each block is one change to neighbouring lines.
    fn edits(&mut self, body: &[(u32, String)]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut lines = body.iter();
        while lines.by_ref().any(|(_, line)| line.trim_end() == "```diff") {
            let mut edit = Edit { old: Vec::new(), new: Vec::new() };
            for (at, line) in lines.by_ref().take_while(|(_, line)| !line.starts_with("```")) {
                let (mark, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
                match mark {
                    "-" => edit.old.push(rest.to_owned()),
                    "+" => edit.new.push(rest.to_owned()),
                    " " => {
                        edit.old.push(rest.to_owned());
                        edit.new.push(rest.to_owned());
                    }
                    _ => self.problem(*at, "a line of a change begins with `-`, `+` or a space"),
                }
            }
            edits.push(edit);
        }
        edits
    }
}

/// `ready, timers, "a text"`.
fn choices(text: &str) -> Result<Vec<ChoiceOrigin>, String> {
    let mut list = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (source, after) = if rest.starts_with('"') {
            let (text, after) = anchor::quoted(rest)?;
            (ChoiceOrigin::Text(text.to_owned()), after)
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let source = match rest[..end].trim() {
                "ready" => ChoiceOrigin::Ready,
                "timers" => ChoiceOrigin::Timers,
                other => {
                    return Err(format!(
                        "{other:?} is no choice; it is ready, timers, or a text in quotes"
                    ));
                }
            };
            (source, &rest[end..])
        };
        list.push(source);
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',').ok_or("choices are separated by commas")?.trim_start();
        }
    }
    Ok(list)
}

/// `"CHOICE" TEXT`.
fn wrong(text: &str) -> Result<(String, Prose), String> {
    const FORM: &str = "what is said to a wrong choice is `wrong: \"CHOICE\" TEXT`";
    let (choice, rest) = anchor::quoted(text).map_err(|_| FORM)?;
    let prose = Prose::parse(rest);
    if prose.is_empty() { Err(FORM.to_owned()) } else { Ok((choice.to_owned(), prose)) }
}

/// `EXPR of next EVENT [if EXPR]`, or a text in quotes in place of the first EXPR.
fn answer(text: &str) -> Result<AnswerRule, String> {
    const FORM: &str = "an answer is `VALUE of next EVENT`, perhaps with `if EXPR`";
    let (value, record) = if text.starts_with('"') {
        let (literal, rest) = anchor::quoted(text)?;
        (Value::Text(literal.to_owned()), rest.trim_start().strip_prefix("of next ").ok_or(FORM)?)
    } else {
        let (value, record) = text.split_once(" of next ").ok_or(FORM)?;
        (Value::Expr(anchor::expression(value)?), record)
    };
    Ok(AnswerRule { record: Pattern::parse(record)?, value })
}
