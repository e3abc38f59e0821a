//! Keys are pressed as a user would, on a program that is known beforehand; then the screen is
//! looked at.

use std::sync::Arc;
use std::time::Duration;

use loopscope_lessons::Lesson;
use loopscope_model::history::InMemory;
use loopscope_model::story::Story;
use loopscope_protocol::{Event as Record, ExitHow, RunHow, Text};
use loopscope_session::source::replay::Replay;
use loopscope_session::source::script::Script;

use super::*;
use crate::event::{Event, Mouse, MouseButton, MouseKind};
use crate::keys::{Chord, Key};
use crate::theme::Palette;

/// What lesson one prints, as records: three callbacks, one of which asks for a fourth.
fn story() -> Story {
    let mut story = Story::new();
    let file = story.name("program.py");
    story.on(0).push(Record::RunStart {
        dialect: loopscope_protocol::Dialect::Cpython,
        clock: loopscope_protocol::ClockMode::Virtual,
        wall_start: 0,
        seed: 0,
        ties: loopscope_protocol::Ties::Heapq,
        file,
    });
    // 2 loop-new, 3 to 5 handles, 6 output, 7 loop-run.
    story.on(1).push(Record::LoopNew {});
    story.soon(1, "water").soon(2, "feed").soon(3, "sweep").print("nothing has run yet\n");
    story.push(Record::LoopRun { how: RunHow::Forever, task: loopscope_protocol::TaskId::NONE });
    // 8 and 9 poll, 10 turn-begin, 11 water runs, 12 output, 13 refill, 14 done.
    story.turn(&[1, 2, 3]).run(1).print("water\n").soon(4, "refill").done(1);
    // 15 feed runs to 17, 18 sweep to 20, 21 turn-end.
    story.run(2).print("feed\n").done(2).run(3).print("sweep\n").done(3);
    story.push(Record::TurnEnd { ready: 1, timers: 0 });
    // 22 and 23 poll, 24 turn-begin, 25 refill to 28, 29 turn-end, 30 stopped, 31 closed, 32 exit.
    story.turn(&[4]).run(4).print("refill\n");
    story.push(Record::LoopStopRequest {
        by: loopscope_protocol::By::Handle(loopscope_protocol::HandleId(4)),
    });
    story.done(4).end_turn();
    story.push(Record::LoopStopped { how: RunHow::Forever });
    story.push(Record::LoopClose { ready: 0, timers: 0 });
    let text = story.text(Text::FIRST, "The program has ended.");
    story.on(0).push(Record::ProgramExit { code: 0, how: ExitHow::End, text });
    story
}

const LAST: usize = 32;

struct User {
    controller: Controller,
    size: (u16, u16),
}

impl User {
    fn new() -> Self {
        let story = story();
        assert_eq!(story.records().len(), LAST);
        let text = "import asyncio\n\ndef water(): ...\ndef feed(): ...\n".to_owned();
        Self::of(Session::new(Script::new(&story).0), Some(text))
    }

    fn of(session: Session, text: Option<String>) -> Self {
        let theme = Theme::new(Palette::Dark, false);
        let mut user = Self {
            controller: Controller::new(session, text, theme, Keymap::default()),
            size: (80, 24),
        };
        user.screen();
        user
    }

    fn in_lesson() -> Self {
        let mut user = Self::new();
        user.controller.open_lesson(Lesson::find("call_soon").expect("lesson one"));
        user.screen();
        user
    }

    fn lesson_program() -> String {
        Lesson::find("call_soon").expect("lesson one").program.clone()
    }

    /// Presses keys: characters, or names in angle brackets.
    fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
            let (chord, len) = match named {
                Some((name, _)) => {
                    let chord = Chord::parse(name).unwrap_or_else(|| panic!("no key: {name}"));
                    (chord, name.len() + 2)
                }
                None => (Chord::plain(Key::Char(c)), c.len_utf8()),
            };
            rest = &rest[len..];
            self.controller.event(&Event::Key(chord));
            self.settle();
        }
        self
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.controller.is_busy() {
                return;
            }
            self.controller.tick(Duration::from_millis(1));
        }
        panic!("it never comes to rest");
    }

    fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut Self {
        let mouse = Mouse { kind, at: Position::new(column, row) };
        self.controller.event(&Event::Mouse(mouse));
        self.settle();
        self
    }

    fn screen(&mut self) -> String {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buffer = Buffer::empty(area);
        self.controller.draw(area, &mut buffer);
        let rows = buffer.content.chunks(area.width.into());
        let rows =
            rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
        rows.flat_map(|row| [row.trim_end().to_owned(), "\n".to_owned()]).collect()
    }

    fn position(&self) -> usize {
        self.controller.session_view.session.position()
    }

    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    fn sees_not(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }
}

