//! Levels, filters, and the way from a line of the log to the records around it.

use loopscope_model::story::Story;
use loopscope_protocol::{Event, RemarkKind, TaskId, Text};
use ratatui::layout::Rect;

use super::*;
use crate::views::fixture::Fixture;

const AREA: Rect = Rect::new(0, 0, 70, 8);

/// Task 1 runs from 0.1 to 0.3 s and logs at 0.2 and 0.25; the log is read when the loop sleeps.
fn logged() -> Fixture {
    let mut story = Story::new();
    story.start().task(1, "blink", 1).at(0.1).step(1, 1).at(0.3);
    story.suspend(1, 1, loopscope_protocol::On::Nothing, 3);
    story.push(Event::PollBegin { timeout: None });
    story.log(Level::Info, 0.2, 12, "on").log(Level::Warn, 0.25, 14, "the lamp is hot");
    story.remark(RemarkKind::Link, "The link is up.");
    Fixture::new(&story, "")
}

fn drawn(view: &Output, fixture: &Fixture) -> Vec<String> {
    let mut buffer = Buffer::empty(AREA);
    view.render(&fixture.snapshot(), &Theme::default(), AREA, &mut buffer);
    let cells = buffer.content.chunks(usize::from(AREA.width));
    let line = |cells: &[ratatui::buffer::Cell]| -> String {
        cells.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    };
    cells.map(line).filter(|line| !line.is_empty()).collect()
}

#[test]
fn a_log_line_tells_who_ran_and_where_it_stands() {
    let fixture = logged();
    let lines = drawn(&Output::default(), &fixture);
    assert!(lines[0].starts_with("  INFO  0.200 on "), "{lines:?}");
    assert!(lines[0].ends_with("blink (task 1)  src/main.rs:12"), "{lines:?}");
    assert!(lines[2].ends_with("stderr"), "that is none of the log: {lines:?}");
}

#[test]
fn a_program_that_prints_what_a_log_would_say_is_one_that_prints() {
    let mut story = Story::new();
    story.start();
    for line in ["loopscope: hello\n", "INFO  0.200000 on  (src/main.rs:12)\n"] {
        let text = story.text(Text::FIRST, line);
        story.push(Event::Output { stream: Stream::Stderr, text });
    }
    let mut view = Output::default();
    view.filter("error");
    let lines = drawn(&view, &Fixture::new(&story, ""));
    assert!(lines[0].contains("loopscope: hello") && lines[0].ends_with("stderr"), "{lines:?}");
    assert!(lines[1].contains("INFO  0.200000 on  (src/main.rs:12)"), "{lines:?}");
}

#[test]
fn a_level_lists_what_matters_as_much_or_more() {
    let fixture = logged();
    let mut view = Output::default();
    assert!(view.filter("warn"));
    let lines = drawn(&view, &fixture);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("WARN") && lines[1].contains("The link is up."), "{lines:?}");
    assert!(
        view.title(&fixture.snapshot(), &Theme::default()).to_string().contains("WARN and worse")
    );
    view.update(Action::Right, &fixture.snapshot(), AREA);
    assert_eq!(view.only, Only::From(Level::Error));
    for _ in 0..4 {
        view.update(Action::Left, &fixture.snapshot(), AREA);
    }
    assert_eq!(view.only, Only::All);
    view.filter("LAMP");
    assert_eq!(drawn(&view, &fixture).len(), 1);
}

#[test]
fn enter_goes_to_the_record_at_which_a_line_was_written() {
    let fixture = logged();
    let mut view = Output::default();
    view.filter("lamp");
    assert_eq!(view.update(Action::Up, &fixture.snapshot(), AREA), Effect::Done);
    let Effect::Seek(position) = view.update(Action::Open, &fixture.snapshot(), AREA) else {
        panic!("it goes nowhere")
    };
    let record = fixture.history.record(position).expect("a record");
    assert_eq!(record.event, Event::TaskStep { task: TaskId(1) }, "it ran when that was written");
    let mut there = logged();
    there.go(position - 1, position);
    assert!(drawn(&view, &there)[0].contains("the lamp is hot"), "the line is in sight there");
}
