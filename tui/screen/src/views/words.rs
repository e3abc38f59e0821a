//! Things and records in the few words that fit on the screen; what they are called is in
//! [`loopscope_model::titles`].

use loopscope_model::Record;
use loopscope_model::record::seconds;
use loopscope_model::state::{Completer, Future, Handle, HandleState};
use loopscope_model::titles;
use loopscope_protocol::{
    By, ChainId, FieldValue as V, FutureId, HandleHow, HandleId, NameId, NeedHow, On, Place,
    TaskId, Word,
};

mod record;

use super::Snapshot;
use super::digest::Lane;
use crate::widgets::text::clean;

pub use loopscope_model::titles::{duration, short};
pub use record::record;

/// `display_date`, or `fetch (task 3)` for a task's step, or `?` where the name was lost.
pub fn handle_name(snapshot: &Snapshot<'_>, id: HandleId) -> String {
    let known = snapshot.state.handle(id).map(|handle| (handle.name, handle.task));
    let called = || snapshot.digest.handle(id).map(|called| (called.name, called.task));
    let (name, task) = known.or_else(called).unwrap_or_default();
    if task.is_some() {
        return task_name(snapshot, task);
    }
    if name == NameId::NONE {
        return "?".to_owned();
    }
    callback_name(snapshot, name, snapshot.digest.wakes(id))
}

/// A callback's name. The one by which `sleep` ends says nothing to anybody: that is told by whom
/// it wakes.
fn callback_name(snapshot: &Snapshot<'_>, name: NameId, wakes: Option<TaskId>) -> String {
    if titles::ends_a_sleep(name, snapshot.names) {
        return titles::wake_up(wakes.map(|task| task_name(snapshot, task)).as_deref());
    }
    clean(short(&snapshot.names.name(name))).into_owned()
}

/// What a lane of the timeline is called.
pub fn lane(snapshot: &Snapshot<'_>, lane: Lane) -> String {
    match lane {
        Lane::Task(id) => task_name(snapshot, id),
        Lane::Callback(name) if titles::ends_a_sleep(name, snapshot.names) => {
            "ends of sleeps".to_owned()
        }
        Lane::Callback(name) => callback_name(snapshot, name, None),
        Lane::Others => "others".to_owned(),
    }
}

/// `h4 display_date`.
pub fn handle(snapshot: &Snapshot<'_>, id: HandleId) -> String {
    format!("h{} {}", id.0, handle_name(snapshot, id))
}

/// `fetch (task 3)`; `worker-1 (task 3)` if the program gave the task that name.
pub fn task_name(snapshot: &Snapshot<'_>, id: TaskId) -> String {
    clean(&titles::task_title(id, NameId::NONE, snapshot.names)).into_owned()
}

/// The same without the number, where it is known.
pub fn task_called(snapshot: &Snapshot<'_>, id: TaskId) -> Option<String> {
    let name = titles::task_name(id, NameId::NONE, snapshot.names)?;
    Some(clean(&name).into_owned())
}

/// `f7`, or `f7 (gather)` where its class says more than "a future"; `its tasks (f7)` where it stands
/// for those of a task group or of `wait`, which hang below whoever waits for it.
pub fn future(snapshot: &Snapshot<'_>, id: FutureId) -> String {
    let future = snapshot.state.future(id);
    let name = future.map_or(NameId::NONE, |future| future.name);
    let stands_for_tasks = |it: &Future| {
        let mut needs = it.needs.iter();
        // What stands for one task is a shield around it.
        matches!(needs.next(), Some(On::Task(_))) && needs.next().is_some()
    };
    match (snapshot.names.get(name).as_deref(), future.filter(|it| stands_for_tasks(it))) {
        (None | Some("Future"), Some(it)) if it.enough == NeedHow::Any => {
            format!("one of its tasks (f{})", id.0)
        }
        (None | Some("Future"), Some(_)) => format!("its tasks (f{})", id.0),
        (None | Some("Future"), None) => format!("f{}", id.0),
        (Some(name), _) => format!("f{} ({})", id.0, clean(name.trim_start_matches('_'))),
    }
}

/// What a task waits for and, where a timer ends that, until when: `for f3`, `until 2.000 (h5)`.
pub fn wait(snapshot: &Snapshot<'_>, what: On) -> String {
    let timer = match what {
        On::Future(id) => timer_of(snapshot, id),
        On::Timer(id) => snapshot.state.handle(id),
        _ => None,
    };
    match timer.and_then(|timer| Some((timer.id, timer.when?))) {
        Some((id, when)) => format!("until {when:.3} (h{})", id.0),
        None if what == On::Waker => "to be woken".to_owned(),
        None => format!("for {}", on(snapshot, what)),
    }
}

