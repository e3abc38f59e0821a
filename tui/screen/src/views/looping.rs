//! The loop as a machine with four stations - poll, timers, ready, running - and where it stands.
//! MicroPython's loop waits for the head of its one queue: there the two in the middle are the parts
//! of that queue.

mod diagram;

use loopscope_model::state::{At, Loop, Order, Phase};
use loopscope_protocol::{HandleId, Kind, Word};
use loopscope_session::Mark;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;

/// The view's name.
pub const ID: &str = "loop";

/// The loop as a machine.
#[derive(Debug, Default)]
pub struct Looping;

/// One of the four stations of a loop, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Station {
    name: &'static str,
    /// Whether the loop is here.
    here: bool,
    /// In a word or two.
    brief: String,
    /// In up to two lines.
    long: [String; 2],
    /// What came and went, with signs.
    news: Vec<(Mark, String)>,
    /// What moved on from here to the next place since the last stop.
    moved: Option<String>,
}

/// The four stations of a loop.
fn stations(snapshot: &Snapshot<'_>, the_loop: &Loop) -> Vec<Station> {
    let changes = snapshot.changes;
    let of_here =
        |id: &HandleId| snapshot.state.handle(*id).is_some_and(|h| h.loop_id == the_loop.id);
    let news = |marks: &std::collections::BTreeMap<HandleId, Mark>| -> Vec<(Mark, String)> {
        let marks = marks.iter().filter(|(id, mark)| of_here(id) && **mark != Mark::Changed);
        marks.map(|(id, mark)| (*mark, format!("h{}", id.0))).collect()
    };
    let polling = the_loop.at == At::Polling;
    let sleep = the_loop.sleep;
    let (brief, long) = match sleep {
        Some(sleep) if polling => match (sleep.timeout, sleep.wakes_at()) {
            (Some(timeout), _) if timeout <= 0.0 => {
                ("no wait".to_owned(), ["looks only".to_owned(), "no sleep".to_owned()])
            }
            (Some(_), Some(at)) => {
                ("asleep".to_owned(), ["asleep".to_owned(), format!("till {at:.3}")])
            }
            _ => ("asleep".to_owned(), ["asleep".to_owned(), "no limit".to_owned()]),
        },
        Some(sleep) => {
            let slept = sleep.slept().filter(|slept| *slept >= 0.001);
            let long =
                slept.map_or_else(Default::default, |s| ["slept".to_owned(), format!("{s:.3} s")]);
            (String::new(), long)
        }
        None => Default::default(),
    };
    let order = snapshot.state.order();
    let names = match order {
        Order::Batches => ["poll", "timers", "ready", "running"],
        Order::OneQueue => ["wait", "later", "due", "running"],
        Order::Own => ["idle", "timers", "ready", "running"],
    };
    let mut all = [
        Station { name: names[0], here: polling, brief, long, ..Station::default() },
        Station { name: names[1], here: the_loop.at == At::Timers, ..Station::default() },
        Station { name: names[2], here: the_loop.at == At::Ready, ..Station::default() },
        Station { name: names[3], here: the_loop.at == At::Running, ..Station::default() },
    ];
    // How many are due and wait, and the first that waits; without looking at all of them where
    // there are queues for both.
    let (due, timers, first) = if order == Order::OneQueue {
        let [due, later] = snapshot.state.one_queue(the_loop);
        (due.len(), later.len(), later.first().copied())
    } else {
        let first = the_loop.first_timer().map(|(timer, _)| timer);
        (the_loop.ready().len(), the_loop.timers().len(), first)
    };
    all[1].brief = match timers {
        0 if !the_loop.timers_known() => "?".to_owned(),
        0 => String::new(),
        timers => timers.to_string(),
    };
    all[1].long = match first.and_then(|id| snapshot.state.handle(id)?.when) {
        Some(when) => [format!("{timers} waiting"), format!("next {when:.3}")],
        None if !the_loop.timers_known() => ["unknown".to_owned(), String::new()],
        None => ["none".to_owned(), String::new()],
    };
    if the_loop.timers_known() {
        all[1].news = news(&changes.timers);
    }
    let (this, next) = match order {
        Order::Batches => (the_loop.batch().len(), the_loop.next_batch().len()),
        _ => (due, 0),
    };
    all[2].brief = match (this, next) {
        (0, 0) if !the_loop.ready_known() => "?".to_owned(),
        (0, 0) => String::new(),
        (this, 0) => this.to_string(),
        (this, next) => format!("{this}+{next}"),
    };
    all[2].long = match order {
        _ if this + next == 0 && !the_loop.ready_known() => ["unknown".to_owned(), String::new()],
        Order::Batches => [format!("this {this}"), format!("next {next}")],
        Order::OneQueue => [format!("{this} due"), String::new()],
        Order::Own => [format!("{this} ready"), String::new()],
    };
    if the_loop.ready_known() {
        all[2].news = news(&changes.ready);
    }
    if the_loop.at == At::Unknown {
        "?".clone_into(&mut all[3].brief);
        all[3].long = ["unknown".to_owned(), String::new()];
    }
    if let Some(current) = the_loop.current {
        all[3].brief = format!("h{}", current.0);
        all[3].long = [format!("h{}", current.0), words::handle_name(snapshot, current)];
    }
    // What left one place and arrived in the next one has moved along the arrow between them.
    let left_heap = |id: &&HandleId| changes.timers.get(id) == Some(&Mark::Gone);
    let arrived = changes.ready.iter().filter(|(_, mark)| **mark == Mark::New).map(|(id, _)| id);
    all[1].moved = moving(arrived.filter(left_heap));
    let started = the_loop.current.filter(|id| changes.ready.get(id) == Some(&Mark::Gone));
    all[2].moved = moving(started.iter());
    let mut all = Vec::from(all);
    // A scheduler that tells of no timers has no place for them, but for waking up.
    if order == Order::Own && timers == 0 && !snapshot.digest.has_seen(&[Kind::TimerNew]) {
        all[2].here |= all[1].here;
        all.remove(1);
    }
    all
}

