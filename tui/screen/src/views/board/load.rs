//! Who has how much of the processor: a row for each task, for sleep and for the loop itself, over
//! the last while and in all; and how late timers were.

use loopscope_model::load::{Longest, Shares, Who};
use loopscope_protocol::TaskId;

use crate::theme::{Role, Theme};
use crate::views::{Snapshot, words};
use crate::widgets::row::Row;
use crate::widgets::text::{fit, width};

/// The while that is looked at, in nanoseconds.
const WINDOW: u64 = 2_000_000_000;

/// A timer that is later than this is worth a warning: it is more than the queue's millisecond.
const LATE: u64 = 5_000_000;

/// What one had of the time.
#[derive(Clone, Debug)]
pub(super) struct Part {
    who: Who,
    /// What it is called here: without its number where no other has that name.
    label: String,
    busy: u64,
    /// The time that is shared in the window.
    whole: u64,
    all: u64,
    /// The same since the start.
    whole_of_all: u64,
    longest: Option<Longest>,
}

/// The shares in the window at the cursor.
pub(super) fn shares(snapshot: &Snapshot<'_>) -> Option<Shares> {
    let now = snapshot.state.t()?;
    Some(snapshot.digest.load().over(WINDOW, snapshot.position, now))
}

/// What is to be said first, and a row for each who had a part.
pub(super) fn parts(
    snapshot: &Snapshot<'_>,
    shares: Option<&Shares>,
    is_small: bool,
) -> (Option<String>, Vec<Part>) {
    let (Some(now), Some(shares)) = (snapshot.state.t(), shares) else {
        return (Some(" No time has passed yet.".to_owned()), Vec::new());
    };
    let load = snapshot.digest.load();
    let [known, unknown] = load.passed(snapshot.position, now);
    let part = |who: Who, busy: u64, whole: u64, whole_of_all: u64| {
        let all = load.in_all(who, snapshot.position, now);
        let (all, longest) = (all.busy, all.longest);
        Part { who, label: String::new(), busy, whole, all, whole_of_all, longest }
    };
    let mut parts: Vec<Part> =
        shares.rows.iter().map(|row| part(row.who, row.busy, shares.known, known)).collect();
    // A task that has not run lately has its row too.
    let resting = snapshot.state.pending_tasks().map(|task| Who::Task(task.id));
    let resting: Vec<Who> =
        resting.filter(|who| shares.rows.iter().all(|row| row.who != *who)).collect();
    let at = parts.len();
    parts.extend(resting.into_iter().map(|who| part(who, 0, shares.known, known)));
    parts[at..].sort_by_key(|part| std::cmp::Reverse(part.all));
    parts.push(part(Who::Asleep, shares.asleep, shares.known, known));
    parts.push(part(Who::Loop, shares.inside, shares.known, known));
    if shares.unknown > 0 {
        let (window, all) = (shares.known + shares.unknown, known + unknown);
        parts.insert(0, part(Who::Unknown, shares.unknown, window, all));
    }
    let hog = hog(snapshot, is_small);
    label(snapshot, &mut parts);
    (hog, parts)
}

/// Names the parts: numbers only tell two of one name apart.
fn label(snapshot: &Snapshot<'_>, parts: &mut [Part]) {
    let called = |who: Who| match who {
        Who::Task(id) => words::task_called(snapshot, id),
        _ => None,
    };
    let names: Vec<Option<String>> = parts.iter().map(|part| called(part.who)).collect();
    for (part, name) in parts.iter_mut().zip(&names) {
        let is_only = names.iter().filter(|other| *other == name).count() == 1;
        part.label = match name {
            Some(name) if is_only => name.clone(),
            _ => name_of(snapshot, part.who),
        };
    }
}

fn name_of(snapshot: &Snapshot<'_>, who: Who) -> String {
    match who {
        Who::Task(id) => words::task_name(snapshot, id),
        Who::Callback(name) => words::short(&snapshot.names.name(name)).to_owned(),
        Who::Loop => "the loop itself".to_owned(),
        Who::Asleep => "asleep".to_owned(),
        Who::Unknown => "unknown: a gap".to_owned(),
    }
}

/// The step that kept all others waiting longest, of all since the board started: also one of a
/// task that has ended since.
fn hog(snapshot: &Snapshot<'_>, is_small: bool) -> Option<String> {
    let (who, longest) = snapshot.digest.load().longest(snapshot.position)?;
    let long = words::short_duration(longest.ns);
    let called = match who {
        // There is no room for its number.
        Who::Task(id) if is_small => words::task_called(snapshot, id),
        _ => None,
    };
    let called = called.unwrap_or_else(|| name_of(snapshot, who));
    Some(format!(" longest so far: {long}, {called}"))
}

