//! What the records of MicroPython's loop tell, and holding and interrupting it.

use std::time::{Duration, Instant};

use loopscope_protocol::{ClockMode, Event, Kind, LintRule, Request, RunHow, StopWhen, TaskId};

use super::{
    DOCUMENTED, FAILS, FIRMWARE, LEFTOVER, NESTED, in_dialect, line, lines, lints, recorded,
};
use crate::received::{Received, exit_record, printed};

#[test]
fn a_run_is_told_in_the_vocabulary_of_cpythons() {
    let source = "
async def child(): await asyncio.sleep_ms(4)
async def main():
    t = asyncio.create_task(child())
    await t
asyncio.run(main())
";
    let said = recorded(DOCUMENTED, source);
    let told: Vec<_> = said
        .iter()
        .filter_map(|said| match said {
            Received::Record { event, .. } => Some(line(event)),
            _ => None,
        })
        .collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told[1..told.len() - 1],
        [
            "loop-new",
            "task-new task 1 -",
            "handle-new h1 step - task 1",
            "loop-run until-complete task 1",
            "turn-begin turn=1 ready=1 timers=0",
            "handle-run h1 task 1",
            "task-step task 1",
            "task-new task 2 - by=h1",
            "handle-new h2 step - by=h1 task 2",
            "task-suspend task 1 waits for task 2",
            "handle-done h1 task 1",
            "turn-end ready=1 timers=0",
            "turn-begin turn=2 ready=1 timers=0",
            "handle-run h2 task 2",
            "task-step task 2",
            "timer-new h3 when=0.004000 - by=h2 task 2",
            "task-suspend task 2 waits for h3",
            "handle-done h2 task 2",
            "turn-end ready=0 timers=1",
            "poll-begin timeout=0.004000",
            "poll-end ready=0",
            "timer-due h3 when=0.004000",
            "turn-begin turn=3 ready=1 timers=0",
            "handle-run h3 task 2",
            "task-step task 2",
            "task-done task 2 result",
            "handle-new h4 wakeup - by=h3 task 1",
            "handle-done h3 task 2",
            "turn-end ready=1 timers=0",
            "turn-begin turn=4 ready=1 timers=0",
            "handle-run h4 task 1",
            "task-step task 1",
            "task-done task 1 result",
            "handle-done h4 task 1",
            "turn-end ready=0 timers=0",
            "loop-stopped until-complete",
        ]
    );
}

#[test]
fn an_unretrieved_failure_is_queued_once_more_and_reported() {
    let said = recorded(DOCUMENTED, &format!("{FAILS}\nasyncio.run(main())\n"));
    let told = lines(&said, &[Kind::TaskDone, Kind::HandleNew, Kind::HandlerCall]);
    let at = told.iter().position(|line| line == "task-done task 2 exception").expect("it fails");
    assert!(told[at + 1].contains("done-callback") && told[at + 1].ends_with("task 2"), "{told:?}");
    assert!(told[at + 2].contains("step"), "main sleeps once more: {told:?}");
    assert!(told[at + 3].starts_with("handler-call default"), "{told:?}");
}

#[test]
fn two_runs_are_the_same_to_the_byte() {
    let source = format!(
        "{FAILS}{NESTED}{LEFTOVER_TWICE}",
        LEFTOVER_TWICE = LEFTOVER.replace("main", "leaves")
    );
    for dialect in [DOCUMENTED, FIRMWARE] {
        let run = || {
            let mut plan = in_dialect(dialect, &source);
            // The same file, so that its name is the same.
            plan.options.program =
                loopscope_engine::child::Program::Code(format!("import asyncio\n{source}"));
            let mut child = plan.with(|options| options.capture = true).start();
            child.rest();
            // What it says first is its process id.
            let records = child.all.iter().position(|byte| *byte == 0).map_or(0, |end| end + 1);
            child.all.split_off(records)
        };
        let (first, second) = (run(), run());
        assert!(first.len() > 1000);
        assert_eq!(first, second);
    }
}

