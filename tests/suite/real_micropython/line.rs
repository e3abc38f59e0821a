//! Records that come over a line between the program's own text: a serial line, a stream, a file.

use std::io::Write;
use std::net::TcpListener;

use loopscope_protocol::wire::{Encoder, Item, MARK};
use loopscope_protocol::{
    By, Capabilities, Dialect, Event, FutureId, HandleHow, HandleId, LoopId, NameId, Place, Reply,
    RunHow, TaskId,
};
use loopscope_tests::events::{Record, parse};
use loopscope_tests::live::Live;
use loopscope_tests::micropython::executable;
use loopscope_tests::outside::{has_python, python};
use loopscope_tests::run::Run;
use loopscope_tests::scratch::workspace;
use loopscope_tests::{Scratch, loopscope};

/// What a board says that boots, records, and prints.
fn said() -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut bytes = b"MPY: soft reboot\r\n".to_vec();
    let frame = |frame: &[u8], bytes: &mut Vec<u8>| {
        bytes.push(MARK);
        bytes.extend_from_slice(frame);
    };
    let hello = Reply::Hello {
        version: 1,
        capabilities: Capabilities::default(),
        ticks_per_second: 1_000_000,
        dialect: Dialect::MicropythonFirmware,
        pid: 0,
    };
    frame(encoder.item(&Item::Reply(hello)), &mut bytes);
    let (task, handle, name) = (TaskId(1), HandleId(1), NameId(64));
    frame(encoder.event(10, LoopId(1), &Event::LoopNew {}), &mut bytes);
    frame(encoder.item(&Item::Name { id: name, name: b"blink" }), &mut bytes);
    let (place, label, by, future) = (Place::NONE, NameId::NONE, By::Outside, FutureId::NONE);
    let how = HandleHow::Step;
    let new = Event::HandleNew { handle, how, name: NameId::NONE, place, by, task, future };
    for event in [
        Event::TaskNew { task, name, place, label, by },
        new,
        Event::LoopRun { how: RunHow::UntilComplete, task },
        Event::HandleRun { handle, task },
        Event::TaskStep { task },
    ] {
        frame(encoder.event(20, LoopId(1), &event), &mut bytes);
    }
    bytes.extend_from_slice("caf\u{e9} on\r\n".as_bytes());
    frame(encoder.event(30, LoopId(1), &Event::HandleDone { handle, task }), &mut bytes);
    bytes.extend_from_slice(b">>> ");
    bytes
}

/// Insists on the board's records with its text between them.
fn is_what_was_said(records: &[Record]) {
    let told: Vec<String> = records
        .iter()
        .filter(|record| !matches!(record.kind(), "run-start" | "remark"))
        .map(|record| match record.kind() {
            "output" => record.text("text").to_owned(),
            kind => kind.to_owned(),
        })
        .collect();
    let expected = [
        "loop-new",
        "task-new",
        "handle-new",
        "loop-run",
        "handle-run",
        "task-step",
        "caf\u{e9} on\n",
        "handle-done",
    ];
    let order: Vec<&String> =
        told.iter().filter(|each| expected.contains(&each.as_str())).collect();
    assert_eq!(order, expected, "{told:?}");
    for text in ["MPY: soft reboot\n", ">>> \n"] {
        assert!(told.iter().any(|each| each == text), "no {text:?} in {told:?}");
    }
    let named = records.iter().find(|record| record.is("task-step")).expect("a step");
    assert_eq!(named.text("name"), "blink");
    assert!(!records.iter().any(|record| matches!(record.kind(), "gap" | "anomaly")), "{told:?}");
}

#[test]
fn a_capture_with_text_in_it_is_read() {
    let scratch = Scratch::new();
    let file = scratch.path("line.bin");
    std::fs::write(&file, said()).expect("the folder can be written");
    let run = loopscope(["attach", "--headless", "--events", "-", "--capture"]).arg(file);
    is_what_was_said(&parse(&run.end().code_is(0).out()));
}

/// Says it to whoever connects, and gives back what was said to it.
fn serve(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().expect("somebody connects");
    stream.write_all(&said()).expect("it is read");
    // Time enough to say something, if it wants to.
    let limit = Some(std::time::Duration::from_millis(700));
    stream.set_read_timeout(limit).expect("a socket has that");
    let mut heard = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut heard);
    heard
}