macro_rules! assert_picture {
    ($name:expr, $picture:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $picture);
        });
    };
}

mod board;
// Behind the macro, which it uses.
mod lessons;

#[test]
fn it_opens_before_the_first_record() {
    let mut user = User::new();
    user.sees("(not started)").sees("ready: this batch 0").sees("timers: 0");
    assert_eq!(user.position(), 0);
}

#[test]
fn keys_step_there_and_back() {
    let mut user = User::new();
    user.press("...");
    assert_eq!(user.position(), 3);
    user.sees("+next h1 water").sees("#3 of 3 (live)");
    user.press("n");
    assert_eq!(user.position(), 11);
    user.sees("h1 water").sees("►[running]");
    user.press(",");
    assert_eq!(user.position(), 10);
    user.sees("#10 of 11 (history)");
    user.press("t");
    assert_eq!(user.position(), 24);
    user.press("TN");
    assert_eq!(user.position(), 0, "before the first turn's first handle is nothing");
    user.press("G");
    assert_eq!(user.position(), LAST);
    user.sees("(ended)").sees("loop: closed");
    user.press("g");
    assert_eq!(user.position(), 0);
}

#[test]
fn space_runs_to_a_breakpoint_that_b_has_set() {
    let mut user = User::new();
    user.press("nb").sees("reakpoint 1");
    user.press(" ");
    assert_eq!(user.position(), 15);
    user.sees("Breakpoint 1");
    user.press("B").sees("break handle-run").sees("1 hit");
    user.press("q").sees_not("1 hit");
    user.press("b ");
    assert_eq!(user.position(), LAST, "b has taken it away again");
}

#[test]
fn the_command_line_speaks_the_sessions_grammar() {
    let mut user = User::new();
    user.press(":unt<tab>turn-b<tab><enter>");
    assert_eq!(user.position(), 10);
    user.press(":print ready<enter>").sees("3");
    user.press(":frobnicate<enter>").sees("! ");
    user.press(":<up><up><enter>").sees("3");
    user.press(":set theme light<enter>").sees("theme: light");
    assert_eq!(user.controller.theme.palette, Palette::Light);
    user.press(":info ready<enter>").sees("esc closes");
    user.press("<esc>").sees_not("esc closes");
    user.press(":quit<enter>");
    assert_eq!(user.controller.requests.leave, Some(0));
}

#[test]
fn q_goes_back_and_then_leaves() {
    let mut user = User::new();
    user.press("?").sees("one record forward");
    user.press("q").sees_not("one record forward");
    assert_eq!(user.controller.requests.leave, None);
    user.press("z").sees_not("timers: 0");
    user.press("q").sees("timers: 0");
    assert_eq!(user.controller.requests.leave, None);
    user.press("qy");
    assert_eq!(user.controller.requests.leave, Some(0));
}

#[test]
fn ctrl_c_at_a_pause_leaves() {
    let mut user = User::new();
    user.press(".<ctrl-c>");
    assert_eq!(user.controller.requests.leave, Some(130));
}

#[test]
fn ctrl_c_interrupts_what_runs_and_then_ends_it() {
    let mut story = Story::new();
    story.start();
    let (script, seen) = Script::sleeping(&story);
    let theme = Theme::default();
    let mut controller = Controller::new(Session::new(script), None, theme, Keymap::default());
    let key = |c| Event::Key(Chord::plain(Key::Char(c)));
    let ctrl_c = Event::Key(Chord::ctrl(Key::Char('c')));
    controller.event(&key(' '));
    for _ in 0..20 {
        controller.tick(Duration::from_millis(1));
    }
    assert!(controller.is_busy(), "it sleeps for ever");
    controller.event(&ctrl_c);
    assert_eq!(controller.requests.leave, None);
    let requests = &seen.lock().unwrap().requests;
    let interrupted = loopscope_model::control::OwnedRequest::Interrupt;
    assert!(requests.contains(&interrupted), "{requests:?}");
}

