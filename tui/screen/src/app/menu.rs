//! The list of lessons.

use loopscope_lessons::{Lesson, TRACKS};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::bars;
use super::layout::SMALLEST;
use super::progress::Progress;
use crate::event::{Event, MouseButton, MouseKind};
use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::widgets::frames::Frames;
use crate::widgets::list::{self, Scroll};
use crate::widgets::row::Row;
use crate::widgets::text::wrap;

/// What was chosen.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// This lesson.
    Open(&'static Lesson),
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
    scroll: Scroll,
    list: Rect,
    /// A sentence about what went wrong.
    pub trouble: Option<String>,
}

impl Menu {
    /// The list, with the first lesson selected that was not read to its end.
    pub fn new(lessons: &'static [Lesson], progress: Progress) -> Self {
        let mut menu = Self {
            lessons,
            progress,
            scroll: Scroll::default(),
            list: Rect::default(),
            trouble: None,
        };
        menu.select_next();
        menu
    }

    /// Selects the first lesson that was not read to its end.
    pub fn select_next(&mut self) {
        let open = |lesson: &Lesson| !self.progress.finished.contains(&lesson.id);
        let next = self.lessons.iter().position(open).unwrap_or(0);
        self.scroll.select(Some(next));
    }

    fn selected(&self) -> usize {
        self.scroll.selected(self.lessons.len()).unwrap_or(0)
    }

