//! The program's text: the line that has caused the last record, and the lines where tasks wait, with
//! their names. Of a source that does not say lines: where what runs stands, or what the last record
//! is about.

use std::collections::{BTreeMap, HashMap};

use loopscope_model::state::TaskState;
use loopscope_protocol::{Event, FieldValue, NameId, Place, TaskId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::list::{self, Scroll};
use crate::widgets::python::Colored;
use crate::widgets::text::{clean, fit_line, width};

/// The view's name.
pub const ID: &str = "source";

/// How far back to look for the last line that something happened at.
const MEMORY: usize = 400;

/// How many waiting tasks are looked at for the lines where they stand.
const LISTED: usize = 1000;

/// The program's text.
#[derive(Debug, Default)]
pub struct ProgramText {
    scroll: Scroll,
    right: usize,
    search: String,
}

/// A line, and why it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    file: String,
    line: u32,
    mark: Mark,
}

impl Spot {
    fn at(place: Place, mark: Mark, snapshot: &Snapshot<'_>) -> Self {
        Self { file: snapshot.names.exact(place.file).into_owned(), line: place.line, mark }
    }
}

/// What a line is to the last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It has caused the record, or runs now.
    Runs,
    /// The record is about it.
    Subject,
    /// Nothing: it is the last one that was at work.
    Nothing,
}

/// The line that runs now: where the running task stands, or the running callback.
fn running(snapshot: &Snapshot<'_>) -> Option<Place> {
    let current = snapshot.state.focus()?.current?;
    let handle = snapshot.state.handle(current)?;
    let place = match snapshot.state.task(handle.task) {
        Some(task) => words::own_place(snapshot, task.place, task.chain),
        None => handle.place,
    };
    Some(place).filter(|place| words::is_at_hand(snapshot, *place))
}

/// The line that a record is about.
fn subject(snapshot: &Snapshot<'_>, event: &Event) -> Option<Place> {
    let place = match *event {
        Event::TaskSuspend { place, chain, .. } => words::own_place(snapshot, place, chain),
        _ => event.fields().as_slice().iter().find_map(|field| match field.value {
            FieldValue::Place(place) => Some(place),
            _ => None,
        })?,
    };
    Some(place).filter(|place| words::is_at_hand(snapshot, *place))
}

/// Where to look: the line that has caused the last record, or where what is about to run begins,
/// else the last line that was at work.
fn spot(snapshot: &Snapshot<'_>) -> Option<Spot> {
    // A line that the program holds at has not run: it is what comes next.
    if let Some((file, line)) = snapshot.line
        && snapshot.sources.get(file).is_some()
    {
        return Some(Spot { file: file.clone(), line: *line, mark: Mark::Subject });
    }
    if !snapshot.history.knows_lines() {
        return spot_without_lines(snapshot);
    }
    let record = snapshot.record()?;
    let at_hand = |place: &Place| words::is_at_hand(snapshot, *place);
    let cause = record.cause(snapshot.names).map(|cause| cause.place).filter(at_hand);
    if let Some(place) = cause {
        return Some(Spot::at(place, Mark::Runs, snapshot));
    }
    if let Event::HandleRun { handle, task } = record.event {
        // Nothing of it has run yet: where it begins, or goes on.
        let stands = snapshot.state.task(task).and_then(|task| task.stands_at(snapshot.names));
        let place = stands.or_else(|| snapshot.state.handle(handle).map(|handle| handle.place));
        if let Some(place) = place.filter(at_hand) {
            return Some(Spot::at(place, Mark::Subject, snapshot));
        }
    }
    let last = snapshot.history.last_cause(snapshot.position)?.place;
    Some(last).filter(at_hand).map(|place| Spot::at(place, Mark::Nothing, snapshot))
}

/// The same of a source that does not say lines: the running line, else the last line that a record
/// was about.
fn spot_without_lines(snapshot: &Snapshot<'_>) -> Option<Spot> {
    if let Some(place) = running(snapshot) {
        return Some(Spot::at(place, Mark::Runs, snapshot));
    }
    let from = snapshot.position.saturating_sub(MEMORY);
    let records = snapshot.history.range(from, snapshot.position).rev();
    let place = records.into_iter().find_map(|record| subject(snapshot, &record.event))?;
    Some(Spot::at(place, Mark::Subject, snapshot))
}

