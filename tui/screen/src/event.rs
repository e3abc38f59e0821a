//! What a user does at the screen. Whoever has the terminal, or the window, says it in these words.

use ratatui::layout::Position;

use crate::keys::Chord;

/// Something happened at the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key was pressed.
    Key(Chord),
    /// The mouse did something.
    Mouse(Mouse),
    /// A text was pasted.
    Paste(String),
    /// The screen has another size, or may have lost what was on it.
    Redraw,
}

/// What the mouse did, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// The cell that it did it in.
    pub at: Position,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// A button went down.
    Press(MouseButton),
    /// It moved with a button held.
    Drag(MouseButton),
    /// The wheel turned away from the user.
    ScrollUp,
    /// The wheel turned towards the user.
    ScrollDown,
}

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseButton {
    /// The one that selects.
    Left,
    /// The other one.
    Right,
    /// The wheel.
    Middle,
}
