//! Who a program deals with: servers, connections, child processes and executors' jobs, as records
//! and as answers.

use loopscope_tests::Record;
use loopscope_tests::events::{events, only};
use loopscope_tests::run::loopscope;
use loopscope_tests::scratch::Scratch;

use crate::{batch, program, recorded, recorded_with};

const ECHO: &str = include_str!("outside/echo.py");
const FLOW: &str = include_str!("outside/flow.py");
const OTHERS: &str = include_str!("outside/others.py");
const PROCESSES: &str = include_str!("outside/processes.py");
const RAW: &str = include_str!("outside/raw.py");
const JOBS: &str = include_str!("outside/jobs.py");

/// The kinds of the records about one thing, in order, each once in a row.
fn life<'a>(records: &'a [Record], family: &str, id: i64) -> Vec<&'a str> {
    let field = if family == "executor" { "job" } else { "id" };
    let about = |record: &&Record| {
        record.kind().starts_with(&format!("{family}-")) && record.get(field).as_i64() == Some(id)
    };
    let mut kinds: Vec<&str> = records.iter().filter(about).map(Record::kind).collect();
    kinds.dedup();
    kinds
}

fn sum(records: &[Record], kind: &str, id: i64) -> i64 {
    let of = only(records, kind).into_iter().filter(|record| record.number("id") == id);
    of.map(|record| record.number("bytes")).sum()
}

fn texts<'a>(records: &'a [Record], kind: &str, field: &str) -> Vec<&'a str> {
    only(records, kind).into_iter().map(|record| record.text(field)).collect()
}

#[test]
fn an_echo_server_and_its_clients_are_seen() {
    let (ended, records) = recorded(ECHO);
    assert_eq!(ended.out(), "b'ONE'\nb'TWO'\n", "{}", ended.err());
    let servers = ["server-new", "server-listen", "server-close", "server-closed"];
    assert_eq!(life(&records, "server", 1), servers);
    let made = only(&records, "transport-new");
    assert_eq!(made.len(), 4);
    assert!(made.iter().all(|record| record.text("how") == "tcp"), "{made:?}");
    let address = only(&records, "server-new")[0].text("address").to_owned();
    let accepted = |record: &&Record| record.get("server").as_i64() == Some(1);
    let (of_server, of_clients): (Vec<&Record>, Vec<&Record>) =
        made.iter().copied().partition(accepted);
    // Who is one's peer has the other for a peer.
    assert!(of_clients.iter().all(|record| record.text("address") == address), "{made:?}");
    let ends = |list: &[&Record], field: &str| {
        let mut ends: Vec<String> = list.iter().map(|r| r.text(field).to_owned()).collect();
        ends.sort();
        ends
    };
    assert_eq!(ends(&of_server, "address"), ends(&of_clients, "local"));
    for record in &made {
        let id = record.number("id");
        let life = life(&records, "transport", id);
        let (first, last) = (life[0], &life[life.len() - 2..]);
        assert_eq!((first, last), ("transport-new", &["transport-close", "transport-closed"][..]));
        assert!(life.contains(&"transport-eof"), "{life:?}");
        assert_eq!(
            (sum(&records, "transport-read", id), sum(&records, "transport-write", id)),
            (3, 3)
        );
    }
    assert_eq!(texts(&records, "transport-close", "how"), ["close"; 4]);
}

#[test]
fn a_task_that_waits_for_data_says_for_whose() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ECHO);
    let ended = batch(
        &file,
        &["until transport-read", "info tasks", "info watchers", "info servers", "info transports"],
    )
    .end();
    let out = ended.out();
    let has = |parts: &[&str]| {
        let found = out.lines().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "no {parts:?} in {out}");
    };
    has(&["talk (task ", " of server 127.0.0.1:"]);
    has(&["server 1 (127.0.0.1:", "listens"]);
    has(&["transport ", "client 127.0.0.1:", "3 B in, 0 B out"]);
    has(&["fd ", "(client 127.0.0.1:", " read "]);
}