/// Which file to show.
fn file(snapshot: &Snapshot<'_>, spot: Option<&Spot>) -> String {
    let wanted = spot.map(|spot| spot.file.clone());
    wanted
        .filter(|name| snapshot.sources.get(name).is_some())
        .unwrap_or_else(|| snapshot.sources.main().to_owned())
}

/// The tasks that wait, by the line of `file` where they stand.
fn waiting(snapshot: &Snapshot<'_>, file: &str) -> BTreeMap<u32, Vec<TaskId>> {
    let mut lines: BTreeMap<u32, Vec<TaskId>> = BTreeMap::new();
    let mut is_file: HashMap<NameId, bool> = HashMap::new();
    let mut is_here = |place: &Place| {
        let exact = || snapshot.names.exact(place.file) == file;
        *is_file.entry(place.file).or_insert_with(exact)
    };
    let stands = |state: TaskState| matches!(state, TaskState::Waiting(_) | TaskState::Queued);
    for task in snapshot.state.pending_behind(0).filter(|task| stands(task.state)).take(LISTED) {
        // Every frame of the chain that is in this file, so that callers are marked too.
        let chain = snapshot.names.chain(task.chain);
        let here = std::iter::once(task.place).chain(chain.iter().map(|frame| frame.place));
        let mut seen = Vec::new();
        for place in here.filter(|place| is_here(place)) {
            if !seen.contains(&place.line) {
                seen.push(place.line);
                lines.entry(place.line).or_default().push(task.id);
            }
        }
    }
    lines
}

impl ProgramText {
    fn first(&self, snapshot: &Snapshot<'_>, text: &Colored, area: Rect) -> usize {
        let spot = spot(snapshot);
        let name = file(snapshot, spot.as_ref());
        // At an exercise, what is to be changed matters more than what ran last.
        let change = snapshot.lesson.and_then(|page| page.change);
        let line = match change.filter(|_| name == snapshot.sources.main()) {
            Some(line) => line - 1,
            None => spot
                .filter(|spot| spot.file == name)
                .map_or(0, |spot| spot.line.saturating_sub(1) as usize),
        };
        let row = self.scroll.selected(text.len()).unwrap_or(line);
        list::window(text.len(), area.height.into(), row)
    }
}

impl View for ProgramText {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let name = file(snapshot, spot(snapshot).as_ref());
        let mut line = Line::from(Span::styled("source", theme.style(Role::Title)));
        if !name.is_empty() && name != snapshot.name {
            line.push_span(Span::styled(format!(": {}", clean(&name)), theme.style(Role::Text)));
        }
        if !self.search.is_empty() {
            let text = format!(", finding \"{}\"", self.search);
            line.push_span(Span::styled(text, theme.style(Role::Changed)));
        }
        line
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("enter", "what the last record says, and what led to it"),
            ("h l", "sideways, where lines are long"),
            ("/", "search; ctrl-n: the next match"),
        ]
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let name = file(snapshot, spot(snapshot).as_ref());
        let Some(text) = snapshot.sources.get(&name) else {
            return Effect::Ignored;
        };
        match action {
            Action::Open => return super::about_the_record(snapshot),
            Action::Left => self.right = self.right.saturating_sub(8),
            Action::Right => self.right = (self.right + 8).min(400),
            Action::NextMatch if !self.search.is_empty() => {
                let from = self.scroll.selected(text.len()).unwrap_or(0);
                let lines = (1..=text.len()).map(|n| (from + n) % text.len());
                let found = lines.into_iter().find(|line| {
                    text.plain(line + 1).to_lowercase().contains(&self.search.to_lowercase())
                });
                self.scroll.select(found.or_else(|| self.scroll.selected(text.len())));
            }
            _ => {
                let start = self.first(snapshot, text, area) + usize::from(area.height) / 2;
                let page = usize::from(area.height);
                if !self.scroll.update(action, text.len(), page, start) {
                    return Effect::Ignored;
                }
            }
        }
        Effect::Done
    }

    fn filter(&mut self, text: &str) -> bool {
        text.clone_into(&mut self.search);
        true
    }

    fn follow(&mut self) {
        if self.search.is_empty() {
            self.scroll.select(None);
        }
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let spot = spot(snapshot);
        let name = file(snapshot, spot.as_ref());
        let Some(text) = snapshot.sources.get(&name) else {
            let what = if name.is_empty() { "its text" } else { &*name };
            let row = format!("  ({} is not here to be shown)", clean(what));
            crate::widgets::row::Row::of(row, Role::Faint, theme).draw(theme, area, buffer);
            return;
        };
        let spot = spot.filter(|spot| spot.file == name);
        let waiting = waiting(snapshot, &name);
        let first = self.first(snapshot, text, area);
        let digits = text.len().max(10).to_string().len();
        for row in 0..area.height {
            let line = first + usize::from(row) + 1;
            if line > text.len() {
                break;
            }
            let place = Rect { y: area.y + row, height: 1, ..area };
            let number = u32::try_from(line).unwrap_or(u32::MAX);
            let here = spot.as_ref().filter(|spot| spot.line == number);
            let here = here.filter(|spot| spot.mark != Mark::Nothing);
            let notes = notes(snapshot, waiting.get(&number).map_or(&[], Vec::as_slice), theme);
            self.line(text, line, digits, here, &notes, theme, place, buffer);
            if self.scroll.selected(text.len()) == Some(line - 1) {
                buffer.set_style(place, theme.style(Role::Selected));
            }
        }
    }
}

