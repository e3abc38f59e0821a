//! The heap of timers, by the time they are due: absolute, and seen from now. MicroPython's tasks
//! that sleep stand in the one queue, behind those that are due.

use loopscope_model::state::{Loop, Order};
use loopscope_model::why::Thing;
use loopscope_protocol::HandleId;
use loopscope_session::Mark;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list;
use crate::widgets::row::Row;
use crate::widgets::search::Listed;
use crate::widgets::searched_list::{NONE_FOUND, SearchedList};

/// The view's name.
pub const ID: &str = "timers";

/// How many timers are looked at to count those that are cancelled.
const COUNTED: usize = 1000;

/// The heap of timers.
#[derive(Debug, Default)]
pub struct Timers {
    list: SearchedList,
}

/// The rows: the timers in the heap, then those that left it since the last stop. None of them is
/// made before it is in sight.
struct Rows<'a> {
    /// Whose heap it is, where there is one.
    the_loop: Option<&'a Loop>,
    /// What MicroPython's one queue has for later. What is due stands in the view before.
    later: Option<Vec<HandleId>>,
    gone: Vec<HandleId>,
}

impl<'a> Rows<'a> {
    fn of(snapshot: &Snapshot<'a>) -> Self {
        let the_loop = snapshot.state.focus();
        let later = the_loop.filter(|_| snapshot.state.is_micropython()).map(|the_loop| {
            let [_, later] = snapshot.state.one_queue(the_loop);
            later
        });
        // What a gap has made unknown has not gone.
        let known = the_loop.is_none_or(Loop::timers_known);
        let marks = snapshot.changes.timers.iter();
        let marks = marks.filter(|(_, mark)| known && **mark == Mark::Gone);
        Self { the_loop, later, gone: marks.map(|(id, _)| *id).collect() }
    }

    /// How many timers are in the heap.
    fn heap(&self) -> usize {
        match (&self.later, self.the_loop) {
            (Some(later), _) => later.len(),
            (None, Some(the_loop)) => the_loop.timers().len(),
            (None, None) => 0,
        }
    }

    fn len(&self) -> usize {
        self.heap() + self.gone.len()
    }

    /// Those in the heap, in no order. Counting is for people: beyond a thousand nobody does it.
    fn some(&self) -> impl Iterator<Item = HandleId> + '_ {
        let later = self.later.iter().flatten().copied();
        let heap = self.the_loop.filter(|_| self.later.is_none());
        let heap = heap.into_iter().flat_map(Loop::timers);
        later.chain(heap).take(COUNTED)
    }

    /// Some rows from one on: the handles, and whether they are in the heap.
    fn from(&self, first: usize, count: usize) -> Vec<(HandleId, bool)> {
        let heap: Vec<HandleId> = match (&self.later, self.the_loop) {
            (Some(later), _) => later.iter().skip(first).take(count).copied().collect(),
            (None, Some(the_loop)) => the_loop.timers_in_order(first, count),
            (None, None) => Vec::new(),
        };
        let left = count - heap.len();
        let gone = self.gone.iter().skip(first.saturating_sub(self.heap())).take(left);
        let gone = gone.map(|id| (*id, false));
        heap.into_iter().map(|id| (id, true)).chain(gone).collect()
    }
}

/// How far off a moment is.
fn relative(when: f64, now: f64) -> String {
    let away = when - now;
    if away >= 0.001 {
        format!("in {away:.3} s")
    } else if away > 0.0 {
        format!("in {:.0} us", (away * 1e6).ceil())
    } else if away > -0.001 {
        "due now".to_owned()
    } else {
        format!("{:.3} s late", -away)
    }
}

