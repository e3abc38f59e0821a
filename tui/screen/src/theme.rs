//! How things look: what each role on the screen is drawn with, in colour and without, in Unicode
//! and in ASCII.
//!
//! Views name a [`Role`], never a colour. Whatever a role says by colour, the view also says by a
//! sign or a word, so every theme shows the same facts.

mod glyphs;
mod palettes;

use loopscope_model::safe_text;
use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

pub use glyphs::Glyphs;

/// What a piece of the screen is, as far as its looks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less: numbers, explanations, what lies in the future.
    Faint,
    /// A panel's border.
    Border,
    /// The border of the panel that has the keys.
    Focus,
    /// A panel's title.
    Title,
    /// The line at the top.
    Header,
    /// What runs now, and the line of the program that it stands at.
    Running,
    /// The place in the diagram where the loop is.
    Here,
    /// What was not there at the last stop.
    Arrived,
    /// What was there at the last stop and is gone.
    Left,
    /// What is not the same as at the last stop.
    Changed,
    /// What was cancelled.
    Cancelled,
    /// A handle in the ready queue.
    Ready,
    /// A timer.
    Timer,
    /// A task.
    Task,
    /// The loop's sleep.
    Asleep,
    /// The row that the keys act on.
    Selected,
    /// A key in the key line or in the help.
    Key,
    /// What went wrong.
    Error,
    /// What may go wrong.
    Warning,
    /// A right answer, a test that passed.
    Good,
    /// A keyword of the program's text.
    Keyword,
    /// A string or number in the program's text.
    Literal,
    /// A comment in the program's text.
    Comment,
    /// What the program wrote to standard error.
    Stderr,
}

impl Role {
    /// Every role with the letter that stands for it in pictures of styles.
    pub const LETTERS: &'static [(Self, char)] = &[
        (Self::Text, '.'),
        (Self::Faint, 'f'),
        (Self::Border, 'b'),
        (Self::Focus, 'F'),
        (Self::Title, 'T'),
        (Self::Header, 'H'),
        (Self::Running, 'R'),
        (Self::Here, '@'),
        (Self::Arrived, '+'),
        (Self::Left, '-'),
        (Self::Changed, '~'),
        (Self::Cancelled, 'x'),
        (Self::Ready, 'r'),
        (Self::Timer, 't'),
        (Self::Task, 'k'),
        (Self::Asleep, 'z'),
        (Self::Selected, 'S'),
        (Self::Key, 'K'),
        (Self::Error, 'E'),
        (Self::Warning, 'W'),
        (Self::Good, 'G'),
        (Self::Keyword, 'w'),
        (Self::Literal, 'l'),
        (Self::Comment, 'c'),
        (Self::Stderr, 'e'),
    ];
}

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// Blue against orange, for people who do not tell red from green; for dark terminals.
    Safe,
    /// The same for light terminals.
    SafeLight,
    /// The terminal's own sixteen colours.
    Sixteen,
    /// No colour at all; bold, dim, reversed and struck text remain.
    Plain,
}

impl Palette {
    /// Every palette with the name that `set theme` and the settings file know it by.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Dark, "dark"),
        (Self::Light, "light"),
        (Self::Safe, "safe"),
        (Self::SafeLight, "safe-light"),
        (Self::Sixteen, "sixteen"),
        (Self::Plain, "plain"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(palette, _)| *palette == self).map_or("", |(_, name)| name)
    }

    /// All names, for sentences.
    pub fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
        names.join(", ")
    }

    /// The palette of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(palette, _)| *palette)
    }

    /// The one after it, for a key that goes through all of them.
    #[must_use]
    pub fn following(self) -> Self {
        let at = Self::ALL.iter().position(|(palette, _)| *palette == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()].0
    }
}

/// Colours and signs together.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Which colours.
    pub palette: Palette,
    /// Which signs.
    pub glyphs: &'static Glyphs,
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Palette::Dark, false)
    }
}

impl Theme {
    /// A theme of these colours; with `ascii`, of ASCII signs only.
    pub fn new(palette: Palette, ascii: bool) -> Self {
        Self { palette, glyphs: if ascii { &glyphs::ASCII } else { &glyphs::UNICODE } }
    }

