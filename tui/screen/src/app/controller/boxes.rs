//! The boxes that keys open over the panels: the help, what the words mean, the list of what stops.

use loopscope_lessons::glossary;

use super::Controller;
use crate::app::{help, stops};
use crate::keys::Action;
use crate::widgets::popup::Popup;

impl Controller {
    /// The help, beginning with what is about the panel that has the keys.
    pub(super) fn open_help(&mut self) {
        let focused = self.screen.focused();
        self.screen.popup = Some(help::help(&self.keymap, &self.theme, focused));
    }

    /// What the words mean, those of the lesson's page before the others.
    pub(super) fn open_glossary(&mut self) {
        let page = self.session_view.lesson.as_ref();
        self.screen.popup = Some(help::words(&self.keymap, &self.theme, self.area.width, page));
    }

    /// The list of what stops, with the row in that place chosen.
    pub(super) fn open_stops(&mut self, at: usize) {
        let displays = self.session_view.session.displays();
        let snapshot = self.session_view.snapshot();
        let (popup, listed) =
            stops::list(snapshot.breaks, &displays, at, &self.keymap, &self.theme);
        self.screen.popup = Some(popup);
        self.listed = listed;
    }

    /// Does what a key asks of the chosen row of a box. Tells whether there is such a row, and the key
    /// means something to it.
    pub(super) fn act_on_row(&mut self, action: Action) -> bool {
        let Some(at) = self.screen.popup.as_ref().and_then(Popup::chosen) else { return false };
        let Some(line) = self.listed.get(at).and_then(|row| row.command(action)) else {
            return matches!(action, Action::Play | Action::Delete);
        };
        let is_busy = self.is_busy();
        self.command(&line, true);
        if !is_busy {
            self.open_stops(at);
        }
        true
    }

    /// An answer about a word, or about the words.
    pub(super) fn explain(&mut self, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, ref rest @ ..] = words[..] else { return false };
        match (first, rest) {
            ("glossary", []) | ("help" | "h" | "?", ["glossary"]) => self.open_glossary(),
            ("glossary", word) => {
                self.open_glossary();
                if let Some(popup) = &mut self.screen.popup {
                    popup.search(&word.join(" "));
                }
            }
            ("help" | "h" | "?", word @ [_, ..]) => {
                let word = word.join(" ");
                let Some(text) = glossary().meaning(&word) else { return false };
                // A command of that name has more to say.
                let text = match loopscope_session::help(Some(&word)) {
                    Ok(help) => format!("{help}\n\n{text}"),
                    Err(_) => text,
                };
                self.screen.popup = Some(Popup::text(word, &text, self.area.width, &self.theme));
            }
            _ => return false,
        }
        true
    }
}
