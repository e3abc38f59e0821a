//! The text form of an event: one line, as the record list and logs show it.
//!
//! Ids are written as on the screen (`h4`, `task 3`, `f7`); names need the name table, so the
//! caller says how to write one.

use core::fmt::{self, Display, Write};

use crate::{By, Event, FieldValue, NameId, On, Text};

/// How to write what an event only refers to.
pub trait Lookup {
    /// Writes a defined name, or something that says it is unknown.
    fn name(&self, id: NameId, out: &mut dyn Write) -> fmt::Result {
        write!(out, "?{}", id.0)
    }

    /// Writes one of the record's texts.
    fn text(&self, text: Text, out: &mut dyn Write) -> fmt::Result {
        write!(out, "text {}", text.0)
    }
}

/// Knows no names: ids are written as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Lookup for NoNames {}

/// An event with the means to write it.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// The event.
    pub event: &'a Event,
    /// Where its names are.
    pub names: &'a dyn Lookup,
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event.kind().word())?;
        for field in self.event.fields().as_slice() {
            if field.value.is_none() {
                continue;
            }
            f.write_char(' ')?;
            // What says itself what it is needs no field name in front of it.
            if !matches!(
                (field.name, field.value),
                (
                    "handle"
                        | "task"
                        | "future"
                        | "name"
                        | "how"
                        | "on"
                        | "which"
                        | "stream"
                        | "level",
                    _
                ) | (_, FieldValue::Place(_))
            ) {
                f.write_str(field.name)?;
                f.write_char('=')?;
            }
            write_value(field.value, self.names, f)?;
        }
        Ok(())
    }
}

/// Writes one field's value.
pub fn write_value(value: FieldValue, names: &dyn Lookup, f: &mut dyn Write) -> fmt::Result {
    match value {
        FieldValue::None => f.write_str("none"),
        FieldValue::Uint(n) => write!(f, "{n}"),
        FieldValue::Int(n) => write!(f, "{n}"),
        FieldValue::Seconds(s) => write!(f, "{s:.6}"),
        FieldValue::WallTime(n) => write!(f, "{n} ns"),
        FieldValue::Word(word) => f.write_str(word),
        FieldValue::Handle(id) => write!(f, "h{}", id.0),
        FieldValue::Task(id) => write!(f, "task {}", id.0),
        FieldValue::Future(id) => write!(f, "f{}", id.0),
        FieldValue::Job(id) => write!(f, "job {}", id.0),
        FieldValue::Object(id) => write!(f, "{}", id.0),
        FieldValue::Fd(fd) => write!(f, "{}", fd.0),
        FieldValue::Signal(signal) => write!(f, "{}", signal.0),
        FieldValue::Name(id) => names.name(id, f),
        FieldValue::Chain(id) => write!(f, "c{}", id.0),
        FieldValue::Text(text) => names.text(text, f),
        FieldValue::Place(place) => {
            f.write_str("at ")?;
            names.name(place.file, f)?;
            write!(f, ":{}", place.line)
        }
        FieldValue::By(by) => match by {
            By::Outside => f.write_str("outside"),
            By::Py => f.write_str("py"),
            By::Handle(id) => write!(f, "h{}", id.0),
        },
        FieldValue::On(on) => match on {
            On::Nothing => f.write_str("nothing"),
            On::Future(id) => write!(f, "waits for f{}", id.0),
            On::Task(id) => write!(f, "waits for task {}", id.0),
            On::Timer(id) => write!(f, "waits for h{}", id.0),
            On::Queue(id) => write!(f, "waits in queue {}", id.0),
            On::Fd(fd) => write!(f, "waits for fd {}", fd.0),
            On::Waker => f.write_str("waits for its waker"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::{HandleId, TaskId};

    #[test]
    fn absent_fields_are_left_out() {
        let event = Event::HandleRun { handle: HandleId(4), task: TaskId::NONE };
        assert_eq!(Line { event: &event, names: &NoNames }.to_string(), "handle-run h4");
        let event = Event::HandleRun { handle: HandleId(4), task: TaskId(2) };
        assert_eq!(Line { event: &event, names: &NoNames }.to_string(), "handle-run h4 task 2");
    }
}
