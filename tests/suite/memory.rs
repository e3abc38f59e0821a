//! Memory has a bound, in bytes as well as in records, whatever a program, a stream or a file does.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    Capabilities, Dialect, Event, HandleId, LoopId, NameId, Reply, TaskId, Which,
};
use loopscope_tests::run::resident;
use loopscope_tests::{Run, Scratch, Screen, loopscope};

use crate::batch;

/// A program that writes megabytes as fast as it can.
const WRITER: &str = "while True:\n    print('x' * 10**6)\n";

/// The most memory, in megabytes, that a hundred megabytes of text may come to.
const OF_TEXT: u64 = 500;

/// The most memory, in megabytes, that one line without an end may come to.
const OF_A_LINE: u64 = 300;

/// The most memory, in megabytes, that six million records may come to.
const OF_RECORDS: u64 = 150;

/// The most memory, in megabytes, of what keeps no history.
const OF_A_STREAM: u64 = 250;

#[test]
fn a_program_that_writes_megabytes_is_paused_in_line_mode() {
    let scratch = Scratch::new();
    let file = scratch.file("writer.py", WRITER);
    let ended = batch(&file, &["continue"]).end().within_memory(OF_TEXT).code_is(1);
    let _ = ended.complains("Paused after 100M of text in one go").complains("`set text N`");
}

#[test]
fn a_program_without_an_end_takes_no_more_memory_the_longer_it_runs() {
    let scratch = Scratch::new();
    let endless = "import asyncio\nasync def spin():\n    while True:\n        \
                   await asyncio.sleep(0)\nasyncio.run(spin())\n";
    let file = scratch.file("endless.py", endless);
    let ended = batch(&file, &["set limit 6000000", "continue"]).end().within_memory(OF_RECORDS);
    let _ = ended.code_is(1).complains("Paused after 6000000 records in one go");
}

