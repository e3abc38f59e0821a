//! `attach --qemu`: from a firmware to an emulated board in one command, with what the program says
//! by semihosting, how it ends, and where it faults.

use loopscope_tests::events::only;
use loopscope_tests::left_out::leave_out;
use loopscope_tests::run::{Run, loopscope};
use loopscope_tests::{Scratch, events};

use super::{M3, beside_others, link::answers, one_at_a_time};

/// A command of ours on such a board; `None` where that cannot be here.
fn on_qemu(command: &str, program: &str) -> Option<Run> {
    let elf = M3.firmware(program)?;
    if !loopscope_virtual_probe::is_there() {
        leave_out("qemu-system-arm is missing: emulated boards");
        return None;
    }
    Some(loopscope([command, "--qemu", M3.name, "--elf"]).arg(&elf))
}

#[test]
fn one_command_leads_from_a_firmware_to_its_first_instruction() {
    let _one = beside_others();
    let Some(run) = on_qemu("repl", "sleepers") else { return };
    let commands = ["expect task-step within 60s", "info source"];
    let ended = run.arg("--json").commands(&commands).end().code_is(0);
    let answers = answers(&ended.out());
    assert_eq!(answers[1]["kind"], "board", "{ended}");
    assert_eq!(answers[1]["gaps"], 0, "{ended}");
}

#[test]
fn what_a_program_says_by_semihosting_is_its_output_and_its_exit_code_is_ours() {
    let _one = beside_others();
    let Some(run) = on_qemu("attach", "semihosting") else { return };
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let run = run.args(["--headless", "--timeout", "60", "--events"]).arg(&to);
    let ended = run.end().code_is(3);
    assert_eq!(ended.out(), "it counts to three\none\ntwo\nthree\n", "{ended}");
    assert!(ended.err().contains("that was all"), "{ended}");
    let records = events(&to);
    assert_eq!(only(&records, "task-done").len(), 1, "{ended}");
    assert!(only(&records, "anomaly").is_empty() && only(&records, "gap").is_empty(), "{ended}");
    let last = records.last().expect("there are records");
    assert_eq!((last.kind(), last.number("code"), last.text("how")), ("program-exit", 3, "exit"));
    // What it says stands among its records, at its time.
    let said: Vec<_> = only(&records, "output").iter().map(|line| line.text("stream")).collect();
    assert_eq!(said, ["stdout", "stdout", "stdout", "stdout", "stderr"], "{ended}");
}

#[test]
fn a_fault_handler_that_does_nothing_is_named_with_the_line_that_led_there() {
    let _one = beside_others();
    let Some(run) = on_qemu("attach", "stuck") else { return };
    let ended = run.args(["--headless", "--timeout", "5"]).end().code_is(124);
    let err = ended.err();
    let told = err.lines().find(|line| line.contains("in its HardFault handler"));
    let told = told.unwrap_or_else(|| panic!("{ended}"));
    assert!(told.contains(", at ") && told.contains(".rs:"), "{told}");
    assert!(told.contains("an undefined instruction"), "{told}");
    assert_eq!(err.matches("HardFault").count(), 1, "it is told once: {ended}");
}

#[test]
fn executors_in_interrupts_are_loops_that_interrupt_those_below_and_their_prints_are_their_steps() {
    let _one = one_at_a_time();
    let Some((records, ended)) = M3.attached("priorities", 5) else { return };
    let ended = ended.code_is(124);
    // Nobody has named them: the names are those of their functions, out of the ELF.
    let made = only(&records, "task-new");
    let names: Vec<_> = made.iter().map(|r| (r.text("name"), r.number("loop"))).collect();
    assert_eq!(names, [("high", 1), ("medium", 2), ("low", 3)], "{ended}");
    // Whose handle runs in each loop, and who was interrupted by whom.
    let mut runs = [false; 4];
    let mut within = [[0; 4]; 4];
    for record in &records {
        if let kind @ ("handle-run" | "handle-done") = record.kind() {
            let of = usize::try_from(record.number("loop")).expect("it is one of three");
            if kind == "handle-run" {
                (1..4).filter(|other| runs[*other]).for_each(|other| within[of][other] += 1);
            }
            runs[of] = kind == "handle-run";
        }
    }
    assert!(within[1][2] > 2 && within[1][3] > 5 && within[2][3] > 2, "{within:?}: {ended}");
    let upwards = within[2][1] + within[3][1] + within[3][2];
    assert_eq!(upwards, 0, "no loop interrupts one above it: {within:?}");
    // Each step prints that it begins; the last one may not have been read.
    for (number, line) in [(1, "[high] tick!"), (2, "[medium] starts"), (3, "[low] starts")] {
        let steps =
            only(&records, "task-step").iter().filter(|r| r.number("loop") == number).count();
        let printed = ended.err().matches(line).count();
        assert!(
            printed > 5 && printed.abs_diff(steps) < 2,
            "{line}: {printed} of {steps}: {ended}"
        );
    }
}

#[test]
fn a_processor_that_halts_leaves_each_task_at_the_line_of_its_await() {
    let _one = beside_others();
    let Some(run) = on_qemu("attach", "async_stack") else { return };
    let ended = run.args(["--headless", "--timeout", "3"]).end().code_is(124);
    let source = include_str!("../../../target-agent/firmware/src/bin/async_stack.rs");
    let line = |what: &str| source.lines().position(|line| line.contains(what)).unwrap_or(0) + 1;
    let (sensor, measure) = (line("measure().await"), line("// Here it stands."));
    let settle = line("alarm::until(milliseconds() + ms).await");
    let expected = format!(
        "sensor (place 1 of 2) waits at bin/async_stack.rs:{sensor}, in measure at bin/async_stack.rs:{measure}, in settle at bin/async_stack.rs:{settle}, for PollFn."
    );
    assert!(ended.err().contains(&expected), "{expected}: {ended}");
    assert!(!ended.err().contains("place 2 of 2"), "{ended}");
}

#[test]
fn a_machine_that_is_not_known_asks_for_its_chip_and_qemu_for_its_machine() {
    let _one = beside_others();
    let Some(elf) = M3.firmware("sleepers") else { return };
    let on_toaster = |words: &[&str]| {
        loopscope(["attach", "--headless", "--qemu", "toaster", "--elf"]).arg(&elf).args(words)
    };
    let ended = on_toaster(&[]).end().code_is(2);
    assert!(ended.err().contains("--chip"), "{ended}");
    let Some(run) = on_qemu("attach", "sleepers") else { return };
    let ended = run.args(["--headless", "--chip", "toaster"]).end().code_is(2);
    assert!(ended.err().contains("no chip is called `toaster`"), "{ended}");
    let ended = on_toaster(&["--chip", "Cortex-M3"]).end().code_is(4);
    assert!(ended.err().contains("QEMU did not start the machine `toaster`"), "{ended}");
}

#[test]
fn a_script_is_told_that_a_board_has_no_end() {
    let _one = beside_others();
    let Some(run) = on_qemu("repl", "own_scheduler") else { return };
    let commands = ["expect task-step within 60s", "goto end", "resume"];
    let ended = run.commands(&commands).end().code_is(0);
    assert_eq!(ended.out().matches("A board has no end to wait for").count(), 2, "{ended}");
}
