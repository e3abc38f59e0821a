//! Where the panels stand, for every size of terminal. A pure function of the size and a few facts
//! that change seldom, so panels do not jump about while one steps.

mod large;
mod small;
#[cfg(test)]
mod tests;

use ratatui::layout::Rect;

use self::large::{large, medium};
use self::small::{low, narrow, reading, standard, standard_lesson};
use crate::views::TABLE;

/// The smallest terminal that the screen fits in.
pub const SMALLEST: (u16, u16) = (40, 12);

/// The rows that a lesson's text has at least: three of what is said or asked, and the choices.
const LESSON: u16 = 7;

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

/// Where everything stands; `None`: the terminal is too small.
pub fn layout(area: Rect, facts: Facts) -> Option<Layout> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    // One for what happened, and what comes next may need two.
    let mut usual = if area.width < 60 || area.height >= 24 { 3 } else { 2 };
    if facts.lesson {
        // Header, keys and the border of one panel take four rows.
        usual = usual.min((area.height - 4).saturating_sub(LESSON).max(1));
    }
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

/// What stands where a program's text does: of a board there is none, so its link takes the place.
const fn source_views(facts: Facts) -> &'static [&'static str] {
    if facts.board { &["board", "source"] } else { &["source"] }
}
