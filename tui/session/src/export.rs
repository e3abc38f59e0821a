//! A history as a file for other programs: JSON lines, CSV, or a trace for Perfetto.

use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::Path;

use loopscope_files::outputs::{Kind, Output};
use loopscope_model::{History, Names, json, safe_text};
use serde_json::{Map, Value};

use super::command::Format;

mod perfetto;

/// The columns of the CSV, besides the last one, which holds whatever else an event has.
const COLUMNS: &[&str] = &[
    "seq", "t", "turn", "event", "loop", "handle", "task", "future", "fd", "how", "name", "where",
    "by", "on", "when", "text",
];

impl Format {
    /// The format that a file's name asks for.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()? {
            "jsonl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "json" | "perfetto" => Self::Perfetto,
            _ => return None,
        })
    }
}

impl Format {
    /// What a file of this format is.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Jsonl => Kind::Records,
            Self::Csv => Kind::Table,
            Self::Perfetto => Kind::Trace,
        }
    }
}

/// Writes all records to a file, which is in its place when it is complete, or not at all.
pub fn write_export(
    format: Format,
    history: &History,
    names: &Names,
    output: Output,
) -> io::Result<()> {
    // Whatever ends us meanwhile leaves nothing half-written behind.
    let _guard = output.guard();
    let mut to = BufWriter::new(output);
    export(format, history, names, &mut to)?;
    to.into_inner().map_err(IntoInnerError::into_error)?.put_in_place()
}

/// Writes all records of a history.
pub fn export(
    format: Format,
    history: &History,
    names: &Names,
    to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Jsonl => {
            history.records().try_for_each(|record| writeln!(to, "{}", json::line(&record, names)))
        }
        Format::Csv => csv(history, names, to),
        Format::Perfetto => perfetto::write(history, names, to),
    }
}

fn csv(history: &History, names: &Names, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{},more", COLUMNS.join(","))?;
    for record in history.records() {
        let parsed: Value = serde_json::from_str(&json::line(&record, names)).unwrap_or_default();
        let Value::Object(mut fields) = parsed else { continue };
        for column in COLUMNS {
            let cell = fields.remove(*column).map_or_else(String::new, plain);
            write!(to, "{},", quoted(&safe_text::lines(&cell)))?;
        }
        let more = if fields.is_empty() { String::new() } else { plain(Value::Object(fields)) };
        writeln!(to, "{}", quoted(&safe_text::json(&more)))?;
    }
    Ok(())
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// As RFC 4180 has it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A JSON object from pairs.
fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Object(
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;
    use loopscope_protocol::Kind;

    use super::*;

    fn written(format: Format) -> String {
        let mut story = Story::new();
        story.start().soon(1, "hello, \"you\"").at(0.5).turn(&[1]);
        story.run(1).timer(2, 1.5, "later", 0).print("a\nb").done(1).end_turn();
        story.poll(Some(1.0), 1.5).due(2, 1.5).begin_turn(1).run(2).done(2).end_turn();
        let mut out = Vec::new();
        export(format, &story.history(), story.names(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_lines_are_records() {
        let text = written(Format::Jsonl);
        for (n, line) in text.lines().enumerate() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["seq"], n + 1);
        }
    }

    #[test]
    fn each_column_of_the_csv_is_a_field_that_some_event_has() {
        let common = ["seq", "t", "turn", "event", "loop"];
        for column in COLUMNS {
            let is_field = Kind::ALL.iter().any(|kind| kind.field_names().contains(column));
            assert!(is_field || common.contains(column), "{column}");
        }
    }

    #[test]
    fn csv_has_the_same_number_of_cells_in_each_row() {
        let text = written(Format::Csv);
        let cells = |row: &str| {
            let mut inside = false;
            row.chars()
                .filter(|c| {
                    inside ^= *c == '"';
                    *c == ',' && !inside
                })
                .count()
        };
        let rows: Vec<&str> =
            text.lines().filter(|row| row.starts_with(|c: char| c.is_ascii_digit())).collect();
        assert!(rows.iter().any(|row| row.contains("\"hello, \"\"you\"\"\"")), "{text}");
        for row in rows.iter().filter(|row| !row.contains("output")) {
            assert_eq!(cells(row), COLUMNS.len(), "{row}");
        }
    }

    #[test]
    fn the_trace_joins_cause_and_effect() {
        let trace: Value = serde_json::from_str(&written(Format::Perfetto)).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        let of =
            |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
        let run: Vec<_> = of("X").into_iter().filter(|event| event["cat"] == "handle").collect();
        assert_eq!(run.len(), 2);
        assert_eq!(run[1]["ts"], 1_500_000.0);
        // h1 asked for h2: one arrow that begins in h1 and ends in h2.
        assert_eq!(of("s").len(), 1);
        assert_eq!(of("f").len(), 1);
        assert_eq!(of("s")[0]["id"], of("f")[0]["id"]);
    }
}
