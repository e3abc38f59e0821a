//! What the list of tasks shows of few and of many, and what keys do to it.

use loopscope_model::story::Story;
use loopscope_protocol::{Event, On, TaskHow, TaskId};

use super::*;
use crate::views::fixture::{self, Fixture};

const AREA: Rect = Rect::new(0, 0, 64, 12);

fn shown(view: &Tasks, fixture: &Fixture) -> Vec<String> {
    let mut buffer = Buffer::empty(AREA);
    view.render(&fixture.snapshot(), &Theme::default(), AREA, &mut buffer);
    let lines = buffer.content.chunks(usize::from(AREA.width));
    let line = |cells: &[ratatui::buffer::Cell]| {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    lines.map(line).filter(|line| !line.is_empty()).collect()
}

fn title(view: &Tasks, fixture: &Fixture) -> String {
    view.title(&fixture.snapshot(), &Theme::default()).to_string()
}

fn press(view: &mut Tasks, fixture: &Fixture, actions: &[Action]) {
    for action in actions {
        view.update(*action, &fixture.snapshot(), AREA);
    }
}

#[test]
fn many_that_do_the_same_are_one_row_that_unfolds() {
    let fixture = fixture::many();
    let mut view = Tasks::default();
    assert_eq!(title(&view, &fixture), "tasks: 292 in 2 groups");
    let rows = shown(&view, &fixture);
    assert_eq!(rows[0], "main (task 1) waits for its tasks (f1), line 8");
    assert_eq!(rows[1], "► worker x257 wait at line 4, the first until 0.600");
    assert_eq!(rows[2], "► worker x34 are ready");
    press(&mut view, &fixture, &[Action::Down, Action::Open]);
    let rows = shown(&view, &fixture);
    assert_eq!(rows[1], "↓ worker x257 wait at line 4, the first until 0.600");
    assert!(rows[2].starts_with("├─worker (task 2) waits until 0.700"), "{rows:?}");
    press(&mut view, &fixture, &[Action::Left]);
    assert_eq!(shown(&view, &fixture)[2], "► worker x34 are ready");
}

#[test]
fn what_lives_stands_before_what_has_ended() {
    let mut fixture = fixture::many();
    let end = fixture.history.len();
    // Since a place at which none had ended.
    fixture.go(end - 60, end);
    let mut view = Tasks::default();
    let rows = shown(&view, &fixture);
    let first_ended = rows.iter().position(|row| row.contains("done:"));
    let last_alive = rows.iter().rposition(|row| row.contains("worker x"));
    assert!(last_alive < first_ended && first_ended.is_some(), "{rows:?}");
    press(&mut view, &fixture, &[Action::Bottom]);
    let rows = shown(&view, &fixture);
    assert!(rows.last().is_some_and(|row| row.contains("done: result")), "{rows:?}");
}

#[test]
fn a_search_lists_what_it_finds_and_esc_lists_all() {
    let fixture = fixture::many();
    let mut view = Tasks::default();
    assert!(view.filter("task 15)"));
    assert_eq!(shown(&view, &fixture).len(), 1);
    assert_eq!(title(&view, &fixture), "tasks: 292, 1 of 292 with task 15)");
    view.filter("nobody");
    assert_eq!(shown(&view, &fixture), ["(none with that text; esc lists all)"]);
    press(&mut view, &fixture, &[Action::Close]);
    assert!(shown(&view, &fixture)[1].contains("worker x257"));
}

#[test]
fn the_list_has_other_shapes_and_orders() {
    let fixture = fixture::many();
    let mut view = Tasks::default();
    press(&mut view, &fixture, &[Action::Shape]);
    assert_eq!(title(&view, &fixture), "tasks: 292");
    assert!(shown(&view, &fixture)[1].starts_with("worker (task 2)"));
    press(&mut view, &fixture, &[Action::Shape]);
    assert!(shown(&view, &fixture)[1].starts_with("├─worker"), "a tree below main");
    press(&mut view, &fixture, &[Action::Shape, Action::Shape, Action::Sort, Action::Sort]);
    assert_eq!(title(&view, &fixture), "tasks: 292, by state");
    assert!(shown(&view, &fixture)[0].contains("ready"), "{:?}", shown(&view, &fixture));
}

#[test]
fn what_is_asyncios_own_is_folded() {
    let mut story = Story::new();
    story.start().task(1, "main", 1);
    let (name, place) = (story.name("accept"), story.place("asyncio.selector_events", 7));
    let label = story.name("Task-2");
    let by = loopscope_protocol::By::Outside;
    story.push(Event::TaskNew { task: TaskId(2), name, place, label, by });
    story.turn(&[1]).step(1, 1);
    let chain = story.chain(&[
        ("Queue.get", "asyncio.queues", 3),
        ("Queue.more", "asyncio.queues", 9),
        ("main", "program.py", 4),
    ]);
    let place = story.place("program.py", 4);
    let on = On::Task(TaskId(9));
    story.push(Event::TaskSuspend { task: TaskId(1), on, place, chain });
    let fixture = Fixture::new(&story, "");
    let mut view = Tasks::default();
    let rows = shown(&view, &fixture);
    let expected = [
        "~main (task 1) waits for task 9, line 4",
        "in main program.py:4",
        "in asyncio's Queue.more",
    ];
    assert_eq!(rows[..3], expected, "{rows:?}");
    assert_eq!(rows[3..], ["► asyncio's own: 1 task"]);
    press(&mut view, &fixture, &[Action::Bottom, Action::Open]);
    assert!(shown(&view, &fixture).iter().any(|row| row.contains("accept (task 2)")));
}

#[test]
fn what_has_ended_says_what_by() {
    let mut story = Story::new();
    story.start().task(1, "bad", 1).turn(&[1]).step(1, 1);
    story.ending("ValueError: boom", &[]);
    story.push(Event::TaskDone { task: TaskId(1), how: TaskHow::Exception });
    let fixture = Fixture::new(&story, "");
    assert_eq!(shown(&Tasks::default(), &fixture), ["~bad (task 1) done: ValueError: boom"]);
}