/// What completes a future from outside, where that was told.
fn completer(snapshot: &Snapshot<'_>, id: FutureId) -> Option<String> {
    match snapshot.state.future(id)?.completer {
        Completer::Unknown => None,
        known => {
            Some(clean(&titles::completer(known, snapshot.state, snapshot.names)).into_owned())
        }
    }
}

/// What a task waits for.
pub fn on(snapshot: &Snapshot<'_>, on: On) -> String {
    match on {
        On::Nothing => "its next turn".to_owned(),
        On::Task(id) => task_name(snapshot, id),
        On::Timer(id) => format!("h{}", id.0),
        On::Queue(id) => format!("queue {}", id.0),
        On::Fd(fd) => format!("fd {}", fd.0),
        On::Waker => "to be woken".to_owned(),
        On::Future(id) => match completer(snapshot, id) {
            Some(completer) => format!("{completer} (f{})", id.0),
            None => future(snapshot, id),
        },
    }
}

/// Where a task stands in the program itself, even when it waits inside a library: the innermost
/// place whose text is at hand.
pub fn own_place(snapshot: &Snapshot<'_>, place: Place, chain: ChainId) -> Place {
    let frames = snapshot.names.chain(chain);
    let mut places = std::iter::once(place).chain(frames.iter().map(|frame| frame.place));
    places.find(|place| is_at_hand(snapshot, *place)).unwrap_or(place)
}

/// Whether the text that a place is in can be shown.
pub fn is_at_hand(snapshot: &Snapshot<'_>, place: Place) -> bool {
    place != Place::NONE && snapshot.sources.get(&snapshot.names.exact(place.file)).is_some()
}

/// The timer in the heap that will complete a future, as `sleep` makes one.
pub fn timer_of<'a>(snapshot: &Snapshot<'a>, id: FutureId) -> Option<&'a Handle> {
    let handle = snapshot.state.handle(snapshot.digest.completes(id)?)?;
    let is_it = handle.future == id && handle.state == HandleState::Timer && !handle.cancelled;
    is_it.then_some(handle)
}

/// Who did it, for the right edge: `by h2`, `by py`, nothing for the main program.
pub fn by(by: By) -> String {
    match by {
        By::Outside => String::new(),
        By::Py => "by py".to_owned(),
        By::Handle(id) => format!("by h{}", id.0),
    }
}

/// How a handle came to be, as a caller would say it.
pub fn how(handle: &Handle) -> String {
    match (handle.how, handle.when) {
        (_, Some(_)) if handle.task.is_some() => "slept".to_owned(),
        (_, Some(when)) => format!("timer, {when:.3}"),
        (Some(HandleHow::Soon), _) => "call_soon".to_owned(),
        (Some(HandleHow::Threadsafe), _) => "threadsafe".to_owned(),
        (Some(HandleHow::Step), _) => "step".to_owned(),
        (Some(HandleHow::Wakeup), _) => "woken".to_owned(),
        (Some(HandleHow::DoneCallback), _) => "done callback".to_owned(),
        (Some(how), None) => how.word().to_owned(),
        (None, None) => "?".to_owned(),
    }
}

/// A queue's key, as MicroPython has it: `, key 10 ms`.
pub fn key(handle: &Handle) -> String {
    handle.key_ms().map_or_else(String::new, |key| format!(", key {key} ms"))
}

/// A length of time for what is mostly less than a second: `41.2 ms`.
pub fn short_duration(ns: u64) -> String {
    match ns {
        0..=999_000 => format!("{} us", ns.div_ceil(1000)),
        999_001..1_000_000_000 => {
            let tenths = ns.max(1_000_000) / 100_000;
            format!("{}.{} ms", tenths / 10, tenths % 10)
        }
        _ => duration(ns),
    }
}

