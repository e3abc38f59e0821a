//! The quiz on the screen: a program, what is asked of it, and the choices. Nothing is said to an
//! answer; the report comes last.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::bars;
use super::layout::SMALLEST;
use crate::event::{Event, MouseButton, MouseKind};
use crate::keys::{Action, Keymap};
use crate::theme::{Role, Theme};
use crate::widgets::frames::Frames;
use crate::widgets::list;
use crate::widgets::python::Colored;
use crate::widgets::row::Row;
use crate::widgets::text::wrap;

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// This choice, by its place.
    Choice(usize),
    /// The question was passed over; of a report: it was read.
    On,
    /// Give the terminal to the shell.
    Suspend,
    /// Nothing more is answered.
    End,
    /// Leave at once, with this exit code.
    Leave(i32),
}

/// A question, or the report.
#[derive(Debug, Default)]
pub struct QuizPage {
    title: String,
    program: Colored,
    text: String,
    choices: Vec<String>,
    selected: usize,
    /// The first row that is shown of the program, or of the report.
    top: usize,
    /// How many rows were shown, and where the choices stood.
    height: u16,
    places: Vec<(u16, usize)>,
    panel: Rect,
}

impl QuizPage {
    /// A question.
    pub fn asking(title: String, program: &str, ask: &str, choices: Vec<String>) -> Self {
        let program = Colored::new(program);
        Self { title, program, text: ask.to_owned(), choices, ..Self::default() }
    }

    /// The report.
    pub fn report(title: String, text: String) -> Self {
        Self { title, text, ..Self::default() }
    }

    const fn is_report(&self) -> bool {
        self.choices.is_empty()
    }

    /// Takes what the user did; tells what was picked, once something is.
    pub fn event(&mut self, event: &Event, keymap: &Keymap) -> Option<Picked> {
        match event {
            Event::Key(key) => self.act(keymap.action(*key)?),
            Event::Mouse(mouse) => match mouse.kind {
                MouseKind::ScrollUp => self.act(Action::PageUp),
                MouseKind::ScrollDown => self.act(Action::PageDown),
                MouseKind::Press(MouseButton::Left) => self.choice_at(mouse.at).map(Picked::Choice),
                _ => None,
            },
            _ => None,
        }
    }

    fn choice_at(&self, at: Position) -> Option<usize> {
        let place = self.places.iter().find(|(y, _)| *y == at.y && self.panel.contains(at));
        place.map(|(_, choice)| *choice)
    }

    fn act(&mut self, action: Action) -> Option<Picked> {
        let page = usize::from(self.height).saturating_sub(1).max(1);
        match action {
            Action::Interrupt => return Some(Picked::Leave(130)),
            Action::Suspend => return Some(Picked::Suspend),
            Action::Quit => return Some(Picked::End),
            Action::Close if self.is_report() => return Some(Picked::End),
            Action::Close => return Some(Picked::On),
            Action::Open | Action::Play if self.is_report() => return Some(Picked::On),
            Action::Open => return Some(Picked::Choice(self.selected)),
            Action::Digit(digit) => {
                let choice = usize::from(digit).checked_sub(1);
                return choice.filter(|at| *at < self.choices.len()).map(Picked::Choice);
            }
            Action::Up if !self.is_report() => self.selected = self.selected.saturating_sub(1),
            Action::Down if !self.is_report() => {
                self.selected = (self.selected + 1).min(self.choices.len() - 1);
            }
            Action::Up => self.top = self.top.saturating_sub(1),
            Action::Down => self.top += 1,
            Action::PageUp => self.top = self.top.saturating_sub(page),
            Action::PageDown => self.top += page,
            Action::Top => self.top = 0,
            Action::Bottom => self.top = usize::MAX,
            _ => {}
        }
        None
    }

