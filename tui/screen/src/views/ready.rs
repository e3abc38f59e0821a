//! The ready queue: what runs, what is left of this turn's batch, and what waits for the next turn.
//! A lesson's question about what runs next is asked here.
//!
//! MicroPython has no batch: there it is the part of the one queue that is due, by its keys. Under a
//! board's own scheduler it is what is ready, in no order that anybody told.

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
use crate::widgets::searched_list::SearchedList;
use crate::widgets::text::wrap;

/// The view's name.
pub const ID: &str = "ready";

/// The ready queue.
#[derive(Debug, Default)]
pub struct Ready {
    list: SearchedList,
}

/// A row of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// It runs.
    Running(HandleId),
    /// It will run in this turn.
    This(HandleId),
    /// It will run in the next turn.
    Next(HandleId),
    /// It was here at the last stop.
    Gone(HandleId),
}

/// All rows, without making them all.
struct Items<'a> {
    the_loop: Option<&'a Loop>,
    /// What is due in MicroPython's one queue, which has no batch.
    due: Option<Vec<HandleId>>,
    gone: Vec<HandleId>,
}

impl<'a> Items<'a> {
    fn of(snapshot: &Snapshot<'a>) -> Self {
        let the_loop = snapshot.state.focus();
        let running = the_loop.and_then(|l| l.current);
        let marks = snapshot.changes.ready.iter();
        // What a gap has made unknown has not gone.
        let known = the_loop.is_none_or(Loop::ready_known);
        let gone =
            marks.filter(|(id, mark)| known && **mark == Mark::Gone && running != Some(**id));
        let due = the_loop.and_then(|the_loop| match snapshot.state.order() {
            Order::Batches => None,
            Order::OneQueue => {
                let [due, _] = snapshot.state.one_queue(the_loop);
                Some(due)
            }
            Order::Own => Some(the_loop.ready().collect()),
        });
        Self { the_loop, due, gone: gone.map(|(id, _)| *id).collect() }
    }

    fn lengths(&self) -> [usize; 4] {
        let l = self.the_loop;
        [
            l.map_or(0, |l| usize::from(l.current.is_some())),
            if self.due.is_some() { 0 } else { l.map_or(0, |l| l.batch().len()) },
            self.due.as_ref().map_or_else(|| l.map_or(0, |l| l.next_batch().len()), Vec::len),
            self.gone.len(),
        ]
    }

    fn len(&self) -> usize {
        self.lengths().iter().sum()
    }

    /// The row of that number, and whether it is the first of its group.
    fn get(&self, mut row: usize) -> Option<(Item, bool)> {
        let lengths = self.lengths();
        let group = lengths.iter().position(|len| {
            let here = row < *len;
            row -= if here { 0 } else { *len };
            here
        })?;
        let l = self.the_loop;
        let item = match group {
            0 => Item::Running(l?.current?),
            1 => Item::This(l?.batch().nth(row)?),
            2 => Item::Next(match &self.due {
                Some(due) => *due.get(row)?,
                None => l?.next_batch().nth(row)?,
            }),
            _ => Item::Gone(self.gone[row]),
        };
        Some((item, row == 0))
    }
}

/// The number of the question's choice that a row stands for.
fn choice_of(snapshot: &Snapshot<'_>, item: Item) -> Option<usize> {
    match item {
        Item::This(id) | Item::Next(id) => super::lesson::choice(snapshot, id),
        Item::Running(_) | Item::Gone(_) => None,
    }
}

fn row(snapshot: &Snapshot<'_>, theme: &Theme, item: Item, first: bool, wide: bool) -> Row {
    let (Item::Running(id) | Item::This(id) | Item::Next(id) | Item::Gone(id)) = item;
    let handle = snapshot.state.handle(id);
    let cancelled = handle.is_some_and(|handle| handle.cancelled);
    let mark = snapshot.changes.ready.get(&id).copied();
    let order = snapshot.state.order();
    let (label, role) = match item {
        Item::Running(_) => ("runs", Role::Running),
        Item::This(_) | Item::Next(_) if order == Order::OneQueue => ("due", Role::Ready),
        Item::This(_) | Item::Next(_) if order == Order::Own => ("", Role::Ready),
        Item::This(_) => ("this", Role::Ready),
        Item::Next(_) => ("next", Role::Text),
        // On the way back it has not come yet.
        Item::Gone(_) if snapshot.changes.is_back => ("", Role::Left),
        Item::Gone(_) => ("gone", Role::Left),
    };
    let (sign, sign_role) = match (item, mark) {
        (Item::Running(_), _) => (theme.glyphs.pointer.to_owned(), Role::Running),
        (_, Some(mark)) => (mark.sign().to_string(), super::mark_role(mark)),
        (_, None) => (" ".to_owned(), Role::Text),
    };
    let choice = choice_of(snapshot, item);
    let label = match choice {
        Some(number) => format!("({})", number + 1),
        None if first => label.to_owned(),
        None => String::new(),
    };
    let label_role = if choice.is_some() { Role::Key } else { Role::Faint };
    let name_role = if cancelled { Role::Cancelled } else { role };
    let mut row = Row::of(sign, sign_role, theme)
        .put(format!("{label:<4} "), label_role, theme)
        .put(words::handle(snapshot, id), name_role, theme);
    if snapshot.changes.is_back && matches!(item, Item::Gone(_)) {
        row = row.put_right("not yet ready", Role::Faint, theme);
    } else if cancelled {
        row = row.put_right("cancelled: left out", Role::Cancelled, theme);
    } else if let Some(handle) = handle {
        let by = if wide { words::by(handle.by) } else { String::new() };
        let gap = if by.is_empty() { "" } else { " " };
        let key = if order == Order::OneQueue { words::key(handle) } else { String::new() };
        let how = format!("{}{gap}{by}", words::how(handle));
        // Where there is room for one of the two, the order in the queue matters more.
        let text = match key.strip_prefix(", ") {
            Some(key) if !wide => key.to_owned(),
            _ => format!("{how}{key}"),
        };
        row = row.put_right(text, Role::Faint, theme);
    }
    row
}