#[test]
fn a_line_over_tcp_hears_nothing_from_us() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has one").to_string();
    let server = std::thread::spawn(move || serve(&listener));
    let run = loopscope(["attach", "--headless", "--timeout", "1", "--events", "-", "--serial"]);
    let ended = run.arg(address).end();
    is_what_was_said(&parse(&ended.out()));
    assert_eq!(server.join().expect("it serves"), b"", "a byte 3 is Ctrl-C there");
}

/// A serial line of its own: prints its name, says what the file holds, tells what it heard.
const TERMINAL: &str = "\
import os, pty, sys, time, tty, select
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
sys.stdin.readline()
os.write(master, open(sys.argv[1], 'rb').read())
time.sleep(1.5)
print('heard', len(os.read(master, 100)) if select.select([master], [], [], 0)[0] else 0, flush=True)
sys.stdin.readline()
";

#[test]
fn a_serial_line_is_read_and_nothing_is_sent() {
    if !has_python() {
        return;
    }
    let scratch = Scratch::new();
    let (file, script) = (scratch.path("line.bin"), scratch.file("terminal.py", TERMINAL));
    std::fs::write(&file, said()).expect("the folder can be written");
    let mut terminal = Live::start(python().arg(script).arg(file));
    terminal.wait_for("\n");
    let name = terminal.out().trim().to_owned();
    let run = loopscope(["attach", "--headless", "--timeout", "3", "--events", "-", "--serial"]);
    let mut attached = Live::start(run.arg(name));
    // The line is open when it is set to raw bytes; what comes before that waits in it.
    terminal.say("go");
    attached.wait_for("handle-done");
    attached.wait_for(">>> ");
    terminal.wait_for("heard 0");
    let _ = attached.end();
    is_what_was_said(&parse(&attached.out()));
}

#[test]
fn what_is_no_line_is_refused() {
    let scratch = Scratch::new();
    let file = scratch.file("file.txt", "text\n");
    let refused = |port: &std::path::Path, part: &str| {
        let ended = loopscope(["attach", "--headless", "--serial"]).arg(port).end();
        assert!(ended.code() != 0 && ended.err().contains(part), "{ended}");
    };
    refused(&file, "is no serial line");
    refused(std::path::Path::new("/dev/no-such-line"), "there is none of that name");
}

/// A program as a board has it: it records on the line that it prints on.
const BOARD: &str = "\
import loopscope_rec
loopscope_rec.start(every=5)
import asyncio
async def blink(n):
    for _ in range(n):
        await asyncio.sleep_ms(4)
async def main():
    print('begins')
    tasks = [asyncio.create_task(blink(n)) for n in (3, 9)]
    await asyncio.wait_for(asyncio.gather(*tasks), 1)
    print('ends')
asyncio.run(main())
";

#[test]
fn the_recorder_of_boards_tells_a_real_loop() {
    let Some(micropython) = executable() else { return };
    let scratch = Scratch::new();
    let recorder = workspace().join("engine/recorder/micropython/loopscope_rec.py");
    let text = std::fs::read_to_string(recorder).expect("the recorder is in the tree");
    let _ = scratch.file("loopscope_rec.py", &text);
    let file = scratch.file("main.py", BOARD);
    let line = scratch.path("line.bin");
    let bytes = Run::new(&micropython).arg(file).end().code_is(0).bytes().to_vec();
    // A host that comes in the middle has a snapshot to begin with.
    let late = bytes.windows(7).position(|each| each == b"begins\n").expect("it prints") + 40;
    for (from, has_beginning) in [(0, true), (late, false)] {
        std::fs::write(&line, &bytes[from..]).expect("the folder can be written");
        let run = loopscope(["attach", "--headless", "--events", "-", "--capture"]).arg(&line);
        let records = parse(&run.end().code_is(0).out());
        let count = |kind: &str| records.iter().filter(|record| record.is(kind)).count();
        assert_eq!(count("anomaly"), 0, "{records:?}");
        assert!(count("task-done") >= 3 && count("snapshot-begin") > 1, "{records:?}");
        let begins = |record: &Record| record.is("output") && record.text("text") == "begins\n";
        assert_eq!(records.iter().any(begins), has_beginning);
        let named = |record: &Record| record.is("task-step") && record.text("name") == "blink";
        assert!(records.iter().any(named), "{records:?}");
    }
}
