//! Where the panels stand on a terminal that is smaller than 110x32, and at any size where a lesson
//! has something to read or hides what comes.

use ratatui::layout::Rect;

use super::{Facts, LESSON, Slot, above, column, halves, of_use, source_views};

/// The views that have no panel of their own on a small screen.
const ALL: &[&str] = &[
    "source", "loop", "timers", "tasks", "records", "output", "locks", "outside", "watchers",
    "calls", "timeline",
];

/// 80x24 and a little more.
pub(super) fn standard(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (body, bottom) = above(rect, 2);
    let (left, right) = halves(body, rect.width / 2);
    // Inside, without the borders between the panels.
    let (left_rows, right_rows) = (left.height - 4, right.height - 5);
    let records = 3 + (left_rows.saturating_sub(13)) / 3;
    let output = 3 + (left_rows.saturating_sub(13)) / 4;
    let source = left_rows.saturating_sub(records + output);
    column(
        left,
        &[
            ("source", source_views(facts), source),
            ("records", &["records"], records),
            ("output", &["output"], 0),
        ],
        facts,
        &mut slots,
    );
    // What there is nothing of needs one row to say so; the ready queue gets what that leaves.
    let more = right_rows.saturating_sub(12);
    let timers = if facts.timers { 2 + more / 4 } else { 1 };
    let tasks = if facts.tasks { 4 + more / 3 } else { 1 };
    let ready = right_rows.saturating_sub(2 + timers + tasks);
    column(
        right,
        &[
            ("loop", &["loop"], 2),
            ("ready", &["ready"], ready),
            ("timers", &["timers"], timers),
            ("tasks", &["tasks", "locks", "outside", "watchers", "calls"], 0),
        ],
        facts,
        &mut slots,
    );
    slots.push(Slot { name: "timeline", rect: bottom, views: vec!["timeline"] });
    slots
}

/// The same with a lesson: its text takes the place of the timeline.
pub(super) fn standard_lesson(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (left, right) = halves(rect, rect.width / 2 + 2);
    let inside = left.height - 3;
    let lesson = inside - (5 + inside.saturating_sub(17) / 3);
    // Of a board there is no program's text, so the lesson's has its room.
    let source: &[(&'static str, &[&'static str], u16)] = if facts.board {
        &[("lesson", &["lesson"], 0)]
    } else {
        &[("lesson", &["lesson"], lesson), ("source", &["source"], 0)]
    };
    column(left, source, facts, &mut slots);
    let more = inside.saturating_sub(17) / 4;
    column(
        right,
        &[
            ("loop", &["loop"], 2),
            ("ready", &["ready"], 6 + more),
            ("timers", &["timers", "tasks", "locks", "outside", "watchers", "calls"], 3 + more),
            ("output", &["output", "records", "timeline"], 0),
        ],
        facts,
        &mut slots,
    );
    slots
}

/// A lesson and its program beside each other, as high as the screen: what is asked is to read it.
pub(super) fn reading(rect: Rect, lesson: u16, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (left, right) = halves(rect, lesson);
    column(left, &[("lesson", &["lesson"], 0)], facts, &mut slots);
    column(right, &[("source", &["source"], 0)], facts, &mut slots);
    slots
}

/// Wide enough for two columns, too low for all panels.
pub(super) fn low(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (left, right) = halves(rect, rect.width / 2);
    let views: Vec<&'static str> =
        tabs(facts).filter(|id| !["loop", "timers"].contains(id)).collect();
    column(left, &[("source", &views, 0)], facts, &mut slots);
    column(
        right,
        &[
            ("loop", &["loop"], 2),
            ("ready", &["ready"], (rect.height - 6) / 2),
            ("timers", &["timers"], 0),
        ],
        facts,
        &mut slots,
    );
    slots
}

/// One column, most of it behind tabs. Of a lesson the text has its rows first: the other panels have
/// what is left, or are tabs too.
pub(super) fn narrow(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let views: Vec<&'static str> = tabs(facts).collect();
    let inside = rect.height - 3;
    let least = if facts.lesson { LESSON } else { 2 };
    let ready = (inside * 2 / 5).clamp(2, 8);
    if inside >= 12 {
        let ready = ready.min(inside - 4 - least);
        column(
            rect,
            &[
                ("source", &views, inside - 1 - ready - 3),
                ("loop", &["loop"], 2),
                ("ready", &["ready"], 0),
            ],
            facts,
            &mut slots,
        );
    } else if inside >= least + 2 {
        let ready = ready.min(inside - least);
        column(
            rect,
            &[("source", &views, inside - ready), ("ready", &["ready"], 0)],
            facts,
            &mut slots,
        );
    } else {
        column(rect, &[("source", &views, 0)], facts, &mut slots);
    }
    slots
}

/// What stands behind the tabs of a small screen.
fn tabs(facts: Facts) -> impl Iterator<Item = &'static str> {
    let first = [facts.lesson.then_some("lesson"), facts.board.then_some("board")];
    first.into_iter().flatten().chain(of_use(ALL, facts))
}
