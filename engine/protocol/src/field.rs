//! An event's fields as a list of names and values, so that JSON, text, CSV and the REPL's
//! expressions are each written once for all events.

use crate::{
    By, ChainId, Fd, FutureId, HandleId, JobId, NameId, ObjectId, On, Place, Signal, TaskId, Text,
    Word,
};

/// One field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
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

/// The most fields an event has.
pub(crate) const MAX_FIELDS: usize = 8;

/// An event's fields, in the order they are declared.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    list: [Field; MAX_FIELDS],
    len: usize,
}

impl Fields {
    pub(crate) const fn new() -> Self {
        Self { list: [Field { name: "", value: FieldValue::None }; MAX_FIELDS], len: 0 }
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

/// A type that can be a field of an event.
pub(crate) trait AsField {
    fn as_field(&self) -> FieldValue;
}

macro_rules! as_field {
    ($($ty:ty => |$value:ident| $made:expr;)*) => {$(
        impl AsField for $ty {
            fn as_field(&self) -> FieldValue {
                let $value = *self;
                $made
            }
        }
    )*};
}

as_field! {
    u32 => |v| FieldValue::Uint(u64::from(v));
    u64 => |v| FieldValue::Uint(v);
    i32 => |v| FieldValue::Int(i64::from(v));
    i64 => |v| FieldValue::WallTime(v);
    f64 => |v| FieldValue::Seconds(v);
    Option<f64> => |v| v.map_or(FieldValue::None, FieldValue::Seconds);
    HandleId => |v| FieldValue::Handle(v);
    TaskId => |v| FieldValue::Task(v);
    FutureId => |v| FieldValue::Future(v);
    JobId => |v| FieldValue::Job(v);
    ObjectId => |v| FieldValue::Object(v);
    Fd => |v| FieldValue::Fd(v);
    Signal => |v| FieldValue::Signal(v);
    NameId => |v| FieldValue::Name(v);
    Place => |v| FieldValue::Place(v);
    ChainId => |v| FieldValue::Chain(v);
    Text => |v| FieldValue::Text(v);
    By => |v| FieldValue::By(v);
    On => |v| FieldValue::On(v);
}

impl<W: Word> AsField for W {
    fn as_field(&self) -> FieldValue {
        FieldValue::Word(self.word())
    }
}
