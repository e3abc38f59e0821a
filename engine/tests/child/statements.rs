//! `py` statements at a pause.

use loopscope_protocol::Kind;

use super::process::{Child, program};
use super::received::{Received, kinds, outputs};

fn ran(child: &mut Child, code: &str) -> String {
    match child.py(code) {
        (_, Received::Ran { ok: true, text }) => text,
        other => panic!("{code}: {other:?}"),
    }
}

#[test]
fn before_the_start_at_the_end_and_in_the_programs_names() {
    let mut child = program("x = 5\ndef f(): return x\n").held();
    assert_eq!(ran(&mut child, "6 * 7"), "42\n");
    assert_eq!(ran(&mut child, "y = 3"), "");
    assert_eq!(ran(&mut child, "'a' 'b'"), "'ab'\n");
    assert_eq!(ran(&mut child, "None"), "");
    child.until(Kind::ProgramExit);
    assert_eq!(ran(&mut child, "f() + y"), "8\n");
    assert_eq!(ran(&mut child, "x = 10"), "");
    assert_eq!(ran(&mut child, "f(); x += 1; print(f())"), "11\n");
}

#[test]
fn what_it_prints_is_the_answer_and_no_record_of_the_run() {
    let mut child = program("pass").held();
    let (before, said) = child.py("print('hello'); import sys; print('err', file=sys.stderr)");
    assert!(outputs(&before).is_empty(), "{:?}", outputs(&before));
    assert_eq!(said, Received::Ran { ok: true, text: "hello\nerr\n".into() });
    let (before, said) = child.py("print('no end', end='')");
    assert!(outputs(&before).is_empty(), "{:?}", outputs(&before));
    assert_eq!(said, Received::Ran { ok: true, text: "no end".into() });
}

#[test]
fn an_exception_is_an_answer() {
    let mut child = program("pass").held();
    let (_, said) = child.py("1 / 0");
    let Received::Ran { ok: false, text } = said else { panic!("{said:?}") };
    assert!(text.starts_with("Traceback (most recent call last):\n"), "{text}");
    assert!(text.ends_with("ZeroDivisionError: division by zero\n"), "{text}");
    let (_, said) = child.py("x =");
    assert!(
        matches!(&said, Received::Ran { ok: false, text } if text.contains("SyntaxError")),
        "{said:?}"
    );
    let (_, said) = child.py("exit(3)");
    assert!(
        matches!(&said, Received::Ran { ok: false, text } if text.contains("SystemExit")),
        "{said:?}"
    );
    assert_eq!(ran(&mut child, "1"), "1\n");
}

#[test]
fn long_statements_and_long_answers_come_in_pieces() {
    let mut child = program("pass").held();
    let code = format!("len({:?})", "x".repeat(5000));
    assert_eq!(ran(&mut child, &code), "5000\n");
    assert_eq!(ran(&mut child, "'y' * 3000").len(), 3003);
    assert_eq!(ran(&mut child, "def f():\n    return 1\n\nprint(f())"), "1\n");
}

#[test]
fn in_the_middle_of_the_main_program_it_is_refused() {
    let mut child = program("print('a')\nprint('b')\n").held();
    child.until(Kind::Output);
    let (before, said) = child.py("print('no')");
    assert!(before.is_empty());
    let Received::Refused(sentence) = said else { panic!("{said:?}") };
    assert!(sentence.contains("output record") && sentence.contains("handle-run"), "{sentence}");
    assert_eq!(kinds(&child.step(1)), ["output"]);
}

#[test]
fn while_the_program_runs_it_is_refused() {
    let mut child = program("import time\nwhile True: pass\n").start();
    let (_, said) = child.py("1");
    assert!(matches!(said, Received::Refused(sentence) if sentence.contains("running")));
}

const A_LOOP: &str = "\
import asyncio
order = []
async def main():
    order.append('main')
    await asyncio.sleep(1)
    print(order)
asyncio.run(main())
";

#[test]
fn between_handles_it_can_use_the_loop() {
    let mut child = program(A_LOOP).held();
    child.until(Kind::HandleRun);
    assert_eq!(ran(&mut child, "loop.is_running()"), "True\n");
    let (before, said) = child.py("loop.call_soon(order.append, 'mine')");
    assert!(kinds(&before).contains(&"handle-new"), "{before:?}");
    assert!(matches!(said, Received::Ran { ok: true, .. }), "{said:?}");
    let said = child.until(Kind::ProgramExit);
    assert_eq!(outputs(&said), [("stdout", "['main', 'mine']\n")]);
}

#[test]
fn a_name_that_the_program_gave_stays() {
    let mut child = program("loop = 'own'\nprint(loop)\n").held();
    child.until(Kind::ProgramExit);
    assert_eq!(ran(&mut child, "loop"), "'own'\n");
    let mut child = program("pass").held();
    child.until(Kind::ProgramExit);
    let (_, said) = child.py("loop");
    assert!(matches!(said, Received::Ran { ok: false, text } if text.contains("NameError")));
}
