//! `diff`: the first divergence of two recordings or programs, explained.

use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};

const ONE: &str = "\
import asyncio
def first(): pass
def second(): pass
loop = asyncio.new_event_loop()
loop.call_soon(first)
loop.call_soon(second)
loop.call_later(1, loop.stop)
loop.run_forever()
";

struct Two {
    scratch: Scratch,
}

impl Two {
    fn compare(&self, a: &str, b: &str) -> Ended {
        let (a, b) = (self.scratch.file("a.py", a), self.scratch.file("b.py", b));
        loopscope(["diff"]).arg(a).arg(b).end()
    }
}

fn two() -> Two {
    Two { scratch: Scratch::new() }
}

#[test]
fn equal_programs_do_not_differ() {
    let _ = two().compare(ONE, ONE).code_is(0);
}

#[test]
fn numbers_and_times_are_left_out() {
    let later = ONE.replace("call_later(1", "call_later(2");
    let _ = two().compare(ONE, &later).code_is(0);
}

#[test]
fn the_first_divergence_is_explained() {
    let swapped = ONE
        .replace("loop.call_soon(first)\n", "")
        .replace("loop.call_soon(second)\n", "loop.call_soon(second)\nloop.call_soon(first)\n");
    let ended = two().compare(ONE, &swapped).code_is(1);
    let out = ended.out();
    assert!(out.contains("first") && out.contains("second"), "{ended}");
}

#[test]
fn recordings_are_compared_as_programs_are() {
    let scratch = Scratch::new();
    let record = |name: &str, code: &str| {
        let (file, to) = (scratch.file(&format!("{name}.py"), code), scratch.path(name));
        let _ = loopscope(["run", "--headless", "--record"]).arg(&to).arg(file).end().code_is(0);
        to
    };
    let (a, b) = (record("a", ONE), record("b", ONE));
    let other = record("c", &ONE.replace("loop.call_soon(second)\n", ""));
    let _ = loopscope(["diff"]).arg(&a).arg(&b).end().code_is(0);
    let _ = loopscope(["diff"]).arg(&a).arg(&other).end().code_is(1).says("second");
}

/// A task fails while something still refers to it: MicroPython tells one round later, CPython
/// never.
const FAILS: &str = "\
import asyncio
async def bad():
    raise ValueError('boom')
async def main():
    task = asyncio.create_task(bad())
    await asyncio.sleep(0.01)
    print('waited')
asyncio.run(main())
";

#[test]
fn one_program_by_two_dialects_parts_where_their_rules_do() {
    let scratch = Scratch::new();
    let file = scratch.file("fails.py", FAILS);
    let both = ["diff", "--dialect", "cpython", "--dialect", "micropython"];
    let ended = loopscope(both).arg(&file).end().code_is(1);
    let out = ended.out();
    for said in ["fails.py (cpython)", "fails.py (micropython)", "one scheduling round", "boom"] {
        assert!(out.contains(said), "no {said:?} in {ended}");
    }
    // Both runs stand side by side, and the first line that differs is marked.
    assert!(out.lines().any(|line| line.starts_with("> ")), "{ended}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{ended}");
    let calm = scratch.file("calm.py", &FAILS.replace("raise ValueError('boom')", "pass"));
    let _ = loopscope(both).arg(&calm).end().code_is(0);
    // The scheduler's own doings differ, and are not compared.
    let ended = loopscope(["diff", "--dialect", "cpython"]).arg(&calm).end().code_is(2);
    assert!(ended.err().contains("--dialect"), "{ended}");
}

#[test]
fn the_documentation_of_micropython_and_its_firmware_part_by_a_rule_that_is_named() {
    let scratch = Scratch::new();
    let left = "\
import asyncio
async def blink():
    for number in range(4):
        print('blink', number)
        await asyncio.sleep_ms(100)
async def main():
    asyncio.create_task(blink())
    await asyncio.sleep_ms(150)
asyncio.run(main())
print('between')
async def rest(): await asyncio.sleep_ms(150)
asyncio.run(rest())
";
    let nested = "\
import asyncio
async def inner(): return 7
async def outer():
    try: print(asyncio.run(inner()))
    except RuntimeError as error: print(error)
asyncio.run(outer())
";
    let cases = [
        ("left.py", left, "run() cancels the tasks that are left", "they go on in the next run."),
        ("nested.py", nested, "does not allow a run inside a run", "its firmware runs it"),
    ];
    for (name, code, documented, firmware) in cases {
        let file = scratch.file(name, code);
        for [one, two] in [["", "-firmware"], ["-firmware", ""]] {
            let dialects = [one, two].map(|suffix| format!("micropython{suffix}"));
            let [one, two] = &dialects;
            let run = loopscope(["diff", "--dialect", one, "--dialect", two]).arg(&file);
            let ended = run.end().code_is(1);
            let out = ended.out().split_whitespace().collect::<Vec<_>>().join(" ");
            for said in [documented, firmware, one, two] {
                assert!(out.contains(said), "no {said:?} in {ended}");
            }
        }
        // Where it is so in the run, a diagnosis says it as well.
        let ended = batch_in("micropython", &file, &["until lint", "info lints"]).code_is(0);
        assert!(ended.out().contains("MicroPython's documentation says"), "{ended}");
        assert!(ended.out().to_lowercase().contains("a board"), "{ended}");
    }
}

/// A batch of commands on a program by such a dialect.
fn batch_in(dialect: &str, file: &std::path::Path, commands: &[&str]) -> Ended {
    loopscope(["repl", "--dialect", dialect]).commands(commands).arg(file).end()
}

#[test]
fn the_command_diff_takes_a_dialect_as_well() {
    let scratch = Scratch::new();
    let file = scratch.file("fails.py", FAILS);
    let ended = loopscope(["repl", "--json", "-c", "diff micropython"]).arg(&file).end().code_is(0);
    let answer: serde_json::Value = serde_json::from_str(ended.out().trim()).expect("one object");
    assert_eq!(answer["same"], false, "{ended}");
    assert!(answer["rows"].as_array().is_some_and(|rows| !rows.is_empty()), "{ended}");
}
