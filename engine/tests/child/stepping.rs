//! Holding and running on: stepping steps the program itself.

use loopscope_protocol::{Capabilities, Capability, Kind, KindSet, Request, StopWhen};

use super::process::program;
use super::received::{Received, exit_record, kinds};

const TWO_LINES: &str = "print('a')\nprint('b')\n";

#[test]
fn it_says_who_it_is_and_holds_before_the_first_record() {
    let mut child = program(TWO_LINES).held();
    let pid = child.process.id();
    let Received::Hello { capabilities, pid: told } = child.hear() else { panic!("no hello") };
    assert_eq!(told, pid);
    assert!(Capabilities(capabilities).has(Capability::Python));
    assert_eq!(child.hear_within(std::time::Duration::from_millis(200)), None);
    assert_eq!(kinds(&child.step(1)), ["run-start"]);
    assert_eq!(kinds(&child.step(1)), ["output"]);
    assert_eq!(kinds(&child.step(5)), ["output", "program-exit"]);
}

#[test]
fn at_a_pause_no_later_side_effect_has_happened() {
    let source = "\
import pathlib
for i in range(3):
    pathlib.Path('effect').write_text(str(i))
    print(i)
";
    let plan = program(source);
    let effect = plan.folder.join("effect");
    let mut child = plan.held();
    child.step(1);
    assert!(!effect.exists());
    for i in 0..3 {
        child.step(1);
        assert_eq!(std::fs::read_to_string(&effect).unwrap(), i.to_string());
    }
}

#[test]
fn lines_of_one_write_are_held_one_by_one() {
    let mut child = program("print('a\\nb')\n").held();
    child.step(2);
    assert_eq!(child.hear_within(std::time::Duration::from_millis(200)), None);
    assert_eq!(kinds(&child.step(1)), ["output"]);
}

#[test]
fn it_holds_at_a_kind_and_at_the_end() {
    let mut child = program("print('a')\nexit(4)\n").held();
    let said = child.until(Kind::ProgramExit);
    assert_eq!(kinds(&said), ["run-start", "output", "program-exit"]);
    assert_eq!(exit_record(&said).unwrap().0, 4);
    child.ask(Request::Run { until: StopWhen::NEVER });
    assert!(kinds(&child.rest()).is_empty());
    assert_eq!(child.left().code, Some(4));
}

#[test]
fn after_the_end_it_holds_wherever_it_was_to_hold() {
    let mut child = program(TWO_LINES).held();
    let said = child.run(StopWhen::NEVER);
    assert_eq!(kinds(&said).last(), Some(&"program-exit"));
    child.close();
    child.rest();
    assert!(child.left().code.is_some());
}

#[test]
fn without_a_pause_it_runs_through() {
    let mut child = program(TWO_LINES).start();
    let said = child.rest();
    assert_eq!(kinds(&said), ["run-start", "output", "output", "program-exit"]);
    assert_eq!(child.left().code, Some(0));
}

#[test]
fn a_running_program_can_be_paused_and_let_go() {
    let source = "import time\nwhile True: print('x')\n";
    let mut child = program(source).with(|options| options.capture = true).start();
    while !matches!(child.hear(), Received::Record { .. }) {}
    child.ask(Request::Pause);
    child.until_held();
    assert_eq!(child.hear_within(std::time::Duration::from_millis(200)), None);
    let said = child.run(StopWhen { records: 0, kinds: KindSet::NONE.with(Kind::Output) });
    assert_eq!(kinds(&said), ["output"]);
    assert_eq!(kinds(&child.step(3)), ["output"; 3]);
}

#[test]
fn a_host_that_detaches_lets_it_run() {
    let plan = program("import pathlib\nprint('a')\npathlib.Path('done').write_text('x')\n");
    let done = plan.folder.join("done");
    let mut child = plan.held();
    child.step(1);
    child.ask(Request::Detach);
    child.close();
    let said = child.rest();
    assert_eq!(kinds(&said), ["output", "program-exit"]);
    assert_eq!(child.left().code, Some(0));
    assert!(done.exists());
}

#[test]
fn a_host_that_is_gone_takes_it_along() {
    let source = "import pathlib\nprint('a')\npathlib.Path('done').write_text('x')\n";
    let plan = program(source);
    let done = plan.folder.join("done");
    let mut child = plan.held();
    child.step(1);
    child.close();
    child.rest();
    assert!(child.left().code.is_some_and(|code| code != 0));
    assert!(!done.exists());
}

#[test]
fn the_users_time_does_not_count_under_the_real_clock() {
    let source = "import time\na = time.time()\nprint('x')\nb = time.time()\nprint(b - a < 0.15)\n";
    let mut child =
        program(source).with(|options| options.clock = loopscope_protocol::ClockMode::Real).held();
    child.step(2);
    std::thread::sleep(std::time::Duration::from_millis(400));
    let said = child.step(1);
    assert_eq!(super::received::printed(&said), "True\n");
}

#[test]
fn two_runs_give_the_same_bytes() {
    let source = "\
import random, time, datetime
print(random.random(), random.Random().random(), hash('x'), set('abcdefgh'))
time.sleep(3600)
print(time.time(), time.monotonic(), datetime.datetime.now(), time.ctime())
";
    let run = || {
        let mut child = program(source).with(|options| options.capture = true).start();
        let said = child.rest();
        // The first frame says which process it is.
        super::received::outputs(&said)
            .into_iter()
            .map(|(_, text)| text.to_owned())
            .collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first.len(), 2);
    assert_eq!(first, run());
}