/// How late timers were.
pub(super) fn timers(snapshot: &Snapshot<'_>, shares: &Shares, theme: &Theme) -> Option<Row> {
    let latest = shares.latest?;
    let role = if latest.by > LATE { Role::Warning } else { Role::Text };
    let late = words::short_duration(latest.by);
    Some(
        Row::of(" timers up to ", Role::Faint, theme).put(format!("{late} late"), role, theme).put(
            format!(": {}", words::handle_name(snapshot, latest.handle)),
            Role::Text,
            theme,
        ),
    )
}

/// The widths of the columns in a panel so wide: bar, share of the window, share in all, longest.
const fn widths(width: u16) -> [usize; 4] {
    match width {
        0..34 => [0, 7, 0, 0],
        34..44 => [0, 7, 0, 9],
        44..56 => [0, 7, 8, 9],
        56..64 => [8, 7, 8, 9],
        _ => [16, 7, 8, 10],
    }
}

/// The titles of the columns.
pub(super) fn columns(window: u64, theme: &Theme, width: u16) -> Row {
    let [bar, _, all, longest] = widths(width);
    let mut right = format!("last {}", seconds(window));
    if all > 0 {
        right.push_str(&format!("{:>all$}", "in all"));
    }
    if longest > 0 {
        right.push_str(&format!("{:>longest$}", "longest"));
    }
    let left = if bar > 0 { " share of the time" } else { " time" };
    let gap = usize::from(width).saturating_sub(left.len() + right.len());
    Row::of(format!("{left}{}{right}", " ".repeat(gap)), Role::Faint, theme)
}

fn seconds(ns: u64) -> String {
    let tenths = ns / 100_000_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

impl Part {
    /// The position of the record with which its longest step began.
    pub(super) fn longest(&self) -> Option<usize> {
        self.longest.map(|longest| longest.at)
    }

    /// The task, if it is one.
    pub(super) const fn task(&self) -> Option<u32> {
        match self.who {
            Who::Task(TaskId(id)) => Some(id),
            _ => None,
        }
    }

    /// Its row.
    pub(super) fn row(&self, theme: &Theme, columns: u16) -> Row {
        let [cells, now, all, longest] = widths(columns);
        let role = match self.who {
            Who::Task(_) | Who::Callback(_) => Role::Task,
            Who::Asleep => Role::Asleep,
            Who::Loop => Role::Faint,
            Who::Unknown => Role::Warning,
        };
        let share = words::percent(self.busy, self.whole).unwrap_or_else(|| "?".to_owned());
        let room = usize::from(columns).saturating_sub(2 + cells + now + all + longest);
        let name = fit(&self.label, room, theme);
        let sign = if self.who == Who::Unknown { "?" } else { " " };
        let gap = " ".repeat(room.saturating_sub(width(&name)));
        let mut row = Row::of(sign, role, theme).put(format!("{name}{gap} "), role, theme);
        if cells > 0 {
            let halves = self.busy.saturating_mul(2 * cells as u64) / self.whole.max(1);
            let full = usize::try_from(halves.div_ceil(2)).unwrap_or(cells).min(cells);
            let sign = match self.who {
                Who::Asleep => theme.glyphs.asleep,
                Who::Unknown => "?",
                _ => theme.glyphs.busy,
            };
            // Too little for half a cell is still seen.
            let sliver = full == 0 && self.busy > 0;
            let bar = if sliver { theme.glyphs.boxes[0][5].to_owned() } else { sign.repeat(full) };
            let gap = " ".repeat(cells.saturating_sub(width(&bar)));
            row = row.put(format!("{bar}{gap}"), role, theme);
        }
        row = row.put(format!("{share:>now$}"), role, theme);
        if all > 0 {
            let share = words::percent(self.all, self.whole_of_all).unwrap_or_default();
            row = row.put(format!("{share:>all$}"), Role::Faint, theme);
        }
        if longest > 0 {
            let step = self.longest.filter(|_| matches!(self.who, Who::Task(_) | Who::Callback(_)));
            let step = step.map_or_else(String::new, |step| words::short_duration(step.ns));
            row = row.put(format!("{step:>longest$}"), Role::Text, theme);
        }
        row
    }
}
