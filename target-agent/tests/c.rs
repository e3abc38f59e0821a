//! The header for C and the static library behind it: compiled, linked and run on this computer.
//!
//! The library is built by cargo, and C by `cc` or what `CC` names.
//! Mach-O names sections otherwise, so these tests are for ELF.
#![cfg(all(unix, not(target_vendor = "apple")))]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use loopscope_model::stream::{Arrived, Ingest};
use loopscope_protocol::wire::{Encoder, Item, VERSION};
use loopscope_protocol::{
    Dialect, FutureHow, HandleHow, Kind, Request, RunHow, Sender, TaskHow, Which, Word,
};

#[path = "../examples/shared/names.rs"]
mod names;

const HEADER: &str = include_str!("../include/loopscope.h");
const LIBRARY: &str = include_str!("../src/c.rs");

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The static library, which is built once.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release", "--locked"])
            .current_dir(here().join("c"))
            .env("CARGO_TARGET_DIR", &target)
            .status()
            .expect("cargo runs these tests");
        assert!(built.success(), "the library was not built");
        target.join("release/libloopscope.a")
    })
}

/// Compiles and links C with the library.
fn compile(name: &str, sources: &[PathBuf]) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()))
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(here().join("include"))
        .arg("-I")
        .arg(here().join("c/freertos"))
        .args(sources)
        .arg(library())
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .output()
        .expect("a C compiler is there, since Rust links by it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Runs a program with that input and gives its output.
fn run(program: &Path, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was compiled");
    child.stdin.take().expect("it is piped").write_all(input).expect("it is short");
    let output = child.wait_with_output().expect("it ends by itself");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The records in a program's bytes as lines, and the answers.
fn decode(program: &Path, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    let arrived: Vec<_> = ingest.by_ref().collect();
    assert_eq!(ingest.trailing(), 0, "there is something that is no frame");
    let mut names = ingest.into_names();
    names::define(&mut names, &fs::read(program).expect("it was compiled")).expect("it has names");
    let (mut lines, mut replies) = (Vec::new(), Vec::new());
    for arrived in arrived {
        match arrived {
            Arrived::Record(record) => lines.push(names.line(&record)),
            Arrived::Reply(reply) => replies.push(format!("{reply:?}")),
            // Those are in the tables already.
            Arrived::Name(..) | Arrived::Chain { .. } => {}
        }
    }
    (lines, replies)
}

/// Words with one space between them.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(",)", ")")
}

/// The header's functions, as it declares them.
fn declared() -> Vec<String> {
    let (_, text) = HEADER.split_once("extern \"C\"").expect("the calls are C's");
    let mut code = text.to_owned();
    while let Some((before, rest)) = code.split_once("/*") {
        let (_, after) = rest.split_once("*/").expect("a comment ends");
        code = format!("{before}{after}");
    }
    let mut found = Vec::new();
    for (at, _) in code.match_indices("loopscope_") {
        let Some((call, _)) = code[at..].split_once(';') else { continue };
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let kind = code[line..at].trim();
        if call.contains('(') && ["void", "bool", "uint32_t", "uint64_t"].contains(&kind) {
            found.push(tidy(&format!("{kind} {call}")));
        }
    }
    found.sort_unstable();
    found
}

/// The library's functions, as C would declare them.
fn exported() -> Vec<String> {
    let c = |rust: &str| match rust {
        "u8" => "uint8_t ",
        "u32" => "uint32_t ",
        "u64" => "uint64_t ",
        "bool" => "bool ",
        "*mut u8" => "uint8_t *",
        "*const c_char" => "const char *",
        "*const CScheduler" => "const struct loopscope_scheduler *",
        other => panic!("which type of C is {other}?"),
    };
    let mut found = Vec::new();
    for part in LIBRARY.split("extern \"C\" fn ").filter(|part| part.starts_with("loopscope_")) {
        let (signature, _) = part.split_once('{').expect("it has a body");
        let signature = tidy(signature);
        let (name, rest) = signature.split_once('(').expect("a function");
        let (arguments, result) = rest.split_once(')').expect("its end");
        let arguments: Vec<_> = arguments
            .split(',')
            .filter_map(|one| one.split_once(':'))
            .map(|(name, kind)| format!("{}{}", c(kind.trim()), name.trim()))
            .collect();
        let arguments = if arguments.is_empty() { "void".to_owned() } else { arguments.join(", ") };
        let result = result.trim().strip_prefix("-> ").map_or("void ", c);
        found.push(format!("{result}{name}({arguments})"));
    }
    found.sort_unstable();
    found
}

#[test]
fn header_and_library_have_the_same_functions_and_each_of_them_links() {
    let declared = declared();
    assert_eq!(declared, exported());
    assert!(declared.len() > 30, "only {} functions were found", declared.len());

    let names = declared.iter().filter_map(|one| one.split_once('(')?.0.rsplit(' ').next());
    let list = names.map(|name| format!("(any *){name}")).collect::<Vec<_>>().join(",\n");
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("links.c");
    let text = format!(
        "#include \"loopscope.h\"\n\
         uint32_t _loopscope_clock(void) {{ return 0; }}\n\
         uint32_t _loopscope_clock_mask(void) {{ return 1; }}\n\
         uint32_t _loopscope_clock_ticks_per_second(void) {{ return 1; }}\n\
         typedef void any(void);\n\
         any *const all[] = {{\n{list}\n}};\n\
         int main(void) {{ return all[0] == 0; }}\n"
    );
    fs::write(&source, text).expect("the folder is ours");
    run(&compile("links", &[source]), b"");
}

#[test]
fn the_headers_numbers_are_those_of_the_words() {
    fn check<W: Word>(of: &[W], lines: &mut Vec<String>) {
        for word in of {
            let name = word.word().to_uppercase().replace('-', "_");
            let code = word.code();
            lines.push(format!("_Static_assert(LOOPSCOPE_{name} == {code}, \"{name}\");"));
        }
    }
    let mut lines = vec!["#include \"loopscope.h\"".to_owned()];
    check(&[Dialect::Micropython, Dialect::Other], &mut lines);
    check(RunHow::ALL, &mut lines);
    check(HandleHow::ALL, &mut lines);
    check(TaskHow::ALL, &mut lines);
    check(FutureHow::ALL, &mut lines);
    check(Which::ALL, &mut lines);
    let asserted = lines.len() - 1 - FutureHow::ALL.len();
    let is_number = |rest: &&str| {
        let name = rest.split_once(" = ").map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    let numbers = HEADER.split("LOOPSCOPE_").filter(is_number).count();
    assert_eq!(numbers, asserted, "the header has other numbers besides");
    lines.push("int main(void) { return 0; }\n".to_owned());
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("numbers.c");
    fs::write(&source, lines.join("\n")).expect("the folder is ours");
    compile("numbers", &[source]);
}

#[test]
fn each_call_sends_what_it_says() {
    let program = compile("every_call", &[here().join("tests/c/every_call.c")]);
    let mut requests = Vec::new();
    for request in [Request::Hello { version: VERSION }, Request::Snapshot, Request::Pause] {
        requests.extend_from_slice(Encoder::new().item(&Item::Request(request)));
    }
    let bytes = run(&program, &requests);
    let (lines, replies) = decode(&program, &bytes);
    let expected = include_str!("c/every_call.txt");
    assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{}", lines.join("\n"));
    // That there are tasks which nothing is told of is said without being asked.
    assert!(replies[0].starts_with("Dropped"), "{replies:?}");
    assert!(replies[1].starts_with("Hello") && replies[1].contains("4000000"), "{replies:?}");
    assert!(replies[1].contains("Other"), "{replies:?}");
    assert!(replies.last().is_some_and(|reply| reply.starts_with("Held")), "{replies:?}");
}

#[test]
fn there_is_a_call_for_each_event_that_a_board_sends_and_for_no_other() {
    let declared = declared();
    // The agent itself tells what it lost, and puts its marks around a snapshot.
    let own = [Kind::Gap, Kind::SnapshotBegin, Kind::SnapshotEnd];
    let sent = include_str!("c/every_call.txt");
    for &kind in Kind::ALL {
        let call = format!(" loopscope_{}(", kind.word().replace('-', "_"));
        let has_call = declared.iter().any(|one| one.contains(&call));
        let wanted = kind.is_from(Sender::Board) && !own.contains(&kind);
        assert_eq!(has_call, wanted, "{kind:?}");
        let begins = |line: &str| line.split(' ').next() == Some(kind.word());
        assert!(!wanted || sent.lines().any(begins), "{kind:?} is not in every_call.txt");
    }
}

#[test]
fn the_example_runs_and_its_records_are_what_its_tasks_did() {
    let example = here().join("c/example");
    let sources = ["round_robin.c", "host.c"].map(|file| example.join(file));
    let program = compile("round_robin", &sources);
    let (lines, _) = decode(&program, &run(&program, b""));
    let count = |begin: &str| lines.iter().filter(|line| line.starts_with(begin)).count();
    assert_eq!([count("task-step task 1"), count("task-step task 2")], [3, 3], "{lines:#?}");
    assert!(lines[1].starts_with("task-new task 1 fast at "), "{}", lines[1]);
    assert!(lines[3].starts_with("task-new task 2 slow at "), "{}", lines[3]);
    // `slow` begins 50 ms after `fast`, and sleeps for 250 ms.
    let due: Vec<_> = lines.iter().filter(|line| line.starts_with("timer-due")).collect();
    let expected = ["h1 when=0", "h3 when=0.05", "h2 when=0.1", "h1 when=0.2", "h4 when=0.3"];
    for (line, end) in due.iter().zip(expected) {
        assert!(line.starts_with(&format!("timer-due {end}")), "{line}");
    }
    assert_eq!(due.len(), 6);
    let mut state = loopscope_model::State::default();
    let mut ingest = Ingest::new();
    ingest.feed(&run(&program, b""));
    ingest.end();
    for arrived in ingest.by_ref() {
        if let Arrived::Record(record) = arrived {
            state.apply(&record);
            assert!(state.anomalies().is_empty(), "{:?}", state.anomalies());
        }
    }
    assert_eq!(state.pending_tasks().count(), 0);
}

#[test]
fn what_freertos_says_by_its_trace_macros_are_the_steps_and_waits_of_its_tasks() {
    let folder = here().join("c/freertos");
    let sources = [here().join("tests/c/freertos.c"), folder.join("loopscope_freertos.c")];
    let program = compile("freertos", &sources);
    let (lines, _) = decode(&program, &run(&program, b""));
    let expected = include_str!("c/freertos.txt");
    assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{}", lines.join("\n"));
    let mut state = loopscope_model::State::default();
    let mut ingest = Ingest::new();
    ingest.feed(&run(&program, b""));
    ingest.end();
    for arrived in ingest.by_ref() {
        if let Arrived::Record(record) = arrived {
            state.apply(&record);
            assert!(state.anomalies().is_empty(), "{:?}", state.anomalies());
        }
    }
}
