//! What comes from a process that was attached to by its number is, record for record, what the recorder
//! tells that was there from its start. Both are compared from the making of one handle of the program's to that of another.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use loopscope_tests::cpython::Cpython;
use loopscope_tests::program::Program;
use loopscope_tests::run::binary;
use loopscope_tests::{Scratch, loopscope};
use serde_json::Value;

use super::by_number::{is_long, open_ones};

/// Tasks that yield, a queue, a chain of `call_soon`, futures, failures, a lock. Nothing else is under way
/// while a timer is, so that time decides about no order; the pauses between rounds are for the reader.
const PROGRAM: &str = "\
import asyncio, os
async def yields(n):
    for _ in range(40):
        await asyncio.sleep(0)
    return n
async def puts(queue):
    for number in range(40):
        await queue.put(number)
async def takes(queue):
    for _ in range(40):
        await queue.get()
        queue.task_done()
async def holds(lock):
    async with lock:
        await asyncio.sleep(0)
async def fails():
    await asyncio.sleep(0)
    raise ValueError('it fails')
def link(left):
    if left:
        asyncio.get_running_loop().call_soon(link, left - 1)
def begin(): pass
def end(): pass
async def main():
    print('ready')
    while not os.path.exists(GO):
        await asyncio.sleep(0.01)
    loop = asyncio.get_running_loop()
    loop.call_soon(begin)
    await asyncio.sleep(0)
    for round in range(ROUNDS):
        await asyncio.sleep(0.002)
        queue, lock = asyncio.Queue(3), asyncio.Lock()
        loop.call_soon(link, 30)
        await asyncio.gather(puts(queue), takes(queue), *[yields(n) for n in range(8)],
                             *[holds(lock) for _ in range(3)])
        waits = loop.create_future()
        loop.call_later(0.001, waits.set_result, round)
        await waits
        await asyncio.gather(fails(), return_exceptions=True)
    loop.call_soon(end)
    await asyncio.sleep(0)
asyncio.run(main())
";

/// What a round makes, at least.
const A_ROUND: usize = 1500;

/// Records are numbered from where one begins to look; turns and times are the run's own.
const OF_THE_RUN: [&str; 6] = ["seq", "t", "turn", "when", "timeout", "took"];

/// Fields that number something, and what.
const NUMBERED: [(&str, &str); 6] = [
    ("handle", "handle"),
    ("by", "handle"),
    ("task", "task"),
    ("until", "task"),
    ("future", "future"),
    ("loop", "loop"),
];

#[test]
fn a_stream_from_the_middle_is_that_of_the_recorder_that_was_there_from_the_start() {
    let (rounds, least) = if is_long() { (420, 1_000_000) } else { (12, 12 * A_ROUND) };
    for python in open_ones() {
        let scratch = Scratch::new();
        let go = scratch.path("go");
        let code = PROGRAM.replace("GO", &format!("{:?}", go.display().to_string()));
        let code = code.replace("ROUNDS", &rounds.to_string());
        let attached = attached(&scratch, &python, &code, &go);
        let inside = inside(&scratch, &python, &code);
        let (mut attached, mut inside) = (between(&attached), between(&inside));
        let mut count = 0;
        loop {
            let (theirs, ours) = (attached.next(), inside.next());
            assert_eq!(theirs, ours, "{python:?}: record {count} behind `begin`");
            if ours.is_none() {
                break;
            }
            count += 1;
        }
        assert!(count >= least, "{python:?}: only {count} records");
        println!("{python:?}: {count} records are the same");
    }
}

/// The records of a process that is attached to, then let go, until its end.
fn attached(scratch: &Scratch, python: &Cpython, code: &str, go: &Path) -> std::path::PathBuf {
    let program = Program::start(&python.file, &[], &[], code);
    let (recording, to) = (scratch.path("attached.loop"), scratch.path("attached.jsonl"));
    let seen = scratch.path("seen.jsonl");
    let mut reader = Command::new(binary())
        .args(["attach", "--headless", "--strict", "--timeout", "300", "--pid"])
        .arg(program.pid().to_string())
        .arg("--record")
        .arg(&recording)
        .arg("--events")
        .arg(&seen)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    // Behind the snapshot comes what happens.
    program.wait_until("all that there is was told", || {
        std::fs::read_to_string(&seen).is_ok_and(|seen| seen.contains("\"snapshot-end\""))
    });
    std::fs::write(go, "").expect("the scratch folder can be written");
    assert!(reader.wait().expect("it ends").success(), "records were lost, or it did not end");
    exported(&recording, &to);
    std::fs::remove_file(go).expect("it is there");
    to
}

/// The records of the same program when it is run with the recorder in it.
fn inside(scratch: &Scratch, python: &Cpython, code: &str) -> std::path::PathBuf {
    let file = scratch.file("program.py", code);
    std::fs::write(scratch.path("go"), "").expect("the scratch folder can be written");
    let (recording, to) = (scratch.path("inside.loop"), scratch.path("inside.jsonl"));
    let run = loopscope(["run", "--headless", "--python"]).arg(&python.file).arg("--record");
    let _ = run.arg(&recording).arg(file).limit(300).end().code_is(0);
    exported(&recording, &to);
    to
}

fn exported(recording: &Path, to: &Path) {
    let export = loopscope(["export", "--to", "jsonl"]).arg(recording).arg("-o").arg(to);
    let _ = export.limit(120).end().code_is(0);
}

/// The records from where the handle `begin` is made to where `end` is, with everything numbered anew.
fn between(file: &Path) -> impl Iterator<Item = String> {
    let lines = BufReader::new(File::open(file).expect("it was written")).lines();
    let records = lines.map(|line| {
        let record = serde_json::from_str::<Value>(&line.expect("it is text"));
        record.expect("a line is a record")
    });
    let makes =
        |record: &Value, name: &str| record["event"] == "handle-new" && record["name"] == name;
    let mut numbers = HashMap::new();
    records
        .skip_while(move |record| !makes(record, "begin"))
        .take_while(move |record| !makes(record, "end"))
        .map(move |mut record| {
            for name in OF_THE_RUN {
                let _ = record.as_object_mut().map(|fields| fields.remove(name));
            }
            number_anew(&mut record, &mut numbers);
            record.to_string()
        })
}

fn number_anew(value: &mut Value, numbers: &mut HashMap<(&'static str, u64), u64>) {
    let Some(fields) = value.as_object_mut() else { return };
    for (field, value) in fields.iter_mut() {
        if let Some((_, what)) = NUMBERED.iter().find(|(name, _)| name == field)
            && let Some(number) = value.as_u64()
        {
            let next = numbers.len() as u64;
            *value = Value::from(*numbers.entry((*what, number)).or_insert(next));
        }
        number_anew(value, numbers);
    }
}
