//! Raw RTT streams over TCP of machines that run, as the servers of `OpenOCD` and J-Link give them;
//! a board on RISC-V, which probes see through such a stream only here.

use std::path::{Path, PathBuf};

use loopscope_tests::events::only;
use loopscope_tests::left_out::leave_out;
use loopscope_tests::run::{Run, loopscope};
use loopscope_tests::{Live, Scratch, events};
use loopscope_virtual_probe::{Architecture, Options, RttServer, is_there_for};
use nix::sys::signal::Signal;

use super::link::answers;
use super::twins::twin;
use super::{M0, M3, Machine, beside_others, one_at_a_time};

/// A RISC-V core.
pub(super) const RISCV: Machine =
    Machine { name: "sifive_e", chip: "", target: "riscv32imac-unknown-none-elf" };

/// A machine whose channel is served.
struct Served {
    server: RttServer,
    elf: PathBuf,
}

impl Served {
    /// With `held` it waits for the first client.
    fn start(machine: Machine, program: &str, held: bool) -> Option<Self> {
        let elf = machine.firmware(program)?;
        let architecture =
            if machine.chip.is_empty() { Architecture::RiscV } else { Architecture::Arm };
        if !is_there_for(architecture) {
            leave_out(&format!("{} is missing: the tests on it", architecture.program()));
            return None;
        }
        let mut options = Options::new(machine.name, &elf);
        options.held = held;
        let server = RttServer::start(&options);
        let server = server.unwrap_or_else(|error| panic!("{}: {error}", machine.name));
        Some(Self { server, elf })
    }

    fn command(&self, command: &str) -> Run {
        let run = loopscope([command, "--tcp"]).arg(self.server.address().to_string());
        run.arg("--elf").arg(&self.elf)
    }
}

/// Watching, pausing, stepping, resuming, a reset and coming again, over the stream alone.
fn a_visit(machine: Machine) {
    let _one = beside_others();
    let Some(board) = Served::start(machine, "own_scheduler", false) else { return };
    let scratch = Scratch::new();
    let commands = ["pause", "step", "step", "step", "expect handle-run", "info source", "detach"];
    let ended = board.command("repl").args(["--json", "--control"]).commands(&commands).end();
    let ended = ended.code_is(0);
    let answers = answers(&ended.out());
    assert_eq!(answers[0]["stop"], "paused", "{ended}");
    let position = |n: usize| answers[n]["position"].as_u64().unwrap_or_default();
    for n in 1..4 {
        assert_eq!(position(n), position(n - 1) + 1, "one record a step: {ended}");
    }
    assert_eq!((&answers[5]["kind"], &answers[5]["gaps"]), (&"board".into(), &0.into()), "{ended}");

    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "60", "--events"]);
    let mut live = Live::start(run.arg(&to));
    let seen = |kind: &str| scratch.read("events.jsonl").matches(&format!("\"{kind}\"")).count();
    live.wait_until("records", || seen("handle-run") > 5);
    board.server.press_reset().expect("the machine is there");
    live.wait_until("a second start", || seen("loop-new") > 1);
    let before = seen("handle-run");
    live.wait_until("records after it", || seen("handle-run") > before + 5);
    live.signal(Signal::SIGINT);
    assert_eq!(live.end().code(), Some(130), "{live}");
    let records = events(&to);
    assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty(), "{live}");
    assert_eq!(live.err().matches("The board was reset").count(), 1, "{live}");
    let names: Vec<_> =
        only(&records, "task-new").iter().map(|r| r.text("name").to_owned()).collect();
    assert!(names.iter().all(|name| name == "fast" || name == "slow"), "{names:?}");
}

#[test]
fn a_visit_by_a_raw_stream_to_a_cortex_m3() {
    a_visit(M3);
}

#[test]
fn a_visit_by_a_raw_stream_to_a_cortex_m0() {
    a_visit(M0);
}

#[test]
fn a_visit_by_a_raw_stream_to_a_riscv() {
    a_visit(RISCV);
}

#[test]
fn a_second_reader_of_a_stream_is_told_why_it_gets_nothing() {
    let _one = beside_others();
    let Some(board) = Served::start(M3, "own_scheduler", false) else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = board.command("attach").args(["--headless", "--timeout", "60", "--events"]);
    let mut first = Live::start(run.arg(&to));
    first.wait_until("records", || scratch.read("events.jsonl").lines().count() > 10);
    let second = board.command("attach").args(["--headless", "--timeout", "20"]).end().code_is(4);
    assert!(second.err().contains("ended the connection at once"), "{second}");
    first.signal(Signal::SIGINT);
    assert_eq!(first.end().code(), Some(130), "{first}");
}

#[test]
fn another_firmwares_file_shows_in_the_names() {
    let _one = beside_others();
    let Some(board) = Served::start(M3, "demo", false) else { return };
    let Some(other) = M3.firmware("own_scheduler") else { return };
    let run = loopscope(["attach", "--headless", "--timeout", "4", "--tcp"]);
    let run = run.arg(board.server.address().to_string()).arg("--elf").arg(other);
    let ended = run.end().code_is(124);
    assert_eq!(ended.err().matches("another firmware").count(), 1, "{ended}");
}

/// A demo on RISC-V against its twin.
fn same(program: &str) {
    let _one = one_at_a_time();
    let mut said = String::new();
    for _ in 0..3 {
        let Some(board) = Served::start(RISCV, program, true) else { return };
        let scratch = Scratch::new();
        let (to, recording) = (scratch.path("events.jsonl"), scratch.path("board.loop"));
        let run = board.command("attach").args(["--headless", "--timeout", "60", "--record"]);
        let mut live = Live::start(run.arg(&recording).arg("--events").arg(&to));
        let text = || scratch.read("events.jsonl");
        // The loop's last record but one; a program may run it several times.
        let runs = if program == "stop_and_close" { 3 } else { 1 };
        live.wait_until("the program's end", || text().matches("loop-stopped").count() == runs);
        live.signal(Signal::SIGINT);
        assert_eq!(live.end().code(), Some(130), "{live}");
        said = diff(&recording, &twin(program));
        if said.starts_with("No difference") {
            return;
        }
    }
    panic!("{program} on RISC-V is not its twin: {said}");
}

fn diff(recording: &Path, twin: &Path) -> String {
    let run = loopscope(["diff", "--dialect", "micropython", "--timeout", "60"]);
    run.arg(recording).arg(twin).end().out()
}

#[test]
fn demos_on_a_riscv_are_their_twins() {
    for program in ["sleepers", "cancellation", "gather", "failing_task", "stop_and_close"] {
        same(program);
    }
}
