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
