//! Where the panels stand, for every size of terminal. A pure function of the size and a few facts
//! that change seldom, so panels do not jump about while one steps.

use ratatui::layout::Rect;

use crate::views::TABLE;

/// The smallest terminal that the screen fits in.
pub const SMALLEST: (u16, u16) = (40, 12);

/// What a layout depends on besides the size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Facts {
    /// A lesson is open.
    pub lesson: bool,
    /// What comes next in the run is not to be seen.
    pub hides: bool,
    /// The program of a lesson has not begun, so that there is nothing to look at but its text.
    pub reads: bool,
    /// At an exercise no run of the learner's is shown, so that its text and the program are what is to
    /// be read.
    pub rests: bool,
    /// There ever was a timer.
    pub timers: bool,
    /// There ever was a task.
    pub tasks: bool,
    /// There ever was a server, a connection, a child process or an executor's job.
    pub outside: bool,
    /// There ever was a lock, a queue or the like.
    pub locks: bool,
    /// The exception handler was called, or something deserves attention.
    pub calls: bool,
    /// There ever was a watched descriptor or a signal's handler.
    pub watchers: bool,
    /// The records are a board's: it has no program's text, but a link.
    pub board: bool,
    /// Expressions are shown at each stop.
    pub displays: bool,
    /// The rows that what happened and what happens next take here, where nothing moves.
    pub sentences: u16,
}

/// A place for one of several views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name, under which the user's choice of view is kept.
    pub name: &'static str,
    /// With its border, which it shares with its neighbours.
    pub rect: Rect,
    /// The views that can stand here, by name.
    pub views: Vec<&'static str>,
}

impl Slot {
    /// Without the border.
    pub fn inside(&self) -> Rect {
        let Rect { x, y, width, height } = self.rect;
        Rect::new(x + 1, y + 1, width.saturating_sub(2), height.saturating_sub(2))
    }
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The line at the top.
    pub header: Rect,
    /// The panels.
    pub slots: Vec<Slot>,
    /// What `display` shows.
    pub displays: Rect,
    /// What happened and what happens next.
    pub sentences: Rect,
    /// The keys, the command line, answers.
    pub keys: Rect,
}

/// The views that have no panel of their own on a small screen.
const ALL: &[&str] = &[
    "source", "loop", "timers", "tasks", "records", "output", "locks", "outside", "watchers",
    "calls", "timeline",
];

/// Where everything stands; `None`: the terminal is too small.
pub fn layout(area: Rect, facts: Facts) -> Option<Layout> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    // One for what happened, and what comes next may need two.
    let usual = if area.width < 60 || area.height >= 24 { 3 } else { 2 };
    let layout = with_sentences(area, facts, usual);
    // More where something would be cut, for what deserves attention is long, and its end is what it
    // is about; but no panel goes for that.
    let most = match area.height {
        24.. => 6,
        18.. => 4,
        _ => usual,
    };
    (usual + 1..=facts.sentences.min(most))
        .rev()
        .map(|lines| with_sentences(area, facts, lines))
        .find(|higher| higher.slots.len() == layout.slots.len())
        .or(Some(layout))
}

/// The same with that many rows for what happened and what happens next.
fn with_sentences(area: Rect, facts: Facts, lines: u16) -> Layout {
    let (width, bottom) = (area.width, area.bottom());
    let row = |y: u16, height: u16| Rect::new(area.x, y, width, height);
    let shown = u16::from(facts.displays && area.height >= 16);
    let panels = row(area.y + 1, area.height - 2 - lines - shown);
    let mut layout = Layout {
        header: row(area.y, 1),
        slots: Vec::new(),
        displays: row(bottom - 1 - lines - shown, shown),
        sentences: row(bottom - 1 - lines, lines),
        keys: row(bottom - 1, 1),
    };
    layout.slots = match (width, area.height) {
        (80.., 24..) if facts.hides => standard_lesson(panels, facts),
        (80.., 24..) if facts.reads => reading(panels, panels.width * 2 / 5, facts),
        // Lines that change need more room than sentences.
        (80.., 24..) if facts.rests => reading(panels, panels.width / 2 + 2, facts),
        (160.., 40..) => large(panels, facts),
        (110.., 32..) => medium(panels, facts),
        (80.., 24..) if facts.lesson => standard_lesson(panels, facts),
        (80.., 24..) => standard(panels, facts),
        (80.., _) => low(panels, facts),
        _ => narrow(panels, facts),
    };
    place_the_rest(&mut layout.slots, TABLE.iter().map(|entry| entry.id), facts);
    layout
}

/// Views that this layout has no place for are tabs of its last panel.
fn place_the_rest(slots: &mut [Slot], views: impl Iterator<Item = &'static str>, facts: Facts) {
    for view in views {
        if is_of_use(view, facts)
            && !slots.iter().any(|slot| slot.views.contains(&view))
            && let Some(last) = slots.last_mut()
        {
            last.views.push(view);
        }
    }
}

