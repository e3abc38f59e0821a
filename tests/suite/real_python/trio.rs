//! Programs on Trio in a real CPython: told by its own instruments, in its own order.

use loopscope_tests::events::only;
use loopscope_tests::{Scratch, loopscope};

use super::others::with_packages;

const PROGRAM: &str = "\
import trio
async def sets(event):
    await trio.sleep(0.05)
    event.set()
async def waits(event):
    await event.wait()
async def fails():
    await trio.lowlevel.checkpoint()
    raise ValueError('it fails')
async def main():
    event = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waits, event)
        nursery.start_soon(sets, event)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fails)
            nursery.start_soon(trio.sleep_forever)
    except* ValueError:
        print('caught')
trio.run(main)
";

#[test]
fn tasks_of_trio_are_told_by_its_instruments() {
    let Some((python, packages)) = with_packages() else { return };
    let scratch = Scratch::new();
    // By its name it is known that what is in there is not the program's.
    let folder = scratch.path("site-packages");
    std::os::unix::fs::symlink(packages, &folder).expect("a link");
    let packages = folder;
    let (file, to) = (scratch.file("program.py", PROGRAM), scratch.path("events"));
    let run = loopscope(["run", "--headless", "--python"]).arg(&python.file).arg("--events");
    let run = run.arg(&to).args(["--clock", "virtual"]).arg(&file);
    let ended = run.env("PYTHONPATH", &packages).end().code_is(0);
    assert_eq!(ended.out(), "caught\n");
    let records = loopscope_tests::events::events(&to);
    let ends: Vec<_> = only(&records, "task-done")
        .iter()
        .map(|it| (it.text("name").to_owned(), it.text("how").to_owned()))
        .collect();
    for (name, how) in [("waits", "result"), ("fails", "exception"), ("sleep_forever", "cancelled")]
    {
        assert!(ends.contains(&(name.to_owned(), how.to_owned())), "{ends:?}");
    }
    // What made it ready was the line that set the event.
    let woken = records.iter().find(|it| it.is("handle-new") && it.text("how") == "wakeup");
    assert!(woken.is_some());
    let set = records
        .iter()
        .find(|it| it.is("handle-new") && it.text("name") == "waits" && it.text("how") == "wakeup");
    assert_eq!(set.map(|it| it.text("at").to_owned()).as_deref(), Some("program.py:4"));
    // Every step is within a turn, and every handle that ran is done.
    assert_eq!(only(&records, "handle-run").len(), only(&records, "handle-done").len());
    assert_eq!(only(&records, "loop-close").len(), 1);
    // Under the virtual clock nobody slept.
    let times: Vec<f64> = records.iter().filter_map(|it| it.seconds("t")).collect();
    assert!(times.last().is_some_and(|last| *last >= 0.05), "{times:?}");
    let commands = ["until task-done if name == \"sets\"", "info tasks", "continue", "info lints"];
    let run = loopscope(["repl", "--python"]).arg(&python.file).commands(&commands);
    let said = run.arg(file).env("PYTHONPATH", packages).end().code_is(0).out();
    assert!(said.contains("waits") && !said.contains("anomaly"), "{said}");
}
