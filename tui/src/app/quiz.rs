//! A quiz on the terminal: pages are shown one after the other, each until something is picked.

use loopscope_screen::app::quiz::{Picked, QuizPage};

use super::window::{Waited, Window};
use super::{AppError, ScreenOptions};

/// The screen on which a quiz is taken, page by page.
#[derive(Debug)]
pub struct QuizScreen(Window);

impl QuizScreen {
    /// Takes the terminal.
    pub fn open(options: &ScreenOptions) -> Result<Self, AppError> {
        Window::open(options).map(Self)
    }

    /// Shows a page until something is picked.
    pub fn show(&mut self, page: &mut QuizPage) -> Result<Picked, AppError> {
        let Window { terminal, theme, settings, .. } = &mut self.0;
        let (theme, keymap) = (*theme, settings.keymap.clone());
        terminal.redraw()?;
        loop {
            self.0.terminal.draw(|frame| {
                let area = frame.area();
                page.draw(&theme, &keymap, area, frame.buffer_mut());
            })?;
            match self.0.wait_for_event()? {
                Waited::Away(code) => return Ok(Picked::Leave(code)),
                Waited::Redraw => {}
                Waited::Event(event) => match page.event(&event, &keymap) {
                    Some(Picked::Suspend) => {
                        let _ = self.0.terminal.suspend();
                    }
                    Some(picked) => return Ok(picked),
                    None => {}
                },
            }
        }
    }
}