    /// Whether only ASCII may appear.
    pub fn is_ascii(&self) -> bool {
        self.glyphs.ellipsis.is_ascii()
    }

    /// What a role is drawn with.
    pub fn style(&self, role: Role) -> Style {
        palettes::style(self.palette, role)
    }

    /// The last step of every frame: nothing is in it that could steer a terminal, whatever a view
    /// forgot; and with an ASCII theme, whatever the program or its texts brought in becomes ASCII.
    pub fn finish(&self, buffer: &mut Buffer) {
        for cell in &mut buffer.content {
            let symbol = cell.symbol();
            if matches!(symbol.as_bytes(), [b' '..=b'~']) {
                continue;
            }
            if symbol.contains(safe_text::is_unsafe) {
                let kept: String = symbol.chars().filter(|c| !safe_text::is_unsafe(*c)).collect();
                cell.set_symbol(if kept.is_empty() { "?" } else { &kept });
            }
            if self.is_ascii() && !cell.symbol().is_ascii() {
                let plain = glyphs::ascii_of(cell.symbol());
                cell.set_symbol(plain);
            }
        }
    }

    /// The letter of the role that has this style, for pictures of styles in tests. Two roles may
    /// look alike in a palette; then the first one answers.
    pub fn letter(&self, style: Style) -> char {
        let find = |found: Style| {
            Role::LETTERS
                .iter()
                .find(|(role, _)| {
                    Style::reset().patch(self.style(*role)) == Style::reset().patch(found)
                })
                .map(|(_, letter)| *letter)
        };
        // On a selected row the background belongs to the row, the rest to the text.
        find(style).or_else(|| find(Style { bg: None, ..style })).unwrap_or('?')
    }

    /// A picture of the styles in `buffer`, a letter for a cell.
    pub fn picture(&self, buffer: &Buffer) -> String {
        let mut out = String::new();
        for (n, cell) in buffer.content.iter().enumerate() {
            if n > 0 && n % usize::from(buffer.area.width) == 0 {
                out.push('\n');
            }
            let blank = cell.symbol() == " " && !cell.modifier.contains(Modifier::REVERSED);
            out.push(if blank { ' ' } else { self.letter(cell.style()) });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Color;

    use super::*;

    #[test]
    fn every_role_has_a_letter_of_its_own() {
        let mut letters: Vec<char> = Role::LETTERS.iter().map(|(_, letter)| *letter).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), Role::LETTERS.len());
    }

    #[test]
    fn the_dark_palette_tells_every_role_apart() {
        let theme = Theme::default();
        for (role, letter) in Role::LETTERS {
            assert_eq!(theme.letter(theme.style(*role)), *letter, "{role:?}");
        }
    }

    #[test]
    fn without_colour_there_is_no_colour() {
        let theme = Theme::new(Palette::Plain, false);
        for (role, _) in Role::LETTERS {
            let style = theme.style(*role);
            assert!(matches!(style.fg, None | Some(Color::Reset)), "{role:?}");
            assert!(matches!(style.bg, None | Some(Color::Reset)), "{role:?}");
        }
    }

    #[test]
    fn what_a_view_forgot_to_clean_steers_no_terminal() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "a\u{202e}b\u{200b}\u{feff}", Style::new());
        for (at, symbol) in [(4, "\x1b"), (5, "\u{9b}"), (6, "\u{2066}x")] {
            buffer.content[at].set_symbol(symbol);
        }
        Theme::default().finish(&mut buffer);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(!text.contains(safe_text::is_unsafe), "{text:?}");
        assert_eq!(text, "ab  ??x ");
    }

    #[test]
    fn ascii_is_ascii_whatever_was_drawn() {
        let area = Rect::new(0, 0, 12, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "h\u{e9} \u{2500}\u{256d} \u{4e2d} \u{2026}", Style::new());
        Theme::new(Palette::Dark, true).finish(&mut buffer);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.is_ascii(), "{text}");
        assert_eq!(text.trim_end(), "h? -+ ?  .");
    }
}
