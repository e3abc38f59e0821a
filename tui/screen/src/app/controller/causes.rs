//! From a thing on the screen to its cause: the box about a thing says what led to it, and Enter in the
//! box goes there.

use loopscope_model::{sentence, why};

use super::Controller;
use crate::keys::Action;
use crate::views::Effect;
use crate::widgets::popup::Popup;

impl Controller {
    /// Shows a text about a thing, with what led to that. Gives all that is shown.
    pub(super) fn show_about(
        &mut self,
        title: String,
        text: &str,
        thing: Option<why::Thing>,
    ) -> String {
        let cause = thing.and_then(|thing| self.cause_of(thing));
        let goes = cause.as_ref().map(|(position, _)| *position);
        let text = match (&cause, thing) {
            (Some((_, sentence)), _) => format!("{text}\n\nCause: {sentence}"),
            (None, Some(_)) => format!(
                "{text}\n\nCause: none that is recorded; it came from outside, or from the program \
                 before its loop ran."
            ),
            (None, None) => text.to_owned(),
        };
        self.show_box(title, &text, goes);
        text
    }

    /// Shows a text in a box from which Enter goes to a position.
    pub(super) fn show_box(&mut self, title: String, text: &str, goes: Option<usize>) {
        let mut popup = Popup::text(title, text, self.area.width, &self.theme);
        popup.set_goes(goes, &self.keymap.key(Action::Open));
        self.screen.popup = Some(popup);
    }

    /// Where a thing comes from, with the sentence about what happened there.
    fn cause_of(&self, thing: why::Thing) -> Option<(usize, String)> {
        let session = &self.session_view.session;
        let history = session.history();
        let position = why::came_from(history, session.state(), thing)?;
        let record = history.record(position)?;
        let sentence = sentence::happened(&history.at(position), &record, session.names());
        let cause = record.cause(session.names());
        let line = cause.and_then(|cause| session.names().place(cause.place));
        let line = line.map_or_else(String::new, |line| format!(" (at {line})"));
        Some((position, format!("#{} {sentence}{line}", record.seq)))
    }

    /// Goes to the cause that the open box tells of. False: it tells of none.
    pub(super) fn go_to_cause(&mut self) -> bool {
        let Some(position) = self.screen.popup.as_ref().and_then(Popup::goes) else { return false };
        self.screen.popup = None;
        self.take_effect(Effect::Seek(position));
        true
    }
}
