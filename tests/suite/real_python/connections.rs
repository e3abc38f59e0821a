//! Servers and transports of a real CPython: who is connected to whom, and by what that ends.

use loopscope_tests::Scratch;
use loopscope_tests::cpython::{Cpython, cpythons};
use loopscope_tests::events::{Record, events, only};
use loopscope_tests::program::Program;

use super::by_number::open_ones;
use super::records_of;

const PROGRAM: &str = "\
import asyncio
async def handle(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    await asyncio.sleep(PAUSE)
    writer.close()
async def main():
    server = await asyncio.start_server(handle, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'hello\\n')
    print('ready', await reader.readline(), flush=True)
    await reader.read()
    writer.transport.abort()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.01)
asyncio.run(main())
";

/// Who is connected to whom is told from both ends.
fn are_connected(python: &Cpython, records: &[Record]) {
    let listens = only(records, "server-listen");
    let [listens] = &listens[..] else { panic!("{python:?}: {listens:?}") };
    let begun = only(records, "transport-new");
    let [one, other] = &begun[..] else { panic!("{python:?}: {begun:?}") };
    assert_eq!((one.text("how"), other.text("how")), ("tcp", "tcp"), "{python:?}");
    assert_eq!(one.text("address"), other.text("local"), "{python:?}");
    assert_eq!(one.text("local"), other.text("address"), "{python:?}");
    let accepted: Vec<_> = begun.iter().filter(|each| each.has("server")).collect();
    let [accepted] = &accepted[..] else { panic!("{python:?}: {begun:?}") };
    assert_eq!(accepted.number("server"), listens.number("id"), "{python:?}");
    assert_eq!(accepted.text("local"), listens.text("address"), "{python:?}");
}

#[test]
fn a_connection_is_told_from_both_ends_until_it_closes() {
    for python in cpythons() {
        let (out, _, records) = records_of(&python, &[], &PROGRAM.replace("PAUSE", "0"));
        assert!(out.starts_with("ready b'hello"), "{python:?}: {out}");
        are_connected(&python, &records);
        let ends: Vec<_> =
            only(&records, "transport-close").iter().map(|it| it.text("how").to_owned()).collect();
        assert_eq!(ends, ["close", "abort"], "{python:?}");
        for kind in ["transport-closed", "server-close", "server-closed"] {
            let count = if kind == "transport-closed" { 2 } else { 1 };
            assert_eq!(only(&records, kind).len(), count, "{python:?}: {kind}");
        }
        assert_eq!(only(&records, "server-new")[0].text("at"), "program.py:8", "{python:?}");
    }
}

#[test]
fn those_that_are_open_when_somebody_comes_are_told() {
    for python in open_ones() {
        let program = Program::start(&python.file, &[], &[], &PROGRAM.replace("PAUSE", "600"));
        let scratch = Scratch::new();
        let to = scratch.path("events");
        let pid = program.pid().to_string();
        let run = loopscope_tests::loopscope(["attach", "--headless", "--timeout", "0.4", "--pid"]);
        let _ = run.arg(pid).arg("--events").arg(&to).end().code_is(124);
        let records = events(&to);
        are_connected(&python, &records);
        let end = records.iter().position(|it| it.is("snapshot-end")).expect("it has an end");
        assert!(records[end..].iter().all(|it| !it.is("transport-new")), "{python:?}");
        // Who waits for the other end's bytes does so since before that.
        let [waits] = &only(&records[..end], "future-outside")[..] else { panic!("{python:?}") };
        let client = only(&records, "transport-new").into_iter().find(|it| !it.has("server"));
        let client = client.expect("it has connected").number("id");
        assert_eq!(waits.number("transport"), client, "{python:?}");
    }
}

#[test]
fn what_is_waited_for_from_outside_is_told_with_what_brings_it() {
    let code = PROGRAM.replace("PAUSE", "0").replace(
        "    await asyncio.sleep(0.01)\n",
        "    await asyncio.get_running_loop().run_in_executor(None, __import__('time').sleep, 0.05)
    child = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1)
    child.stdin.write(b'back')
    child.stdin.close()
    print(await child.stdout.read(), await child.wait())\n",
    );
    for python in cpythons() {
        let (_, exit, records) = records_of(&python, &[], &code);
        assert_eq!(exit, 0, "{python:?}");
        // The ends of a child's pipes are told with the child, and close by the end of the other.
        let child = only(&records, "process-new")[0].number("id");
        let pipes: Vec<_> = only(&records, "transport-new")
            .into_iter()
            .filter(|it| it.text("how") == "process")
            .collect();
        let [stdin, stdout] = &pipes[..] else { panic!("{python:?}: {pipes:?}") };
        assert_eq!((stdin.text("address"), stdout.text("address")), ("stdin", "stdout"));
        assert!(pipes.iter().all(|it| it.number("process") == child), "{python:?}: {pipes:?}");
        for (pipe, how) in [(stdin, "close"), (stdout, "eof")] {
            let of = |kind| {
                let all = only(&records, kind).into_iter();
                all.filter(|it| it.number("id") == pipe.number("id")).collect::<Vec<_>>()
            };
            let [closes] = &of("transport-close")[..] else { panic!("{python:?}: {how}") };
            assert_eq!((closes.text("how"), of("transport-closed").len()), (how, 1), "{python:?}");
        }
        // A task that waits for bytes does so for those of its own connection.
        let outside = only(&records, "future-outside");
        let with = |field: &str| outside.iter().filter(|it| it.has(field)).collect::<Vec<_>>();
        let brings = with("transport").into_iter().map(|it| it.number("transport"));
        let brings: Vec<_> = brings.collect();
        for transport in only(&records, "transport-new") {
            if transport.has("server") || transport.text("how") == "tcp" {
                assert!(brings.contains(&transport.number("id")), "{python:?}: {outside:?}");
            }
        }
        assert!(brings.contains(&stdout.number("id")), "{python:?}: {outside:?}");
        assert_eq!(with("job").len(), 1, "{python:?}: {outside:?}");
        // Each is told before its task waits, and of a future that there is.
        for told in &outside {
            let future = told.number("future");
            let made =
                records.iter().position(|it| it.is("future-new") && it.number("future") == future);
            let done =
                records.iter().position(|it| it.is("future-done") && it.number("future") == future);
            let told = records.iter().position(|it| it.number("seq") == told.number("seq"));
            assert!(made.is_some() && made < told, "{python:?}: f{future}");
            assert!(done.is_none() || told < done, "{python:?}: f{future}");
        }
    }
}

#[test]
fn a_child_that_is_there_when_somebody_comes_is_told_with_who_waits_for_it() {
    let code = "\
import asyncio
async def main():
    child = await asyncio.create_subprocess_exec('sleep', '30')
    print('ready', flush=True)
    await child.wait()
asyncio.run(main())
";
    for python in open_ones() {
        let program = Program::start(&python.file, &[], &[], code);
        let pid = program.pid().to_string();
        // Twice, since what is left leaves nothing that the next one would take for its own.
        for _ in 0..2 {
            let run = loopscope_tests::loopscope(["repl", "--pid", &pid]);
            let said = run.commands(&["why main"]).end().code_is(0).out();
            assert!(said.contains("done when process"), "{python:?}: {said}");
            assert!(said.contains("(sleep 30) ends"), "{python:?}: {said}");
        }
    }
}
