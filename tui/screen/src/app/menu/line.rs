//! What is typed at the `:` of the list of lessons, and the boxes over the list: its help, what the
//! words mean, answers.

use loopscope_lessons::{Lesson, glossary};

use super::{Choice, Menu};
use crate::app::help;
use crate::app::prompt::{Prompt, Purpose};
use crate::keys::{Action, Chord, Keymap};
use crate::theme::{Palette, Theme};
use crate::widgets::input::{Input, Typed};
use crate::widgets::popup::Popup;
use crate::widgets::text::width;

impl Menu {
    pub(super) fn open_line(&mut self, purpose: Purpose) {
        let input = match purpose {
            Purpose::Command => std::mem::take(&mut self.commands),
            Purpose::Filter => Input::default(),
        };
        self.prompt = Some(Prompt::new(purpose, input));
    }

    pub(super) fn open_help(&mut self, keymap: &Keymap, theme: &Theme) {
        self.popup = Some(help::of_the_menu(keymap, theme, self.area.width));
    }

    pub(super) fn open_glossary(&mut self, keymap: &Keymap, theme: &Theme) {
        self.popup = Some(help::words(keymap, theme, self.area.width, None));
    }

    /// A key while a line is open.
    pub(super) fn key_in_line(
        &mut self,
        key: Chord,
        keymap: &Keymap,
        theme: &Theme,
    ) -> Option<Choice> {
        let prompt = self.prompt.as_mut()?;
        let typed = prompt.key(key, complete);
        let purpose = prompt.purpose;
        match typed {
            Typed::Accepted | Typed::Cancelled => {
                let mut prompt = self.prompt.take()?;
                let line = prompt.input.take();
                if purpose == Purpose::Command {
                    self.commands = prompt.input;
                    if typed == Typed::Accepted {
                        return self.typed(&line, keymap, theme);
                    }
                } else if typed == Typed::Cancelled {
                    self.search_box("");
                }
            }
            Typed::Edited if purpose == Purpose::Filter => {
                let text = prompt.input.text().to_owned();
                self.search_box(&text);
            }
            Typed::Edited | Typed::Complete | Typed::Ignored => {}
        }
        None
    }

    fn search_box(&mut self, text: &str) {
        if let Some(popup) = &mut self.popup {
            popup.search(text);
        }
    }

    /// What was pasted goes to the line that is open.
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            let line = text.lines().next().unwrap_or_default();
            let at = prompt.input.before_cursor().len();
            prompt.input.replace_before_cursor(at, line);
        }
    }

    /// What opens something over the list, or is meant for what is open there; the rest is the list's.
    pub(super) fn act_over_list(
        &mut self,
        action: Action,
        keymap: &Keymap,
        theme: &Theme,
    ) -> Option<Choice> {
        if self.act_in_box(action) {
            return None;
        }
        match action {
            Action::Command => self.open_line(Purpose::Command),
            Action::Help => self.open_help(keymap, theme),
            Action::Glossary => self.open_glossary(keymap, theme),
            Action::Theme => return Some(Choice::Theme(theme.palette.following())),
            _ => return self.act(action),
        }
        None
    }

    /// A key while a box is open. Tells whether it was meant for the box.
    pub(super) fn act_in_box(&mut self, action: Action) -> bool {
        let Some(popup) = &mut self.popup else { return false };
        match action {
            Action::Close | Action::Quit | Action::Open | Action::Help | Action::Glossary => {
                self.popup = None;
            }
            Action::Filter => self.open_line(Purpose::Filter),
            // What is typed next is meant for that line, not for the box.
            Action::Command | Action::Interrupt | Action::Suspend | Action::Theme => {
                self.popup = None;
                return false;
            }
            _ => {
                let _ = popup.update(action);
            }
        }
        true
    }

    /// A command was typed.
    fn typed(&mut self, line: &str, keymap: &Keymap, theme: &Theme) -> Option<Choice> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["quit" | "q" | "exit"] => return Some(Choice::Leave(0)),
            ["again"] => return self.again(),
            ["help" | "h" | "?"] => self.open_help(keymap, theme),
            ["glossary"] | ["help" | "h" | "?", "glossary"] => self.open_glossary(keymap, theme),
            ["glossary", ref word @ ..] => {
                self.open_glossary(keymap, theme);
                self.search_box(&word.join(" "));
            }
            ["help" | "h" | "?", ref word @ ..] => self.explain(&word.join(" "), theme),
            ["set", "theme", name] => {
                let palette = Palette::parse(name);
                if palette.is_none() {
                    let names = Palette::names();
                    self.refuse(format!("There is no theme `{name}`; there are {names}."), theme);
                }
                return palette.map(Choice::Theme);
            }
            ["learn" | "lesson", name] => return self.open_named(name, theme),
            [name] if Lesson::find(name).is_some() => return self.open_named(name, theme),
            [word, ..] => {
                let known = loopscope_session::help(Some(word)).is_ok();
                let enter = keymap.key(Action::Open);
                self.refuse(
                    if known {
                        format!("`{word}` wants an open lesson: {enter} opens the selected one.")
                    } else {
                        format!("There is no command `{word}`; `help` lists those of this list.")
                    },
                    theme,
                );
            }
        }
        None
    }

    fn open_named(&mut self, name: &str, theme: &Theme) -> Option<Choice> {
        let found = Lesson::find(name);
        if found.is_none() {
            let names = "`loop-02`, `call_later` or `2`";
            self.refuse(format!("There is no lesson `{name}`; write {names}."), theme);
        }
        found.map(Choice::Open)
    }

    /// Says what is wrong: whole, in a box, where it is long.
    fn refuse(&mut self, text: String, theme: &Theme) {
        if width(&text) + 4 > usize::from(self.area.width) {
            self.popup = Some(Popup::text("refused", &text, self.area.width, theme));
        } else {
            self.trouble = Some(text);
        }
    }

    /// What a command or a word means.
    fn explain(&mut self, word: &str, theme: &Theme) {
        let command = loopscope_session::help(Some(word));
        let text = match (command, glossary().meaning(word)) {
            (Ok(command), Some(meaning)) => format!("{command}\n\n{meaning}"),
            (Ok(text), None) | (Err(_), Some(text)) => text,
            (Err(trouble), None) => {
                return self.refuse(trouble.text, theme);
            }
        };
        self.popup = Some(Popup::text(word, &text, self.area.width, theme));
    }
}

/// What could stand at the end of a line: from which byte, and which words.
fn complete(line: &str) -> (usize, Vec<String>) {
    let from = line.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (before, word) = line.split_at(from);
    let mut all: Vec<String> = match before.split_whitespace().collect::<Vec<_>>()[..] {
        [] => help::MENU_COMMANDS
            .iter()
            .filter_map(|row| row.0.split(' ').next())
            .map(str::to_owned)
            .collect(),
        ["learn" | "lesson"] => loopscope_lessons::lessons().iter().map(Lesson::code).collect(),
        ["glossary"] => glossary().terms.iter().map(|term| term.word.clone()).collect(),
        ["set"] => vec!["theme".to_owned()],
        ["set", "theme"] => Palette::names().split(", ").map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    all.retain(|each| each.starts_with(word));
    (from, all)
}
