//! What a lesson's texts say of the run beside them: each name in code is one of the program's, of the
//! run's, of Python's or a command; each time is one that the program or the run has; "this line" is said
//! where a line is at hand, "the output" where there is some, and a line of it only once it was printed.
//! And no text could stand in just any lesson.

mod python_names;

use std::collections::BTreeSet;

use loopscope_model::{History, Names};
use loopscope_protocol::{Event, FieldValue, Kind, Stream, Text};

use crate::{Item, Lesson, Problem, Prose, Resolved, Span, anchor};

/// What is said of a text in code that nothing is called.
const NAMED: &str = "is not in the program or its run, and neither Python nor Loopscope has it";

/// How many moments of a run are told apart.
const MOMENTS: usize = 300;

/// What is known of a lesson's run.
struct Run<'a> {
    lesson: &'a Lesson,
    history: &'a History,
    names: &'a Names,
    is_command: &'a dyn Fn(&str) -> bool,
    /// The program, its output, and the programs of the exercises.
    code: String,
    /// The names of handles, tasks and the like, and what the run wrote.
    said: String,
    /// The lines of the output, with the records that completed them.
    lines: Vec<(String, u64)>,
    /// Every time that a text may name, in seconds.
    times: Vec<f64>,
}

/// Everything that a lesson's texts say and that is not so in a run of its program. `is_command` tells
/// whether a text is a command, or a key.
pub fn claims(
    lesson: &Lesson,
    resolved: &Resolved<'_>,
    history: &History,
    names: &Names,
    is_command: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let run = Run::new(lesson, history, names, is_command);
    let mut problems = Vec::new();
    for placed in &resolved.places {
        let answered = resolved.question(placed.number).and_then(|asked| asked.answer.as_ref());
        // The text of a question explains the answer, when that has come.
        let seen = answered.map_or(placed.seq, |answer| answer.seq);
        // What is to be looked for may lie anywhere in the run.
        let seen = if placed.item.find().is_some() { u64::MAX } else { seen };
        run.item(placed.item, placed.seq, seen, &mut |message| {
            problems.push(Problem::new(&path, placed.item.line, message));
        });
    }
    problems
}

impl<'a> Run<'a> {
    fn new(
        lesson: &'a Lesson,
        history: &'a History,
        names: &'a Names,
        is_command: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        let mut code = if lesson.is_on_board() { String::new() } else { lesson.program.clone() };
        for (_, _, exercise) in lesson.exercises() {
            for program in [&exercise.start, &exercise.solution] {
                code.push_str(program);
            }
            for check in &exercise.checks {
                code.push_str(&check.condition.to_string());
                code.push('\n');
            }
        }
        for item in &lesson.items {
            let blocks = item.text.blocks.iter();
            for block in blocks {
                if let crate::Block::Code { lines, .. } = block {
                    code.extend(lines.iter().flat_map(|line| [line.as_str(), "\n"]));
                }
            }
            if let Some(find) = item.find() {
                for pattern in find.records.iter().chain(find.wrong.iter().map(|(p, _)| p)) {
                    code.push_str(&format!("{pattern}\n"));
                }
            }
        }
        let mut run = Self {
            lesson,
            history,
            names,
            is_command,
            times: literals(&code),
            code,
            said: lesson.output.clone(),
            lines: Vec::new(),
        };
        run.look();
        run
    }

    /// Notes what the records say.
    fn look(&mut self) {
        let mut at = BTreeSet::new();
        let mut begun = String::new();
        for record in self.history.records() {
            at.extend(record.t.map(|t| (t + 500_000) / 1_000_000));
            for field in record.event.fields().as_slice() {
                if let FieldValue::Name(name) = field.value {
                    self.said.push_str(&self.names.name(name));
                    self.said.push('\n');
                }
            }
            if let Event::Output { stream: Stream::Stdout, .. } = record.event {
                begun.push_str(record.text(Text::FIRST));
                while let Some((line, rest)) = begun.split_once('\n') {
                    self.lines.push((line.to_owned(), record.seq));
                    begun = rest.to_owned();
                }
            }
            self.said.push_str(record.text(Text::FIRST));
            self.said.push('\n');
        }
        // How long it is from one moment of the run to another.
        let seconds = |ms: u64| u32::try_from(ms).map_or(f64::MAX, f64::from) / 1000.0;
        let at: Vec<u64> = at.into_iter().take(MOMENTS).collect();
        for (n, late) in at.iter().enumerate() {
            self.times.push(seconds(*late));
            self.times.extend(at[..n].iter().map(|early| seconds(late - early)));
        }
    }

