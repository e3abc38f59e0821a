//! Pictures of the whole screen at several sizes, and of the styles of each view.

mod causes;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fixture::{self, Fixture};
use super::lesson::{Page, Piece, Question};
use crate::app::screen::Screen;
use crate::keys::Keymap;
use crate::theme::{Palette, Role, Theme};

fn lines(buffer: &Buffer) -> String {
    let mut out = String::new();
    for cells in buffer.content.chunks(usize::from(buffer.area.width)) {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn drawn(fixture: &Fixture, theme: &Theme, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let mut screen = Screen::default();
    let snapshot = fixture.snapshot();
    screen.arrange(&snapshot, &Keymap::default(), area);
    screen.stopped(&snapshot);
    screen.draw(&snapshot, theme, area, &mut buffer);
    buffer
}

fn picture(fixture: &Fixture, width: u16, height: u16) -> String {
    lines(&drawn(fixture, &Theme::default(), width, height))
}

/// Compares with `snapshots/NAME.snap`.
macro_rules! assert_picture {
    ($name:expr, $picture:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $picture);
        });
    };
}

macro_rules! pictures {
    ($($name:ident: $fixture:expr, $width:literal x $height:literal;)*) => {$(
        #[test]
        fn $name() {
            assert_picture!(stringify!($name), picture(&$fixture, $width, $height));
        }
    )*};
}

pictures! {
    date_80x24: fixture::date(), 80 x 24;
    date_120x40: fixture::date(), 120 x 40;
    date_200x60: fixture::date(), 200 x 60;
    date_40x12: fixture::date(), 40 x 12;
    date_39x12: fixture::date(), 39 x 12;
    date_60x20: fixture::date(), 60 x 20;
    date_80x16: fixture::date(), 80 x 16;
    tasks_80x24: fixture::tasks(), 80 x 24;
    tasks_120x40: fixture::tasks(), 120 x 40;
    many_40x12: fixture::many(), 40 x 12;
    many_80x24: fixture::many(), 80 x 24;
    many_120x40: fixture::many(), 120 x 40;
    many_200x60: fixture::many(), 200 x 60;
    queue_80x24: fixture::queue(), 80 x 24;
    queue_120x40: fixture::queue(), 120 x 40;
    outside_80x24: fixture::outside(), 80 x 24;
    connections_80x24: fixture::connections(), 80 x 24;
    connections_120x40: fixture::connections(), 120 x 40;
    connections_200x60: fixture::connections(), 200 x 60;
    connections_40x12: fixture::connections(), 40 x 12;
    connections_39x12: fixture::connections(), 39 x 12;
    locks_80x24: fixture::locks(), 80 x 24;
    locks_120x40: fixture::locks(), 120 x 40;
    locks_200x60: fixture::locks(), 200 x 60;
    locks_39x12: fixture::locks(), 39 x 12;
    ended_80x24: fixture::ended(), 80 x 24;
    board_live_80x24: fixture::board::live(), 80 x 24;
    board_live_120x40: fixture::board::live(), 120 x 40;
    board_live_200x60: fixture::board::live(), 200 x 60;
    board_live_40x12: fixture::board::live(), 40 x 12;
    board_live_39x12: fixture::board::live(), 39 x 12;
    board_standing_80x24: fixture::board::standing(), 80 x 24;
    board_gap_80x24: fixture::board::gap(), 80 x 24;
    board_gap_120x40: fixture::board::gap(), 120 x 40;
    board_known_again_80x24: fixture::board::known_again(), 80 x 24;
    board_halted_80x24: fixture::board::halted(), 80 x 24;
    board_away_80x24: fixture::board::away(), 80 x 24;
    board_away_120x40: fixture::board::away(), 120 x 40;
    board_reset_80x24: fixture::board::reset(), 80 x 24;
    board_many_120x40: fixture::board::many(), 120 x 40;
    board_lost_80x24: fixture::board::lost(), 80 x 24;
    board_embassy_80x24: fixture::board::embassy(), 80 x 24;
    board_embassy_120x40: fixture::board::embassy(), 120 x 40;
    lesson_80x24: lesson(), 80 x 24;
    lesson_120x40: lesson(), 120 x 40;
    lesson_40x12: lesson(), 40 x 12;
}