    /// Draws everything.
    pub fn draw(&mut self, theme: &Theme, keymap: &Keymap, area: Rect, buffer: &mut Buffer) {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            bars::too_small(theme, area, buffer);
            return theme.finish(buffer);
        }
        let row = |y: u16| Rect { y, height: 1, ..area };
        Row::of(format!(" {}", self.title), Role::Title, theme).draw(theme, row(area.y), buffer);
        let panels = Rect { y: area.y + 1, height: area.height - 2, ..area };
        let mut frames = Frames::new(panels);
        if self.is_report() {
            frames.add(panels, true);
            frames.draw(theme, buffer);
            self.draw_report(theme, inside(panels), buffer);
        } else {
            let (upper, lower) = self.halves(panels);
            frames.add(upper, false);
            frames.add(lower, true);
            let named =
                |text: &str| Line::from(Span::styled(text.to_owned(), theme.style(Role::Title)));
            frames.title(upper, upper.y, named("program"), theme);
            frames.title(lower, lower.y, named("question"), theme);
            frames.draw(theme, buffer);
            self.draw_program(theme, inside(upper), buffer);
            self.draw_question(theme, inside(lower), buffer);
        }
        let keys: &[(String, &str)] = if self.is_report() {
            &[
                (keymap.key(Action::Down), " down  "),
                (keymap.key(Action::Up), " up  "),
                (keymap.key(Action::Quit), " leave  "),
            ]
        } else {
            &[
                (format!("1-{}", self.choices.len()), " answer  "),
                ("up down".to_owned(), " choose  "),
                (keymap.key(Action::Open), " take it  "),
                (keymap.key(Action::Close), " pass  "),
                (keymap.key(Action::PageDown), " more  "),
                (keymap.key(Action::Quit), " end  "),
            ]
        };
        let line = keys.iter().fold(Row::of(" ", Role::Text, theme), |line, (key, short)| {
            line.put(key, Role::Key, theme).put(*short, Role::Faint, theme)
        });
        line.draw(theme, row(area.bottom() - 1), buffer);
        theme.finish(buffer);
    }

    /// The program beside the question where there is room for both, else above it.
    fn halves(&self, panels: Rect) -> (Rect, Rect) {
        if panels.width >= 100 {
            let left = panels.width * 6 / 10;
            let right = Rect { x: panels.x + left - 1, width: panels.width - left + 1, ..panels };
            return (Rect { width: left, ..panels }, right);
        }
        let asked = wrap(&self.text, usize::from(panels.width).saturating_sub(4)).len();
        let choices: usize = self.choice_lines(panels.width.saturating_sub(4)).len();
        let wanted = u16::try_from(asked + choices + 3).unwrap_or(u16::MAX);
        let lower = wanted.min(panels.height - 4);
        let upper = Rect { height: panels.height - lower + 1, ..panels };
        (upper, Rect { y: upper.bottom() - 1, height: lower, ..panels })
    }

    fn draw_program(&mut self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        self.height = area.height;
        let lines = self.program.len();
        self.top = self.top.min(lines.saturating_sub(area.height.into()));
        let line = |at: usize| {
            let mut row = Row::of(format!("{:>3} ", at + 1), Role::Faint, theme);
            row.left.spans.extend(self.program.spans(at + 1, theme));
            row
        };
        list::draw(line, lines, self.top, None, theme, area, buffer);
    }

    /// The rows of the choices, each with the place of its choice.
    fn choice_lines(&self, columns: u16) -> Vec<(usize, String)> {
        let columns = usize::from(columns).saturating_sub(6).max(10);
        let lines = self.choices.iter().enumerate().flat_map(|(at, choice)| {
            wrap(choice, columns).into_iter().map(move |line| (at, line)).collect::<Vec<_>>()
        });
        lines.collect()
    }

    fn draw_question(&mut self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let mut rows = Vec::new();
        for line in wrap(&self.text, usize::from(area.width).saturating_sub(2)) {
            rows.push(Row::of(format!(" {line}"), Role::Text, theme));
        }
        self.places.clear();
        self.panel = area;
        let mut last = None;
        for (at, line) in self.choice_lines(area.width) {
            let pointer = if at == self.selected { theme.glyphs.pointer } else { " " };
            let number = if last == Some(at) { " ".to_owned() } else { (at + 1).to_string() };
            last = Some(at);
            self.places.push((area.y + u16::try_from(rows.len()).unwrap_or(u16::MAX), at));
            rows.push(
                Row::of(format!(" {pointer} "), Role::Focus, theme)
                    .put(format!("{number}  "), Role::Key, theme)
                    .put(line, Role::Literal, theme),
            );
        }
        list::draw(|n| rows[n].clone(), rows.len(), 0, None, theme, area, buffer);
    }

    fn draw_report(&mut self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        self.height = area.height;
        let columns = usize::from(area.width).saturating_sub(2);
        let lines: Vec<String> = self
            .text
            .lines()
            .flat_map(
                |line| if line.is_empty() { vec![String::new()] } else { wrap(line, columns) },
            )
            .collect();
        self.top = self.top.min(lines.len().saturating_sub(area.height.into()));
        let row = |n: usize| Row::of(format!(" {}", lines[n]), Role::Text, theme);
        list::draw(row, lines.len(), self.top, None, theme, area, buffer);
    }
}