    /// Takes what the user did; tells what was chosen, once something is.
    pub fn event(&mut self, event: &Event, keymap: &Keymap) -> Option<Choice> {
        match event {
            Event::Key(key) => {
                self.trouble = None;
                self.act(keymap.action(*key)?)
            }
            Event::Mouse(mouse) => match mouse.kind {
                MouseKind::ScrollUp => self.act(Action::Up),
                MouseKind::ScrollDown => self.act(Action::Down),
                MouseKind::Press(MouseButton::Left) => {
                    let row = list::row_at(self.list, mouse.at, self.lessons.len(), self.first())?;
                    if row == self.selected() {
                        return self.act(Action::Open);
                    }
                    self.scroll.select(Some(row));
                    None
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn act(&mut self, action: Action) -> Option<Choice> {
        let page = usize::from(self.list.height);
        match action {
            Action::Quit | Action::Close => return Some(Choice::Leave(0)),
            Action::Interrupt => return Some(Choice::Leave(130)),
            Action::Suspend => return Some(Choice::Suspend),
            Action::Open | Action::Play | Action::Right => {
                return self.lessons.get(self.selected()).map(Choice::Open);
            }
            Action::Digit(digit) => {
                // As in `learn 2`: the place in the list.
                let row = usize::from(digit).checked_sub(1).filter(|row| *row < self.lessons.len());
                self.scroll.select(row.or(Some(self.selected())));
            }
            Action::Bottom => self.scroll.select(Some(self.lessons.len().saturating_sub(1))),
            _ => {
                self.scroll.update(action, self.lessons.len(), page, 0);
            }
        }
        None
    }

    fn first(&self) -> usize {
        list::window(self.lessons.len(), self.list.height.into(), self.selected())
    }

    /// Draws everything.
    pub fn draw(&mut self, theme: &Theme, keymap: &Keymap, area: Rect, buffer: &mut Buffer) {
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
        let done = self.lessons.iter().filter(|l| self.progress.finished.contains(&l.id)).count();
        let title = Line::from(vec![
            Span::styled("lessons", theme.style(Role::Title)),
            Span::styled(
                format!(": {done} of {} done", self.lessons.len()),
                theme.style(Role::Text),
            ),
        ]);
        frames.title(upper, upper.y, title, theme);
        let track = self.lessons.get(self.selected()).map_or("", |lesson| lesson.track.as_str());
        let track = TRACKS.iter().find(|known| known.id == track).map_or("", |known| known.title);
        let about = Line::from(vec![
            Span::styled("about", theme.style(Role::Title)),
            Span::styled(format!(": track {track}"), theme.style(Role::Text)),
        ]);
        frames.title(lower, lower.y, about, theme);
        frames.draw(theme, buffer);
        self.list = Rect::new(upper.x + 1, upper.y + 1, upper.width - 2, upper.height - 2);
        let rows = |at: usize| self.row(at, theme);
        let selected = Some(self.selected());
        list::draw(rows, self.lessons.len(), self.first(), selected, theme, self.list, buffer);
        self.about(
            theme,
            Rect::new(lower.x + 1, lower.y + 1, lower.width - 2, lower.height - 2),
            buffer,
        );
        match &self.trouble {
            Some(text) => bars::message(text, true, theme, row(area.bottom() - 1), buffer),
            None => Row::of(" ", Role::Text, theme)
                .put("enter", Role::Key, theme)
                .put(" open  ", Role::Faint, theme)
                .put(keymap.key(Action::Down), Role::Key, theme)
                .put(" ", Role::Faint, theme)
                .put(keymap.key(Action::Up), Role::Key, theme)
                .put(" choose  ", Role::Faint, theme)
                .put(keymap.key(Action::Quit), Role::Key, theme)
                .put(" leave  ", Role::Faint, theme)
                .put_right("your own program: loopscope run FILE ", Role::Faint, theme)
                .draw(theme, row(area.bottom() - 1), buffer),
        }
        theme.finish(buffer);
    }

    fn row(&self, at: usize, theme: &Theme) -> Row {
        let Some(lesson) = self.lessons.get(at) else { return Row::new() };
        let done = self.progress.finished.contains(&lesson.id);
        let sign = if done { theme.glyphs.check } else { " " };
        let pointer = if at == self.selected() { theme.glyphs.pointer } else { " " };
        Row::of(format!("{pointer} {sign} "), Role::Good, theme)
            .put(format!("{:<9} ", lesson.code()), Role::Key, theme)
            .put(lesson.title.clone(), Role::Text, theme)
            .put_right(format!("{} min ", lesson.minutes), Role::Faint, theme)
    }

    fn about(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let Some(lesson) = self.lessons.get(self.selected()) else { return };
        let mut rows = Vec::new();
        if self.progress.finished.is_empty() && self.selected() == 0 {
            rows.push(Row::of(
                " New here? Press Enter: this is where to start.",
                Role::Good,
                theme,
            ));
        }
        rows.push(Row::of(format!(" {}", lesson.title), Role::Title, theme));
        for line in wrap(&lesson.shows, usize::from(area.width).saturating_sub(2)) {
            rows.push(Row::of(format!(" {line}"), Role::Text, theme));
        }
        let questions = lesson.questions().count();
        let asks = match questions {
            0 => String::new(),
            1 => ", 1 question".to_owned(),
            n => format!(", {n} questions"),
        };
        let facts =
            format!(" {} steps{asks}, about {} minutes", lesson.items.len(), lesson.minutes);
        rows.push(Row::of(facts, Role::Faint, theme));
        list::draw(|n| rows[n].clone(), rows.len(), 0, None, theme, area, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(buffer: &Buffer) -> String {
        let cells = buffer.content.chunks(buffer.area.width.into());
        let lines =
            cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
        lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    fn drawn(menu: &mut Menu, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        menu.draw(&Theme::default(), &Keymap::default(), area, &mut buffer);
        lines(&buffer)
    }

    #[test]
    fn the_first_run_offers_lesson_one() {
        let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
        let text = drawn(&mut menu, 80, 24);
        assert!(text.contains("New here? Press Enter"), "{text}");
        let Some(Choice::Open(lesson)) = menu.act(Action::Open) else { panic!("nothing opened") };
        assert_eq!(lesson.code(), "loop-01");
    }

    #[test]
    fn the_next_lesson_is_selected() {
        let mut progress = Progress::default();
        progress.finished.insert(loopscope_lessons::lessons()[0].id.clone());
        let mut menu = Menu::new(loopscope_lessons::lessons(), progress);
        let text = drawn(&mut menu, 80, 24);
        assert!(text.contains("1 of "), "{text}");
        let Some(Choice::Open(lesson)) = menu.act(Action::Open) else { panic!("nothing opened") };
        assert_eq!(lesson.code(), "loop-02");
    }

    #[test]
    fn every_lesson_and_its_track_can_be_reached_at_80x24_and_it_fits_at_40x12() {
        let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
        for lesson in loopscope_lessons::lessons() {
            let text = drawn(&mut menu, 80, 24);
            let row = format!("{:<9} {} ", lesson.code(), lesson.title);
            let row = text.lines().find(|line| line.contains(&row));
            assert!(row.is_some_and(|row| row.contains(" min ")), "{}: {text}", lesson.title);
            let track = TRACKS.iter().find(|track| track.id == lesson.track).expect("it has one");
            assert!(text.contains(&format!("track {}", track.title)), "{text}");
            let _ = menu.act(Action::Down);
        }
        assert!(drawn(&mut menu, 40, 12).contains("lessons"));
        assert!(drawn(&mut menu, 30, 5).contains("needs 40 columns"));
    }
}
