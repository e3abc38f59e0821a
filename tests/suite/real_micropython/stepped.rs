//! Holding a program in a real MicroPython: by record, handle and turn, with Python at a pause.

use loopscope_tests::Scratch;
use loopscope_tests::micropython::executable;
use loopscope_tests::run::Ended;

use super::with_micropython;

const PROGRAM: &str = "\
import asyncio
seen = []
async def first():
    seen.append('first')
async def second():
    seen.append('second')
async def main():
    a, b = asyncio.create_task(first()), asyncio.create_task(second())
    await asyncio.sleep_ms(10)
    print('end', seen)
asyncio.run(main())
";

fn batch(commands: &[&str], code: &str) -> Option<Ended> {
    let python = executable()?;
    let scratch = Scratch::new();
    let file = scratch.file("program.py", code);
    Some(with_micropython("repl", &python).commands(commands).arg(file).end())
}

#[test]
fn at_a_pause_nothing_later_has_happened() {
    let commands = [
        "expect run-start",
        "until handle-run if name == \"second\"",
        "py seen",
        "py print('said', len(seen))",
        "next",
        "info tasks",
        "py seen",
        "continue",
    ];
    let Some(ended) = batch(&commands, PROGRAM) else { return };
    let ended = ended.code_is(0);
    let out = ended.out();
    assert!(out.contains("['first']\n"), "{ended}");
    assert!(out.contains("said 1\n"), "{ended}");
    assert!(out.contains("['first', 'second']\n"), "{ended}");
    assert!(out.contains("end ['first', 'second']"), "{ended}");
}

#[test]
fn python_does_not_run_in_the_middle_of_a_step() {
    let Some(ended) = batch(&["until task-step", "py 1 + 1"], PROGRAM) else { return };
    let ended = ended.code_is(1);
    assert!(ended.err().contains("in the middle of its work"), "{ended}");
}

#[test]
fn a_task_made_at_a_pause_runs() {
    let commands = [
        "until poll-begin",
        "py t = asyncio.create_task(first())",
        "until task-done if name == \"first\"",
        "py 1/0",
    ];
    let Some(ended) = batch(&commands, PROGRAM) else { return };
    assert!(ended.err().contains("in the middle of its work"), "{ended}");
    let Some(ended) = batch(&["until poll-begin", "py 1/0"], PROGRAM) else { return };
    let ended = ended.code_is(1);
    let text = format!("{}{}", ended.out(), ended.err());
    assert!(text.contains("ZeroDivisionError") && !text.contains("<loopscope>"), "{ended}");
}

#[test]
fn why_a_task_waits_is_told() {
    let code = "import asyncio\nevent = asyncio.Event()\nasync def waiter():\n    await event.wait()\n\
                async def main():\n    t = asyncio.create_task(waiter())\n    \
                await asyncio.sleep_ms(20)\n    event.set()\n    await t\nasyncio.run(main())\n";
    let commands = ["until poll-begin", "info tasks", "why 2", "why 1"];
    let Some(ended) = batch(&commands, code) else { return };
    let ended = ended.code_is(0);
    assert!(ended.out().contains("waiter"), "{ended}");
    assert!(ended.out().contains("wait queue 1"), "{ended}");
}