    fn item(&self, item: &Item, place: u64, seen: u64, problem: &mut dyn FnMut(String)) {
        let exercise = item.exercise.as_ref();
        let wrong = item.question().into_iter().flat_map(|question| &question.wrong);
        let wrong = wrong.map(|(_, text)| (text, seen));
        let asked = item.question().map(|question| (&question.ask, place));
        let find = item.find();
        let looked_for = find.into_iter().flat_map(|find| {
            let said = find.wrong.iter().map(|(_, text)| text);
            [&find.ask].into_iter().chain(said).chain(&find.hints).map(|text| (text, seen))
        });
        let told = exercise.into_iter().flat_map(|exercise| {
            let messages = exercise.checks.iter().map(|check| &check.message);
            messages.chain(&exercise.hints).chain([&exercise.remark]).map(|text| (text, u64::MAX))
        });
        // An exercise has a run of its own.
        let seen = if exercise.is_some() { u64::MAX } else { seen };
        let own = [(&item.text, seen)];
        let texts = own.into_iter().chain(asked).chain(wrong).chain(looked_for).chain(told);
        for (text, seen) in texts {
            self.text(text, place, seen, problem);
        }
        if exercise.is_some() {
            return;
        }
        let is_own = |text: &Prose| text.spans().any(|span| self.is_own(span));
        let ask = item.question().map(|question| &question.ask).or(find.map(|find| &find.ask));
        if !is_own(&item.text) && !ask.is_some_and(is_own) {
            problem(format!(
                "{:?} names nothing of this program or its run; a text that could stand in any \
                 lesson helps nobody",
                item.title
            ));
        }
    }

