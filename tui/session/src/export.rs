//! A history as a file for other programs: JSON lines, CSV, or a trace for Perfetto.

use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::Path;

use loopscope_files::outputs::{Kind, Output, OutputGuard};
use loopscope_model::history::RecordRef;
use loopscope_model::{History, Names, json, safe_text};
use serde_json::Value;

use super::command::Format;
use super::progress::{GoOn, PORTION, Progress};

mod perfetto;

/// The columns of the CSV, besides the last one, which holds whatever else an event has.
const COLUMNS: &[&str] = &[
    "seq", "t", "turn", "event", "loop", "handle", "task", "future", "fd", "how", "name", "where",
    "by", "on", "when", "text", "at", "value",
];

impl Format {
    /// The format that a file's name asks for.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()? {
            "jsonl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "pftrace" | "perfetto" | "perfetto-trace" => Self::Perfetto,
            "svg" => Self::Svg,
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
            Self::Svg => Kind::Picture,
        }
    }
}

/// Writes all records to a file, which is in its place when it is complete, or not at all. `go_on` is
/// asked now and then whether it is still wanted; false: it was left.
pub fn write_export(
    format: Format,
    history: &History,
    names: &Names,
    output: Output,
    go_on: &mut GoOn<'_>,
) -> io::Result<bool> {
    let mut exporting = Exporting::begin(format, history, output)?;
    while !exporting.advance(history, names, PORTION)? {
        if !go_on(exporting.exporter.progress()) {
            return Ok(false);
        }
    }
    exporting.finish().map(|()| true)
}

/// Writes all records of a history, as [`write_export`] does.
pub fn export(
    format: Format,
    history: &History,
    names: &Names,
    to: &mut dyn Write,
    go_on: &mut GoOn<'_>,
) -> io::Result<bool> {
    let mut exporter = Exporter::begin(format, history, to)?;
    while !exporter.advance(history, names, PORTION)? {
        if !go_on(exporter.progress()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A file of records that is written in portions. One that is dropped before leaves no trace.
#[derive(Debug)]
pub(super) struct Exporting {
    exporter: Exporter<BufWriter<Output>>,
    /// Whatever ends us meanwhile leaves nothing half-written behind.
    _guard: Option<OutputGuard>,
}

impl Exporting {
    pub(super) fn begin(format: Format, history: &History, output: Output) -> io::Result<Self> {
        let guard = output.guard();
        let exporter = Exporter::begin(format, history, BufWriter::new(output))?;
        Ok(Self { exporter, _guard: guard })
    }

    /// Writes about `budget` more records. True: all of them are written.
    pub(super) fn advance(
        &mut self,
        history: &History,
        names: &Names,
        budget: usize,
    ) -> io::Result<bool> {
        self.exporter.advance(history, names, budget)
    }

    /// How many records are written, and how many there are.
    pub(super) const fn progress(&self) -> (usize, usize) {
        (self.exporter.written, self.exporter.written + self.exporter.end - self.exporter.position)
    }

    /// Puts the file into its place.
    pub(super) fn finish(self) -> io::Result<()> {
        self.exporter.to.into_inner().map_err(IntoInnerError::into_error)?.put_in_place()
    }
}

/// The records of a history on their way to a writer: those that there are when it begins.
#[derive(Debug)]
struct Exporter<W> {
    format: Format,
    to: W,
    position: usize,
    end: usize,
    written: usize,
    /// What a trace for Perfetto has to know of what came before.
    trace: Option<Box<perfetto::Trace>>,
}

impl<W: Write> Exporter<W> {
    fn begin(format: Format, history: &History, mut to: W) -> io::Result<Self> {
        let trace = match format {
            Format::Jsonl | Format::Svg => None,
            Format::Csv => {
                writeln!(to, "{},more", COLUMNS.join(","))?;
                None
            }
            Format::Perfetto => Some(Box::new(perfetto::Trace::begin(&mut to)?)),
        };
        let (position, end) = (history.first(), history.len());
        Ok(Self { format, to, position, end, written: 0, trace })
    }

    /// How much of it is written.
    fn progress(&self) -> Progress {
        Progress::new("exporting", self.written, self.written + self.end - self.position)
    }

    fn advance(&mut self, history: &History, names: &Names, budget: usize) -> io::Result<bool> {
        // What is dropped meanwhile is not there any more.
        let from = self.position.max(history.first()).min(self.end);
        let upto = from.saturating_add(budget).min(self.end);
        let records = history.range(from, upto);
        if self.format == Format::Csv {
            self.written += csv(records, names, &mut self.to)?;
        } else {
            for record in records {
                match &mut self.trace {
                    Some(trace) => trace.take(&record, names, &mut self.to)?,
                    None => writeln!(self.to, "{}", json::line(&record, names))?,
                }
                self.written += 1;
            }
        }
        self.position = upto;
        match &mut self.trace {
            _ if upto < self.end => Ok(false),
            Some(trace) => trace.end(names, budget, &mut self.to),
            None => Ok(true),
        }
    }
}

/// Writes rows of the table. Gives how many records that are.
fn csv(
    records: impl Iterator<Item = RecordRef>,
    names: &Names,
    to: &mut impl Write,
) -> io::Result<usize> {
    let mut table = csv::Writer::from_writer(to);
    let mut rows = 0;
    for record in records {
        rows += 1;
        let parsed: Value = serde_json::from_str(&json::line(&record, names)).unwrap_or_default();
        let Value::Object(mut fields) = parsed else { continue };
        for column in COLUMNS {
            let cell = fields.remove(*column).map_or_else(String::new, plain);
            table.write_field(safe_text::lines(&cell).as_bytes())?;
        }
        let more = if fields.is_empty() { String::new() } else { plain(Value::Object(fields)) };
        table.write_record([safe_text::json(&more).as_bytes()])?;
    }
    table.flush()?;
    Ok(rows)
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
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
        export(format, &story.history(), story.names(), &mut out, &mut |_| true).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn portions_give_the_same_file_as_the_whole() {
        let mut story = Story::new();
        story.start().soon(1, "first").turn(&[1]).run(1).task(1, "main", 2).done(1).end_turn();
        let history = story.history();
        for format in [Format::Jsonl, Format::Csv, Format::Perfetto] {
            let mut whole = Vec::new();
            export(format, &history, story.names(), &mut whole, &mut |_| true).unwrap();
            let mut exporter = Exporter::begin(format, &history, Vec::new()).unwrap();
            let mut portions = 1;
            while !exporter.advance(&history, story.names(), 1).unwrap() {
                portions += 1;
            }
            assert!(portions >= history.len(), "{portions}");
            assert_eq!(exporter.to, whole);
        }
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
        let common = ["seq", "t", "turn", "event", "loop", "at", "value"];
        for column in COLUMNS {
            let is_field = Kind::ALL.iter().any(|kind| kind.field_names().contains(column));
            assert!(is_field || common.contains(column), "{column}");
        }
    }

    #[test]
    fn csv_has_the_same_number_of_cells_in_each_row() {
        let text = written(Format::Csv);
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = table.records().map(|row| row.expect("rows are alike")).collect();
        assert_eq!(rows.len(), written(Format::Jsonl).lines().count());
        let has = |cell: &str| rows.iter().any(|row| row.iter().any(|other| other == cell));
        assert!(has("hello, \"you\"") && has("a\nb"), "{text}");
        // A cell is quoted only where it has to be, and lines end as they do everywhere.
        assert!(text.starts_with("seq,t,turn,event,loop,") && !text.contains('\r'), "{text}");
        assert!(text.contains(",\"hello, \"\"you\"\"\","), "{text}");
    }
}
