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
    }
}
