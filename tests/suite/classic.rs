//! The shapes of the classic documentation's four examples: headless, in line mode and in the TUI.

use std::fs;

use loopscope_tests::Screen;

use crate::{batch, headless, headless_with, program};

/// The three programs whose output is always the same.
const FIXED: [&str; 3] = ["hello", "socket_pair", "signals"];

fn expected(name: &str) -> String {
    fs::read_to_string(program(&format!("classic/{name}.out"))).expect("the output is committed")
}

/// The seconds since midnight in the lines that `datetime.now()` printed.
fn dates(text: &str) -> Vec<f64> {
    text.lines()
        .filter_map(|line| line.rsplit_once(' ').and_then(|(_, time)| seconds(time)))
        .collect()
}

fn seconds(time: &str) -> Option<f64> {
    let parts: Vec<f64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

/// Five dates, a second apart.
fn are_a_second_apart(dates: &[f64], tolerance: f64) {
    assert_eq!(dates.len(), 5, "{dates:?}");
    for pair in dates.windows(2) {
        let apart = (pair[1] - pair[0]).rem_euclid(86_400.0);
        assert!((apart - 1.0).abs() < tolerance, "{apart} s apart: {dates:?}");
    }
}

#[test]
fn headless_prints_what_cpython_prints() {
    for name in FIXED {
        let ended = headless(&program(&format!("classic/{name}.py"))).end().code_is(0);
        assert_eq!(ended.out(), expected(name), "{ended}");
    }
}

#[test]
fn the_date_example_takes_loop_time_but_no_wall_time() {
    let ended = headless(&program("classic/clock.py")).end().code_is(0);
    are_a_second_apart(&dates(&ended.out()), 0.005);
    assert!(ended.out().lines().all(|line| line.starts_with("2000-01-01 00:00:0")), "{ended}");
    assert!(ended.took.as_secs_f64() < 3.0, "it waited: {ended}");
}

#[test]
fn the_date_example_takes_real_time_with_the_real_clock() {
    let ended = headless_with(&["--clock", "real"], &program("classic/clock.py")).end().code_is(0);
    are_a_second_apart(&dates(&ended.out()), 0.5);
    assert!(ended.took.as_secs_f64() >= 4.0, "it did not wait: {ended}");
}

#[test]
fn line_mode_prints_what_cpython_prints() {
    for name in FIXED {
        let file = program(&format!("classic/{name}.py"));
        let ended = batch(&file, &["continue"]).end().code_is(0);
        for line in expected(name).lines() {
            assert!(ended.out().lines().any(|l| l == line), "no line {line:?}: {ended}");
        }
    }
}

#[test]
fn line_mode_runs_the_date_example_in_no_time() {
    let ended = batch(&program("classic/clock.py"), &["continue", "print t", "assert t >= 4"]);
    let ended = ended.end().code_is(0);
    are_a_second_apart(&dates(&ended.out()), 0.005);
    assert!(ended.took.as_secs_f64() < 3.0, "it waited: {ended}");
}

#[test]
fn line_mode_stops_between_two_dates() {
    let file = program("classic/clock.py");
    let commands = ["until handle-run", "next", "next", "assert t >= 2", "assert t < 2.1"];
    let ended = batch(&file, &commands).end().code_is(0);
    assert_eq!(dates(&ended.out()).len(), 2, "{ended}");
}

#[test]
fn the_tui_shows_what_the_programs_print() {
    for name in ["hello", "socket_pair", "signals", "clock"] {
        let file = program(&format!("classic/{name}.py"));
        let Some(screen) = Screen::open(&["run", &file.to_string_lossy()]) else { return };
        screen.wait_for("ready");
        screen.line(":continue");
        let last = match name {
            "clock" => "2000-01-01 00:00:04".to_owned(),
            name => expected(name).lines().last().unwrap_or_default().to_owned(),
        };
        screen.wait_for(&last);
        screen.keys(&["q", "y"]);
        assert_eq!(screen.left(), 0, "{name}");
        assert!(screen.leftovers().is_empty(), "{name} leaves {:?}", screen.leftovers());
    }
}
