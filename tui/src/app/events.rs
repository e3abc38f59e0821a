//! What the terminal reports, in the screen's own words.

use crossterm::event::{self as terminal, KeyEventKind, KeyModifiers, MouseEventKind};
use loopscope_screen::event::{Event, Mouse, MouseButton, MouseKind};
use loopscope_screen::keys::{Chord, Key, Modifiers};
use ratatui::layout::Position;

/// What an event of the terminal means to the screen; `None`: nothing.
pub(super) fn translate(event: terminal::Event) -> Option<Event> {
    match event {
        terminal::Event::Key(key) if key.kind != KeyEventKind::Release => {
            Some(Event::Key(chord(key)?))
        }
        terminal::Event::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseEventKind::Down(which) => MouseKind::Press(button(which)),
                MouseEventKind::Drag(which) => MouseKind::Drag(button(which)),
                MouseEventKind::ScrollUp => MouseKind::ScrollUp,
                MouseEventKind::ScrollDown => MouseKind::ScrollDown,
                _ => return None,
            };
            Some(Event::Mouse(Mouse { kind, at: Position::new(mouse.column, mouse.row) }))
        }
        terminal::Event::Paste(text) => Some(Event::Paste(text)),
        terminal::Event::Resize(..) | terminal::Event::FocusGained => Some(Event::Redraw),
        terminal::Event::Key(_) | terminal::Event::FocusLost => None,
    }
}

const fn button(button: terminal::MouseButton) -> MouseButton {
    match button {
        terminal::MouseButton::Left => MouseButton::Left,
        terminal::MouseButton::Right => MouseButton::Right,
        terminal::MouseButton::Middle => MouseButton::Middle,
    }
}

const fn chord(event: terminal::KeyEvent) -> Option<Chord> {
    use terminal::KeyCode;
    let key = match event.code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::F(number) => Key::F(number),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        // Nothing can be written for the others in the settings.
        _ => return None,
    };
    let held = Modifiers {
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
    };
    Some(Chord::of(key, held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_people_mean_by_it() {
        use terminal::KeyCode;

        let pressed = |code, modifiers| {
            translate(terminal::Event::Key(terminal::KeyEvent::new(code, modifiers)))
        };
        let written = |code, modifiers| match pressed(code, modifiers) {
            Some(Event::Key(chord)) => chord.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(written(KeyCode::Char('C'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(written(KeyCode::Tab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(written(KeyCode::F(5), KeyModifiers::ALT), "alt-f5");
        assert_eq!(pressed(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }

    #[test]
    fn releasing_a_key_is_no_key_press() {
        let mut key = terminal::KeyEvent::new(terminal::KeyCode::Enter, KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert_eq!(translate(terminal::Event::Key(key)), None);
    }

    #[test]
    fn a_click_says_where() {
        let mouse = terminal::MouseEvent {
            kind: MouseEventKind::Down(terminal::MouseButton::Left),
            column: 3,
            row: 4,
            modifiers: KeyModifiers::NONE,
        };
        let kind = MouseKind::Press(MouseButton::Left);
        let expected = Event::Mouse(Mouse { kind, at: Position::new(3, 4) });
        assert_eq!(translate(terminal::Event::Mouse(mouse)), Some(expected));
    }
}
