//! The list of lessons as it is drawn, and what its keys do.

use super::*;
use crate::keys::Key;

fn lines(buffer: &Buffer) -> String {
    let cells = buffer.content.chunks(buffer.area.width.into());
    let lines = cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn drawn(menu: &mut Menu, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    menu.draw(&Theme::default(), &Keymap::default(), area, &mut buffer);
    lines(&buffer)
}

#[test]
fn the_first_run_offers_lesson_one() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains("New here? Press Enter"), "{text}");
    let Some(Choice::Open(lesson)) = menu.act(Action::Open) else { panic!("nothing opened") };
    assert_eq!(lesson.code(), "loop-01");
}

#[test]
fn the_next_lesson_is_selected() {
    let mut progress = Progress::default();
    progress.finished.insert(loopscope_lessons::lessons()[0].id.clone());
    let mut menu = Menu::new(loopscope_lessons::lessons(), progress);
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains("1 of "), "{text}");
    let Some(Choice::Open(lesson)) = menu.act(Action::Open) else { panic!("nothing opened") };
    assert_eq!(lesson.code(), "loop-02");
}

#[test]
fn where_one_left_off_is_selected_and_told() {
    let mut progress = Progress::default();
    let lesson = &loopscope_lessons::lessons()[4];
    progress.came_to(lesson, &lesson.items[3]);
    let mut menu = Menu::new(loopscope_lessons::lessons(), progress);
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains(&format!("at step 4 of {}", lesson.items.len())), "{text}");
    assert!(text.contains("You left off at"), "{text}");
    let Some(Choice::Open(open)) = menu.act(Action::Open) else { panic!("nothing opened") };
    assert_eq!(open.code(), lesson.code());
}

#[test]
fn a_search_lists_what_it_finds() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    let keymap = Keymap::default();
    let press = |menu: &mut Menu, keys: &str| {
        for key in keys.chars() {
            let key = if key == '\n' { Key::Enter } else { Key::Char(key) };
            let _ = menu.event(&Event::Key(Chord::plain(key)), &keymap, &Theme::default());
        }
    };
    press(&mut menu, "/threadsafe\n");
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains("with \"threadsafe\"") && text.contains("loop-11"), "{text}");
    assert!(!text.contains("loop-02"), "{text}");
    assert!(menu.act(Action::Close).is_none(), "the search is left first");
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains("loop-10") && text.contains("loop-12"), "the found one stays: {text}");
    press(&mut menu, "/no such thing\n");
    assert!(drawn(&mut menu, 80, 24).contains("esc shows all"));
    assert!(menu.act(Action::Open).is_none());
}

#[test]
fn what_went_wrong_is_offered_and_never_forced() {
    let mut progress = Progress::default();
    let lesson = &loopscope_lessons::lessons()[0];
    let (item, _) = lesson.questions().next().expect("it asks");
    progress.answered(lesson, item, "refill", false);
    progress.finish(lesson);
    let mut menu = Menu::new(loopscope_lessons::lessons(), progress);
    assert!(drawn(&mut menu, 80, 24).contains("a ask again"));
    let Some(Choice::Again(again, number)) = menu.act(Action::Again) else { panic!("nothing") };
    assert_eq!((again.code(), again.items[number].key()), (lesson.code(), item.key()));
    let Some(Choice::Open(next)) = menu.act(Action::Open) else { panic!("nothing opened") };
    assert_eq!(next.code(), "loop-02", "it is not in the way");
}

#[test]
fn every_lesson_and_its_track_can_be_reached_at_80x24_and_it_fits_at_40x12() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    for lesson in loopscope_lessons::lessons() {
        let text = drawn(&mut menu, 80, 24);
        let row = format!("{:<9} {} ", lesson.code(), lesson.title);
        let row = text.lines().find(|line| line.contains(&row));
        assert!(row.is_some_and(|row| row.contains(" min ")), "{}: {text}", lesson.title);
        let track = TRACKS.iter().find(|track| track.id == lesson.track).expect("it has one");
        assert!(text.contains(&format!("track {}", track.title)), "{text}");
        let _ = menu.act(Action::Down);
    }
    assert!(drawn(&mut menu, 40, 12).contains("lessons"));
    assert!(drawn(&mut menu, 30, 5).contains("needs 40 columns"));
}

