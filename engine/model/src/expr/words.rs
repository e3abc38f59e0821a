//! The words that an expression may use, and what each of them stands for.
//!
//! Words about the state win over fields of the same name: `ready`, `timers` and `loop` always
//! speak of the present state, whatever the event at hand.

use loopscope_protocol::{By, Event, FieldValue, FutureId, HandleId, Kind, On, TaskId};

use super::{Context, Value};
use crate::record::Record;
use crate::state::{Handle, State, Task};
use crate::titles::on_word;

/// A word of the language, resolved once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordId {
    Event,
    Seq,
    Time,
    Turn,
    Loop,
    LoopId,
    Ready,
    Batch,
    Timers,
    Tasks,
    Output,
    At,
    Value,
    TaskName,
    TaskLabel,
    TaskState,
    TaskWhere,
    TaskOn,
    TaskSteps,
    HandleName,
    HandleHow,
    HandleWhere,
    HandleBy,
    Field(&'static str),
    On(&'static str),
}

impl WordId {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "event" => Self::Event,
            "seq" => Self::Seq,
            "t" => Self::Time,
            "turn" => Self::Turn,
            "loop" => Self::Loop,
            "loop.id" => Self::LoopId,
            "ready" => Self::Ready,
            "batch" => Self::Batch,
            "timers" => Self::Timers,
            "tasks" => Self::Tasks,
            "output" => Self::Output,
            "at" => Self::At,
            "value" => Self::Value,
            "task.name" => Self::TaskName,
            "task.label" => Self::TaskLabel,
            "task.state" => Self::TaskState,
            "task.where" => Self::TaskWhere,
            "task.on" => Self::TaskOn,
            "task.steps" => Self::TaskSteps,
            "handle.name" => Self::HandleName,
            "handle.how" => Self::HandleHow,
            "handle.where" => Self::HandleWhere,
            "handle.by" => Self::HandleBy,
            "on.future" => Self::On("future"),
            "on.task" => Self::On("task"),
            "on.timer" => Self::On("timer"),
            "on.queue" => Self::On("queue"),
            "on.fd" => Self::On("fd"),
            word => Self::Field(field_name(word)?),
        })
    }

    pub(super) fn value(self, context: &Context<'_>) -> Value {
        let state = context.state;
        match self {
            Self::Event => text(context.record.map(|record| record.kind().word())),
            Self::Seq => context.record.map_or(Value::Number(0.0), |record| number(record.seq)),
            Self::Time => state.seconds().map_or(Value::Null, Value::Number),
            Self::Turn => number(u64::from(state.turn())),
            Self::Loop => text(state.focus().map(|the_loop| the_loop.phase.word())),
            Self::LoopId => state.focus().map_or(Value::Null, |l| number(u64::from(l.id.0))),
            Self::Ready => queue(state, |l| l.ready_known().then(|| l.ready().len())),
            Self::Batch => queue(state, |l| l.ready_known().then(|| l.batch().len())),
            Self::Timers => queue(state, |l| l.timers_known().then(|| l.timers().len())),
            Self::Tasks => size(state.pending_tasks().count()),
            Self::Output => text(state.last_output().map(|(_, text)| text.trim_end_matches('\n'))),
            Self::At => {
                let cause = context.record.and_then(|record| record.cause(context.names));
                cause.map_or(Value::Null, |cause| place(context, cause.place))
            }
            Self::Value => text(context.record.and_then(Record::value)),
            Self::TaskName => of_task(context, |task| name(context, task.name)),
            Self::TaskLabel => of_task(context, |task| name(context, task.label)),
            Self::TaskState => of_task(context, |task| text(Some(task.state.word()))),
            Self::TaskWhere => of_task(context, |task| {
                task.stands_at(context.names).map_or(Value::Null, |at| place(context, at))
            }),
            Self::TaskOn => of_task(context, |task| on(task.on)),
            Self::TaskSteps => of_task(context, |task| number(u64::from(task.steps))),
            Self::HandleName => of_handle(context, |handle| name(context, handle.name)),
            Self::HandleHow => of_handle(context, |handle| text(Some(handle.how_word()))),
            Self::HandleWhere => of_handle(context, |handle| place(context, handle.place)),
            Self::HandleBy => of_handle(context, |handle| by(handle.by)),
            Self::Field(field) => own_field(context, field),
            Self::On(kind) => match context.record.map(|record| record.event) {
                Some(Event::TaskSuspend { on, .. } | Event::FutureLink { on, .. }) => {
                    on_number(on, kind)
                }
                _ => Value::Null,
            },
        }
    }
}

/// The static spelling of a field that some event has.
fn field_name(word: &str) -> Option<&'static str> {
    Kind::ALL.iter().flat_map(|kind| kind.field_names()).copied().find(|field| *field == word)
}

