//! A picture of the screen that line mode does not have: as it would be at the cursor.

use loopscope_screen::app::controller::Controller;
use loopscope_screen::keys::Keymap;
use loopscope_screen::theme::Theme;
use loopscope_session::Session;
use loopscope_session::source::none::Nothing;
use ratatui::layout::Rect;

/// The size of a picture of which nobody says the size: it fits a slide, and its letters can be read.
pub(crate) const USUAL: (u16, u16) = (100, 30);

/// The screen of a session at its cursor. It is only borrowed for that.
pub(crate) fn of_session(session: &mut Session) -> Result<String, String> {
    let fails = session.settings().deadlock_fails;
    let taken = std::mem::replace(session, Session::new(Nothing::default()));
    let mut controller = Controller::new(taken, None, Theme::default(), Keymap::default());
    let picture = controller.picture(Rect::new(0, 0, USUAL.0, USUAL.1), None);
    *session = controller.into_session();
    session.settings_mut().deadlock_fails = fails;
    picture
}
