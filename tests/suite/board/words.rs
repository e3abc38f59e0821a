//! What is said where a board cannot be attached: what, why, and what to do next.

use std::net::TcpListener;

use loopscope_tests::{Scratch, loopscope};

use super::{M0, M3, beside_others};

/// The sentence on standard error, after it was made sure that it is one and has this exit code.
fn refusal(words: &[&str], code: i32) -> String {
    let ended = loopscope(words.iter().copied()).limit(30).end().code_is(code);
    let text = ended.err();
    assert_eq!(text.trim_end().lines().count(), 1, "{ended}");
    assert!(text.starts_with("loopscope: "), "{ended}");
    text
}

#[test]
fn an_attach_without_a_board_asks_which() {
    assert!(refusal(&["attach"], 2).contains("--demo"));
}

#[test]
fn a_refused_stream_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = port.expect("a port is free").to_string();
    let text = refusal(&["attach", "--headless", "--tcp", &address], 4);
    assert!(text.contains(&address) && text.contains("nothing listens there"), "{text}");
    assert!(refusal(&["attach", "--headless", "--tcp", "nowhere"], 2).contains("HOST:PORT"));
}

#[test]
fn files_that_are_no_firmware_are_named() {
    let text = refusal(&["attach", "--headless", "--chip", "Cortex-M3", "--elf", "no-such.elf"], 2);
    assert!(text.contains("no-such.elf") && text.contains("no such file"), "{text}");
    let scratch = Scratch::new();
    let file = scratch.file("firmware.elf", "this is a text\n").display().to_string();
    let text = refusal(&["attach", "--headless", "--chip", "Cortex-M3", "--elf", &file], 2);
    assert!(text.contains("no ELF file"), "{text}");
    let text = refusal(&["attach", "--headless", "--chip", "Cortex-M3"], 2);
    assert!(text.contains("--elf"), "{text}");
}

#[test]
fn a_capture_is_read_to_its_end() {
    let text = refusal(&["attach", "--headless", "--capture", "no-such.bin"], 2);
    assert!(text.contains("no-such.bin"), "{text}");
    let scratch = Scratch::new();
    let file = scratch.file("empty.bin", "").display().to_string();
    let _ = loopscope(["attach", "--headless", "--capture", &file]).end().code_is(0);
    let file = scratch.file("program.py", "print('no stream')\n").display().to_string();
    assert!(refusal(&["attach", "--headless", "--capture", &file], 2).contains("no records"));
    // A folder is one of Zephyr's traces, if it holds one.
    let folder = scratch.folder().display().to_string();
    let text = refusal(&["attach", "--headless", "--capture", &folder], 2);
    assert!(text.contains("no file `metadata`"), "{text}");
}

#[test]
fn a_chip_that_is_none_has_near_names() {
    let Some(elf) = M3.firmware("own_scheduler") else { return };
    let elf = elf.display().to_string();
    let text = refusal(&["attach", "--headless", "--chip", "nRF52840_xxAB", "--elf", &elf], 2);
    assert!(text.contains("nRF52840_xxAA"), "{text}");
    let text = refusal(&["attach", "--headless", "--chip", "toaster", "--elf", &elf], 2);
    assert!(text.contains("Cortex-M4"), "{text}");
    let text =
        refusal(&["attach", "--headless", "--chip", "Cortex-M3", "--elf", &elf, "--probe", "x"], 2);
    assert!(text.contains("VID:PID"), "{text}");
}

#[test]
fn another_firmware_than_the_boards_is_noticed() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let Some(other) = M3.firmware("sleepers") else { return };
    let (probe, other) = (board.probe.selector(), other.display().to_string());
    let words = ["attach", "--headless", "--chip", "LM3S6965", "--probe", &probe, "--elf", &other];
    let text = refusal(&words, 1);
    assert!(text.contains("sleepers") && text.contains("does not run"), "{text}");
    // The firmware of another chip.
    let elf = board.elf.display().to_string();
    let words = ["attach", "--headless", "--chip", "Cortex-M0", "--probe", &probe, "--elf", &elf];
    let text = refusal(&words, 1);
    assert!(text.contains("Cortex-M3"), "{text}");
    // And right after that the right one.
    let ended = board.command("repl").commands(&["expect handle-run"]).end();
    let _ = ended.code_is(0);
}

#[test]
fn a_firmware_for_another_processor_is_noticed() {
    let _one = beside_others();
    let Some(board) = M3.run("own_scheduler") else { return };
    let Some(other) = super::streams::RISCV.firmware("sleepers") else { return };
    let (probe, other) = (board.probe.selector(), other.display().to_string());
    let words = ["attach", "--headless", "--chip", "LM3S6965", "--probe", &probe, "--elf", &other];
    assert!(refusal(&words, 1).contains("is for RISC-V"));
}

#[test]
fn a_halted_board_is_told_at_once_and_may_be_let_run() {
    let _one = beside_others();
    let Some(elf) = M3.firmware("own_scheduler") else { return };
    let Some(probe) = super::start(&super::Options::new(M3.name, &elf)) else { return };
    let ended = M3.command("attach", &probe.selector(), &elf).args(["--headless"]).end().code_is(4);
    assert!(ended.err().contains("--control"), "{ended}");
    let run = M3.command("repl", &probe.selector(), &elf).args(["--control"]);
    let _ = run.commands(&["expect handle-run within 20s"]).end().code_is(0);
}

#[test]
fn a_recording_takes_no_arguments() {
    let scratch = Scratch::new();
    let recording = scratch.path("x.loop").display().to_string();
    let program = scratch.file("p.py", "print(1)\n").display().to_string();
    let _ = loopscope(["run", "--headless", "--record", &recording, &program]).end().code_is(0);
    assert!(refusal(&["repl", &recording, "-c", "info loop"], 2).contains("before the file"));
}

#[test]
fn a_board_and_a_program_are_not_one_source() {
    let text = refusal(&["repl", "--demo", "-c", "step", "hello.py"], 2);
    assert!(text.contains("two sources"), "{text}");
    let Some(elf) = M0.firmware("sleepers") else { return };
    let elf = elf.display().to_string();
    let ended = loopscope(["attach", "--demo", "--elf", &elf]).end().code_is(2);
    assert!(ended.err().contains("--demo"), "{ended}");
}
