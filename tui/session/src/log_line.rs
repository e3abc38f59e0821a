//! The lines that logpoints print: a text with expressions in braces, for which records there is one,
//! and those that were printed.

use loopscope_model::expr::{Context, Expr, Value};
use loopscope_model::{Names, Record, State, safe_text, titles};
use loopscope_protocol::KindSet;
use serde_json::json;

use super::answer::{Answer, Trouble};

/// How many lines one answer has at most.
const MOST_LINES: usize = 10_000;

/// A text with expressions in braces.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Expr(Expr),
}

impl Template {
    /// Reads one; `{{` and `}}` are braces.
    pub(super) fn parse(text: &str) -> Result<Self, Trouble> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let end = (brace == "{").then(|| after.find('}')).flatten().ok_or_else(|| {
                Trouble::new(format!(
                    "`{brace}` stands alone in the text; write `{{EXPR}}` for a value and `{brace}{brace}` for a brace."
                ))
            })?;
            let expr =
                Expr::parse(&after[..end]).map_err(|error| Trouble::new(error.to_string()))?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Expr(expr));
            rest = &after[end + 1..];
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// The text here. A value that cannot be told is a text too.
    fn filled(&self, context: &Context<'_>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Expr(expr) => match expr.eval(context) {
                    Ok(Value::Text(value)) => text.push_str(&value),
                    Ok(value) => text.push_str(&value.to_string()),
                    Err(error) => text.push_str(&format!("({error})")),
                },
            }
        }
        safe_text::line(&text).into_owned()
    }
}

/// For which records there is a line, and which.
#[derive(Clone, Debug)]
pub struct LogWhen {
    pub(super) kinds: KindSet,
    pub(super) condition: Option<Expr>,
    pub(super) text: Template,
}

impl LogWhen {
    pub(super) fn test(&self, record: &Record, state: &State, names: &Names) -> Option<String> {
        if !self.kinds.has(record.kind()) {
            return None;
        }
        let context = Context { record: Some(record), state, names };
        let is_wanted = match &self.condition {
            None => true,
            // What cannot be tested is no such record.
            Some(condition) => condition.test(&context).unwrap_or(false),
        };
        is_wanted.then(|| self.text.filled(&context))
    }
}

/// The lines of logpoints, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Logged {
    lines: Vec<(u64, Option<f64>, String)>,
    /// How many more there were.
    left: usize,
}

impl Logged {
    pub(super) fn push(&mut self, record: &Record, text: String) {
        if self.lines.len() < MOST_LINES {
            self.lines.push((record.seq, record.seconds(), text));
        } else {
            self.left += 1;
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn text(&self) -> String {
        let line = |(seq, t, text): &(u64, Option<f64>, String)| {
            let t = t.map_or_else(String::new, |t| format!("  t {}", titles::time(t)));
            format!("#{seq}{t}  {text}")
        };
        let mut lines: Vec<String> = self.lines.iter().map(line).collect();
        if self.left > 0 {
            lines.push(format!("{} more lines are left out.", self.left));
        }
        lines.join("\n")
    }

    /// An answer with these lines before it.
    pub(super) fn before(&self, answer: Answer) -> Answer {
        if self.is_empty() {
            return answer;
        }
        let text = format!("{}\n{}", self.text(), answer.text);
        let data: Vec<_> = self
            .lines
            .iter()
            .map(|(seq, t, text)| json!({ "seq": seq, "t": t, "text": text }))
            .collect();
        Answer { text: text.trim_end().to_owned(), ..answer }.with("logged", data)
    }
}

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;

    use super::*;

    fn filled(text: &str) -> String {
        let mut story = Story::new();
        story.start().task(1, "fetch", 1).turn(&[1]).step(1, 1);
        let history = story.history();
        let (record, state) = (history.record(history.len()).unwrap(), history.live());
        let context = Context { record: Some(&record), state, names: story.names() };
        Template::parse(text).unwrap().filled(&context)
    }

    #[test]
    fn a_template_has_values_and_braces() {
        assert_eq!(filled("{task.name} runs, {ready} ready"), "fetch runs, 0 ready");
        assert_eq!(filled("{{{task.name}}}"), "{fetch}");
        assert_eq!(filled("nothing"), "nothing");
    }

    #[test]
    fn what_is_no_template_is_told() {
        for text in ["{task.name", "a } b", "{1 +}", "{}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
