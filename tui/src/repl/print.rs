//! Answers on standard output: for people as text, for programs as one JSON object a line.

use std::io::{self, Write};

use loopscope_protocol::Stream;
use serde_json::{Map, Value};

use loopscope_session::{Answer, Session, Trouble};

/// Prints answers.
#[derive(Debug)]
pub(super) struct Printer {
    json: bool,
    /// Whether what the program wrote is printed from the records, because it is not written by a
    /// running program.
    output: bool,
    /// How many records' output was printed.
    printed: usize,
}

impl Printer {
    pub(super) const fn new(json: bool, output: bool) -> Self {
        Self { json, output, printed: 0 }
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
        self.recorded_output(session)?;
        if answer.text.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{}", answer.text)?;
        out.flush()
    }

    pub(super) fn trouble(&mut self, line: &str, trouble: &Trouble) -> io::Result<()> {
        if self.json {
            return object(line, false, Map::new(), ("error", &trouble.text));
        }
        writeln!(io::stderr(), "{}", trouble.text)
    }

    /// What the program in a recording wrote up to the cursor, each line once.
    fn recorded_output(&mut self, session: &Session) -> io::Result<()> {
        if !self.output {
            return Ok(());
        }
        let here = session.position();
        for record in session.timeline().range(self.printed, here) {
            let Some((stream, text)) = record.written(session.names()) else { continue };
            match stream {
                Stream::Stdout => io::stdout().write_all(text.as_bytes())?,
                Stream::Stderr => io::stderr().write_all(text.as_bytes())?,
            }
        }
        self.printed = self.printed.max(here);
        Ok(())
    }
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
    let mut out = io::stdout().lock();
    writeln!(out, "{}", Value::Object(object))?;
    out.flush()
}
