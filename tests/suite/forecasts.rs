//! "Next" is right: each forecast, at each record, is compared with the records that came then.
//!
//! The test of all programs that are recorded (`conformance`, `micropython`) hands each of its
//! recordings to [`came_true`]. What runs only for this is a part of the programs; all of them with
//! `LOOPSCOPE_ALL_FORECASTS=1`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loopscope_model::forecast::{Expected, Forecast, Next, Outcome, forecast};
use loopscope_model::history::InMemory;
use loopscope_model::{History, State, sentence};
use loopscope_tests::Scratch;
use loopscope_tests::programs::{each, file_name, python_files};
use loopscope_tests::scratch::workspace;

use crate::{headless_with, program};

/// Each how many of the programs run only for this.
const EACH: usize = 12;

/// How many were right, and how many were overtaken by what nobody can foresee.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    right: usize,
    overtaken: usize,
}

/// Compares all forecasts along a recording. An error names those that were wrong.
pub(crate) fn came_true(recording: &Path) -> Result<Tally, String> {
    let bytes = fs::read(recording).map_err(|error| format!("{}: {error}", recording.display()))?;
    let store = Arc::new(InMemory::holding(bytes));
    let history = History::open(store, Arc::new(InMemory::default()))
        .map_err(|error| error.to_string())?
        .complete()
        .map_err(|error| error.to_string())?;
    let mut state = State::default();
    // Those that are still to come, each with where it was made and in which words.
    let mut open: Vec<(Expected, usize, String)> = Vec::new();
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for (position, record) in history.records().enumerate() {
        let now = forecast(&state);
        if let Some(expected) = Expected::new(now)
            // The same forecast again is still the same.
            && open.iter().all(|(other, ..)| other.forecast() != now)
        {
            open.push((expected, position, sentence::next(&state, history.names())));
        }
        open.retain_mut(|(expected, at, words)| match expected.see(&state, &record) {
            Outcome::Open => true,
            Outcome::Right => {
                tally.right += 1;
                false
            }
            Outcome::Overtaken => {
                tally.overtaken += 1;
                false
            }
            Outcome::Wrong => {
                let came = history.names().line(&record);
                let forecast = expected.forecast();
                wrong.push(format!(
                    "behind #{at} {words:?} {forecast:?}, but #{}: {came}",
                    record.seq
                ));
                false
            }
        });
        state.apply(&record);
    }
    if wrong.is_empty() {
        return Ok(tally);
    }
    let count = wrong.len();
    wrong.truncate(8);
    Err(format!("{count} forecasts were wrong:\n  {}", wrong.join("\n  ")))
}

/// Runs a program with options and compares the forecasts of its recording.
fn of_program(options: &[&str], file: &Path) -> Result<Tally, String> {
    let scratch = Scratch::new();
    let to = scratch.path("run.loop");
    let record = to.display().to_string();
    let mut run = headless_with(&[options, &["--record", &record]].concat(), file).limit(60);
    if let Ok(input) = fs::read_to_string(file.with_extension("in")) {
        run = run.input(&input);
    }
    let ended = run.end();
    if !to.is_file() {
        return Err(format!("nothing was recorded: {ended}"));
    }
    came_true(&to)
}

/// A part of the programs, or all of them.
fn some(all: Vec<PathBuf>) -> Vec<PathBuf> {
    let each = if std::env::var_os("LOOPSCOPE_ALL_FORECASTS").is_some() { 1 } else { EACH };
    all.into_iter().step_by(each).collect()
}

fn folder(name: &str) -> Vec<PathBuf> {
    python_files(&program(name))
}

#[test]
fn by_the_machines_clock_and_in_other_dialects_too() {
    let options: [(&str, &[&str]); 4] = [
        ("cpython", &["--clock", "real"]),
        ("cpython", &["--dialect", "cpython-3.14"]),
        ("dialects", &["--dialect", "cpython-3.6"]),
        ("micropython", &["--dialect", "micropython"]),
    ];
    let mut all: Vec<(&[&str], PathBuf)> = Vec::new();
    for (name, options) in options {
        all.extend(some(folder(name)).into_iter().map(|file| (options, file)));
    }
    each(
        &all,
        |(options, file)| format!("{} {}", options.join(" "), file_name(file)),
        |(options, file)| of_program(options, file).map(drop),
    );
}

/// What a program of a few lines does.
fn of_text(options: &[&str], text: &str) -> Tally {
    let scratch = Scratch::new();
    of_program(options, &scratch.file("program.py", text)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn timers_that_are_due_at_the_same_time_come_as_the_heap_gives_them() {
    let text = "\
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    then = loop.time() + 1
    timers = [loop.call_at(then + n % 3 / 10, print, n) for n in range(150)]
    for timer in timers[::2] + timers[1::4]: timer.cancel()
    await asyncio.sleep(2)
asyncio.run(main())
";
    for ties in ["heapq", "fifo", "shuffle"] {
        let tally = of_text(&["--ties", ties, "--seed", "5"], text);
        assert!(tally.right > 150 && tally.overtaken == 0, "{ties}: {tally:?}");
    }
}

#[test]
fn several_descriptors_that_are_ready_are_all_counted() {
    let text = "\
import asyncio, socket
async def main():
    loop = asyncio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(4)]
    for one, other in pairs:
        loop.add_reader(one, print, 'read')
        loop.add_writer(one, loop.remove_writer, one)
        other.send(b'x')
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for one, other in pairs: loop.remove_reader(one), one.close(), other.close()
asyncio.run(main())
";
    let tally = of_text(&[], text);
    assert!(tally.right > 50, "{tally:?}");
}

#[test]
fn the_demo_boards_recording_was_foreseen() {
    let tally = came_true(&workspace().join("tui/board/src/demo/session.loop"));
    let tally = tally.unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(tally.right > 500 && tally.overtaken < tally.right / 4, "{tally:?}");
}

/// The comparison can fail.
#[test]
fn a_wrong_forecast_is_seen() {
    let scratch = Scratch::new();
    let to = scratch.path("run.loop");
    let record = to.display().to_string();
    let _ = headless_with(&["--record", &record], &program("classic/hello.py")).end().code_is(0);
    let store = Arc::new(InMemory::holding(fs::read(&to).expect("it was written")));
    let history = History::open(store, Arc::new(InMemory::default())).expect("a recording");
    let history = history.complete().expect("it is whole");
    let mut state = State::default();
    let mut outcomes = BTreeMap::new();
    for record in history.records() {
        let Forecast::In(on, next) = forecast(&state) else {
            state.apply(&record);
            continue;
        };
        // What is said of the loop is turned around.
        let turned = match next {
            Next::Begins(_) => Next::EndsTurn,
            Next::EndsTurn => Next::Stops,
            Next::BeginsTurn { handles, .. } => {
                Next::BeginsTurn { handles: handles + 1, or_more: false }
            }
            other => other,
        };
        if turned != next
            && let Some(mut expected) = Expected::new(Forecast::In(on, turned))
        {
            let outcome = format!("{:?}", expected.see(&state, &record));
            *outcomes.entry(outcome).or_insert(0) += 1;
        }
        state.apply(&record);
    }
    assert!(outcomes.get("Wrong").is_some_and(|wrong| *wrong >= 2), "{outcomes:?}");
    assert!(!outcomes.contains_key("Right"), "{outcomes:?}");
}
