//! The panels on the screen: which views stand where, which one has the keys, and what a key or a
//! click means to them. It draws snapshots and knows no session.

mod mouse;

use std::collections::BTreeMap;

use loopscope_protocol::Kind;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::bars::{self, Offer, Offered};
use super::layout::{Facts, Layout, Slot, layout, zoomed};
use super::prompt::Prompt;
use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::views::{Activity, Effect, Snapshot, TABLE, View, board, outside};
use crate::widgets::frames::Frames;
use crate::widgets::popup::Popup;

/// An answer or a refusal that stands in the place of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub text: String,
    /// Whether it is a refusal.
    pub failed: bool,
}

/// The panels.
#[derive(Debug)]
pub struct Screen {
    views: Vec<Box<dyn View>>,
    /// `None`: the terminal is too small.
    layout: Option<Layout>,
    /// The keys that the key line offers.
    offers: Vec<Offered>,
    /// The slot that has the keys, by name.
    focus: &'static str,
    zoom: bool,
    /// The view that stands in a slot, by name, and whether the user chose it.
    chosen: BTreeMap<&'static str, (&'static str, bool)>,
    /// A box over the panels.
    pub popup: Option<Popup>,
    /// The `:` or `/` line.
    pub prompt: Option<Prompt>,
    /// What stands in the place of the keys.
    pub message: Option<Message>,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            views: TABLE.iter().map(|entry| (entry.make)()).collect(),
            layout: None,
            offers: Vec::new(),
            focus: "source",
            zoom: false,
            chosen: BTreeMap::new(),
            popup: None,
            prompt: None,
            message: None,
        }
    }
}

impl Screen {
    /// Finds out where everything stands. To be called before [`Screen::draw`].
    pub fn arrange(&mut self, snapshot: &Snapshot<'_>, keymap: &Keymap, area: Rect) {
        self.offers = bars::offers(self.offer(snapshot), keymap, area.width);
        let facts = Facts {
            lesson: snapshot.lesson.is_some(),
            hides: snapshot.lesson.is_some_and(|page| page.hides),
            reads: snapshot.lesson.is_some() && snapshot.history.is_empty(),
            rests: snapshot.lesson.is_some_and(|page| page.rests),
            timers: snapshot.digest.has_seen(&[Kind::TimerNew]),
            tasks: snapshot.digest.has_seen(&[Kind::TaskNew]),
            outside: snapshot.digest.has_seen(&[
                Kind::ServerNew,
                Kind::TransportNew,
                Kind::ProcessNew,
                Kind::ExecutorSubmit,
            ]),
            locks: snapshot.digest.has_seen(&[Kind::SyncNew]),
            calls: snapshot.digest.has_seen(&[Kind::HandlerCall])
                || snapshot.history.lints(snapshot.history.len()).len() > 0,
            watchers: snapshot.digest.has_seen(&[Kind::WatcherAdd, Kind::SignalAdd]),
            board: snapshot.board,
            displays: !snapshot.displays.is_empty(),
            sentences: bars::rows(snapshot, area.width),
        };
        self.layout = layout(area, facts);
        let focus = self.focus;
        let Some(layout) = &mut self.layout else {
            return;
        };
        if !layout.slots.iter().any(|slot| slot.name == focus) {
            // What had the keys is behind a tab now, or gone.
            let holder = layout.slots.iter().find(|slot| slot.views.contains(&focus));
            self.focus = holder.or(layout.slots.first()).map_or("source", |slot| slot.name);
        }
        if self.zoom {
            zoomed(layout, self.focus);
        }
        let focused = self.focused();
        for view in &mut self.views {
            let has_keys = view.id() == focused;
            view.take_keys(has_keys.then_some(keymap));
        }
    }

    /// A stop: views follow the cursor, and tabs show the view in which something changed.
    pub fn stopped(&mut self, snapshot: &Snapshot<'_>) {
        for view in &mut self.views {
            view.follow();
        }
        let changes = snapshot.changes;
        let news: &[(&'static str, bool)] = &[
            ("calls", changes.handler_calls > 0),
            ("outside", changes.before().is_some_and(|it| !outside::is_same(it, snapshot.state))),
            ("watchers", !changes.watchers.is_empty() || !changes.signals.is_empty()),
            ("timers", !changes.timers.is_empty()),
            ("tasks", !changes.tasks.is_empty()),
        ];
        let Some(layout) = &self.layout else { return };
        for slot in &layout.slots {
            let pinned = self.chosen.get(slot.name).is_some_and(|(_, pinned)| *pinned);
            // The panel of everything on a small screen stays where the user left it.
            if slot.views.len() < 2
                || pinned
                || slot.views[0] == "source"
                || slot.views[0] == "lesson"
                || slot.views[0] == board::ID
            {
                continue;
            }
            let wanted = news.iter().find(|(id, new)| *new && slot.views.contains(id));
            if let Some((id, _)) = wanted {
                self.chosen.insert(slot.name, (id, false));
            }
        }
    }

    fn shown(&self, slot: &Slot) -> &'static str {
        let chosen = self.chosen.get(slot.name).map(|(id, _)| *id);
        chosen.filter(|id| slot.views.contains(id)).unwrap_or(slot.views[0])
    }

