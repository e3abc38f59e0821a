//! One key press and how it is written: `.`, `space`, `ctrl-c`, `shift-tab`, `f1`.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// Keys that are written as a word.
const WORDS: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Chord {
    /// The key that an event of the terminal means.
    pub fn of(event: KeyEvent) -> Self {
        let code = match event.code {
            // Terminals differ in how they report this one.
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            // With Ctrl, terminals do not tell small letters from capital ones.
            KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            code => code,
        };
        Self {
            code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }

    /// The key of that name.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let (mut ctrl, mut alt) = (false, false);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                ctrl = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty())
            {
                alt = true;
                rest = after;
            } else {
                break;
            }
        }
        let code = if let Some((_, code)) = WORDS.iter().find(|(word, _)| *word == rest) {
            *code
        } else if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse().ok()) {
            (1..=12).contains(&number).then_some(KeyCode::F(number))?
        } else {
            let mut chars = rest.chars();
            let only = chars.next().filter(|c| !c.is_control())?;
            chars.next().is_none().then_some(KeyCode::Char(only))?
        };
        Some(Self { code, ctrl, alt })
    }

    /// The digit, if it is one.
    pub fn digit(self) -> Option<u8> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => {
                c.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        if let Some((word, _)) = WORDS.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(word);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            _ => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in
            [".", ":", "space", "ctrl-c", "alt-x", "ctrl-alt-f5", "shift-tab", "f", "-", "Q"]
        {
            assert_eq!(Chord::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "ctrl-", "f0", "f13", "spacebar", "ab"] {
            assert_eq!(Chord::parse(text), None, "{text}");
        }
    }

    #[test]
    fn events_are_the_keys_that_people_mean() {
        let key = |code, modifiers| Chord::of(KeyEvent::new(code, modifiers)).to_string();
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(key(KeyCode::Tab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(key(KeyCode::Char('?'), KeyModifiers::SHIFT), "?");
    }
}
