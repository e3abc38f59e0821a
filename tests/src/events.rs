//! The records of a run as `--events` writes them: one JSON object a line.

use std::path::Path;

use serde_json::Value;

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(Value);

/// Reads a file of records.
///
/// # Panics
///
/// If it is not there, or a line is no JSON object.
#[must_use]
pub fn events(file: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    parse(&text)
}

/// Reads records.
///
/// # Panics
///
/// If a line is no JSON object.
#[must_use]
pub fn parse(text: &str) -> Vec<Record> {
    let object = |line: &str| match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => Record(value),
        other => panic!("a line of --events is no JSON object: {line:?} ({other:?})"),
    };
    text.lines().map(object).collect()
}

impl Record {
    /// A field; null if it is absent.
    #[must_use]
    pub fn get(&self, field: &str) -> &Value {
        &self.0[field]
    }

    /// Whether a field is there, be it null.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.get(field).is_some()
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("event")
    }

    /// Whether this happened.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind() == kind
    }

    /// A field that is a text; empty if it is not.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.get(field).as_str().unwrap_or_default()
    }

    /// A field that is a whole number.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[must_use]
    pub fn number(&self, field: &str) -> i64 {
        self.get(field).as_i64().unwrap_or_else(|| panic!("no number {field:?} in {self}"))
    }

    /// A field that is a time in seconds, if it is one.
    #[must_use]
    pub fn seconds(&self, field: &str) -> Option<f64> {
        self.get(field).as_f64()
    }

    /// The loop time.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.seconds("t").unwrap_or_else(|| panic!("no time in {self}"))
    }
}

impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Only the records of one kind.
#[must_use]
pub fn only<'a>(records: &'a [Record], kind: &str) -> Vec<&'a Record> {
    records.iter().filter(|record| record.is(kind)).collect()
}

/// The kinds in order.
#[must_use]
pub fn kinds(records: &[Record]) -> Vec<&str> {
    records.iter().map(Record::kind).collect()
}

/// The loop time at which the last record with a time was sent.
///
/// # Panics
///
/// If none has a time.
#[must_use]
pub fn end_time(records: &[Record]) -> f64 {
    records.iter().rev().find_map(|r| r.seconds("t")).expect("some record has a time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_name() {
        let records =
            parse("{\"seq\":1,\"t\":null,\"event\":\"run-start\"}\n{\"seq\":2,\"t\":1.5}\n");
        assert_eq!(records[0].kind(), "run-start");
        assert_eq!(records[0].number("seq"), 1);
        assert!(records[0].has("t") && !records[0].has("turn"));
        assert!((end_time(&records) - 1.5).abs() < f64::EPSILON);
        assert_eq!(only(&records, "run-start").len(), 1);
    }

    #[test]
    #[should_panic(expected = "no JSON object")]
    fn a_line_that_is_no_object_fails() {
        let _ = parse("{\"seq\":1}\nTraceback\n");
    }
}