#[test]
fn it_holds_before_each_step_and_nothing_has_happened_yet() {
    let source = "
def say(n):
    with open('effect', 'w') as file: file.write(str(n))
async def writes(n):
    say(n)
    await asyncio.sleep_ms(1)
    say(n + 10)
async def main(): await asyncio.gather(writes(1), writes(2))
asyncio.run(main())
";
    let plan = in_dialect(DOCUMENTED, source);
    let effect = plan.folder.join("effect");
    let mut child = plan.held();
    let seen = || std::fs::read_to_string(&effect).unwrap_or_default();
    for expected in ["", "", "1", "2", "11"] {
        child.until(Kind::TaskStep);
        assert_eq!(seen(), expected);
    }
    child.run(StopWhen::NEVER);
    assert_eq!(seen(), "12");
}

#[test]
fn a_statement_at_a_pause_may_cancel_a_task() {
    let source = "
async def sleeper():
    try: await asyncio.sleep(1000)
    except asyncio.CancelledError: print('cancelled'); raise
async def main():
    global t
    t = asyncio.create_task(sleeper())
    try: await t
    except asyncio.CancelledError: print('main too')
asyncio.run(main())
";
    let mut child = in_dialect(DOCUMENTED, source).held();
    child.until(Kind::PollBegin);
    let (_, answer) = child.py("t.cancel(), loop");
    assert_eq!(answer, Received::Ran { ok: true, text: "(True, <class 'Loop'>)\n".to_owned() });
    let said = child.run(StopWhen::NEVER);
    assert_eq!(printed(&said), "cancelled\nmain too\n");
}

/// Waits for the first output, then interrupts; gives what comes then, and how long it took.
fn interrupted(source: &str, clock: ClockMode) -> (Vec<Received>, Duration) {
    let mut child = in_dialect(DOCUMENTED, source).with(|options| options.clock = clock).start();
    while !matches!(child.hear(), Received::Record { event, .. } if event.kind() == Kind::Output) {}
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    child.ask(Request::Interrupt);
    let said = child.rest();
    (said, start.elapsed())
}

#[test]
fn an_interrupt_ends_what_never_ends() {
    let spins = "
async def main():
    print('x')
    while True: await asyncio.sleep_ms(0)
asyncio.run(main())
";
    let hangs = "
async def main(): print('x'); await asyncio.Event().wait()
asyncio.run(main())
";
    let waits = "
async def main(): print('x'); await asyncio.ThreadSafeFlag().wait()
asyncio.run(main())
";
    let sleeps = "
async def main(): print('x'); await asyncio.sleep(1000)
asyncio.run(main())
";
    for (source, clock) in [
        (spins, ClockMode::Auto),
        (hangs, ClockMode::Auto),
        (hangs, ClockMode::Real),
        (waits, ClockMode::Auto),
        (waits, ClockMode::Real),
        (sleeps, ClockMode::Real),
    ] {
        let (said, took) = interrupted(source, clock);
        let (code, how, _) = exit_record(&said).expect("it ends");
        assert_eq!((code, how), (130, "interrupted"), "{source}");
        assert!(took < Duration::from_secs(2), "{source}: {took:?}");
    }
}

#[test]
fn a_hang_is_told_once_and_passes_time_in_slices() {
    let source = "
async def main(): await asyncio.Event().wait()
asyncio.run(main())
";
    let mut child = in_dialect(DOCUMENTED, source).held();
    let said = child.until(Kind::Lint);
    assert_eq!(lints(&said), [LintRule::Deadlock]);
    let said = child.step(7);
    assert_eq!(lines(&said, &[Kind::PollBegin]), ["poll-begin timeout=0.003000"; 4]);
    assert_eq!(lints(&said), []);
}

#[test]
fn new_event_loop_in_a_run_abandons_its_tasks() {
    let source = "
async def other(): print('never')
async def main():
    asyncio.create_task(other())
    asyncio.new_event_loop()
    await asyncio.sleep(0)
    print('main goes on')
asyncio.run(main())
";
    let said = recorded(FIRMWARE, source);
    assert_eq!(printed(&said), "main goes on\n");
    assert_eq!(lines(&said, &[Kind::HandleCancel, Kind::HandleSkip]).len(), 2);
    let run = Event::LoopRun { how: RunHow::UntilComplete, task: TaskId(1) };
    assert_eq!(lines(&said, &[Kind::LoopRun]), [line(&run)]);
}