fn moving<'a>(mut ids: impl Iterator<Item = &'a HandleId>) -> Option<String> {
    let first = ids.next()?;
    match ids.count() {
        0 => Some(format!("h{}", first.0)),
        more => Some(format!("{}x", more + 1)),
    }
}

/// The facts below the diagram.
fn facts(snapshot: &Snapshot<'_>, theme: &Theme, the_loop: &Loop) -> Row {
    let (stop, role) = if the_loop.stop_requested {
        let by = words::by(the_loop.stop_by);
        (format!("yes{}{by}", if by.is_empty() { "" } else { ", " }), Role::Changed)
    } else {
        ("no".to_owned(), Role::Text)
    };
    let handler = match the_loop.handler.which {
        None => "unknown".to_owned(),
        Some(_) if the_loop.handler.name.is_some() => {
            words::short(&snapshot.names.name(the_loop.handler.name)).to_owned()
        }
        Some(which) => which.word().to_owned(),
    };
    Row::of(" stop requested: ", Role::Faint, theme)
        .put(stop, role, theme)
        .put("  handler: ", Role::Faint, theme)
        .put(handler, Role::Text, theme)
}

impl View for Looping {
    fn id(&self) -> &'static str {
        ID
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[("enter", "what the last record says, and what led to it")]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, _area: Rect) -> Effect {
        if action == Action::Open { super::about_the_record(snapshot) } else { Effect::Ignored }
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let title = Span::styled("loop", theme.style(Role::Title));
        let Some(the_loop) = snapshot.state.focus() else {
            return Line::from(vec![title, Span::raw(": none yet")]);
        };
        let count = snapshot.state.loops().len();
        let which =
            if count > 1 { format!(" {} of {count}", the_loop.id.0) } else { String::new() };
        let changed = snapshot
            .changes
            .before()
            .and_then(|before| before.event_loop(the_loop.id))
            .is_some_and(|before| before.phase.word() != the_loop.phase.word());
        let sign = if changed { " ~" } else { "" };
        let unknown = the_loop.phase == Phase::Unknown;
        let between = if snapshot.is_away() && snapshot.is_live() {
            " when last seen"
        } else if unknown {
            " since the gap"
        } else if the_loop.at == At::Unknown {
            ", where is not known"
        } else if the_loop.at == At::Between && the_loop.phase.is_running() {
            ", between turns"
        } else {
            ""
        };
        Line::from(vec![
            title,
            Span::styled(format!("{which}: "), theme.style(Role::Text)),
            Span::styled(
                the_loop.phase.word(),
                theme.style(if changed { Role::Changed } else { Role::Title }),
            ),
            Span::styled(between, theme.style(Role::Faint)),
            Span::styled(sign, theme.style(Role::Changed)),
        ])
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let Some(the_loop) = snapshot.state.focus() else {
            Row::of(" the program has not made a loop yet", Role::Faint, theme)
                .draw(theme, area, buffer);
            return;
        };
        let stations = stations(snapshot, the_loop);
        let used = diagram::draw(&stations, theme, area, buffer);
        if used < area.height {
            let below = Rect { y: area.y + used, height: 1, ..area };
            facts(snapshot, theme, the_loop).draw(theme, below, buffer);
        }
    }
}
