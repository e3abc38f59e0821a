//! The line at the bottom: a command is typed there, or what the records are filtered by.

use super::super::prompt::{Prompt, Purpose};
use super::Controller;
use crate::keys::Chord;
use crate::widgets::input::Typed;

impl Controller {
    pub(super) fn open_prompt(&mut self, purpose: Purpose) {
        let input = match purpose {
            Purpose::Command => std::mem::take(&mut self.commands),
            Purpose::Filter => std::mem::take(&mut self.filters),
        };
        self.screen.prompt = Some(Prompt::new(purpose, input));
    }

    pub(super) fn close_prompt(&mut self) -> Option<(Purpose, String)> {
        let mut prompt = self.screen.prompt.take()?;
        let line = prompt.input.take();
        match prompt.purpose {
            Purpose::Command => self.commands = prompt.input,
            Purpose::Filter => self.filters = prompt.input,
        }
        Some((prompt.purpose, line))
    }

    pub(super) fn type_key(&mut self, key: Chord) {
        let session = &self.session_view.session;
        let Some(prompt) = &mut self.screen.prompt else { return };
        let complete = |line: &str| {
            let completion = session.complete(line);
            (completion.start, completion.candidates)
        };
        match prompt.key(key, complete) {
            Typed::Accepted => match self.close_prompt() {
                Some((Purpose::Command, line)) => self.typed(&line),
                Some((Purpose::Filter, text)) => self.filter(&text),
                None => {}
            },
            Typed::Cancelled => {
                let closed = self.close_prompt();
                if matches!(closed, Some((Purpose::Filter, _))) {
                    self.filter("");
                }
            }
            Typed::Edited if prompt.purpose == Purpose::Filter => {
                let text = prompt.input.text().to_owned();
                self.filter(&text);
            }
            _ => {}
        }
    }

    fn filter(&mut self, text: &str) {
        if let Some(popup) = &mut self.screen.popup {
            return popup.search(text);
        }
        let snapshot = self.session_view.snapshot();
        self.screen.filter(text, &snapshot);
    }

    /// A command was typed. What only the screen knows is done here, the rest by the session.
    pub(super) fn typed(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["set", "theme", name] => self.set_theme(name),
            ["lesson", ref what @ ..] if self.progress.is_some() => self.lesson_command(what),
            ["found", ref seq @ ..] if self.progress.is_some() => {
                self.found(seq.first().copied());
            }
            ["predict", ref guess @ ..] if self.progress.is_some() => {
                self.predict(&guess.join(" "));
            }
            _ if self.explain(line) => {}
            _ if self.export_picture(line) => {}
            _ => self.command(line, false),
        }
    }
}