fn own_field(context: &Context<'_>, field: &'static str) -> Value {
    let Some(record) = context.record else { return Value::Null };
    match record.event.fields().get(field).map(|value| field_value(context, value)) {
        Some(value) if value != Value::Null => value,
        // What the record only refers to still has a name and a place.
        _ => match field {
            "name" if has_handle(record.event) => WordId::HandleName.value(context),
            "name" => event_task(context).map_or(Value::Null, |_| WordId::TaskName.value(context)),
            "where" if has_handle(record.event) => WordId::HandleWhere.value(context),
            "where" => {
                event_task(context).map_or(Value::Null, |_| WordId::TaskWhere.value(context))
            }
            _ => Value::Null,
        },
    }
}

fn field_value(context: &Context<'_>, value: FieldValue) -> Value {
    if value.is_none() {
        return Value::Null;
    }
    match value {
        FieldValue::Uint(n) => number(n),
        #[allow(clippy::cast_precision_loss, reason = "exit codes and the like")]
        FieldValue::Int(n) => Value::Number(n as f64),
        FieldValue::Seconds(seconds) => Value::Number(seconds),
        #[allow(clippy::cast_precision_loss, reason = "a calendar time to the microsecond")]
        FieldValue::WallTime(ns) => Value::Number(ns as f64 / 1e9),
        FieldValue::Word(word) => text(Some(word)),
        FieldValue::Handle(HandleId(id))
        | FieldValue::Task(TaskId(id))
        | FieldValue::Future(FutureId(id)) => number(u64::from(id)),
        FieldValue::Job(id) => number(u64::from(id.0)),
        FieldValue::Object(id) => number(u64::from(id.0)),
        FieldValue::Fd(fd) => Value::Number(f64::from(fd.0)),
        FieldValue::Signal(signal) => number(u64::from(signal.0)),
        FieldValue::Name(id) => name(context, id),
        FieldValue::Place(at) => place(context, at),
        FieldValue::Text(slot) => text(context.record.map(|record| record.text(slot))),
        FieldValue::By(who) => by(who),
        FieldValue::On(what) => on(what),
        FieldValue::Chain(id) => {
            let frames = context.names.chain(id).into_iter();
            Value::List(frames.map(|frame| name(context, frame.name)).collect())
        }
        FieldValue::None => Value::Null,
    }
}

/// The handle that the event names, or the one that runs.
fn of_handle(context: &Context<'_>, get: impl FnOnce(&Handle) -> Value) -> Value {
    let named = context.record.and_then(|record| match record.event.fields().get("handle") {
        Some(FieldValue::Handle(id)) if id.is_some() => Some(id),
        _ => None,
    });
    let running = || context.state.focus().and_then(|the_loop| the_loop.current);
    let handle = named.or_else(running).and_then(|id| context.state.handle(id));
    handle.map_or(Value::Null, get)
}

fn has_handle(event: Event) -> bool {
    matches!(event.fields().get("handle"), Some(FieldValue::Handle(id)) if id.is_some())
}

/// The task that the event names, or that its handle steps.
fn event_task(context: &Context<'_>) -> Option<TaskId> {
    let fields = context.record?.event.fields();
    match (fields.get("task"), fields.get("handle")) {
        (Some(FieldValue::Task(id)), _) if id.is_some() => Some(id),
        (_, Some(FieldValue::Handle(id))) => {
            context.state.handle(id).map(|handle| handle.task).filter(|task| task.is_some())
        }
        _ => None,
    }
}

/// The task that the event names, or the one that runs.
fn of_task(context: &Context<'_>, get: impl FnOnce(&Task) -> Value) -> Value {
    let running = || {
        let current = context.state.focus()?.current?;
        Some(context.state.handle(current)?.task)
    };
    let task = event_task(context).or_else(running).and_then(|id| context.state.task(id));
    task.map_or(Value::Null, get)
}

fn queue(state: &State, length: impl FnOnce(&crate::state::Loop) -> Option<usize>) -> Value {
    match state.focus() {
        Some(the_loop) => length(the_loop).map_or(Value::Null, size),
        None => Value::Number(0.0),
    }
}

fn name(context: &Context<'_>, id: loopscope_protocol::NameId) -> Value {
    if id.is_some() { Value::Text(context.names.exact(id).into_owned()) } else { Value::Null }
}

fn place(context: &Context<'_>, place: loopscope_protocol::Place) -> Value {
    context.names.exact_place(place).map_or(Value::Null, Value::Text)
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.to_owned()))
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn number(n: u64) -> Value {
    Value::Number(n as f64)
}

fn size(n: usize) -> Value {
    number(n as u64)
}

fn by(by: By) -> Value {
    match by {
        By::Outside => Value::Null,
        By::Py => Value::Text("py".to_owned()),
        By::Handle(id) => number(u64::from(id.0)),
    }
}

/// What is waited for in a word or two, such as `future 3`.
fn on(on: On) -> Value {
    match on_word(on) {
        None => Value::Null,
        Some((kind, id)) => Value::Text(format!("{kind} {id}")),
    }
}

fn on_number(on: On, wanted: &str) -> Value {
    match on_word(on) {
        #[allow(clippy::cast_precision_loss, reason = "ids have 32 bits")]
        Some((kind, id)) if kind == wanted => Value::Number(id as f64),
        _ => Value::Null,
    }
}