/// Who waits at a line, in words and as short as can be.
fn notes(snapshot: &Snapshot<'_>, tasks: &[TaskId], theme: &Theme) -> [String; 2] {
    let [one, rest @ ..] = tasks else { return [String::new(), String::new()] };
    let more = if rest.is_empty() { String::new() } else { format!(" +{}", rest.len()) };
    let pointer = theme.glyphs.back_pointer;
    let name = words::task_name(snapshot, *one);
    [format!("{pointer} {name}{more}"), format!("{pointer} t{}{more}", one.0)]
}

impl ProgramText {
    /// One line: a sign, its number, its text, and who waits there: beside the text where there is
    /// room for it, else as a sign in the margin.
    #[allow(clippy::too_many_arguments, reason = "all of it is what one line consists of")]
    fn line(
        &self,
        text: &Colored,
        line: usize,
        digits: usize,
        here: Option<&Spot>,
        notes: &[String; 2],
        theme: &Theme,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let room = usize::from(area.width);
        let number = format!("{line:>digits$} ");
        let start = 1 + width(&number);
        // The line is what the reader wants to see, so a note never covers it.
        let left = room.saturating_sub(start + width(text.plain(line).trim_end()) + 1);
        let note = notes.iter().find(|note| width(note) <= left).map_or("", String::as_str);
        let runs = here.is_some_and(|spot| spot.mark == Mark::Runs);
        let (sign, role) = match here {
            Some(_) if runs => (theme.glyphs.pointer, Role::Running),
            Some(_) => (theme.glyphs.subject, Role::Changed),
            None if note.is_empty() && !notes[0].is_empty() => {
                (theme.glyphs.back_pointer, Role::Task)
            }
            None => (" ", Role::Faint),
        };
        buffer.set_string(area.x, area.y, sign, theme.style(role));
        let number_role = if here.is_some() { role } else { Role::Faint };
        buffer.set_string(area.x + 1, area.y, &number, theme.style(number_role));
        let reserved = if note.is_empty() { 0 } else { width(note) + 1 };
        let columns = room.saturating_sub(start + reserved);
        let mut spans = text.spans(line, theme);
        if runs {
            let style = theme.style(Role::Running);
            spans = vec![Span::styled(text.plain(line), style)];
        }
        let spans = if self.right > 0 { scrolled(spans, self.right) } else { spans };
        let fitted = fit_line(Line::from(spans), columns, theme);
        let wide = u16::try_from(columns).unwrap_or(u16::MAX);
        let x = area.x + u16::try_from(start).unwrap_or(0);
        if x < area.right() {
            buffer.set_line(x, area.y, &fitted, wide);
        }
        if !note.is_empty() {
            let x = area.right().saturating_sub(u16::try_from(width(note)).unwrap_or(0));
            buffer.set_string(x, area.y, note, theme.style(Role::Task));
        }
    }
}

/// Spans without their first columns.
fn scrolled(spans: Vec<Span<'static>>, by: usize) -> Vec<Span<'static>> {
    let mut skip = by;
    let mut kept = Vec::new();
    for span in spans {
        let mut rest = String::new();
        for c in span.content.chars() {
            if skip > 0 {
                skip -= 1;
            } else {
                rest.push(c);
            }
        }
        if !rest.is_empty() {
            kept.push(Span::styled(rest, span.style));
        }
    }
    kept
}
