//! A panic in each of our threads, which a hidden switch causes: the terminal is put back, the mistake
//! is told, the recording is whole up to there, the program's process is gone, and the code is 101.

use loopscope_tests::outside::wait_for_end_of;
use loopscope_tests::run::{Ended, Run, loopscope};
use loopscope_tests::{Job, Live, Scratch, events};
use nix::sys::signal::Signal;

use super::ENDLESS;

/// The switch.
const FAULT: &str = "LOOPSCOPE_FAULT";

/// What is said of it.
const MISTAKE: &str = "a mistake in Loopscope itself";

/// A recording can be read, and holds as much as the lines of JSON beside it.
fn is_whole(scratch: &Scratch) {
    let told = events(&scratch.path("run.jsonl"));
    let copy = scratch.path("copy.jsonl");
    let read = loopscope(["replay", "--headless", "--strict", "--events"]).arg(&copy);
    let read = read.arg(scratch.path("run.loop")).end().code_is(0);
    let recorded = events(&copy);
    assert!(!recorded.is_empty(), "nothing was kept: {read}");
    assert_eq!(recorded.len(), told.len(), "{read}");
}

fn kept(run: Run, scratch: &Scratch) -> Run {
    run.arg("--record").arg(scratch.path("run.loop")).arg("--events").arg(scratch.path("run.jsonl"))
}

fn told(ended: Ended, thread: &str) {
    let ended = ended.code_is(101).complains(MISTAKE);
    assert!(ended.err().contains(&format!("`{thread}`")), "{ended}");
}

#[test]
fn without_a_screen() {
    for (thread, place) in [("main", "main:20"), ("records", "records:3")] {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", ENDLESS);
        let run = kept(loopscope(["run", "--headless", "--clock", "real"]), &scratch);
        told(run.arg(file).env(FAULT, place).end(), thread);
        is_whole(&scratch);
    }
    // A signal reaches the thread that receives it.
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ENDLESS);
    let run = kept(loopscope(["run", "--headless", "--clock", "real"]), &scratch);
    let mut live = Live::start(run.arg(file).env(FAULT, "signals"));
    live.wait_for("started");
    live.signal(Signal::SIGTERM);
    assert_eq!(live.end().code(), Some(101), "{live}");
    assert!(live.err().contains(MISTAKE), "{live}");
    is_whole(&scratch);
}

#[test]
fn without_a_screen_and_without_records() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ENDLESS);
    let run = loopscope(["run", "--headless", "--timeout", "5"]).arg(file);
    let _ = run.env(FAULT, "watch").end().code_is(101).complains(MISTAKE);
}

#[test]
fn in_the_engine() {
    let places = ["engine-python", "engine-records:3", "engine-requests", "engine-memory:3"];
    for place in places {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", ENDLESS);
        let run = loopscope(["repl", "--clock", "real", "--timeout", "20", "-c", "continue"]);
        let ended = kept(run, &scratch).arg(file).env(FAULT, place).end();
        let thread = place.trim_start_matches("engine-").split(':').next().unwrap_or_default();
        let said = ended.out() + &ended.err();
        assert!(
            said.contains(MISTAKE) && said.contains(&format!("`{thread}`")),
            "{place}: {ended}"
        );
        assert!(!said.contains("panicked"), "{place}: {ended}");
        is_whole(&scratch);
        let told = scratch.read("run.jsonl");
        let last = told.lines().last().unwrap_or_default();
        assert!(last.contains("program-exit") && last.contains("101"), "{place}: {last}");
    }
}

#[test]
fn in_the_engine_without_a_screen() {
    for place in ["engine-python", "engine-records:3", "engine-memory:3"] {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", ENDLESS);
        let run = kept(loopscope(["run", "--headless", "--clock", "real"]), &scratch);
        let _ = run.arg(file).env(FAULT, place).end().code_is(101).complains(MISTAKE);
        is_whole(&scratch);
    }
    // And where nobody takes records.
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ENDLESS);
    let run = loopscope(["run", "--headless", "--clock", "real"]).arg(file);
    let _ = run.env(FAULT, "engine-memory:3").end().code_is(101).complains(MISTAKE);
}

#[test]
fn in_line_mode() {
    let places = [("main", "main:6"), ("records", "records:2"), ("deadline", "deadline")];
    for (thread, place) in places {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", ENDLESS);
        let run = loopscope(["repl", "--clock", "real", "--timeout", "30", "-c", "continue"]);
        told(kept(run, &scratch).arg(file).env(FAULT, place).end(), thread);
        is_whole(&scratch);
    }
}

#[test]
fn on_a_board() {
    let scratch = Scratch::new();
    let capture = scratch.path("stream.bin");
    std::fs::write(&capture, crate::strangers::stream()).expect("the folder can be written");
    let run = loopscope(["attach", "--headless", "--capture"]).arg(capture);
    told(kept(run, &scratch).env(FAULT, "board").end(), "board");
}

#[test]
fn on_the_screen_and_at_the_prompt() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ENDLESS).display().to_string();
    let run = ["run", "--clock", "real", &file];
    let repl = ["repl", "--clock", "real", &file];
    let cases: [(&str, &str, &[&str], Option<Signal>); 8] = [
        ("main", "main:3", &run, None),
        ("main", "draw:3", &run, None),
        ("records", "records:2", &run, None),
        ("signals", "signals", &run, Some(Signal::SIGCONT)),
        ("signals", "signals", &repl, Some(Signal::SIGCONT)),
        ("stops", "stops", &run, Some(Signal::SIGTSTP)),
        ("main", "main:3", &["learn"], None),
        ("main", "draw", &["learn", "1"], None),
    ];
    for (thread, place, arguments, signal) in cases {
        let Some(job) = Job::start(&format!("RUST_BACKTRACE=0 {FAULT}={place}"), arguments) else {
            return;
        };
        let children = job.children();
        if let Some(signal) = signal {
            let ready = if arguments[0] == "run" { "ready" } else { "#0>" };
            job.screen.wait_for(ready);
            job.signal(signal);
        } else if place.contains(':') {
            // Something to read and to draw.
            job.screen.keys(&[".", ".", "j", "j"]);
        }
        let code = job.shell_is_back();
        let text = job.screen.text();
        assert_eq!(code, 101, "{place} of {arguments:?}: {text}");
        let joined = text.replace('\n', "");
        assert!(joined.contains(MISTAKE) && joined.contains(&format!("`{thread}`")), "{text}");
        assert_eq!(job.leftovers(), [""; 0], "{place} of {arguments:?} leaves the terminal so");
        children.into_iter().for_each(wait_for_end_of);
    }
}
