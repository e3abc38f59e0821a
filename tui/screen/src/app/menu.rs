//! The list of lessons: how far each was taken, where the user left off, what a search finds, and what
//! went wrong and may be asked once more.

mod line;

use loopscope_lessons::{Lesson, TRACKS};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::bars;
use super::layout::SMALLEST;
use super::progress::Progress;
use super::prompt::Prompt;
use crate::event::{Event, MouseButton, MouseKind};
use crate::keys::{Action, Chord, Keymap};
use crate::theme::{Palette, Role, Theme};
use crate::widgets::frames::Frames;
use crate::widgets::input::{Input, Typed};
use crate::widgets::list::{self, Scroll};
use crate::widgets::popup::Popup;
use crate::widgets::row::Row;
use crate::widgets::text::wrap;

/// What was chosen.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// This lesson.
    Open(&'static Lesson),
    /// A question of this lesson that went wrong, by its number among the lesson's items.
    Again(&'static Lesson, usize),
    /// This theme, from now on.
    Theme(Palette),
    /// Give the terminal to the shell.
    Suspend,
    /// Nothing more, with this exit code.
    Leave(i32),
}

/// The list of lessons.
#[derive(Debug)]
pub struct Menu {
    lessons: &'static [Lesson],
    /// Which lessons were read to the end.
    pub progress: Progress,
    /// Which lessons are listed, by their places.
    listed: Vec<usize>,
    search: Input,
    /// Whether keys go to the line in which a search is typed.
    searches: bool,
    scroll: Scroll,
    list: Rect,
    area: Rect,
    /// The box over the list.
    popup: Option<Popup>,
    /// The line in which a command is typed, or what a box is searched for.
    prompt: Option<Prompt>,
    /// The commands that were typed.
    commands: Input,
    /// A sentence about what went wrong.
    pub trouble: Option<String>,
}

impl Menu {
    /// The list, with the lesson selected that is to be taken next.
    pub fn new(lessons: &'static [Lesson], progress: Progress) -> Self {
        let mut menu = Self {
            lessons,
            progress,
            listed: (0..lessons.len()).collect(),
            search: Input::default(),
            searches: false,
            scroll: Scroll::default(),
            list: Rect::default(),
            area: Rect::new(0, 0, 80, 24),
            popup: None,
            prompt: None,
            commands: Input::default(),
            trouble: None,
        };
        menu.select_next();
        menu
    }

    /// Selects the lesson in which the user left off, or else the first that was not read to its end.
    pub fn select_next(&mut self) {
        let left = |lesson: &Lesson| {
            self.progress.last == Progress::key(lesson) && self.progress.is_begun(lesson)
        };
        let open = |lesson: &Lesson| !self.progress.is_finished(lesson);
        let place = |wanted: &dyn Fn(&Lesson) -> bool| {
            self.listed.iter().position(|at| wanted(&self.lessons[*at]))
        };
        let next = place(&left).or_else(|| place(&open)).unwrap_or(0);
        self.scroll.select(Some(next));
    }

    /// The selected row.
    fn row_selected(&self) -> usize {
        self.scroll.selected(self.listed.len()).unwrap_or(0)
    }

    /// The selected lesson; `None` where the search finds none.
    fn selected(&self) -> Option<&'static Lesson> {
        self.listed.get(self.row_selected()).and_then(|at| self.lessons.get(*at))
    }

    /// Lists the lessons in which all the words of the search stand.
    fn look_for(&mut self) {
        let wanted = self.search.text().to_lowercase();
        let fits = |lesson: &Lesson| {
            let track = TRACKS.iter().find(|track| track.id == lesson.track);
            let track = track.map_or("", |track| track.title);
            let (code, title, shows) = (lesson.code(), &lesson.title, &lesson.shows);
            let all = format!("{code} {title} {} {shows} {track}", lesson.id).to_lowercase();
            wanted.split_whitespace().all(|word| all.contains(word))
        };
        self.listed = (0..self.lessons.len()).filter(|at| fits(&self.lessons[*at])).collect();
        self.scroll.select(Some(0));
    }

    fn type_key(&mut self, key: Chord) {
        match self.search.key(key) {
            Typed::Accepted => self.searches = false,
            Typed::Cancelled => self.leave_search(),
            Typed::Edited => self.look_for(),
            Typed::Complete | Typed::Ignored => {}
        }
    }

    /// All lessons are listed again; the one that was found stays selected.
    fn leave_search(&mut self) {
        let found = self.listed.get(self.row_selected()).copied();
        self.searches = false;
        self.search.set("");
        self.listed = (0..self.lessons.len()).collect();
        self.scroll.select(found);
    }

    /// Takes what the user did; tells what was chosen, once something is.
    pub fn event(&mut self, event: &Event, keymap: &Keymap, theme: &Theme) -> Option<Choice> {
        match event {
            Event::Key(key) if self.prompt.is_some() => self.key_in_line(*key, keymap, theme),
            Event::Key(key) if self.searches => {
                self.type_key(*key);
                None
            }
            Event::Key(key) => {
                self.trouble = None;
                self.act_over_list(keymap.action(*key)?, keymap, theme)
            }
            Event::Paste(text) => {
                self.paste(text);
                None
            }
            Event::Mouse(mouse) if self.popup.is_some() => {
                match mouse.kind {
                    MouseKind::ScrollUp => self.act_in_box(Action::Up),
                    MouseKind::ScrollDown => self.act_in_box(Action::Down),
                    _ => false,
                };
                None
            }
            Event::Mouse(mouse) => match mouse.kind {
                MouseKind::ScrollUp => self.act(Action::Up),
                MouseKind::ScrollDown => self.act(Action::Down),
                MouseKind::Press(MouseButton::Left) => {
                    let row = list::row_at(self.list, mouse.at, self.listed.len(), self.first())?;
                    if row == self.row_selected() {
                        return self.act(Action::Open);
                    }
                    self.scroll.select(Some(row));
                    None
                }
                _ => None,
            },
            Event::Redraw => None,
        }
    }

    fn act(&mut self, action: Action) -> Option<Choice> {
        let page = usize::from(self.list.height);
        match action {
            Action::Quit | Action::Close if !self.search.text().is_empty() => self.leave_search(),
            Action::Quit | Action::Close => return Some(Choice::Leave(0)),
            Action::Interrupt => return Some(Choice::Leave(130)),
            Action::Suspend => return Some(Choice::Suspend),
            Action::Open | Action::Play | Action::Right => {
                return self.selected().map(Choice::Open);
            }
            Action::Filter => self.searches = true,
            Action::Again => return self.again(),
            Action::Digit(digit) => {
                // As in `learn 2`: the place in the list.
                let row = usize::from(digit).checked_sub(1).filter(|row| *row < self.listed.len());
                self.scroll.select(row.or(Some(self.row_selected())));
            }
            Action::Bottom => self.scroll.select(Some(self.listed.len().saturating_sub(1))),
            _ => {
                self.scroll.update(action, self.listed.len(), page, 0);
            }
        }
        None
    }

    /// The first question that went wrong.
    fn again(&mut self) -> Option<Choice> {
        let wrong = self.progress.went_wrong();
        let Some((lesson, number)) = wrong.first() else {
            self.trouble = Some("Nothing has gone wrong that is open.".to_owned());
            return None;
        };
        Some(Choice::Again(lesson, *number))
    }

    fn first(&self) -> usize {
        list::window(self.listed.len(), self.list.height.into(), self.row_selected())
    }

    /// Draws everything.
    pub fn draw(&mut self, theme: &Theme, keymap: &Keymap, area: Rect, buffer: &mut Buffer) {
        self.area = area;
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            bars::too_small(theme, area, buffer);
            return theme.finish(buffer);
        }
        let row = |y: u16| Rect { y, height: 1, ..area };
        Row::of(" Loopscope", Role::Title, theme)
            .put("  how an event loop works, one record at a time", Role::Faint, theme)
            .draw(theme, row(area.y), buffer);
        let height = 7.min(area.height / 2 - 2);
        let panels = Rect { y: area.y + 1, height: area.height - 2, ..area };
        let upper = Rect { height: panels.height - height, ..panels };
        let lower = Rect { y: upper.bottom() - 1, height: height + 1, ..panels };
        let mut frames = Frames::new(panels);
        frames.add(lower, false);
        frames.add(upper, true);
        let done = self.lessons.iter().filter(|l| self.progress.is_finished(l)).count();
        let mut told = format!(": {done} of {} done", self.lessons.len());
        let searched = self.search.text();
        if !searched.is_empty() {
            told = format!("{told}, {} with {searched:?}", self.listed.len());
        }
        let title = Line::from(vec![
            Span::styled("lessons", theme.style(Role::Title)),
            Span::styled(told, theme.style(Role::Text)),
        ]);
        frames.title(upper, upper.y, title, theme);
        let track = self.selected().map_or("", |lesson| lesson.track.as_str());
        let track = TRACKS.iter().find(|known| known.id == track).map_or("", |known| known.title);
        let about = Line::from(vec![
            Span::styled("about", theme.style(Role::Title)),
            Span::styled(format!(": track {track}"), theme.style(Role::Text)),
        ]);
        frames.title(lower, lower.y, about, theme);
        frames.draw(theme, buffer);
        self.list = Rect::new(upper.x + 1, upper.y + 1, upper.width - 2, upper.height - 2);
        let rows = |at: usize| self.row(at, theme);
        let selected = Some(self.row_selected());
        list::draw(rows, self.listed.len(), self.first(), selected, theme, self.list, buffer);
        self.about(
            theme,
            Rect::new(lower.x + 1, lower.y + 1, lower.width - 2, lower.height - 2),
            buffer,
        );
        if let Some(popup) = &self.popup {
            popup.draw(theme, panels, buffer);
        }
        let keys = row(area.bottom() - 1);
        match (&self.prompt, &self.trouble) {
            (Some(prompt), _) => {
                let _ = prompt.draw(theme, area, keys, buffer);
            }
            _ if self.searches => {
                let _ = self.search.draw("/", theme, keys, buffer);
            }
            (None, Some(text)) => bars::message(text, true, theme, keys, buffer),
            (None, None) => self.keys(theme, keymap).draw(theme, keys, buffer),
        }
        theme.finish(buffer);
    }

    fn keys(&self, theme: &Theme, keymap: &Keymap) -> Row {
        let again = match self.progress.went_wrong().len() {
            0 => (String::new(), String::new()),
            _ => (keymap.key(Action::Again), " ask again  ".to_owned()),
        };
        // The help says so too; here it must not be cut.
        let own = if self.area.width < 100 { "" } else { "your own: loopscope run FILE " };
        Row::of(" ", Role::Text, theme)
            .put("enter", Role::Key, theme)
            .put(" open  ", Role::Faint, theme)
            .put(keymap.key(Action::Down), Role::Key, theme)
            .put(" ", Role::Faint, theme)
            .put(keymap.key(Action::Up), Role::Key, theme)
            .put(" choose  ", Role::Faint, theme)
            .put(keymap.key(Action::Filter), Role::Key, theme)
            .put(" search  ", Role::Faint, theme)
            .put(again.0, Role::Key, theme)
            .put(again.1, Role::Faint, theme)
            .put(keymap.key(Action::Help), Role::Key, theme)
            .put(" help  ", Role::Faint, theme)
            .put(keymap.key(Action::Quit), Role::Key, theme)
            .put(" leave  ", Role::Faint, theme)
            .put_right(own, Role::Faint, theme)
    }

    fn row(&self, at: usize, theme: &Theme) -> Row {
        let Some(lesson) = self.listed.get(at).and_then(|at| self.lessons.get(*at)) else {
            return Row::new();
        };
        let done = self.progress.is_finished(lesson);
        let sign = if done { theme.glyphs.check } else { " " };
        let pointer = if at == self.row_selected() { theme.glyphs.pointer } else { " " };
        let row = Row::of(format!("{pointer} {sign} "), Role::Good, theme)
            .put(format!("{:<9} ", lesson.code()), Role::Key, theme)
            .put(lesson.title.clone(), Role::Text, theme);
        row.put_right(self.taken(lesson), Role::Good, theme).put_right(
            format!("{:>3} min ", lesson.minutes),
            Role::Faint,
            theme,
        )
    }

    /// How far a lesson was taken, in a word or two.
    fn taken(&self, lesson: &Lesson) -> String {
        if let Some(place) = self.progress.place(lesson) {
            return format!("at step {} of {} ", place + 1, lesson.items.len());
        }
        if !self.progress.is_finished(lesson) {
            return String::new();
        }
        let score = self.progress.score(lesson);
        let (right, all) = (score.right + score.done, score.questions + score.exercises);
        format!("{right}/{all} ")
    }

    /// What was answered and done, in a sentence.
    fn told(&self, lesson: &Lesson) -> Option<String> {
        let _ = self.progress.taken(lesson)?;
        let score = self.progress.score(lesson);
        let place = self.progress.place(lesson).and_then(|at| lesson.items.get(at));
        let place =
            place.map_or(String::new(), |item| format!("You left off at {:?}. ", item.title));
        Some(format!(
            "{place}Right at once: {} of {}; exercises done: {} of {}.",
            score.right, score.questions, score.done, score.exercises
        ))
    }

    fn about(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let columns = usize::from(area.width).saturating_sub(2);
        let mut rows = Vec::new();
        let Some(lesson) = self.selected() else {
            let text = format!("No lesson has {:?} in it; esc shows all.", self.search.text());
            return Row::of(format!(" {text}"), Role::Text, theme).draw(theme, area, buffer);
        };
        let mut say = |text: &str, role: Role| {
            rows.extend(wrap(text, columns).iter().map(|l| Row::of(format!(" {l}"), role, theme)));
        };
        let is_new = self.progress.finished.is_empty() && self.progress.last.is_empty();
        if is_new && std::ptr::eq(lesson, &raw const self.lessons[0]) {
            say("New here? Press Enter: this is where to start.", Role::Good);
        }
        say(&lesson.title, Role::Title);
        say(&lesson.shows, Role::Text);
        let questions = lesson.questions().count();
        let asks = match questions {
            0 => String::new(),
            1 => ", 1 question".to_owned(),
            n => format!(", {n} questions"),
        };
        let facts = format!("{} steps{asks}, about {} minutes", lesson.items.len(), lesson.minutes);
        match self.told(lesson) {
            Some(told) => say(&told, Role::Good),
            None => say(&facts, Role::Faint),
        }
        match self.progress.went_wrong().len() {
            0 => {}
            1 => say("A question that went wrong can be asked again: a.", Role::Faint),
            n => {
                say(&format!("{n} questions that went wrong can be asked again: a."), Role::Faint);
            }
        }
        list::draw(|n| rows[n].clone(), rows.len(), 0, None, theme, area, buffer);
    }
}

#[cfg(test)]
mod tests;
