//! Why something ran later than it could have: who was in the way, and for how long.

use loopscope_protocol::{
    By, Event, FutureId, HandleHow, HandleId, Kind, KindSet, LoopId, NameId, On, TaskId,
};

use super::past;
use super::wakeup::title_of;
use crate::history::{History, position_of};
use crate::names::Names;
use crate::record::{Record, seconds};
use crate::state::State;
use crate::titles::{count, duration, ends_a_sleep, task_title, time, wake_up};

/// How many records of a wait are looked through at most.
const MOST_RECORDS: usize = 100_000;

/// How many of those in the way are named.
const NAMED: usize = 5;

/// Who had the processor while something waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTheWay {
    /// A handle ran.
    Handle(HandleId),
    /// The loop slept.
    Asleep,
    /// The loop itself was at work.
    Loop,
}

/// A part of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Who had the processor.
    pub who: InTheWay,
    /// What that is called.
    pub title: String,
    /// For how long, in nanoseconds.
    pub took: u64,
    /// The number of the record with which that began.
    pub seq: u64,
}

/// A wait, and who was in the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    /// What waited.
    pub handle: HandleId,
    /// What that is called.
    pub title: String,
    /// Whether it is a timer: then the wait counts from when it was due.
    pub is_timer: bool,
    /// From when on it could have run, in nanoseconds of loop time.
    pub since: u64,
    /// When it ran, or where the history stands at which that is asked.
    pub until: u64,
    /// Whether it has run.
    pub has_run: bool,
    /// Who was in the way, the longest first.
    pub parts: Vec<Part>,
}

impl Late {
    /// It in a few sentences.
    pub fn text(&self) -> String {
        let Self { title, since, until, .. } = self;
        let at = |ns: u64| time(seconds(ns));
        let could = if self.is_timer { "was due" } else { "was ready" };
        let late = until.saturating_sub(*since);
        let ran = match (self.has_run, late) {
            (true, 0) => format!("and ran at {}, without waiting", at(*until)),
            (true, _) => format!("and ran at {}, {} later", at(*until), duration(late)),
            (false, _) => format!("and has not run by {}, {} later", at(*until), duration(late)),
        };
        let mut text = format!("{title} {could} at {} {ran}.", at(*since));
        if self.parts.is_empty() {
            return text;
        }
        let named: Vec<String> = self
            .parts
            .iter()
            .take(NAMED)
            .map(|part| format!("{} for {} (#{})", part.title, duration(part.took), part.seq))
            .collect();
        let rest = &self.parts[named.len()..];
        let mut all = named;
        if !rest.is_empty() {
            let took: u64 = rest.iter().map(|part| part.took).sum();
            all.push(format!("{} for {}", count(rest.len(), "other"), duration(took)));
        }
        text.push_str(&format!(" In the way: {}.", all.join("; ")));
        text
    }
}

/// Why a handle ran late the last time up to where `state` is that of the history, or runs late
/// there. `None` where it was never ready, or where too much of it was lost.
///
/// ```
/// use loopscope_model::{story::Story, why};
/// use loopscope_protocol::HandleId;
///
/// let mut story = Story::new();
/// story.start().timer(1, 0.5, "tick", 0).soon(2, "crunch").turn(&[2]);
/// story.run(2).at(2.0).done(2).end_turn().due(1, 0.5).begin_turn(1).run(1);
/// let history = story.history();
/// let late = why::late(&history, history.live(), story.names(), HandleId(1)).unwrap();
/// assert_eq!(
///     late.text(),
///     "h1 tick was due at 0.500 and ran at 2.000, 1.500 s later. In the way: crunch (h2) for \
///      1.500 s (#9)."
/// );
/// ```
pub fn late(history: &History, state: &State, names: &Names, handle: HandleId) -> Option<Late> {
    let n = position_of(state);
    let made = past::introduced(history, n, handle)?;
    let (made, ran) = past::ready_and_run(history, state, made, handle);
    let record = history.record(made)?;
    let on = record.loop_id;
    let (since, is_timer) = match record.event {
        Event::TimerNew { when, .. } => (nanoseconds(when), true),
        _ => (record.t?, false),
    };
    let end = ran.unwrap_or(n);
    let until = history.record(end)?.t?;
    let title = title(history, end, names, handle);
    let has_run = ran.is_some();
    let mut late = Late { handle, title, is_timer, since, until, has_run, parts: Vec::new() };
    if until > since {
        late.parts = parts(history, names, on, (made, end), &late);
    }
    Some(late)
}

/// The handle that stepped a task last, up to where `state` is that of the history.
pub fn last_step(history: &History, state: &State, id: TaskId) -> Option<HandleId> {
    past::stepped(history, state, id).map(|step| step.handle)
}

/// The timer whose run made this handle: of a task's step it says more than the step's own wait.
pub fn timer_behind(history: &History, n: usize, handle: HandleId) -> Option<HandleId> {
    let made = past::introduced(history, n, handle)?;
    let Event::HandleNew { how: HandleHow::Wakeup, future, .. } = history.record(made)?.event
    else {
        return None;
    };
    let done = past::completed(history, made, future)?;
    let Event::FutureDone { by: By::Handle(by), .. } = history.record(done)?.event else {
        return None;
    };
    let made = past::introduced(history, done, by)?;
    matches!(history.record(made)?.event, Event::TimerNew { .. }).then_some(by)
}