    fn text(&self, text: &Prose, place: u64, seen: u64, problem: &mut dyn FnMut(String)) {
        for span in text.spans() {
            match span {
                Span::Code(code) if !self.is_known(code) => problem(format!("`{code}` {NAMED}")),
                Span::Plain(words) => {
                    for (said, seconds) in times(words) {
                        if !self.has_time(seconds) {
                            problem(format!(
                                "{said:?}: neither the program nor its run has such a time"
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
        let whole = text.to_string().to_lowercase();
        if whole.contains("this line") && !self.has_line(place) {
            problem("\"this line\": no line of the program is at hand here".to_owned());
        }
        if whole.contains("this record") && self.history.position_of_seq(place).is_none() {
            problem("\"this record\": no record is at hand here".to_owned());
        }
        if whole.contains("the output") && self.lines.is_empty() {
            problem("\"the output\": the program prints nothing".to_owned());
        }
        if whole.contains("look at the output") {
            if self.lines.iter().all(|(_, seq)| *seq > seen) {
                problem("\"Look at the output\": nothing was printed yet".to_owned());
            }
            // What is quoted beside it must stand there already.
            for span in text.spans().filter(|span| matches!(span, Span::Code(_))) {
                let line = self.lines.iter().find(|(line, _)| line == span.text());
                if line.is_some_and(|(_, seq)| *seq > seen) {
                    problem(format!("`{}` was not printed yet", span.text()));
                }
            }
        }
    }

    /// Whether a line of the program is at hand at a record: the one that caused it, or that is said
    /// in it.
    fn has_line(&self, seq: u64) -> bool {
        let record = self.history.position_of_seq(seq).and_then(|at| self.history.record(at));
        let Some(record) = record else { return false };
        let fields = record.event.fields();
        let said = fields.as_slice().iter().any(|field| match field.value {
            FieldValue::Place(place) => place.line > 0,
            _ => false,
        });
        said || record.cause(self.names).is_some() || record.kind() == Kind::LoopRun
    }

    /// Whether a text in code is something that there is.
    fn is_known(&self, code: &str) -> bool {
        let code = code.trim();
        if code.contains("{answer}") || self.code.contains(code) || self.said.contains(code) {
            return true;
        }
        if (self.is_command)(code.trim_start_matches(':')) || anchor::expression(code).is_ok() {
            return true;
        }
        if Kind::parse(code).is_some() {
            return true;
        }
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.all(|word| {
            word.chars().count() < 2
                || word.starts_with(|c: char| c.is_ascii_digit())
                || has_word(&self.code, word)
                || has_word(&self.said, word)
                || has_word(python_names::NAMES, word)
        })
    }

    /// Whether a part of a text is about this program: code that is its own, a word of its own, a time,
    /// or something of the loop's.
    fn is_own(&self, span: &Span) -> bool {
        match span {
            Span::Code(_) | Span::Term(_) => true,
            Span::Plain(words) => {
                let own = |word: &str| {
                    // A short one must be a name, such as `Ada`.
                    let is_name = word.starts_with(char::is_uppercase) && word.len() > 1;
                    (word.len() > 3 || is_name)
                        && (has_word(&self.code, word) || has_word(&self.said, word))
                };
                words.split(|c: char| !c.is_alphanumeric()).any(own)
                    || crate::glossary().terms.iter().any(|term| term.is_in(words))
            }
        }
    }

    /// Whether a time is one of the program's or the run's: as it is, as the sum of two that the program
    /// has, or some times over.
    fn has_time(&self, seconds: f64) -> bool {
        let near = |a: f64| (a - seconds).abs() <= 0.0021 + seconds * 0.02;
        let known = literals(&self.code);
        self.times.iter().any(|time| near(*time))
            || known.iter().any(|a| {
                (1..=10).any(|n| near(a * f64::from(n)))
                    || known.iter().any(|b| near(a + b) || near(a - b))
            })
            || self.lesson.is_on_board() && self.history.is_empty()
    }
}

/// Whether a word stands in a text as a word.
fn has_word(text: &str, word: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).any(|(at, _)| {
        is_end(text[..at].chars().next_back()) && is_end(text[at + word.len()..].chars().next())
    })
}

/// The numbers in a program, as seconds and as milliseconds.
fn literals(code: &str) -> Vec<f64> {
    let mut found = Vec::new();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    for word in code.split(|c: char| !is_number(c)) {
        if let Ok(number) = word.trim_matches('.').parse::<f64>() {
            found.extend([number, number / 1000.0]);
        }
    }
    found.sort_by(f64::total_cmp);
    found.dedup();
    found
}

/// The times that a text names, in seconds: `2.5 seconds`, `two milliseconds`, `half a second`.
fn times(text: &str) -> Vec<(String, f64)> {
    const NUMBERS: [(&str, f64); 13] = [
        ("half a", 0.5),
        ("a tenth of a", 0.1),
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("eight", 8.0),
        ("nine", 9.0),
        ("ten", 10.0),
        ("ninety", 90.0),
    ];
    let text = text.to_lowercase();
    let mut found = Vec::new();
    for (unit, scale) in
        [("milliseconds", 0.001), ("millisecond", 0.001), ("seconds", 1.0), ("second", 1.0)]
    {
        for (at, _) in text.match_indices(unit) {
            let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            if !is_end(text[..at].chars().next_back())
                || !is_end(text[at + unit.len()..].chars().next())
            {
                continue;
            }
            let before = text[..at].trim_end();
            let named = NUMBERS.iter().find(|(word, _)| {
                before.strip_suffix(word).is_some_and(|rest| is_end(rest.chars().next_back()))
            });
            let digits = before.rsplit(|c: char| !c.is_ascii_digit() && c != '.').next();
            let number = named.map(|(_, number)| *number);
            let number = number.or_else(|| digits?.trim_matches('.').parse().ok());
            if let Some(number) = number {
                let last = before.split_whitespace().next_back().unwrap_or_default();
                found.push((format!("{last} {unit}"), number * scale));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_from_words_and_digits() {
        let read = |text| times(text).into_iter().map(|(_, seconds)| seconds).collect::<Vec<_>>();
        assert_eq!(read("It takes 2.5 seconds."), [2.5]);
        assert_eq!(read("Ninety milliseconds later"), [0.09]);
        assert_eq!(read("half a second, and a tenth of a second"), [0.5, 0.1]);
        assert_eq!(read("a second task, every second"), [0.0; 0]);
        assert_eq!(literals("sleep(0.5)  # 20"), [0.0005, 0.02, 0.5, 20.0]);
    }
}
