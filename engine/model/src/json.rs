//! A record as one line of JSON: the form of `--events`.
//!
//! The keys come in a fixed order: `seq`, `t`, `turn`, `event`, `loop`, then the event's own
//! fields in the order of their declaration. `t`, `timeout`, `by` and `on` are `null` where there
//! is nothing to say; any other absent field is left out. What a task or a future has ended by follows
//! as `value`, with its `traceback` where that is an exception's. `at` comes last: the line of the program
//! that caused the record, where one did, and `via`, where the library was that this line called. Times are decimal numbers with at most
//! nine places. The events of a task also say its `name` and `where`, as `task-new` told them.
//! What might steer a terminal is written as JSON's escapes, so a line may be shown as it is.

use std::fmt::Write;

use jiff::Timestamp;
use loopscope_protocol::{By, ChainId, Event, FieldValue, On, TaskId};

use crate::names::{Frame, Names};
use crate::record::Record;
use crate::safe_text;

/// A record as one line of JSON, without the line's end.
///
/// ```
/// use loopscope_model::{json, story::Story};
///
/// let mut story = Story::new();
/// story.start().at(0.25).soon(1, "hello");
/// assert_eq!(
///     json::line(&story.records()[3], story.names()),
///     r#"{"seq":4,"t":0.25,"turn":0,"event":"handle-new","loop":1,"handle":1,"how":"soon","name":"hello","where":"program.py:3","by":null}"#
/// );
/// ```
pub fn line(record: &Record, names: &Names) -> String {
    let mut out = String::with_capacity(160);
    write(record, names, &mut out);
    out
}

/// Adds a record to `out` as JSON, without a line's end.
pub fn write(record: &Record, names: &Names, out: &mut String) {
    let mut line = Line { out, names, record };
    line.put(format_args!("{{\"seq\":{},\"t\":", record.seq));
    match record.t {
        Some(ns) => line.nanoseconds(ns),
        None => line.null(),
    }
    let event = record.kind().word();
    line.put(format_args!(",\"turn\":{},\"event\":\"{event}\"", record.turn));
    if let Some(id) = record.loop_id.number() {
        line.put(format_args!(",\"loop\":{id}"));
    }
    for field in record.event.fields().as_slice() {
        if field.value.is_none() && !says_null(field.value) {
            continue;
        }
        line.key(field.name);
        line.value(field.value);
        if let FieldValue::Task(task) = field.value {
            line.task_definition(task);
        }
    }
    line.ending();
    line.cause();
    out.push('}');
}

/// Whether an absent value is written as `null`.
const fn says_null(value: FieldValue) -> bool {
    // The only plain field that may be absent is a poll's `timeout`.
    matches!(value, FieldValue::None | FieldValue::By(_) | FieldValue::On(_))
}

struct Line<'a> {
    out: &'a mut String,
    names: &'a Names,
    record: &'a Record,
}