/// Whether a view has anything to show.
fn is_of_use(view: &str, facts: Facts) -> bool {
    (view != "lesson" || facts.lesson)
        && (!facts.hides || !["records", "timeline"].contains(&view))
        && (view != "board" || facts.board)
        && (view != "outside" || facts.outside)
        && (view != "locks" || facts.locks)
}

/// What of these views has anything to show.
fn of_use(views: &[&'static str], facts: Facts) -> Vec<&'static str> {
    views.iter().copied().filter(|view| is_of_use(view, facts)).collect()
}

/// One panel on the whole screen.
pub fn zoomed(layout: &mut Layout, name: &str) {
    let Some(slot) = layout.slots.iter().find(|slot| slot.name == name).cloned() else {
        return;
    };
    let all = layout.slots.iter().map(|slot| slot.rect).reduce(Rect::union);
    layout.slots = vec![Slot { rect: all.unwrap_or(slot.rect), ..slot }];
}

/// A column of panels from top to bottom. Heights are those of the insides; the last panel takes
/// what is left. Neighbours share a border.
fn column(
    rect: Rect,
    panels: &[(&'static str, &[&'static str], u16)],
    facts: Facts,
    slots: &mut Vec<Slot>,
) {
    let mut y = rect.y;
    for (number, (name, views, height)) in panels.iter().enumerate() {
        let last = number + 1 == panels.len();
        let left = rect.bottom().saturating_sub(y);
        let height = if last { left } else { (height + 2).min(left) };
        if height < 3 {
            break;
        }
        slots.push(Slot {
            name,
            rect: Rect::new(rect.x, y, rect.width, height),
            views: of_use(views, facts),
        });
        y += height - 1;
    }
}

/// Two halves that share a border.
fn halves(rect: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(rect.width - 2);
    (
        Rect { width: left, ..rect },
        Rect { x: rect.x + left - 1, width: rect.width - left + 1, ..rect },
    )
}

/// The upper part, and a part of `height` rows inside below it, sharing a border.
fn above(rect: Rect, height: u16) -> (Rect, Rect) {
    let lower = height + 2;
    (
        Rect { height: rect.height - lower + 1, ..rect },
        Rect { y: rect.bottom() - lower, height: lower, ..rect },
    )
}

/// 80x24 and a little more.
fn standard(rect: Rect, facts: Facts) -> Vec<Slot> {
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
fn standard_lesson(rect: Rect, facts: Facts) -> Vec<Slot> {
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
fn reading(rect: Rect, lesson: u16, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (left, right) = halves(rect, lesson);
    column(left, &[("lesson", &["lesson"], 0)], facts, &mut slots);
    column(right, &[("source", &["source"], 0)], facts, &mut slots);
    slots
}

/// Wide enough for two columns, too low for all panels.
fn low(rect: Rect, facts: Facts) -> Vec<Slot> {
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

/// One column, most of it behind tabs.
fn narrow(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let views: Vec<&'static str> = tabs(facts).collect();
    let inside = rect.height - 3;
    let ready = (inside * 2 / 5).clamp(2, 8);
    if inside >= 12 {
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
    } else {
        column(
            rect,
            &[("source", &views, inside - ready), ("ready", &["ready"], 0)],
            facts,
            &mut slots,
        );
    }
    slots
}

/// What stands behind the tabs of a small screen.
fn tabs(facts: Facts) -> impl Iterator<Item = &'static str> {
    let first = [facts.lesson.then_some("lesson"), facts.board.then_some("board")];
    first.into_iter().flatten().chain(of_use(ALL, facts))
}

/// What stands where a program's text does: of a board there is none, so its link takes the place.
const fn source_views(facts: Facts) -> &'static [&'static str] {
    if facts.board { &["board", "source"] } else { &["source"] }
}

/// From 110x32 on: the loop as boxes, ready beside timers, the await tree, handler calls.
fn medium(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let lanes = (rect.height / 8).clamp(3, 8);
    let (body, bottom) = above(rect, lanes);
    // From 118 columns on there is room for the loop's diagram with boxes.
    let wanted = if body.width >= 118 { 74 } else { 66 };
    let (left, right) = halves(body, (body.width - wanted + 1).clamp(45, 80));
    let inside = left.height - 2;
    if facts.lesson {
        let lesson = inside / 2;
        column(
            left,
            &[("lesson", &["lesson"], lesson), ("source", &["source"], 0)],
            facts,
            &mut slots,
        );
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
fn large(rect: Rect, facts: Facts) -> Vec<Slot> {
    let mut slots = Vec::new();
    let lanes = (rect.height / 5).clamp(5, 24);
    let (body, bottom) = above(rect, lanes);
    let inside = body.height - 2;
    let (left, rest) = halves(body, body.width * 3 / 10);
    // The queues beside each other want more than the diagram above them.
    let (middle, right) = halves(rest, (rest.width * 3 / 5).max(74).min(rest.width - 40));
    if facts.lesson {
        let lesson = inside * 11 / 20;
        column(
            left,
            &[("lesson", &["lesson"], lesson), ("source", &["source"], 0)],
            facts,
            &mut slots,
        );
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

#[cfg(test)]
mod tests;
