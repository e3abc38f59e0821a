//! An event's fields as a list of names and values, so that JSON, text, CSV and the REPL's
//! expressions are each written once for all events.

use core::fmt;

use crate::{
    By, ChainId, Event, Fd, FutureId, HandleId, JobId, NameId, ObjectId, On, Place, Signal, TaskId,
    Text, Word,
};

/// One field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldValue {
    /// Absent.
    None,
    /// A count or a number.
    Uint(u64),
    /// A signed number.
    Int(i64),
    /// Seconds, exactly as the loop compares them.
    Seconds(f64),
    /// A point on the calendar: nanoseconds since 1970-01-01 UTC.
    WallTime(i64),
    /// One of a closed set of words.
    Word(&'static str),
    /// A handle or timer.
    Handle(HandleId),
    /// A task.
    Task(TaskId),
    /// A future.
    Future(FutureId),
    /// An executor's job.
    Job(JobId),
    /// A server, transport or process.
    Object(ObjectId),
    /// A descriptor.
    Fd(Fd),
    /// A signal.
    Signal(Signal),
    /// A name to look up in the name table.
    Name(NameId),
    /// A line of a file.
    Place(Place),
    /// An await chain to look up in the chain table.
    Chain(ChainId),
    /// A text that came with the record.
    Text(Text),
    /// Who caused it.
    By(By),
    /// What a task waits for.
    On(On),
}

impl FieldValue {
    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_none(&self) -> bool {
        match *self {
            Self::None => true,
            Self::Handle(id) => !id.is_some(),
            Self::Task(id) => !id.is_some(),
            Self::Future(id) => !id.is_some(),
            Self::Job(id) => !id.is_some(),
            Self::Object(id) => !id.is_some(),
            Self::Name(id) => !id.is_some(),
            Self::Place(place) => place == Place::NONE,
            Self::Chain(id) => !id.is_some(),
            Self::Text(text) => text == Text::NONE,
            Self::By(by) => by == By::Outside,
            Self::On(on) => on == On::Nothing,
            _ => false,
        }
    }
}

/// A named field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its value.
    pub value: FieldValue,
}

/// An event's fields, in the order they are declared.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    list: [Field; Event::MAX_FIELDS],
    len: usize,
}

impl Fields {
    pub(crate) const fn new() -> Self {
        Self { list: [Field { name: "", value: FieldValue::None }; Event::MAX_FIELDS], len: 0 }
    }

    pub(crate) fn push(&mut self, name: &'static str, value: FieldValue) {
        self.list[self.len] = Field { name, value };
        self.len += 1;
    }

    /// The fields as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[Field] {
        &self.list[..self.len]
    }

    /// The value of the field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FieldValue> {
        self.as_slice().iter().find(|f| f.name == name).map(|f| f.value)
    }
}

/// What a field is, for the reference of events.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its name in Rust.
    pub rust_name: &'static str,
    /// What it says: the lines of its documentation.
    pub doc: &'static [&'static str],
    /// Whether it may be another each time although the program did the same: a process's number,
    /// the wording of a sentence.
    pub varies: bool,
    /// Writes what its value looks like in JSON.
    pub shape: fn(&mut dyn fmt::Write) -> fmt::Result,
}

/// A type that can be a field of an event.
pub(crate) trait AsField {
    /// Whether it is a text that travels beside the event.
    const IS_TEXT: bool = false;

    fn as_field(&self) -> FieldValue;

    /// The text that it refers to.
    fn text(&self) -> Text {
        Text::NONE
    }

    /// The name that it refers to.
    fn name(&mut self) -> Option<&mut NameId> {
        None
    }

    /// Writes what it looks like in JSON.
    fn shape(out: &mut dyn fmt::Write) -> fmt::Result;
}

macro_rules! as_field {
    ($($ty:ty => |$value:ident| $made:expr, $shape:literal;)*) => {$(
        impl AsField for $ty {
            fn as_field(&self) -> FieldValue {
                let $value = *self;
                $made
            }

            fn shape(out: &mut dyn fmt::Write) -> fmt::Result {
                out.write_str($shape)
            }
        }
    )*};
}

as_field! {
    u32 => |v| FieldValue::Uint(u64::from(v)), "a number";
    u64 => |v| FieldValue::Uint(v), "a number";
    i32 => |v| FieldValue::Int(i64::from(v)), "a number";
    i64 => |v| FieldValue::WallTime(v), "a time as `2000-01-01T00:00:00Z`";
    f64 => |v| FieldValue::Seconds(v), "seconds";
    Option<f64> => |v| v.map_or(FieldValue::None, FieldValue::Seconds), "seconds, or `null`";
    HandleId => |v| FieldValue::Handle(v), "a handle's number";
    TaskId => |v| FieldValue::Task(v), "a task's number";
    FutureId => |v| FieldValue::Future(v), "a future's number";
    JobId => |v| FieldValue::Job(v), "a number";
    ObjectId => |v| FieldValue::Object(v), "a number";
    Fd => |v| FieldValue::Fd(v), "a number";
    Signal => |v| FieldValue::Signal(v), "a number";
    ChainId => |v| FieldValue::Chain(v), "a list of `name` and `where`";
    By => |v| FieldValue::By(v), "a handle's number, `\"py\"`, or `null`";
    On => |v| FieldValue::On(v), "an object such as `{\"future\": 3}`, or `null`";
}

impl AsField for Text {
    const IS_TEXT: bool = true;

    fn as_field(&self) -> FieldValue {
        FieldValue::Text(*self)
    }

    fn text(&self) -> Text {
        *self
    }

    fn shape(out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str("a text")
    }
}

impl AsField for NameId {
    fn as_field(&self) -> FieldValue {
        FieldValue::Name(*self)
    }

    fn name(&mut self) -> Option<&mut NameId> {
        Some(self)
    }

    fn shape(out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str("a name")
    }
}

impl AsField for Place {
    fn as_field(&self) -> FieldValue {
        FieldValue::Place(*self)
    }

    fn name(&mut self) -> Option<&mut NameId> {
        Some(&mut self.file)
    }

    fn shape(out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str("`file:line`")
    }
}

impl<W: Word> AsField for W {
    fn as_field(&self) -> FieldValue {
        FieldValue::Word(self.word())
    }

    fn shape(out: &mut dyn fmt::Write) -> fmt::Result {
        for (n, word) in W::ALL.iter().enumerate() {
            write!(out, "{}`{}`", if n == 0 { "" } else { ", " }, word.word())?;
        }
        Ok(())
    }
}