fn inside(rect: Rect) -> Rect {
    let (width, height) = (rect.width.saturating_sub(2), rect.height.saturating_sub(2));
    Rect { x: rect.x + 1, y: rect.y + 1, width, height }
}

#[cfg(test)]
mod tests {
    use loopscope_lessons::quiz;

    use super::*;

    fn drawn(page: &mut QuizPage, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        page.draw(&Theme::default(), &Keymap::default(), area, &mut buffer);
        let rows = buffer.content.chunks(width.into());
        let row = |row: &[ratatui::buffer::Cell]| {
            format!("{}\n", row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>())
        };
        rows.map(row).collect()
    }

    #[test]
    fn every_question_with_all_its_choices_is_in_sight_at_80x24() {
        for question in quiz("a").into_iter().chain(quiz("b")) {
            let choices = question.choices("the run's answer");
            let title = format!("question {}", question.id);
            let mut page =
                QuizPage::asking(title, &question.program, &question.ask, choices.clone());
            let text = drawn(&mut page, 80, 24);
            for choice in &choices {
                let first = wrap(choice, 40).remove(0);
                assert!(text.contains(&first), "{choice}: {text}");
            }
            // What does not fit of the program comes by pages.
            let last = question.program.lines().last().expect("it has lines");
            page.act(Action::Bottom);
            let text = drawn(&mut page, 80, 24);
            assert!(text.contains(last), "{last}: {text}");
            assert!(drawn(&mut page, 40, 12).contains("question"));
        }
    }

    #[test]
    fn a_choice_is_picked_by_digit_arrow_or_click() {
        let choices = ["one", "two"].map(str::to_owned).to_vec();
        let mut page = QuizPage::asking("1 of 24".to_owned(), "x = 1\n", "What?", choices);
        assert_eq!(page.act(Action::Digit(2)), Some(Picked::Choice(1)));
        assert_eq!(page.act(Action::Digit(3)), None);
        assert_eq!(page.act(Action::Down), None);
        assert_eq!(page.act(Action::Open), Some(Picked::Choice(1)));
        assert_eq!(page.act(Action::Close), Some(Picked::On));
        let text = drawn(&mut page, 80, 24);
        let y = text.lines().position(|line| line.contains("2  two")).expect("the second");
        let at = Position::new(10, u16::try_from(y).unwrap());
        assert_eq!(page.choice_at(at), Some(1));
        let mut report = QuizPage::report("done".to_owned(), "line\n".repeat(60) + "the end");
        assert!(!drawn(&mut report, 80, 24).contains("the end"));
        report.act(Action::Bottom);
        assert!(drawn(&mut report, 80, 24).contains("the end"));
        assert_eq!(report.act(Action::Quit), Some(Picked::End));
    }
}
