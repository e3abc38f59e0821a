//! Where the panels stand on a large terminal, from 110x32 on: the loop as boxes, the queues beside
//! each other, and from 160x40 on three columns.

use ratatui::layout::Rect;

use super::{Facts, Slot, above, column, halves, source_views};

/// From 110x32 on: the loop as boxes, ready beside timers, the await tree, handler calls.
pub(super) fn medium(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let lanes = (rect.height / 8).clamp(3, 8);
    let (body, bottom) = above(rect, lanes);
    // From 118 columns on there is room for the loop's diagram with boxes.
    let wanted = if body.width >= 118 { 74 } else { 66 };
    let (left, right) = halves(body, (body.width - wanted + 1).clamp(45, 80));
    let inside = left.height - 2;
    if facts.lesson {
        lesson_above_source(left, inside / 2, facts, &mut slots);
    } else {
        // What there is nothing of needs one row to say so.
        let some = facts.locks || facts.outside || facts.calls || facts.watchers;
        let calls = if some { (inside / 5).clamp(3, 8) } else { 1 };
        let output = (inside / 4).clamp(4, 10);
        let source = inside.saturating_sub(calls + output + 2);
        column(
            left,
            &[
                ("source", source_views(facts), source),
                ("output", &["output"], output),
                ("calls", &["locks", "outside", "calls", "watchers"], 0),
            ],
            facts,
            &mut slots,
        );
    }
    let queue = (inside / 4).clamp(4, 10);
    let tasks = if facts.tasks { (inside / 4).clamp(3, 10) } else { 2 };
    right_column(right, queue, tasks, facts, &mut slots);
    slots.push(Slot { name: "timeline", rect: bottom, views: vec!["timeline"] });
    slots
}

/// The lesson, so high, above its program.
fn lesson_above_source(rect: Rect, lesson: u16, facts: Facts, slots: &mut Vec<Slot>) {
    column(rect, &[("lesson", &["lesson"], lesson), ("source", &["source"], 0)], facts, slots);
}

/// Loop, ready beside timers, tasks, records; with a lesson also the output and the calls.
fn right_column(rect: Rect, queue: u16, tasks: u16, facts: Facts, slots: &mut Vec<Slot>) {
    let diagram = diagram(rect);
    let top = Rect { height: diagram, ..rect };
    column(top, &[("loop", &["loop"], 0)], facts, slots);
    let middle = Rect { y: rect.y + diagram - 1, height: queue + 2, ..rect };
    let (ready, timers) = halves(middle, middle.width * 11 / 20);
    column(ready, &[("ready", &["ready"], 0)], facts, slots);
    column(timers, &[("timers", &["timers"], 0)], facts, slots);
    let y = middle.bottom() - 1;
    let rest = Rect { y, height: rect.bottom().saturating_sub(y), ..rect };
    if facts.lesson {
        column(
            rest,
            &[
                ("tasks", &["tasks", "locks", "outside", "watchers", "calls"], tasks),
                ("output", &["output"], (rest.height.saturating_sub(tasks + 4)) / 2),
                ("records", &["records"], 0),
            ],
            facts,
            slots,
        );
    } else {
        // Where there is hardly room, the records win.
        let tasks = tasks.min(rest.height.saturating_sub(6)).max(1);
        column(rest, &[("tasks", &["tasks"], tasks), ("records", &["records"], 0)], facts, slots);
    }
}

/// The height of the loop's panel with its border: with boxes where they fit.
const fn diagram(rect: Rect) -> u16 {
    if rect.width >= 74 { 10 } else { 5 }
}

/// From 160x40 on: three columns.
pub(super) fn large(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let lanes = (rect.height / 5).clamp(5, 24);
    let (body, bottom) = above(rect, lanes);
    let inside = body.height - 2;
    let (left, rest) = halves(body, body.width * 3 / 10);
    // The queues beside each other want more than the diagram above them.
    let (middle, right) = halves(rest, (rest.width * 3 / 5).max(74).min(rest.width - 40));
    if facts.lesson {
        lesson_above_source(left, inside * 11 / 20, facts, &mut slots);
    } else {
        let output = (inside / 3).clamp(6, 16);
        let source = inside.saturating_sub(output + 1);
        column(
            left,
            &[("source", source_views(facts), source), ("output", &["output"], 0)],
            facts,
            &mut slots,
        );
    }
    let queue = (inside / 5).clamp(5, 14);
    let diagram = diagram(middle);
    column(Rect { height: diagram, ..middle }, &[("loop", &["loop"], 0)], facts, &mut slots);
    // Below each other they have the room for whole names.
    let is_high = rect.height >= 50;
    let rows = if is_high { 2 * queue + 3 } else { queue + 2 };
    let queues = Rect { y: middle.y + diagram - 1, height: rows, ..middle };
    let (ready, timers) =
        if is_high { above(queues, queue) } else { halves(queues, queues.width * 11 / 20) };
    column(ready, &[("ready", &["ready"], 0)], facts, &mut slots);
    column(timers, &[("timers", &["timers"], 0)], facts, &mut slots);
    let y = queues.bottom() - 1;
    let below = Rect { y, height: middle.bottom().saturating_sub(y), ..middle };
    let outside = facts.locks || facts.outside || facts.watchers;
    let watchers = if outside { (below.height / 4).clamp(3, 8) } else { 1 };
    let tasks = below.height.saturating_sub(watchers + 3);
    let watchers: &[_] = &["locks", "outside", "watchers"];
    column(below, &[("tasks", &["tasks"], tasks), ("watchers", watchers, 0)], facts, &mut slots);
    let calls = if facts.calls { (inside / 4).clamp(4, 12) } else { 1 };
    if facts.lesson {
        let output = (inside / 4).clamp(4, 12);
        let records = inside.saturating_sub(calls + output + 2);
        column(
            right,
            &[
                ("records", &["records"], records),
                ("output", &["output"], output),
                ("calls", &["calls"], 0),
            ],
            facts,
            &mut slots,
        );
    } else {
        let records = inside.saturating_sub(calls + 1);
        column(
            right,
            &[("records", &["records"], records), ("calls", &["calls"], 0)],
            facts,
            &mut slots,
        );
    }
    slots.push(Slot { name: "timeline", rect: bottom, views: vec!["timeline"] });
    slots
}