#[test]
fn what_pauses_aborts_and_outlives_its_server_is_seen() {
    let (ended, records) = recorded(FLOW);
    assert_eq!(ended.out(), "b'6000000'\n", "{}", ended.err());
    let pauses = only(&records, "transport-pause");
    assert!(pauses.iter().any(|r| r.text("how") == "write" && r.number("buffered") > 65_536));
    assert!(pauses.iter().any(|r| r.text("how") == "read"), "the stream's limit stops the reading");
    // Which of the two ends is made first is not said.
    for kind in ["transport-write", "transport-read"] {
        assert!([1, 2].iter().any(|id| sum(&records, kind, *id) == 6_000_000), "{kind}");
    }
    let how = texts(&records, "transport-close", "how");
    assert!(how.contains(&"abort"), "{how:?}");
    // The server closes while a client is there: it is closed when that has gone.
    let at = |kind: &str| records.iter().rposition(|record| record.is(kind)).expect("it is sent");
    assert_eq!(only(&records, "server-close")[0].number("clients"), 1);
    assert!(
        at("server-close") < at("transport-close") && at("transport-close") < at("server-closed")
    );
}

#[test]
fn datagrams_unix_sockets_and_pipes_are_transports() {
    let (ended, records) = recorded(OTHERS);
    assert_eq!(ended.out(), "b'pong'\nb'hi'\nb'abc'\n", "{}", ended.err());
    assert_eq!(
        texts(&records, "transport-new", "how"),
        ["udp", "udp", "unix", "unix", "pipe", "pipe"]
    );
    let server = only(&records, "server-new")[0];
    assert_eq!(server.text("how"), "unix");
    assert!(server.text("address").ends_with("/socket"), "{server}");
    for record in only(&records, "transport-new") {
        let life = life(&records, "transport", record.number("id"));
        assert_eq!(life.last(), Some(&"transport-closed"), "{record}: {life:?}");
    }
}

#[test]
fn a_connection_over_tls_says_so() {
    let scratch = Scratch::new();
    let to = scratch.path("events.jsonl");
    let options = ["run", "--headless", "--events"];
    let ended = loopscope(options).arg(&to).arg(program("cpython/tls_echo.py")).end();
    assert_eq!(ended.code(), 0, "{}", ended.err());
    let records = events(&to);
    let agreed = only(&records, "transport-tls");
    assert!(!agreed.is_empty() && agreed.iter().all(|r| r.text("text").starts_with("TLSv1")));
    let kinds = texts(&records, "transport-new", "how");
    assert!(kinds.contains(&"tls"), "{kinds:?}");
}

#[test]
fn a_child_process_and_its_pipes_are_seen() {
    let (ended, records) = recorded(PROCESSES);
    assert_eq!(ended.out(), "b'hello' 0\n3\n-15\n", "{}", ended.err());
    let started = only(&records, "process-new");
    assert_eq!(texts(&records, "process-new", "command"), ["cat", "exit 3", "sleep 60"]);
    let ends: Vec<_> = only(&records, "process-exit").iter().map(|r| r.number("code")).collect();
    assert_eq!(ends, [0, 3, -15]);
    assert!(started.iter().all(|record| record.number("pid") > 0));
    let pipes: Vec<_> = only(&records, "transport-new")
        .into_iter()
        .map(|record| (record.text("how"), record.text("address"), record.number("process")))
        .collect();
    assert_eq!(pipes, [("process", "stdin", 1), ("process", "stdout", 1)]);
    assert_eq!((sum(&records, "transport-write", 1), sum(&records, "transport-read", 2)), (5, 5));
}

#[test]
fn a_descriptor_without_a_transport_says_whom_it_leads_to() {
    let (ended, records) = recorded(RAW);
    assert_eq!(ended.out(), "b'hi'\n0\n", "{}", ended.err());
    let told = only(&records, "descriptor-peer");
    let [listener, connects, child] = told[..] else { panic!("{told:?}") };
    let ends = |record: &Record| ["address", "local"].map(|end| record.text(end).to_owned());
    let [_, here] = ends(listener);
    assert!(here.starts_with("127.0.0.1:"), "{listener}");
    assert_eq!(ends(connects), [here.as_str(), ""]);
    let watched = only(&records, "watcher-add");
    let of_client = watched.iter().filter(|it| it.number("fd") == connects.number("fd"));
    assert_eq!(of_client.count(), 2, "to connect and to receive");
    assert_eq!((child.text("how"), child.number("process")), ("process", 1));
    assert_eq!(child.text("address"), only(&records, "process-new")[0].number("pid").to_string());
    let scratch = Scratch::new();
    let file = scratch.file("program.py", RAW);
    let ended = batch(&file, &["until process-new", "until watcher-add", "info watchers"]).end();
    assert!(ended.out().contains("(the end of process 1)"), "{}{}", ended.out(), ended.err());
}

