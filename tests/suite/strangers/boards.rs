//! Boards that mean harm: their names, their log and their firmware's file.

use std::fs;
use std::path::PathBuf;

use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    By, Capabilities, Dialect, Event, FutureId, HandleHow, HandleId, LoopId, NameId, Place, Reply,
    RunHow, Stream, TaskId, Text,
};
use loopscope_tests::run::Run;
use loopscope_tests::{Scratch, loopscope};

use super::{shown_as_text, shown_in_its_line};

/// What a board may send in a name or a text.
const EVIL: &str = "\x1b]52;c;RVZJTA==\x07\u{9b}2J\u{202e}EVIL\x1bc\n#99  forged";

/// A stream of a board that names a task and logs.
pub(crate) fn stream() -> Vec<u8> {
    let mut encoder = Encoder::new();
    let hello = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: 1_000_000,
        dialect: Dialect::Embassy,
        pid: 0,
    };
    let mut bytes = encoder.item(&Item::Reply(hello)).to_vec();
    for (id, name) in [(1, format!("task{EVIL}")), (2, format!("file{EVIL}.rs"))] {
        let item = Item::Name { id: NameId(id), name: name.as_bytes() };
        bytes.extend_from_slice(encoder.item(&item));
    }
    let place = Place { file: NameId(2), line: 3 };
    let events = [
        Event::LoopNew {},
        Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE },
        Event::TaskNew {
            task: TaskId(1),
            name: NameId(1),
            place,
            label: NameId(1),
            by: By::Outside,
        },
        Event::HandleNew {
            handle: HandleId(1),
            how: HandleHow::Step,
            name: NameId::NONE,
            place,
            by: By::Outside,
            task: TaskId(1),
            future: FutureId::NONE,
        },
        Event::HandleRun { handle: HandleId(1), task: TaskId(1) },
    ];
    for (at, event) in (1..).zip(events) {
        bytes.extend_from_slice(encoder.event(at, LoopId(1), &event));
    }
    for stream in [Stream::Stdout, Stream::Stderr] {
        let text = format!("WARN  0.5 log{EVIL}  (x{EVIL}.rs:4)\n");
        for piece in text.as_bytes().chunks(40) {
            bytes.extend_from_slice(encoder.item(&Item::Text { slot: 1, bytes: piece }));
        }
        let event = Event::Output { stream, text: Text::FIRST };
        bytes.extend_from_slice(encoder.event(9, LoopId(1), &event));
    }
    bytes
}

/// A firmware's file that has nothing but the names of the stream.
fn firmware() -> Vec<u8> {
    let names = format!("name{EVIL}\0more{EVIL}\0");
    let sections = b"\0loopscope_names\0.shstrtab\0";
    let (names_at, sections_at) = (52, 52 + names.len());
    let headers_at = sections_at + sections.len();
    let mut elf = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let words = |elf: &mut Vec<u8>, words: &[usize]| {
        for word in words {
            let word = u32::try_from(*word).expect("a small file");
            elf.extend_from_slice(&word.to_le_bytes());
        }
    };
    let halves = |elf: &mut Vec<u8>, halves: &[u16]| {
        for half in halves {
            elf.extend_from_slice(&half.to_le_bytes());
        }
    };
    // An executable for Arm.
    halves(&mut elf, &[2, 40]);
    words(&mut elf, &[1, 0, 0, headers_at, 0x0500_0000]);
    halves(&mut elf, &[52, 32, 0, 40, 3, 2]);
    elf.extend_from_slice(names.as_bytes());
    elf.extend_from_slice(sections);
    words(&mut elf, &[0; 10]);
    words(&mut elf, &[1, 1, 0, 0, names_at, names.len(), 0, 0, 1, 0]);
    words(&mut elf, &[17, 3, 0, 0, sections_at, sections.len(), 0, 0, 1, 0]);
    elf
}

/// A command of ours on such a board, whose files have such names.
fn board(scratch: &Scratch, command: &str) -> Run {
    let file = |name: &str, bytes: Vec<u8>| -> PathBuf {
        let path = scratch.path(name);
        fs::write(&path, bytes).expect("the scratch folder can be written");
        path
    };
    let capture = file("stream\x1b]0;EVIL\x07\n#99  forged.bin", stream());
    let elf = file("firmware\x1b]0;EVIL\x07\n#99  forged.elf", firmware());
    loopscope([command, "--capture"]).arg(capture).arg("--elf").arg(elf)
}

#[test]
fn a_boards_log_is_shown_as_text() {
    let scratch = Scratch::new();
    let ended = board(&scratch, "attach").arg("--headless").end().code_is(0);
    shown_as_text(&ended);
    assert!(ended.out().contains("log^[]52;c;"), "{ended}");
    let ended = board(&scratch, "attach").args(["--headless", "--events", "-"]).end().code_is(0);
    shown_as_text(&ended);
}

#[test]
fn line_mode_on_a_board_shows_names_in_their_lines() {
    let scratch = Scratch::new();
    // The whole file may have been read before the first command: that is the board's present.
    let commands = [
        "goto start",
        "until handle-run",
        "info tasks",
        "info ready",
        "info source",
        "where 1",
        "step",
    ];
    let ended = board(&scratch, "repl").commands(&commands).end().code_is(0);
    shown_in_its_line(&ended);
    let text = board(&scratch, "repl").commands(&["goto end", "info output", "info records"]);
    shown_as_text(&text.end().code_is(0));
}

#[test]
fn a_firmware_that_is_none_is_named_in_its_line() {
    let scratch = Scratch::new();
    let none = scratch.file("none\x1b]0;EVIL\x07\n#99  forged.elf", "no ELF");
    let run = loopscope(["attach", "--headless", "--tcp", "localhost:1", "--elf"]).arg(none);
    shown_in_its_line(&run.end().code_is(2));
}
