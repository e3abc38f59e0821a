//! Writing a firmware to a board, and boards that come back with another one.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use loopscope_tests::events::only;
use loopscope_tests::{Live, Scratch, events, loopscope};
use loopscope_virtual_probe::{Options, VirtualProbe};
use nix::sys::signal::Signal;

use super::{M0, M3, beside_others, start};

#[test]
fn a_blank_board_is_flashed_and_then_shown_and_flashed_again() {
    let _one = beside_others();
    let (Some(sleepers), Some(own)) = (M0.firmware("sleepers"), M0.firmware("own_scheduler"))
    else {
        return;
    };
    let Some(probe) = start(&Options::blank(M0.name)) else { return };
    let scratch = Scratch::new();
    for (elf, task) in [(sleepers, "sleeper"), (own, "fast")] {
        let to = scratch.path("events.jsonl");
        let run = M0.command("attach", &probe.selector(), &elf);
        let run = run.args(["--headless", "--flash", "--timeout", "60"]);
        let mut live = Live::start(run.arg("--events").arg(&to));
        live.wait_until("its tasks", || scratch.read("events.jsonl").contains(task));
        live.signal(Signal::SIGINT);
        assert_eq!(live.end().code(), Some(130), "{live}");
        let records = events(&to);
        assert_eq!(records[0].kind(), "run-start");
        // It was attached before the program's first record.
        assert_eq!(records[1].kind(), "loop-new", "{live}");
        assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty());
        fs::remove_file(&to).expect("the file is ours");
    }
}

#[test]
fn a_board_that_comes_back_with_another_firmware_is_told_by_its_new_names() {
    let _one = beside_others();
    let (Some(before), Some(after)) = (M3.firmware("own_scheduler"), M3.firmware("sleepers"))
    else {
        return;
    };
    let scratch = Scratch::new();
    let (elf, to) = (scratch.path("firmware.elf"), scratch.path("events.jsonl"));
    fs::copy(&before, &elf).expect("a firmware is copied");
    let mut options = Options::new(M3.name, &before);
    options.held = false;
    let Some(probe) = start(&options) else { return };
    let run = M3.command("attach", &probe.selector(), &elf);
    let run = run.args(["--headless", "--timeout", "60", "--events"]);
    let mut live = Live::start(run.arg(&to));
    let whole = |text: &str| scratch.read("events.jsonl").contains(text);
    live.wait_until("records of the first", || whole("\"slow\""));
    // It is unplugged, written anew, and plugged in again.
    options.port = probe.address().port();
    drop(probe);
    fs::copy(&after, &elf).expect("a firmware is copied");
    let until = Instant::now() + Duration::from_secs(10);
    options.elf.clone_from(&Some(after));
    let _again = loop {
        match VirtualProbe::start(&options) {
            Ok(probe) => break probe,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    live.wait_until("records of the second", || whole("\"sleeper\""));
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
    assert!(live.err().contains("another firmware"), "{live}");
    let records = events(&to);
    let names: Vec<_> =
        only(&records, "task-new").iter().map(|r| r.text("name").to_owned()).collect();
    assert_eq!(names[..2], ["fast", "slow"], "what was told before keeps its names");
    assert_eq!(names[2], "main_task");
    // A snapshot may say some of it again.
    assert!(names[3..].iter().all(|name| name == "sleeper" || name == "main_task"), "{names:?}");
    assert!(only(&records, "anomaly").is_empty(), "{live}");
}

#[test]
fn a_board_that_comes_back_with_a_firmware_nobody_knows_is_not_told_wrongly() {
    let _one = beside_others();
    let (Some(before), Some(after)) = (M3.firmware("own_scheduler"), M3.firmware("sleepers"))
    else {
        return;
    };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let mut options = Options::new(M3.name, &before);
    options.held = false;
    let Some(probe) = start(&options) else { return };
    let run = M3.command("attach", &probe.selector(), &before);
    let run = run.args(["--headless", "--timeout", "60", "--events"]);
    let mut live = Live::start(run.arg(&to));
    live.wait_until("records", || scratch.read("events.jsonl").contains("\"slow\""));
    options.port = probe.address().port();
    drop(probe);
    options.elf.clone_from(&Some(after));
    let _again = VirtualProbe::start(&options);
    assert_eq!(live.end().code(), Some(4), "{live}");
    assert!(live.err().contains("does not run"), "{live}");
    let names: Vec<_> =
        only(&events(&to), "task-new").iter().map(|r| r.text("name").to_owned()).collect();
    assert_eq!(names, ["fast", "slow"]);
}

#[test]
fn a_board_whose_flash_cannot_be_written_is_told_in_a_sentence() {
    let _one = beside_others();
    let Some(elf) = M3.firmware("sleepers") else { return };
    // A generic chip has no flash that probe-rs could write.
    let Some(board) = M3.run("own_scheduler") else { return };
    let words = ["attach", "--headless", "--flash", "--chip", "Cortex-M3", "--probe"];
    let run = loopscope(words)
        .arg(board.probe.selector())
        .arg("--elf")
        .arg(&elf)
        .args(["--timeout", "30"]);
    let ended = run.end().code_is(1);
    assert_eq!(ended.err().trim_end().lines().count(), 1, "{ended}");
    assert!(ended.err().contains("cannot be written"), "{ended}");
}