impl View for Ready {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let [_, this, next, ..] = Items::of(snapshot).lengths();
        let known = snapshot.state.focus().is_none_or(Loop::ready_known);
        let dot = theme.glyphs.dot;
        let lost = if known { "" } else { ", more may be lost" };
        let count = match snapshot.state.order() {
            _ if !known && this + next == 0 => ": not known since the gap".to_owned(),
            Order::Batches => format!(": this batch {this} {dot} next batch {next}{lost}"),
            Order::OneQueue => format!(": {next} due in the queue{lost}"),
            Order::Own if known && next > 1 => format!(": {next}, the scheduler picks"),
            Order::Own => format!(": {next}{lost}"),
        };
        let mut line = Line::from(vec![
            Span::styled("ready", theme.style(Role::Title)),
            Span::styled(count, theme.style(Role::Text)),
        ]);
        let listed = self.listed(snapshot, &Items::of(snapshot));
        line.spans.extend(self.list.title(&listed, theme));
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "all about the selected handle"), ("1-9", "answer the lesson's question")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = Items::of(snapshot);
        let listed = self.listed(snapshot, &items);
        if action == Action::Open {
            let item = self.list.current(&listed).and_then(|n| items.get(n));
            return item.map_or(Effect::Done, |(item, _)| open(snapshot, item));
        }
        Effect::of_list(self.list.update(action, &listed, area))
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = Items::of(snapshot);
        let listed = self.listed(snapshot, &items);
        // A click below the rows leaves the selected one.
        let first = self.list.first(&listed, area);
        let Some(row) = list::row_at(area, at, listed.len(), first) else {
            return Effect::Ignored;
        };
        let _ = self.list.click(at, &listed, area);
        let choice = listed
            .at(row)
            .and_then(|n| items.get(n))
            .and_then(|(item, _)| choice_of(snapshot, item));
        choice.map_or(Effect::Done, Effect::Answer)
    }

    fn follow(&mut self) {
        self.list.follow();
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = Items::of(snapshot);
        if items.len() == 0 {
            let lines = wrap(&format!("({})", nothing(snapshot)), usize::from(area.width) - 3);
            for (y, line) in (area.y..area.bottom()).zip(lines) {
                let place = Rect { y, height: 1, ..area };
                Row::of(format!("  {line}"), Role::Faint, theme).draw(theme, place, buffer);
            }
            return;
        }
        let wide = area.width >= 46;
        let listed = self.listed(snapshot, &items);
        let first = listed.at(self.list.first(&listed, area));
        let row = |number: usize| {
            let item = items.get(number);
            item.map_or_else(Row::new, |(item, head)| {
                row(snapshot, theme, item, head || Some(number) == first, wide)
            })
        };
        self.list.draw(row, &listed, theme, area, buffer);
    }
}

impl Ready {
    fn listed(&self, snapshot: &Snapshot<'_>, items: &Items<'_>) -> Listed {
        let theme = Theme::default();
        self.list.listed(items.len(), |n| {
            let item = items.get(n);
            item.map_or_else(String::new, |(item, head)| {
                row(snapshot, &theme, item, head, true).text()
            })
        })
    }
}

fn open(snapshot: &Snapshot<'_>, item: Item) -> Effect {
    let (Item::Running(id) | Item::This(id) | Item::Next(id) | Item::Gone(id)) = item;
    let (title, text) = (format!("h{}", id.0), words::handle_details(snapshot, id));
    Effect::Show { title, text, thing: Some(Thing::Handle(id)) }
}

/// Why the queue is empty, and what will fill it.
fn nothing(snapshot: &Snapshot<'_>) -> String {
    let Some(the_loop) = snapshot.state.focus() else {
        return "there is no loop yet".to_owned();
    };
    if the_loop.phase == loopscope_model::state::Phase::Closed {
        return "the loop is closed".to_owned();
    }
    if !the_loop.ready_known() {
        return "what is ready is not known: records were lost".to_owned();
    }
    match snapshot.state.next_timer(the_loop) {
        // Where that is the question, the panel must not tell.
        Some(_) if super::lesson::is_asking(snapshot) => "nothing is ready".to_owned(),
        Some((id, _)) => format!("nothing; {} comes next", words::handle(snapshot, id)),
        None => "nothing is ready".to_owned(),
    }
}