    fn view(&self, id: &str) -> Option<&dyn View> {
        self.views.iter().find(|view| view.id() == id).map(AsRef::as_ref)
    }

    fn view_mut(&mut self, id: &str) -> Option<&mut Box<dyn View>> {
        self.views.iter_mut().find(|view| view.id() == id)
    }

    fn slot(&self, name: &str) -> Option<&Slot> {
        self.layout.as_ref()?.slots.iter().find(|slot| slot.name == name)
    }

    /// The view that has the keys.
    pub fn focused(&self) -> &'static str {
        self.slot(self.focus).map_or("source", |slot| self.shown(slot))
    }

    /// Gives the keys to the panel in which a view stands, and shows it there.
    pub fn reveal(&mut self, id: &'static str) {
        let Some(layout) = &self.layout else { return };
        let Some(slot) = layout.slots.iter().find(|slot| slot.views.contains(&id)) else {
            return;
        };
        self.focus = slot.name;
        self.chosen.insert(slot.name, (id, true));
    }

    /// Shows a panel, by the name of its view, on the whole screen. False: there is none of that name
    /// here.
    pub fn show_alone(&mut self, id: &str) -> bool {
        let there = |slot: &&Slot| slot.views.contains(&id);
        let Some(slot) = self.layout.as_ref().and_then(|layout| layout.slots.iter().find(there))
        else {
            return false;
        };
        let view = slot.views.iter().find(|view| **view == id).copied().unwrap_or(slot.name);
        self.focus = slot.name;
        self.chosen.insert(slot.name, (view, true));
        self.zoom = true;
        true
    }

    /// Where the panel stands that has the keys, with its border.
    pub fn focused_window(&self) -> Option<Rect> {
        self.slot(self.focus).map(|slot| slot.rect)
    }

    /// Shows a view from its first row.
    pub fn top_of(&mut self, id: &str) {
        if let Some(view) = self.views.iter_mut().find(|view| view.id() == id) {
            view.follow();
        }
    }

    /// Does what an action says, if it is one of the panels'.
    pub fn update(&mut self, action: Action, snapshot: &Snapshot<'_>) -> Effect {
        if let Some(popup) = &mut self.popup {
            if popup.update(action) {
                return Effect::Done;
            }
            if matches!(action, Action::Close | Action::Quit | Action::Open | Action::Help) {
                self.popup = None;
                return Effect::Done;
            }
            self.popup = None;
        }
        match action {
            Action::FocusNext => self.turn(1),
            Action::FocusPrevious => self.turn(-1),
            Action::NextTab => self.tab(1),
            Action::PreviousTab => self.tab(-1),
            Action::Zoom => self.zoom = !self.zoom,
            Action::Close | Action::Quit if self.zoom => self.zoom = false,
            Action::Digit(digit) => {
                let slots = self.layout.as_ref().map_or(&[][..], |layout| &layout.slots);
                let slot = usize::from(digit).checked_sub(1).and_then(|at| slots.get(at));
                let Some(slot) = slot else {
                    return Effect::Ignored;
                };
                self.focus = slot.name;
            }
            _ => {
                let Some(slot) = self.slot(self.focus).cloned() else {
                    return Effect::Ignored;
                };
                let shown = self.shown(&slot);
                let Some(view) = self.view_mut(shown) else {
                    return Effect::Ignored;
                };
                return view.update(action, snapshot, slot.inside());
            }
        }
        Effect::Done
    }

    /// Moves the focus by that many panels, in reading order.
    fn turn(&mut self, by: isize) {
        let Some(layout) = self.layout.as_ref().filter(|_| !self.zoom) else {
            return;
        };
        let at = layout.slots.iter().position(|slot| slot.name == self.focus).unwrap_or(0);
        let len = isize::try_from(layout.slots.len()).unwrap_or(1).max(1);
        let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(len);
        if let Some(slot) = layout.slots.get(usize::try_from(next).unwrap_or(0)) {
            self.focus = slot.name;
        }
    }

    /// Shows another view in the panel that has the keys.
    fn tab(&mut self, by: isize) {
        let Some(slot) = self.slot(self.focus) else {
            return;
        };
        let shown = self.shown(slot);
        let at = slot.views.iter().position(|id| *id == shown).unwrap_or(0);
        let len = isize::try_from(slot.views.len()).unwrap_or(1).max(1);
        let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(len);
        let id = slot.views[usize::try_from(next).unwrap_or(0)];
        self.chosen.insert(slot.name, (id, true));
    }

    /// Filters the list, or searches the text, in the panel that has the keys; the records where
    /// that panel can do neither.
    pub fn filter(&mut self, text: &str, snapshot: &Snapshot<'_>) {
        let id = self.focused();
        if !self.view_mut(id).is_some_and(|view| view.filter(text)) {
            self.reveal("records");
            if let Some(view) = self.view_mut("records") {
                view.filter(text);
            }
        }
        if !text.is_empty() {
            self.update(Action::NextMatch, snapshot);
        }
    }

    /// Draws everything. Tells where the cursor is to stand, if it is to be seen.
    pub fn draw(
        &self,
        snapshot: &Snapshot<'_>,
        theme: &Theme,
        area: Rect,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let Some(layout) = &self.layout else {
            bars::too_small(theme, area, buffer);
            theme.finish(buffer);
            return None;
        };
        bars::header(snapshot, theme, layout.header, buffer);
        self.panels(layout, snapshot, theme, buffer);
        if layout.displays.height > 0 {
            bars::displays(snapshot, theme, layout.displays, buffer);
        }
        bars::sentences(snapshot, theme, layout.sentences, buffer);
        if let Some(popup) = &self.popup {
            let room = Rect { height: area.height.saturating_sub(1), ..area };
            popup.draw(theme, room, buffer);
        }
        let cursor = match (&self.prompt, &self.message) {
            (Some(prompt), _) => Some(prompt.draw(theme, area, layout.keys, buffer)),
            (None, Some(message)) => {
                bars::message(&message.text, message.failed, theme, layout.keys, buffer);
                None
            }
            (None, None) => {
                bars::keys(&self.offers, theme, layout.keys, buffer);
                None
            }
        };
        theme.finish(buffer);
        cursor
    }

    fn offer(&self, snapshot: &Snapshot<'_>) -> Offer {
        let question = snapshot.lesson.and_then(|page| page.question.as_ref());
        match snapshot.activity {
            _ if self.popup.is_some() => Offer::Popup,
            Activity::Running | Activity::Slow if snapshot.is_away() => Offer::Away,
            Activity::Running | Activity::Slow => Offer::Running { board: snapshot.link.is_some() },
            Activity::Standing => Offer::Standing { board: snapshot.board },
            _ => match question.filter(|question| question.is_open()) {
                Some(question) => Offer::Question(question.choices.len()),
                None if snapshot.lesson.is_some_and(|page| page.hides) => Offer::Game,
                None if snapshot.lesson.is_some_and(|page| page.find) => Offer::Find,
                None if snapshot.lesson.is_some_and(|page| page.file) => Offer::Exercise,
                None if snapshot.lesson.is_some() => Offer::Lesson,
                None => Offer::Usual,
            },
        }
    }

    fn panels(&self, layout: &Layout, snapshot: &Snapshot<'_>, theme: &Theme, buffer: &mut Buffer) {
        let all = layout.slots.iter().map(|slot| slot.rect).reduce(Rect::union).unwrap_or_default();
        let mut frames = Frames::new(all);
        for slot in &layout.slots {
            frames.add(slot.rect, slot.name == self.focus);
        }
        for slot in &layout.slots {
            let shown = self.shown(slot);
            let Some(view) = self.view(shown) else {
                continue;
            };
            frames.title(slot.rect, slot.rect.y, self.title(slot, view, snapshot, theme), theme);
            let bottom = slot.rect.bottom() - 1;
            let is_free = layout.slots.iter().all(|other| other.rect.y != bottom);
            let footer = view.footer(snapshot, theme, slot.rect.width.saturating_sub(2));
            if is_free && !footer.spans.is_empty() {
                frames.footer(slot.rect, footer);
            }
        }
        frames.draw(theme, buffer);
        for slot in &layout.slots {
            if let Some(view) = self.view(self.shown(slot)) {
                view.render(snapshot, theme, slot.inside(), buffer);
            }
        }
    }

    /// A panel's title, with the names of the other views that can stand there.
    fn title(
        &self,
        slot: &Slot,
        view: &dyn View,
        snapshot: &Snapshot<'_>,
        theme: &Theme,
    ) -> Line<'static> {
        let mut line = Line::default();
        if slot.name == self.focus {
            line.push_span(Span::styled(
                format!("{} ", theme.glyphs.pointer),
                theme.style(Role::Focus),
            ));
        }
        line.spans.extend(view.title(snapshot, theme).spans);
        let others = slot.views.iter().filter(|id| **id != view.id());
        if slot.views.len() > 4 {
            let at = slot.views.iter().position(|id| *id == view.id()).unwrap_or(0) + 1;
            let text = format!(" {} {at} of {}", theme.glyphs.dot, slot.views.len());
            line.push_span(Span::styled(text, theme.style(Role::Faint)));
        } else {
            for id in others {
                let text = format!(" {} {id}", theme.glyphs.dot);
                line.push_span(Span::styled(text, theme.style(Role::Faint)));
            }
        }
        line
    }
}