fn row(snapshot: &Snapshot<'_>, theme: &Theme, id: HandleId, here: bool) -> Row {
    let handle = snapshot.state.handle(id);
    let cancelled = handle.is_some_and(|handle| handle.cancelled);
    let mark = snapshot.changes.timers.get(&id).copied();
    let sign = mark.map_or(' ', Mark::sign);
    let when = handle.and_then(|handle| handle.when);
    let role = match (here, cancelled) {
        (false, _) => Role::Left,
        (true, true) => Role::Cancelled,
        (true, false) => Role::Timer,
    };
    let now = snapshot.state.seconds().unwrap_or(0.0);
    let due = match when {
        Some(when) => format!("{when:>6.3} "),
        None => format!("{:>6} ", "?"),
    };
    let right = match when {
        _ if cancelled => "cancelled".to_owned(),
        _ if !here => "left the heap".to_owned(),
        Some(when) => relative(when, now),
        None => String::new(),
    };
    let choice = super::lesson::choice(snapshot, id).filter(|_| here);
    let choice = choice.map_or(String::new(), |number| format!("({}) ", number + 1));
    let cross = if cancelled && here { theme.glyphs.cross } else { " " };
    Row::of(sign.to_string(), mark.map_or(Role::Text, super::mark_role), theme)
        .put(cross, Role::Cancelled, theme)
        .put(due, role, theme)
        .put(choice, Role::Key, theme)
        .put(words::handle(snapshot, id), if here { role } else { Role::Left }, theme)
        // How far off it is follows from when it is due, and that it left from its sign; which timer
        // it is does not.
        .spare(!cancelled && (!here || when.is_some_and(|when| when > now)))
        .put_right(right, if cancelled { Role::Cancelled } else { Role::Faint }, theme)
}

impl Timers {
    fn listed(&self, snapshot: &Snapshot<'_>, rows: &Rows<'_>) -> Listed {
        // Each row alone would go through the heap anew.
        let all = if self.list.is_searched() { rows.from(0, rows.len()) } else { Vec::new() };
        let theme = Theme::default();
        self.list.listed(rows.len(), |n| row(snapshot, &theme, all[n].0, all[n].1).text())
    }
}

impl View for Timers {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let the_loop = snapshot.state.focus();
        let rows = Rows::of(snapshot);
        let all = rows.heap();
        let is_off = |id: &HandleId| snapshot.state.handle(*id).is_some_and(|h| h.cancelled);
        let off = rows.some().filter(is_off).count();
        let lost = if the_loop.is_none_or(Loop::timers_known) { "" } else { ", more may be lost" };
        let later = if snapshot.state.is_micropython() { " later in the queue" } else { "" };
        let off = if off > 0 { format!(", {off} cancelled") } else { String::new() };
        let mut line = Line::from(vec![
            Span::styled("timers", theme.style(Role::Title)),
            Span::styled(
                if all == 0 && !lost.is_empty() {
                    ": not known since the gap".to_owned()
                } else {
                    format!(": {all}{later}{off}{lost}")
                },
                theme.style(Role::Text),
            ),
        ]);
        line.spans.extend(self.list.title(&self.listed(snapshot, &rows), theme));
        line
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let rows = Rows::of(snapshot);
        let listed = self.listed(snapshot, &rows);
        if action == Action::Open {
            let row = self.list.current(&listed).map(|n| rows.from(n, 1)).unwrap_or_default();
            return row.first().map_or(Effect::Done, |(id, _)| Effect::Show {
                title: format!("h{}", id.0),
                text: words::handle_details(snapshot, *id),
                thing: Some(Thing::Handle(*id)),
            });
        }
        Effect::of_list(self.list.update(action, &listed, area))
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let listed = self.listed(snapshot, &Rows::of(snapshot));
        Effect::of_list(self.list.click(at, &listed, area).is_some())
    }

    fn follow(&mut self) {
        self.list.follow();
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let all = Rows::of(snapshot);
        if all.len() == 0 {
            let known = snapshot.state.focus().is_none_or(Loop::timers_known);
            let text = match snapshot.state.order() {
                _ if !known => "  (not known: records were lost)",
                Order::Own => "  (this scheduler tells of none)",
                _ => "  (none)",
            };
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let listed = self.listed(snapshot, &all);
        if listed.is_empty() {
            Row::of(NONE_FOUND, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let (first, selected) = (self.list.first(&listed, area), self.list.selected(&listed));
        let shown: Vec<(HandleId, bool)> = match &listed {
            Listed::All(_) => all.from(first, area.height.into()),
            Listed::Some(rows, ..) => {
                let all = all.from(0, all.len());
                rows.iter().skip(first).take(area.height.into()).map(|n| all[*n]).collect()
            }
        };
        let rows = |number: usize| {
            let (id, here) = shown[number - first];
            row(snapshot, theme, id, here)
        };
        list::draw(rows, listed.len(), first, selected, theme, area, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn what_is_due_is_due() {
        assert_eq!(relative(3.0, 2.0), "in 1.000 s");
        assert_eq!(relative(2.000_25, 2.0), "in 250 us");
        assert_eq!(relative(2.0, 2.0), "due now");
        assert_eq!(relative(1.999_5, 2.0), "due now");
        assert_eq!(relative(1.55, 2.0), "0.450 s late");
    }
}
