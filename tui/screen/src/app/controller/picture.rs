//! A picture of the screen, or of one panel of it.

use loopscope_session::{Session, picture_to};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Controller;
use crate::svg;
use crate::views::TABLE;

impl Controller {
    /// The screen as it is now, as an SVG document; with a panel's name, that panel alone.
    ///
    /// # Errors
    ///
    /// If there is no panel of that name at this size.
    pub fn picture(&mut self, area: Rect, panel: Option<&str>) -> Result<String, String> {
        let mut buffer = Buffer::empty(area);
        self.draw(area, &mut buffer);
        let mut title = self.picture_title();
        if let Some(panel) = panel {
            if !self.screen.show_alone(panel) {
                let all: Vec<&str> = TABLE.iter().map(|view| view.id).collect();
                return Err(format!(
                    "There is no panel `{panel}` here; there are {}.",
                    all.join(", ")
                ));
            }
            buffer.reset();
            self.draw(area, &mut buffer);
            if let Some(window) = self.screen.focused_window() {
                buffer = cut(&buffer, window);
            }
            title = format!("{panel}: {title}");
        }
        Ok(svg::document(&buffer, &self.theme, &title))
    }

    /// What the picture is of, and what is to be seen.
    fn picture_title(&self) -> String {
        let snapshot = self.session_view.snapshot();
        let at = format!("{}, record {}", snapshot.name, snapshot.state.seq());
        format!("{at}. {} Next: {}", snapshot.happened, snapshot.next)
    }

    /// Writes the screen as a picture where the line asks for that. Tells whether it does.
    pub(super) fn export_picture(&mut self, line: &str) -> bool {
        let Some(to) = picture_to(line) else { return false };
        let drawn = self.picture(self.area, None);
        let written = drawn.and_then(|picture| {
            let written = self.session_view.session.write_picture(&to, &picture);
            written.map_err(|trouble| trouble.text)
        });
        match written {
            Ok(answer) => self.tell(line, &answer.text, false),
            Err(sentence) => self.tell(line, &sentence, true),
        }
        true
    }

    /// The session, for who has nothing more to draw.
    pub fn into_session(self) -> Session {
        self.session_view.session
    }
}

/// A part of a frame.
fn cut(buffer: &Buffer, window: Rect) -> Buffer {
    let window = window.intersection(buffer.area);
    let mut part = Buffer::empty(Rect::new(0, 0, window.width, window.height));
    for y in 0..window.height {
        for x in 0..window.width {
            part[(x, y)] = buffer[(window.x + x, window.y + y)].clone();
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use loopscope_model::story::Story;
    use loopscope_session::source::script::Script;

    use super::*;
    use crate::keys::Keymap;
    use crate::theme::Theme;

    fn controller() -> Controller {
        let mut story = Story::new();
        story.start().soon(1, "water").turn(&[1]).run(1).print("wet\n").done(1).end_turn();
        let session = Session::new(Script::new(&story).0);
        Controller::new(session, None, Theme::default(), Keymap::default())
    }

    #[test]
    fn a_picture_is_of_the_screen_or_of_one_panel() {
        let mut controller = controller();
        let area = Rect::new(0, 0, 80, 24);
        let whole = controller.picture(area, None).unwrap();
        assert!(whole.contains("this batch") && whole.contains("not started"), "{whole}");
        let part = controller.picture(area, Some("ready")).unwrap();
        assert!(part.contains("this batch") && !part.contains("not started"), "{part}");
        assert!(controller.picture(area, Some("nothing")).unwrap_err().contains("timers"));
    }
}
