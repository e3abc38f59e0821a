//! Answers on standard output: for people as text, for programs as one JSON object a line. Also
//! what the program writes, from its records: here it does not write to the terminal itself.

use std::io::{self, Write as _};

use loopscope_model::history::WRITTEN;
use loopscope_model::safe_text;
use loopscope_protocol::Stream;
use serde_json::{Map, Value};

use crate::print;
use loopscope_session::source::Origin;
use loopscope_session::{Answer, Command, Session, Trouble, parse};

/// Prints answers and output.
#[derive(Debug)]
pub(super) struct Printer {
    json: bool,
    /// What is printed of what the program writes.
    output: Output,
    /// How many records' output was printed, since the program was started that often.
    printed: usize,
    starts: u32,
}

/// What is printed of what the program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// Nothing: it is asked for.
    Nothing,
    /// All of it, where the program wrote it.
    Both,
    /// All of it on standard error: standard output is for something else.
    ToStderr,
}

impl Printer {
    pub(super) const fn new(json: bool, output: Output) -> Self {
        Self { json, output, printed: 0, starts: 0 }
    }

    pub(super) fn answer(
        &mut self,
        line: &str,
        answer: &Answer,
        session: &Session,
    ) -> io::Result<()> {
        if self.json {
            return object(line, true, answer.data.clone(), ("text", &answer.text));
        }
        self.output(session, told(line, &answer.text))?;
        if answer.text.is_empty() {
            return Ok(());
        }
        let mut out = print::out();
        writeln!(out, "{}", answer.text)?;
        out.flush()
    }

    pub(super) fn trouble(
        &mut self,
        line: &str,
        trouble: &Trouble,
        session: &Session,
    ) -> io::Result<()> {
        if self.json {
            return object(line, false, Map::new(), ("error", &trouble.text));
        }
        self.output(session, told(line, &trouble.text))?;
        // Where nobody hears it, nothing is lost.
        let _ = writeln!(print::err(), "{}", trouble.text);
        Ok(())
    }

    /// What the program has written since the last time.
    pub(super) fn news(&mut self, session: &Session) -> io::Result<()> {
        self.output(session, "")
    }

    /// What the program has written, each line once: a running one so far, a recorded one up to the
    /// cursor. What `told` has of it is left out.
    fn output(&mut self, session: &Session, mut told: &str) -> io::Result<()> {
        if self.starts != session.starts() {
            (self.starts, self.printed) = (session.starts(), 0);
        }
        let end = match session.origin() {
            Origin::Recording => session.position(),
            _ => session.live_edge(),
        };
        if self.json || self.output == Output::Nothing || end <= self.printed {
            return Ok(());
        }
        let history = session.history();
        let mut at = self.printed;
        while let Some(next) = history.find_kinds(at, WRITTEN).filter(|next| *next <= end) {
            at = next;
            let Some(record) = history.record(next) else { break };
            let Some((stream, text)) = record.written(session.names()) else { continue };
            if let Some(rest) = told.strip_prefix(&*text) {
                told = rest;
                continue;
            }
            match stream {
                Stream::Stdout if self.output == Output::Both => {
                    print::out().write_all(text.as_bytes())?;
                }
                _ => print::err().write_all(text.as_bytes())?,
            }
        }
        self.printed = end;
        print::out().flush()
    }
}

/// What of the program's output stands in the answer to a line, piece by piece: what a statement has
/// printed is told as its answer.
fn told<'a>(line: &str, text: &'a str) -> &'a str {
    if matches!(parse(line), Ok(Command::Py(_))) { text } else { "" }
}

fn object(
    line: &str,
    ok: bool,
    data: Map<String, Value>,
    (name, text): (&str, &str),
) -> io::Result<()> {
    let mut object = Map::new();
    object.insert("command".to_owned(), line.trim().into());
    object.insert("ok".to_owned(), ok.into());
    object.insert(name.to_owned(), text.into());
    object.extend(data);
    let mut out = print::out();
    writeln!(out, "{}", safe_text::json(&Value::Object(object).to_string()))?;
    out.flush()
}