/// Presses keys, the last of which may choose something.
fn press(menu: &mut Menu, keys: &str) -> Option<Choice> {
    let mut chosen = None;
    for key in keys.chars() {
        let key = match key {
            '\n' => Key::Enter,
            '\t' => Key::Tab,
            '\x1b' => Key::Esc,
            key => Key::Char(key),
        };
        let event = Event::Key(Chord::plain(key));
        chosen = menu.event(&event, &Keymap::default(), &Theme::default());
    }
    chosen
}

#[test]
fn its_help_names_every_key_and_command_that_it_takes() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    assert!(drawn(&mut menu, 80, 24).contains("? help"), "the key line says so");
    assert!(press(&mut menu, "?").is_none());
    let text = drawn(&mut menu, 80, 50);
    assert!(text.contains("help: the list of lessons"), "{text}");
    for (command, meaning) in crate::app::help::MENU_COMMANDS {
        assert!(text.contains(command), "{command}: {text}");
        assert!(text.contains(meaning), "{meaning} is cut: {text}");
    }
    for key in ["enter", "/", "a ", ": ", "? ", "K ", "L ", "q "] {
        assert!(text.lines().any(|line| line.contains(&format!("┃  {key}"))), "{key}: {text}");
    }
    // At the smallest size it is cut no more, and it is scrolled and searched as any box.
    assert!(press(&mut menu, "q").is_none(), "the box is closed");
    let _ = drawn(&mut menu, 40, 12);
    assert!(press(&mut menu, "?").is_none());
    let small = drawn(&mut menu, 40, 12);
    assert!(small.contains("opens the selected lesson"), "{small}");
    assert!(press(&mut menu, "/theme\n").is_none());
    let found = drawn(&mut menu, 80, 24);
    assert!(found.contains("of `theme`") && found.contains("set theme NAME"), "{found}");
    assert!(press(&mut menu, "q").is_none(), "the box is closed first");
    assert!(!drawn(&mut menu, 80, 24).contains("help: the list of lessons"));
    assert!(matches!(press(&mut menu, "q"), Some(Choice::Leave(0))));
}

#[test]
fn every_command_of_its_line_does_what_its_help_says() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    for named in [":learn loop-03\n", ":learn 3\n", ":loop-03\n", ":le\tloop-03\n"] {
        let Some(Choice::Open(lesson)) = press(&mut menu, named) else { panic!("{named}") };
        assert_eq!(lesson.code(), "loop-03");
    }
    assert!(press(&mut menu, ":glossary handle\n").is_none());
    let text = drawn(&mut menu, 80, 24);
    assert!(text.contains("what the words mean") && text.contains("handle"), "{text}");
    let _ = press(&mut menu, "\x1b:help step\n");
    assert!(drawn(&mut menu, 80, 24).contains("one record"), "of a command");
    let _ = press(&mut menu, "\x1b:help\n");
    assert!(drawn(&mut menu, 80, 24).contains("help: the list of lessons"));
    let theme = press(&mut menu, "\x1b:set theme light\n");
    assert!(matches!(theme, Some(Choice::Theme(Palette::Light))), "{theme:?}");
    assert!(matches!(press(&mut menu, "L"), Some(Choice::Theme(_))));
    let _ = press(&mut menu, ":again\n");
    assert!(drawn(&mut menu, 80, 24).contains("Nothing has gone wrong"));
    assert!(matches!(press(&mut menu, ":quit\n"), Some(Choice::Leave(0))));
    // Backspace on an empty line, and escape, leave it and nothing else.
    assert!(press(&mut menu, ":quit\x1b").is_none());
    assert!(drawn(&mut menu, 80, 24).contains("? help"));
}

#[test]
fn what_its_line_does_not_know_is_refused_with_what_to_do() {
    let mut menu = Menu::new(loopscope_lessons::lessons(), Progress::default());
    for (line, wanted) in [
        (":step\n", "`step` wants an open lesson: enter opens the selected one."),
        (":jump\n", "There is no command `jump`; `help` lists those of this list."),
        (":learn 99\n", "There is no lesson `99`; write `loop-02`, `call_later` or `2`."),
        (":set theme pink\n", "There is no theme `pink`"),
    ] {
        assert!(press(&mut menu, line).is_none(), "{line}");
        let text = drawn(&mut menu, 80, 24);
        assert!(text.contains(wanted), "{line}: {text}");
        menu.popup = None;
    }
}