#[test]
fn tab_and_clicks_move_the_focus() {
    let mut user = User::new();
    user.press("nn").sees("┏ ► source");
    user.press("<tab>").sees("► records");
    user.press("<up><up><enter>");
    assert_eq!(user.position(), 13, "enter goes to the selected record");
    let down = MouseKind::Press(MouseButton::Left);
    user.mouse(down, 60, 5).sees("► ready");
    user.mouse(down, 60, 5);
    user.press("<enter>").sees("made by");
    user.mouse(down, 1, 1).sees_not("made by");
}

#[test]
fn a_click_on_the_timeline_goes_there() {
    let mut user = User::new();
    user.press("G");
    let screen = user.screen();
    let row = screen.lines().position(|line| line.starts_with("│loop ")).expect("a timeline");
    let row = u16::try_from(row).unwrap();
    let down = MouseKind::Press(MouseButton::Left);
    user.mouse(down, 40, row);
    let middle = user.position();
    assert!((10..=22).contains(&middle), "{middle}");
    user.mouse(MouseKind::Drag(MouseButton::Left), 20, row);
    assert!(user.position() < middle);
    user.mouse(down, 78, row);
    assert_eq!(user.position(), LAST);
}

#[test]
fn keys_of_the_key_line_can_be_clicked() {
    let mut user = User::new();
    let screen = user.screen();
    let line = screen.lines().last().expect("a key line");
    let column = u16::try_from(line.find("handle").expect("the key for a handle")).unwrap();
    user.mouse(MouseKind::Press(MouseButton::Left), column, 23);
    assert_eq!(user.position(), 11);
    let column = u16::try_from(line.find("help").expect("the key for help")).unwrap();
    user.mouse(MouseKind::Press(MouseButton::Left), column, 23).sees("one record forward");
}

#[test]
fn records_are_filtered() {
    let mut user = User::new();
    user.press("G<tab>/handle-run<enter>").sees("records: 4 of 32 match handle-run");
    user.press("<up><enter>");
    assert_eq!(user.position(), 25);
    user.press("/<esc>").sees_not("match");
    // What was accepted is given up by esc as well.
    user.press("/output<enter>").sees("match output");
    user.press("<esc>").sees_not("match").sees("records: 32");
}

#[test]
fn the_command_line_opens_over_a_box() {
    let mut user = User::new();
    user.press("?").sees("one record forward");
    user.press(":step 3<enter>").sees_not("one record forward");
    assert_eq!(user.position(), 3, "no letter was taken as a key");
}

#[test]
fn slow_motion_goes_on_by_itself() {
    let mut user = User::new();
    user.press("p+++++").sees("slow motion");
    for _ in 0..200 {
        std::thread::sleep(Duration::from_millis(2));
        user.controller.tick(Duration::ZERO);
    }
    user.press("p").sees_not("(slow motion)");
    let reached = user.position();
    assert!(reached > 2, "{reached}");
    std::thread::sleep(Duration::from_millis(50));
    user.controller.tick(Duration::ZERO);
    assert_eq!(user.position(), reached);
}

#[test]
fn why_says_something_even_without_tasks() {
    User::new().press("nw").sees("No task waits here");
}

#[test]
fn every_size_can_be_drawn_at_every_place() {
    for size in [(1, 1), (39, 12), (40, 12), (60, 20), (80, 16), (80, 24), (120, 40), (200, 60)] {
        let mut user = User::in_lesson();
        user.size = size;
        for keys in ["", "t", "?", "q", ":bre<tab>", "<esc>", "n", "G", "z", "<tab>", "g"] {
            user.press(keys).screen();
        }
    }
}

#[test]
fn what_is_drawn_of_a_long_recording_is_complete_without_another_key() {
    let mut story = Story::new();
    story.start();
    for handle in 1..=8000 {
        story.soon(handle, "tick").turn(&[handle]).run(handle).done(handle).end_turn();
    }
    story.print("the last line\n");
    let recording = Arc::new(InMemory::holding(story.recording()));
    let replay = Replay::read(recording, "long.loop".to_owned()).unwrap();
    let mut user = User::of(Session::new(replay), None);
    user.press(":goto end<enter>");
    let mut ticks = 0;
    while user.controller.has_work() {
        user.controller.tick(Duration::ZERO);
        ticks += 1;
    }
    assert!(ticks > 1, "it is not taken in at once");
    let digest = user.controller.session_view.snapshot().digest;
    assert_eq!(digest.lines(story.records().len()).len(), 1);
    assert_eq!(user.controller.patience(), Duration::from_millis(100));
}