fn lesson() -> Fixture {
    let mut fixture = fixture::queue();
    let words = |text: &str| (Role::Text, text.to_owned());
    let choices: Vec<String> = ["count", "greet", "refill", "nothing, the run is over"]
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
    fixture.lesson = Some(Page {
        find: false,
        file: false,
        rests: false,
        change: None,
        hides: false,
        lesson: "call_soon and the batch".to_owned(),
        title: "Who runs next?".to_owned(),
        step: 5,
        steps: 9,
        body: vec![Piece::Words(vec![
            words("While "),
            (Role::Literal, "feed".to_owned()),
            words(" runs, nothing else does: the loop waits until the function returns."),
        ])],
        question: Some(Question {
            ask: "When it returns, which callback runs next?".to_owned(),
            open: choices.clone(),
            choices,
            ..Question::default()
        }),
        hint: String::new(),
    });
    fixture
}

#[test]
fn the_start_of_a_run() {
    let mut fixture = fixture::date();
    fixture.go(0, 0);
    assert_picture!("start_80x24", picture(&fixture, 80, 24));
}

#[test]
fn a_step_back_is_marked() {
    let mut fixture = fixture::date();
    let end = fixture.history.len();
    fixture.go(end, end - 2);
    assert_picture!("step_back_80x24", picture(&fixture, 80, 24));
}

#[test]
fn ascii_is_ascii() {
    let theme = Theme::new(Palette::Plain, true);
    let text = lines(&drawn(&fixture::tasks(), &theme, 80, 24));
    assert!(text.is_ascii());
    assert_picture!("ascii_80x24", text);
    let text = lines(&drawn(&fixture::queue(), &theme, 120, 40));
    assert!(text.is_ascii());
    assert_picture!("ascii_120x40", text);
}

#[test]
fn without_colour_code_in_a_sentence_is_between_marks() {
    let text = |palette| lines(&drawn(&lesson(), &Theme::new(palette, false), 80, 24));
    assert!(text(Palette::Plain).contains("While `feed` runs"), "{}", text(Palette::Plain));
    assert!(text(Palette::Sixteen).contains("While feed runs"), "{}", text(Palette::Sixteen));
}

#[test]
fn without_colour_all_is_said_in_words() {
    let plain = drawn(&fixture::queue(), &Theme::new(Palette::Plain, false), 80, 24);
    let dark = drawn(&fixture::queue(), &Theme::default(), 80, 24);
    assert_eq!(lines(&plain), lines(&dark), "themes differ in looks alone");
    for cell in &plain.content {
        assert_eq!(cell.fg, ratatui::style::Color::Reset);
        assert_eq!(cell.bg, ratatui::style::Color::Reset);
    }
}

#[test]
fn styles_of_each_view() {
    let theme = Theme::default();
    let lesson = lesson();
    let stages = vec![
        ("source", fixture::tasks()),
        ("loop", fixture::date()),
        ("ready", fixture::queue()),
        ("timers", fixture::tasks()),
        ("tasks", fixture::tasks()),
        ("outside", fixture::connections()),
        ("locks", fixture::locks()),
        ("watchers", fixture::outside()),
        ("calls", fixture::queue()),
        ("records", fixture::date()),
        ("output", fixture::date()),
        ("timeline", fixture::date()),
        ("lesson", lesson),
        ("board", fixture::board::gap()),
    ];
    assert_eq!(stages.len(), super::TABLE.len(), "every view has its picture");
    let area = Rect::new(0, 0, 64, 9);
    let mut all = String::new();
    for (id, fixture) in &stages {
        let entry = super::TABLE.iter().find(|entry| entry.id == *id).expect("a view's name");
        let view = (entry.make)();
        let mut buffer = Buffer::empty(area);
        view.render(&fixture.snapshot(), &theme, area, &mut buffer);
        all.extend(["---- ", id, "\n", lines(&buffer).trim_end(), "\n"]);
        let styles: Vec<String> =
            theme.picture(&buffer).lines().map(|line| line.trim_end().to_owned()).collect();
        assert!(!styles.concat().contains('?'), "{id} uses a style that is no role");
        all.extend(["----\n", styles.join("\n").trim_end(), "\n"]);
    }
    assert_picture!("styles", all);
}