#[test]
fn a_statement_that_writes_megabytes_is_interrupted() {
    let scratch = Scratch::new();
    let file = scratch.file("waits.py", "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    let statement = "py exec(\"while True: print('x' * 10**6)\")";
    let ended = batch(&file, &["next", statement]).end().within_memory(OF_TEXT).code_is(1);
    let _ = ended.complains("The statement was interrupted after 100M of text");
}

#[test]
fn a_statement_that_will_not_be_interrupted_is_ended() {
    let scratch = Scratch::new();
    let file = scratch.file("waits.py", "import asyncio\nasyncio.run(asyncio.sleep(1))\n");
    let statement =
        "py exec(\"while True:\\n try: print('x' * 10**6)\\n except BaseException: pass\")";
    let _ = batch(&file, &["next", statement]).end().within_memory(2 * OF_TEXT).code_is(1);
}

#[test]
fn a_program_that_writes_megabytes_is_paused_on_the_screen() {
    let scratch = Scratch::new();
    let file = scratch.file("writer.py", WRITER);
    let file = file.to_string_lossy();
    let Some(screen) = Screen::open(&["run", &file]) else { return };
    let _ = screen.wait_for("about to start");
    for line in ["set text 20M", "continue"] {
        screen.keys(&[":"]);
        screen.line(line);
        let told = if line == "continue" { "Paused after 20M of text" } else { "is now 20M" };
        let _ = screen.wait_for(told);
    }
    let peak = resident(child_of(screen.shell()));
    assert!(peak < OF_TEXT, "{peak} MB");
    screen.keys(&["Escape"]);
    let _ = screen.wait_until("no box", |text| !text.contains("Paused after"));
    screen.keys(&["q"]);
    assert_eq!(screen.left(), 0);
}

#[test]
fn comparing_an_endless_program_ends_in_a_sentence() {
    let scratch = Scratch::new();
    let file = scratch.file("writer.py", WRITER);
    let run = loopscope(["diff", "--dialect", "cpython", "--dialect", "micropython"]);
    let ended = run.arg(&file).end().within_memory(2 * OF_TEXT).code_is(1);
    let _ = ended.complains("more than can be kept whole");
}

#[test]
fn one_line_without_an_end_costs_its_program_and_not_us() {
    let scratch = Scratch::new();
    let file = scratch.file(
        "long.py",
        "import sys\nfor _ in range(300): sys.stdout.write('x' * 10**6)\nprint()\n",
    );
    let to = scratch.path("events.jsonl");
    let run = loopscope(["run", "--headless", "--events"]).arg(&to).arg(&file);
    let _ = run.end().within_memory(OF_A_LINE).code_is(0);
}

/// A stream that is sent again and again, as fast as it is read, until nobody reads it.
fn flood(bytes: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let serve = move |mut to: TcpStream| while to.write_all(&bytes).is_ok() {};
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    address
}

fn watched(address: SocketAddr) -> Run {
    let run = loopscope(["attach", "--headless", "--timeout", "2", "--events", "/dev/null"]);
    run.arg("--tcp").arg(address.to_string())
}

/// What a stream comes to: `--timeout` is kept, and little memory is used.
fn is_bounded(what: &str, bytes: Vec<u8>) {
    let ended = watched(flood(bytes)).end();
    assert_eq!(ended.code(), 124, "{what}: {ended}");
    assert!(ended.peak < OF_A_STREAM, "{what}: {} MB: {ended}", ended.peak);
    assert!(ended.took.as_secs() < 9, "{what}: {ended}");
}

fn hello() -> Vec<u8> {
    let reply = Reply::Hello {
        version: VERSION,
        capabilities: Capabilities::default(),
        ticks_per_second: 1_000_000,
        dialect: Dialect::Other,
        pid: 0,
    };
    Encoder::new().item(&Item::Reply(reply)).to_vec()
}

/// Events that follow one another.
fn events(count: u32, each: impl Fn(u32) -> Event) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let mut bytes = encoder.event(0, LoopId(1), &Event::LoopNew {}).to_vec();
    for n in 1..count {
        bytes.extend_from_slice(encoder.event(u64::from(n), LoopId(1), &each(n)));
    }
    bytes
}

#[test]
fn a_stream_that_is_faster_than_any_board_waits() {
    let run = |n| Event::HandleRun { handle: HandleId(n), task: TaskId::NONE };
    let session = events(5000, run);
    is_bounded("with a hello", [hello(), session.clone()].concat());
    is_bounded("without a hello", session);
}

#[test]
fn a_stream_of_nothing_but_texts_names_or_noise_is_bounded() {
    let mut encoder = Encoder::new();
    let text = encoder.item(&Item::Text { slot: 1, bytes: &[b'x'; 120] }).to_vec();
    is_bounded("a text without an end", [hello(), text.repeat(1000)].concat());
    let names = (1..200_000).flat_map(|id| {
        encoder.item(&Item::Name { id: NameId(id), name: b"a name like any other" }).to_vec()
    });
    is_bounded("names without number", [hello(), names.collect()].concat());
    let handler = |_| Event::HandlerCall {
        which: Which::Custom,
        message: loopscope_protocol::Text::FIRST,
        exception: loopscope_protocol::Text::SECOND,
        task: TaskId::NONE,
        handle: HandleId::NONE,
        future: loopscope_protocol::FutureId::NONE,
    };
    is_bounded("events whose texts are missing", [hello(), events(5000, handler)].concat());
    is_bounded("noise", vec![0xff; 1 << 16]);
}

#[test]
fn what_is_not_a_file_is_not_read_as_one() {
    let scratch = Scratch::new();
    let capture = scratch.path("capture.bin");
    std::fs::write(&capture, [hello(), events(50, |_| Event::PollEnd { ready: 0 })].concat())
        .expect("the scratch folder can be written");
    let large = scratch.file("large.elf", "");
    let file = std::fs::OpenOptions::new().write(true).open(&large).expect("it was just made");
    file.set_len(1 << 40).expect("a file may have holes");
    let attach = |elf: &Path| {
        let run = loopscope(["attach", "--headless", "--capture"]).arg(&capture);
        run.arg("--elf").arg(elf).end().within_memory(100).code_is(2)
    };
    let _ = attach(Path::new("/dev/zero")).complains("it is a pipe or a device and not a file");
    let _ = attach(&large).complains("it is larger than 256 MB");
    let _ = attach(scratch.folder()).complains("it is a folder");
}

#[test]
fn a_device_is_no_script_and_no_capture() {
    let script = loopscope(["repl", "-x", "/dev/zero"]).end().within_memory(200).code_is(2);
    let _ = script.complains("it is larger than 16 MB");
    let sourced = loopscope(["repl", "-c", "source /dev/zero"]).end().within_memory(200);
    let _ = sourced.code_is(1).complains("it is larger than 16 MB");
    let line = loopscope(["repl"]).input(&"x".repeat(3 << 20)).end().within_memory(100);
    let _ = line.code_is(1).complains("a line of it is longer than 1 MB");
    for device in ["/dev/zero", "/dev/urandom"] {
        let run = loopscope(["attach", "--headless", "--timeout", "2", "--capture", device]);
        let ended = run.end().within_memory(100);
        assert!([2, 124].contains(&ended.code()), "{ended}");
    }
}

#[test]
fn a_recording_cannot_make_us_read_a_device() {
    let scratch = Scratch::new();
    let code = "import asyncio\n\
                source = 'async def main(): await asyncio.sleep(0)'\n\
                exec(compile(source, '/dev/zero', 'exec'))\n\
                asyncio.run(main())\n";
    let file = scratch.file("program.py", code);
    let to = scratch.path("run.loop");
    let _ = loopscope(["run", "--headless", "--record"]).arg(&to).arg(&file).end().code_is(0);
    let ended = batch(&to, &["until task-suspend", "list"]).end().within_memory(100).code_is(1);
    let _ = ended.complains("`/dev/zero` is not at hand");
}

#[test]
fn settings_that_are_a_pipe_hold_nothing_up() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", "print('hello')\n");
    let file = file.to_string_lossy();
    let prepare = |home: &Path| {
        let folder = home.join(".config/loopscope");
        std::fs::create_dir_all(&folder).expect("the home can be written");
        let pipe = folder.join("config.toml");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("every system has mkfifo");
        assert!(made.success());
    };
    let Some(screen) = Screen::prepared(200, 24, &["run", &file], prepare) else { return };
    let _ = screen.wait_for("about to start");
    // Where the lines of that are broken depends on how long the path is.
    let _ = screen.wait_for("pipe");
}

/// The process that another one has started.
fn child_of(parent: u32) -> u32 {
    let children = format!("/proc/{parent}/task/{parent}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    children.split_whitespace().next().and_then(|id| id.parse().ok()).unwrap_or(0)
}