#[test]
fn what_a_completion_is_about_is_said_before_it() {
    let (ended, records) = recorded_with(&["--loop", "proactor"], RAW);
    assert_eq!(ended.out(), "b'hi'\n0\n", "{}", ended.err());
    for name in ["accept", "connect", "recv", "send"] {
        let of = |record: &&Record| record.text("name") == name;
        let done = only(&records, "completion").into_iter().find(of);
        let done = done.unwrap_or_else(|| panic!("no {name}"));
        let same = |record: &&Record| record.number("fd") == done.number("fd");
        let told = only(&records, "descriptor-peer").into_iter().find(same);
        assert!(told.is_some_and(|told| told.number("seq") < done.number("seq")), "{done}");
    }
}

#[test]
fn jobs_say_what_runs_them_and_how_they_end() {
    let (ended, records) = recorded(JOBS);
    assert_eq!(ended.out(), "8\n10\nno\n2\n14\n", "{}", ended.err());
    assert_eq!(
        texts(&records, "executor-submit", "name"),
        ["work", "work", "fails", "work", "work", "work"]
    );
    let pools = texts(&records, "executor-submit", "pool");
    assert_eq!(pools, ["thread", "thread", "thread", "thread", "thread", "process"]);
    let how = |job: i64| {
        let done = only(&records, "executor-done");
        let found = done.into_iter().find(|record| record.number("job") == job);
        found.map(|record| record.text("how").to_owned())
    };
    let ends: Vec<_> = (1..=6).filter_map(how).collect();
    assert_eq!(ends, ["result", "result", "exception", "result", "cancelled", "result"]);
    assert_eq!(
        life(&records, "executor", 1),
        ["executor-submit", "executor-start", "executor-done"]
    );
    assert_eq!(
        life(&records, "executor", 5),
        ["executor-submit", "executor-done"],
        "it never began"
    );
    assert!(texts(&records, "executor-start", "name")[0].starts_with("asyncio"));
    let jobs: Vec<_> = only(&records, "future-outside").iter().map(|r| r.number("job")).collect();
    assert_eq!(jobs, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_shutdowns_are_seen() {
    let (_, records) = recorded(
        "import asyncio\nasync def gen():\n    while True:\n        yield 1\nasync def main():\n    \
         keep.append(gen())\n    async for _ in keep[0]:\n        break\n    \
         await asyncio.to_thread(int)\nkeep = []\nasyncio.run(main())\n",
    );
    assert_eq!(only(&records, "asyncgens-shutdown")[0].number("count"), 1);
    assert_eq!(only(&records, "executor-shutdown").len(), 1);
}

#[test]
fn ports_and_numbers_of_processes_do_not_make_two_runs_differ() {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", ECHO);
    let [a, b] = ["a", "b"].map(|name| {
        let to = scratch.path(name);
        let ended = loopscope(["run", "--headless", "--record"]).arg(&to).arg(&file).end();
        assert_eq!(ended.code(), 0, "{}", ended.err());
        to
    });
    let ended = loopscope(["diff"]).arg(a).arg(b).end();
    assert_eq!(ended.code(), 0, "{}{}", ended.out(), ended.err());
}

#[test]
fn a_program_without_them_has_none_and_stays_the_same() {
    let code = "import asyncio\nasyncio.run(asyncio.sleep(1))\n";
    let [one, two] = [(); 2].map(|()| recorded_with(&["--clock", "virtual"], code).1);
    assert_eq!(one, two);
    let outside = ["server-", "transport-", "process-", "executor-start", "future-outside"];
    assert!(!one.iter().any(|record| outside.iter().any(|it| record.kind().starts_with(it))));
}