/// Who had the processor of a loop, part by part; the longest first.
fn parts(
    history: &History,
    names: &Names,
    on: LoopId,
    (made, end): (usize, usize),
    late: &Late,
) -> Vec<Part> {
    let first = history.position_at_time(end, late.since).unwrap_or(made).clamp(made, end);
    // What ran when it began to wait had begun before.
    let kinds = KindSet::NONE
        .with(Kind::HandleRun)
        .with(Kind::HandleDone)
        .with(Kind::PollBegin)
        .with(Kind::PollEnd);
    let from = history
        .rfind_record(if late.is_timer { first } else { made + 1 }, kinds, |record| {
            record.loop_id == on
        })
        .unwrap_or(first)
        .max(end.saturating_sub(MOST_RECORDS));
    let mut found: Vec<(InTheWay, u64, u64)> = Vec::new();
    let (mut who, mut begun, mut at) = (InTheWay::Loop, 0, late.since);
    for record in history.range(from.saturating_sub(1), end) {
        let now = record.t.unwrap_or(at).clamp(at, late.until);
        if now > at {
            match found.last_mut() {
                Some((last, seq, took)) if *last == who && *seq == begun => *took += now - at,
                _ => found.push((who, begun, now - at)),
            }
            at = now;
        }
        if record.loop_id != on {
            continue;
        }
        let next = match record.event {
            Event::HandleRun { handle, .. } => InTheWay::Handle(handle),
            Event::PollBegin { .. } => InTheWay::Asleep,
            Event::HandleDone { .. } | Event::PollEnd { .. } => InTheWay::Loop,
            _ => continue,
        };
        (who, begun) = (next, record.seq);
    }
    // The loop's own moments are one part.
    let own: u64 = found.iter().filter(|part| part.0 == InTheWay::Loop).map(|part| part.2).sum();
    let begun = found.iter().find(|part| part.0 == InTheWay::Loop).map_or(0, |part| part.1);
    found.retain(|part| part.0 != InTheWay::Loop);
    if own > 0 {
        found.push((InTheWay::Loop, begun, own));
    }
    found.sort_by_key(|part| (std::cmp::Reverse(part.2), part.1));
    let part = |(n, (who, seq, took)): (usize, (InTheWay, u64, u64))| {
        let title = match who {
            InTheWay::Handle(id) if n < NAMED => whose(history, end, names, id),
            InTheWay::Handle(id) => format!("h{}", id.0),
            InTheWay::Asleep => "the loop slept".to_owned(),
            InTheWay::Loop => "the loop itself".to_owned(),
        };
        Part { who, title, took, seq }
    };
    found.into_iter().enumerate().map(part).collect()
}

/// Who runs by a handle: the task that it steps, or its callback.
fn whose(history: &History, n: usize, names: &Names, id: HandleId) -> String {
    let made = past::introduced(history, n, id).and_then(|made| history.record(made));
    match made.map(|record| record.event) {
        Some(Event::HandleNew { name, task, .. } | Event::TimerNew { name, task, .. })
            if !task.is_some() =>
        {
            crate::titles::handle_title(id, name, names)
        }
        _ => title_of(history, n, names, By::Handle(id)).unwrap_or_default(),
    }
}

/// `h7 tick`, `h7 of fetch (task 3)`.
fn title(history: &History, n: usize, names: &Names, id: HandleId) -> String {
    let made = past::introduced(history, n, id).and_then(|made| history.record(made));
    match made.map(|record| record.event) {
        Some(Event::HandleNew { task, .. } | Event::TimerNew { task, .. }) if task.is_some() => {
            format!("h{} of {}", id.0, whose(history, n, names, id))
        }
        Some(Event::TimerNew { name, future, .. }) if ends_a_sleep(name, names) => {
            let sleeper = sleeper(history, n, names, id, future);
            format!("h{} {}", id.0, wake_up(sleeper.as_deref()))
        }
        Some(Event::HandleNew { name, .. } | Event::TimerNew { name, .. }) if name.is_some() => {
            format!("h{} {}", id.0, names.name(name))
        }
        _ => format!("h{}", id.0),
    }
}

/// The task that a sleep's timer wakes.
fn sleeper(
    history: &History,
    n: usize,
    names: &Names,
    timer: HandleId,
    future: FutureId,
) -> Option<String> {
    let made = past::introduced(history, n, timer)?;
    let on = history.record(made)?.loop_id;
    // It waits in the step that made the timer.
    let kinds = KindSet::NONE.with(Kind::TaskSuspend).with(Kind::HandleDone);
    let waits_or_ends = |record: &Record| match record.event {
        Event::TaskSuspend { on: On::Future(id), .. } => id == future,
        Event::HandleDone { .. } => record.loop_id == on,
        _ => false,
    };
    let found = history.find_record(made, kinds, waits_or_ends)?;
    let Event::TaskSuspend { task, .. } = history.record(found)?.event else { return None };
    let name = names.task(task).map_or(NameId::NONE, |task| task.name);
    Some(task_title(task, name, names))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time that is positive; beyond the range it saturates"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}
