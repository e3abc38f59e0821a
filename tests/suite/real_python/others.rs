//! Programs that stand on packages nobody here wrote, in a real CPython: an aiohttp server with its client,
//! a Starlette application under uvicorn with load, and a database by aiosqlite. What a task prints is said
//! of that task's step, in the order in which it was printed.

use std::collections::HashMap;
use std::path::PathBuf;

use loopscope_tests::cpython::{Cpython, cpythons};
use loopscope_tests::events::{Record, events, only};
use loopscope_tests::left_out::{leave_out, mention};
use loopscope_tests::scratch::target_folder;
use loopscope_tests::{Scratch, loopscope};

/// Every line that it prints ends in the name of the task that prints it.
const AIOHTTP: &str = "\
import asyncio
from aiohttp import web, ClientSession
def say(*what):
    print(*what, asyncio.current_task().get_name())
async def hello(request):
    number = request.query['n']
    say('request', number)
    await asyncio.sleep(0.001)
    if number == '3':
        raise ValueError('three')
    say('answer', number)
    return web.json_response({'n': number})
async def get(session, port, number):
    async with session.get(f'http://127.0.0.1:{port}/?n={number}') as answer:
        say('status', number, answer.status)
def broken():
    raise KeyError('in a callback')
async def main():
    app = web.Application()
    app.router.add_get('/', hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, '127.0.0.1', 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    asyncio.get_running_loop().call_soon(broken)
    async with ClientSession() as session:
        await asyncio.gather(*[get(session, port, number) for number in range(8)])
    await runner.cleanup()
asyncio.run(main())
";

const UVICORN: &str = "\
import asyncio, httpx, uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
def say(*what):
    print(*what, asyncio.current_task().get_name())
async def hello(request):
    say('request', request.path_params['n'])
    await asyncio.sleep(0)
    say('answer', request.path_params['n'])
    return PlainTextResponse(request.path_params['n'])
app = Starlette(routes=[Route('/{n}', hello)])
async def load(port, who):
    async with httpx.AsyncClient() as client:
        for number in range(10):
            answer = await client.get(f'http://127.0.0.1:{port}/{who}-{number}')
            say('got', answer.text)
async def forgotten():
    raise ValueError('nobody awaits it')
async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level='error', loop='asyncio'))
    serving = asyncio.create_task(server.serve(), name='serving')
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    asyncio.create_task(forgotten())
    await asyncio.gather(*[load(port, who) for who in range(4)])
    server.should_exit = True
    await serving
asyncio.run(main())
";

const AIOSQLITE: &str = "\
import aiosqlite, asyncio
def say(*what):
    print(*what, asyncio.current_task().get_name())
async def write(database, number):
    await database.execute('insert into numbers values (?)', (number,))
    say('wrote', number)
async def main():
    async with aiosqlite.connect(':memory:') as database:
        await database.execute('create table numbers (number integer)')
        await asyncio.gather(*[write(database, number) for number in range(6)])
        async with database.execute('select sum(number) from numbers') as rows:
            say('sum', (await rows.fetchone())[0])
        try:
            await database.execute('select nothing')
        except Exception as error:
            say(type(error).__name__)
asyncio.run(main())
";

/// The interpreter for which the packages were got, and their folder.
pub(super) fn with_packages() -> Option<(Cpython, PathBuf)> {
    let Some(python) = cpythons().into_iter().find(|python| python.version == (3, 13)) else {
        mention("no CPython 3.13 to run programs of other people's with");
        return None;
    };
    let packages = target_folder().join("packages");
    if !packages.join("uvicorn").is_dir() {
        leave_out("programs of other people's, whose packages pip gets");
        return None;
    }
    Some((python, packages))
}

/// Runs a program, and insists that what its tasks printed they printed in the steps that are told.
fn run(code: &str) -> Option<(String, Vec<Record>)> {
    let (python, packages) = with_packages()?;
    let scratch = Scratch::new();
    let (file, to) = (scratch.file("program.py", code), scratch.path("events"));
    let run = loopscope(["run", "--headless", "--python"]).arg(&python.file).arg("--events");
    let ended = run.arg(&to).arg(file).env("PYTHONPATH", packages).end().code_is(0);
    let records = events(&to);
    let (mut labels, mut running) = (HashMap::new(), HashMap::new());
    let mut printed = String::new();
    for record in &records {
        match record.kind() {
            "task-new" => {
                let _ = labels.insert(record.number("task"), record.text("label").to_owned());
            }
            "task-step" => {
                let _ = running.insert(record.number("loop"), record.number("task"));
            }
            "output" if record.text("stream") == "stdout" => {
                let text = record.text("text");
                printed.push_str(text);
                let name = text.split_whitespace().last().unwrap_or_default();
                // All of them run on the first loop.
                let task = running.get(&1).and_then(|task| labels.get(task));
                assert_eq!(task.map(String::as_str), Some(name), "{text}");
            }
            _ => {}
        }
    }
    assert_eq!(printed, ended.out());
    Some((printed, records))
}

fn count(records: &[Record], kind: &str, name: &str) -> usize {
    records.iter().filter(|record| record.is(kind) && record.text("name") == name).count()
}

#[test]
fn an_aiohttp_server_and_its_client() {
    let Some((printed, records)) = run(AIOHTTP) else { return };
    assert_eq!(printed.matches("status").count(), 8, "{printed}");
    assert_eq!(printed.matches("answer").count(), 7, "{printed}");
    assert!(printed.contains("status 3 500"), "{printed}");
    assert_eq!(count(&records, "task-new", "get"), 8);
    let calls = only(&records, "handler-call");
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!(call.text("exception"), "KeyError('in a callback')");
    assert_eq!(call.text("at"), "program.py:17");
    assert!(call.text("message").starts_with("Exception in callback broken()"), "{call:?}");
}

#[test]
fn a_starlette_application_under_uvicorn_with_load() {
    let Some((printed, records)) = run(UVICORN) else { return };
    assert_eq!(printed.matches("got").count(), 40, "{printed}");
    assert_eq!(count(&records, "task-new", "load"), 4);
    assert_eq!(count(&records, "task-done", "load"), 4);
    let calls = only(&records, "handler-call");
    let forgotten = calls.iter().find(|call| call.text("exception").contains("nobody awaits it"));
    let forgotten = forgotten.expect("its failure is told");
    assert_eq!(forgotten.text("message"), "Task exception was never retrieved");
    assert_eq!(forgotten.text("at"), "program.py:19");
}

#[test]
fn a_database_by_aiosqlite() {
    let Some((printed, records)) = run(AIOSQLITE) else { return };
    assert!(printed.contains("sum 15 ") && printed.contains("OperationalError"), "{printed}");
    assert_eq!(printed.matches("wrote").count(), 6, "{printed}");
    // Its thread hands results over.
    let handed = records.iter().filter(|it| it.is("handle-new") && it.text("how") == "threadsafe");
    assert!(handed.count() >= 9);
}
