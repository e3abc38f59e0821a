//! One key press and how it is written: `.`, `space`, `ctrl-c`, `shift-tab`, `f1`.

use std::fmt;

/// One key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether Ctrl was held.
    pub ctrl: bool,
    /// Whether Alt was held.
    pub alt: bool,
}

/// A key, or what it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// What writes this character.
    Char(char),
    /// The function key of that number.
    F(u8),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with Shift.
    BackTab,
    /// What takes away the character before the cursor.
    Backspace,
    /// What takes away the character at the cursor.
    Delete,
    /// Insert.
    Insert,
    /// Up.
    Up,
    /// Down.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
}

/// What is held while a key is pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Ctrl.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
}

/// Keys that are written as a word.
const WORDS: &[(&str, Key)] = &[
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("shift-tab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("insert", Key::Insert),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
];

impl Chord {
    /// What people mean by a key that is reported so.
    pub const fn of(key: Key, held: Modifiers) -> Self {
        let key = match key {
            // Terminals differ in how they report this one.
            Key::Tab if held.shift => Key::BackTab,
            // With Ctrl, terminals do not tell small letters from capital ones.
            Key::Char(c) if held.ctrl => Key::Char(c.to_ascii_lowercase()),
            key => key,
        };
        Self { key, ctrl: held.ctrl, alt: held.alt }
    }

    /// That key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false }
    }

    /// That key with Ctrl.
    pub const fn ctrl(key: Key) -> Self {
        Self { key, ctrl: true, alt: false }
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
        let key = if let Some((_, key)) = WORDS.iter().find(|(word, _)| *word == rest) {
            *key
        } else if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse().ok()) {
            (1..=12).contains(&number).then_some(Key::F(number))?
        } else {
            let mut chars = rest.chars();
            let only = chars.next().filter(|c| !c.is_control())?;
            chars.next().is_none().then_some(Key::Char(only))?
        };
        Some(Self { key, ctrl, alt })
    }

    /// The digit, if it is one.
    pub fn digit(self) -> Option<u8> {
        match self.key {
            Key::Char(c) if !self.ctrl && !self.alt => {
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
        if let Some((word, _)) = WORDS.iter().find(|(_, key)| *key == self.key) {
            return f.write_str(word);
        }
        match self.key {
            Key::Char(c) => write!(f, "{c}"),
            Key::F(number) => write!(f, "f{number}"),
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
        let shift = Modifiers { shift: true, ..Modifiers::default() };
        let ctrl = Modifiers { ctrl: true, ..Modifiers::default() };
        let key = |key, held| Chord::of(key, held).to_string();
        assert_eq!(key(Key::Char('C'), ctrl), "ctrl-c");
        assert_eq!(key(Key::Tab, shift), "shift-tab");
        assert_eq!(key(Key::BackTab, shift), "shift-tab");
        assert_eq!(key(Key::Char('?'), shift), "?");
    }
}
