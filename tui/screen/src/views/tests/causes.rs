//! Enter on whatever is drawn leads to its cause: each row of each view, and each row's chain of causes
//! to its end.

use loopscope_model::state::TaskState;
use loopscope_model::why::{self, Thing};
use loopscope_protocol::TaskId;
use ratatui::layout::Rect;

use super::{Fixture, fixture, lesson};
use crate::keys::Action;
use crate::views::{Effect, TABLE};

/// The views on whose rows Enter does something else, each with what.
const OTHERWISE: [(&str, &str); 2] = [
    ("lesson", "the text of the lesson, which goes on"),
    ("board", "goes to the longest step, or is a headline"),
];

const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 12 };

/// How many rows of a view are tried.
const ROWS: usize = 30;

fn fixtures() -> Vec<(&'static str, Fixture)> {
    vec![
        ("date", fixture::date()),
        ("tasks", fixture::tasks()),
        ("many", fixture::many()),
        ("queue", fixture::queue()),
        ("outside", fixture::outside()),
        ("locks", fixture::locks()),
        ("connections", fixture::connections()),
        ("ended", fixture::ended()),
        ("lesson", lesson()),
        ("board", fixture::board::live()),
        ("embassy", fixture::board::embassy()),
    ]
}

/// What Enter does on the row to which that many steps down lead, and where that leads; the rows that
/// can be unfolded are.
fn entered(fixture: &Fixture, id: &str, downs: usize) -> Effect {
    let entry = TABLE.iter().find(|entry| entry.id == id).expect("a view's name");
    let mut view = (entry.make)();
    let snapshot = fixture.snapshot();
    for _ in 0..=downs {
        let _ = view.update(Action::Down, &snapshot, AREA);
    }
    view.update(Action::Open, &snapshot, AREA)
}

/// Follows causes to the end, each of which lies before what it is the cause of.
fn chain(fixture: &Fixture, what: &str, thing: Thing) -> Vec<usize> {
    let mut positions = Vec::new();
    let mut at = why::came_from(&fixture.history, &fixture.state, thing);
    while let Some(position) = at {
        let before = positions.last().copied().unwrap_or(fixture.position);
        let in_order = if positions.is_empty() { position <= before } else { position < before };
        assert!(in_order, "{what}: {position} is no cause of {before}");
        positions.push(position);
        at = why::led_to(&fixture.history, position);
    }
    positions
}

#[test]
fn enter_on_every_row_of_every_view_leads_to_its_cause() {
    let all = fixtures();
    let mut missing = Vec::new();
    for view in TABLE.iter().map(|entry| entry.id) {
        let (mut led, mut without) = (0, Vec::new());
        for (name, fixture) in &all {
            for row in 0..ROWS {
                let what = format!("{view}, row {row} of {name}");
                let thing = match entered(fixture, view, row) {
                    Effect::Show { thing, .. } => thing,
                    Effect::About { task, .. } => Some(Thing::Task(TaskId(task))),
                    // It goes there at once.
                    Effect::Seek(position) => Some(Thing::At(position)),
                    // Nothing is drawn there, or it is a group, which is unfolded.
                    _ => continue,
                };
                match thing.map(|thing| chain(fixture, &what, thing)) {
                    Some(causes) => led += usize::from(!causes.is_empty()),
                    None => without.push(what),
                }
            }
        }
        let is_other = OTHERWISE.iter().any(|(other, _)| *other == view);
        if (led == 0 && !is_other) || !without.is_empty() {
            missing.push(format!("{view}: {led} lead somewhere; these nowhere: {without:?}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_runs_waits_is_due_or_was_cancelled_comes_from_the_record_that_made_it_so() {
    for (name, fixture) in fixtures() {
        let word = |position: usize| fixture.history.record(position).unwrap().kind().word();
        let of = |thing| why::came_from(&fixture.history, &fixture.state, thing);
        for task in fixture.state.tasks() {
            let Some(at) = of(Thing::Task(task.id)) else { continue };
            let wanted: &[&str] = match task.state {
                TaskState::Waiting(_) => &["task-suspend", "task-step", "task-new", "handle-run"],
                TaskState::Running => &["task-step", "handle-run", "task-new"],
                TaskState::Done(_) => &["task-done", "task-step", "task-new"],
                TaskState::Queued => &["handle-new", "timer-due", "task-new", "timer-new"],
                TaskState::Unknown => &[],
            };
            // The last record itself gives way to what led to it.
            let is_so = wanted.contains(&word(at)) || at + 8 >= fixture.position;
            assert!(is_so, "{name}: {:?} comes from {}", task.state, word(at));
        }
        // What the main program has made with the last record comes from nothing that is recorded.
        let known = |made: u64| made > 0 && made < fixture.state.seq();
        for handle in fixture.state.handles().filter(|handle| known(handle.made)) {
            let at = of(Thing::Handle(handle.id));
            assert!(at.is_some(), "{name}: h{} {:?}", handle.id.0, handle.state);
        }
    }
}