/// A part of a whole that is not nothing, to a tenth of a percent.
pub fn percent(part: u64, whole: u64) -> Option<String> {
    let tenths = part.saturating_mul(1000).checked_div(whole)?;
    Some(match tenths {
        _ if part == 0 => "0 %".to_owned(),
        0 => "<0.1 %".to_owned(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    })
}

/// The first line of a text, for a row.
pub fn first_line(text: &str) -> String {
    let text = text.trim_end_matches('\n');
    let line = text.lines().next().unwrap_or_default();
    let more = if line.len() < text.len() { " ..." } else { "" };
    format!("{}{more}", clean(line))
}

/// All that a record says, a line a field, for the box of details.
pub fn details(snapshot: &Snapshot<'_>, position: usize, record: &Record) -> String {
    let mut lines = vec![format!("{:<10} {}", "event", record.kind().word())];
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{name:<10} {value}"));
        }
    };
    put("record", format!("#{} (position {position})", record.seq));
    put("time", record.t.map_or("not known".to_owned(), |t| format!("{:.6} s", seconds(t))));
    put("turn", record.turn.to_string());
    if record.loop_id.is_some() {
        put("loop", record.loop_id.0.to_string());
    }
    for field in record.event.fields().as_slice() {
        if field.value.is_none() {
            continue;
        }
        let value = match field.value {
            V::Handle(id) | V::By(By::Handle(id)) => handle(snapshot, id),
            V::Task(id) => task_name(snapshot, id),
            V::Future(id) => future(snapshot, id),
            V::On(what) => on(snapshot, what),
            V::Place(place) => snapshot.names.place(place).unwrap_or_default(),
            V::Text(text) => clean_text(record.text(text)),
            V::Chain(id) => {
                let frames = snapshot.names.chain(id);
                let frames = frames.iter().map(|frame| {
                    let place = snapshot.names.place(frame.place).unwrap_or_default();
                    format!("{} {place}", snapshot.names.name(frame.name))
                });
                frames.collect::<Vec<_>>().join("\n           ")
            }
            V::Name(id) => snapshot.names.name(id).into_owned(),
            other => {
                let mut text = String::new();
                let none = loopscope_protocol::text::NoNames;
                // Writing into a string cannot fail.
                let _ = loopscope_protocol::text::write_value(other, &none, &mut text);
                text
            }
        };
        put(field.name, value);
    }
    lines.join("\n")
}

fn clean_text(text: &str) -> String {
    text.trim_end_matches('\n').lines().collect::<Vec<_>>().join("\n           ")
}

/// All about a handle, for the box of details.
pub fn handle_details(snapshot: &Snapshot<'_>, id: HandleId) -> String {
    let Some(handle) = snapshot.state.handle(id) else {
        return format!("{} is long gone.", self::handle(snapshot, id));
    };
    let mut lines = vec![self::handle(snapshot, id)];
    let mut put = |name: &str, value: String| lines.push(format!("{name:<10} {value}"));
    put("made by", how(handle));
    let who = match handle.by {
        By::Outside => "the main program".to_owned(),
        By::Py => "a py command".to_owned(),
        By::Handle(by) => self::handle(snapshot, by),
    };
    put("on behalf", who);
    if handle.made > 0 {
        put("record", format!("#{}", handle.made));
    }
    if let Some(place) = snapshot.names.place(handle.place) {
        put("defined", place);
    }
    if let Some(when) = handle.when {
        put("due", format!("{when:.6} s"));
    }
    if handle.future.is_some() {
        put("future", future(snapshot, handle.future));
    }
    put("state", handle_state(handle.state, handle.runs).to_owned());
    if handle.cancelled {
        put("cancelled", "yes: it is left out when it is reached".to_owned());
    }
    lines.join("\n")
}

/// Where a handle is in its life.
const fn handle_state(state: HandleState, runs: u32) -> &'static str {
    match state {
        HandleState::Idle => "waits for its watcher or signal",
        HandleState::Timer => "in the timer heap",
        HandleState::Ready => "in the ready queue",
        HandleState::Running => "running",
        HandleState::Gone if runs == 0 => "left out",
        HandleState::Gone => "done",
        HandleState::Unknown => "not known since records were lost",
    }
}

#[cfg(test)]
mod tests {
    use super::{handle_details, handle_state, percent, short_duration};
    use crate::views::fixture;

    #[test]
    fn a_handles_state_is_told_in_words() {
        let fixture = fixture::date();
        let snapshot = fixture.snapshot();
        let mut seen = 0;
        for handle in snapshot.state.handles() {
            let details = handle_details(&snapshot, handle.id);
            let expected = format!("state      {}", handle_state(handle.state, handle.runs));
            assert!(details.contains(&expected), "{details}");
            seen += 1;
        }
        assert!(seen > 0);
    }

    #[test]
    fn short_times_are_told_in_the_unit_that_fits() {
        let told = [0, 8_100, 999_500, 41_250_000, 1_250_000_000].map(short_duration);
        assert_eq!(told, ["0 us", "9 us", "1.0 ms", "41.2 ms", "1.250 s"]);
    }

    #[test]
    fn a_share_is_told_to_a_tenth_of_a_percent() {
        assert_eq!(percent(0, 1_000_000).as_deref(), Some("0 %"));
        assert_eq!(percent(1, 1_000_000).as_deref(), Some("<0.1 %"));
        assert_eq!(percent(123_456, 1_000_000).as_deref(), Some("12.3 %"));
        assert_eq!(percent(5, 0), None);
    }
}