impl Line<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn null(&mut self) {
        self.out.push_str("null");
    }

    fn key(&mut self, name: &str) {
        self.put(format_args!(",\"{name}\":"));
    }

    /// What the table of task events promises beyond what their records carry.
    fn task_definition(&mut self, task: TaskId) {
        let own_place = matches!(self.record.event, Event::TaskSuspend { .. });
        let about_a_task = matches!(
            self.record.event,
            Event::TaskStep { .. } | Event::TaskDone { .. } | Event::TaskCancel { .. }
        );
        if !(own_place || about_a_task) {
            return;
        }
        let names = self.names;
        let Some(definition) = names.task(task) else { return };
        if definition.name.is_some() {
            self.key("name");
            self.string(&names.exact(definition.name));
        }
        if let Some(place) = names.exact_place(definition.place).filter(|_| about_a_task) {
            self.key("where");
            self.string(&place);
        }
    }

    fn value(&mut self, value: FieldValue) {
        let names = self.names;
        let record = self.record;
        match value {
            FieldValue::Uint(n) => self.put(format_args!("{n}")),
            FieldValue::Int(n) => self.put(format_args!("{n}")),
            FieldValue::Seconds(seconds) => self.seconds(seconds),
            FieldValue::WallTime(ns) => self.string(&wall_time(ns)),
            FieldValue::Word(word) => self.string(word),
            FieldValue::Handle(id) | FieldValue::By(By::Handle(id)) => {
                self.put(format_args!("{}", id.0));
            }
            FieldValue::Task(id) => self.put(format_args!("{}", id.0)),
            FieldValue::Future(id) => self.put(format_args!("{}", id.0)),
            FieldValue::Job(id) => self.put(format_args!("{}", id.0)),
            FieldValue::Object(id) => self.put(format_args!("{}", id.0)),
            FieldValue::Fd(fd) => self.put(format_args!("{}", fd.0)),
            FieldValue::Signal(signal) => self.put(format_args!("{}", signal.0)),
            FieldValue::Name(id) => self.string(&names.exact(id)),
            FieldValue::Place(place) => match names.exact_place(place) {
                Some(place) => self.string(&place),
                None => self.null(),
            },
            FieldValue::Chain(id) => self.chain(id),
            FieldValue::Text(text) => self.string(record.text(text)),
            FieldValue::By(By::Py) => self.string("py"),
            FieldValue::On(on) => self.on(on),
            FieldValue::None | FieldValue::By(By::Outside) => self.null(),
        }
    }

    fn on(&mut self, on: On) {
        match on {
            On::Nothing => self.null(),
            On::Future(id) => self.put(format_args!("{{\"future\":{}}}", id.0)),
            On::Task(id) => self.put(format_args!("{{\"task\":{}}}", id.0)),
            On::Timer(id) => self.put(format_args!("{{\"timer\":{}}}", id.0)),
            On::Queue(id) => self.put(format_args!("{{\"queue\":{}}}", id.0)),
            On::Fd(fd) => self.put(format_args!("{{\"fd\":{}}}", fd.0)),
            On::Waker => self.put(format_args!("{{\"waker\":null}}")),
        }
    }

    fn ending(&mut self) {
        let record = self.record;
        let Some(value) = record.value() else { return };
        self.key("value");
        self.string(value);
        let mut before = "[";
        for frame in record.traceback() {
            if before == "[" {
                self.key("traceback");
            }
            self.out.push_str(std::mem::replace(&mut before, ","));
            self.out.push_str("{\"name\":");
            self.string(frame.name);
            self.key("where");
            self.string(frame.place);
            self.out.push('}');
        }
        if before == "," {
            self.out.push(']');
        }
    }

    fn cause(&mut self) {
        let Some(cause) = self.record.cause(self.names) else { return };
        if let Some(place) = self.names.exact_place(cause.place) {
            self.key("at");
            self.string(&place);
        }
        if let Some(frame) = cause.inside {
            self.key("via");
            self.frame(frame);
        }
    }

    fn chain(&mut self, id: ChainId) {
        let names = self.names;
        self.out.push('[');
        for (n, frame) in names.chain(id).into_iter().enumerate() {
            if n > 0 {
                self.out.push(',');
            }
            self.frame(frame);
        }
        self.out.push(']');
    }

    fn frame(&mut self, frame: Frame) {
        let names = self.names;
        self.out.push_str("{\"name\":");
        self.string(&names.exact(frame.name));
        if let Some(place) = names.exact_place(frame.place) {
            self.key("where");
            self.string(&place);
        }
        self.out.push('}');
    }

    /// Nanoseconds as seconds, by whole numbers, so that no rounding can show.
    fn nanoseconds(&mut self, ns: u64) {
        let (whole, part) = (ns / 1_000_000_000, ns % 1_000_000_000);
        self.put(format_args!("{whole}.{part:09}"));
        self.trim();
    }

    fn seconds(&mut self, seconds: f64) {
        if !seconds.is_finite() {
            // JSON has no word for it.
            return self.null();
        }
        // Adding zero turns a negative zero into a plain one.
        self.put(format_args!("{:.9}", seconds + 0.0));
        self.trim();
    }

    /// Takes needless zeros away, but leaves one after the point: a time is always a decimal.
    fn trim(&mut self) {
        while self.out.ends_with('0') && !self.out.ends_with(".0") {
            self.out.pop();
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if safe_text::is_unsafe(c) => safe_text::push_json(self.out, c),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

/// A calendar time in UTC, as ISO 8601 writes it.
fn wall_time(ns: i64) -> String {
    // Every 64-bit number of nanoseconds lies between the years 1677 and 2262.
    Timestamp::from_nanosecond(ns.into()).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests;
