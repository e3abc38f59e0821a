//! The loop of completions: absent as on CPython here, and brought by `--loop proactor`.

use std::collections::BTreeSet;
use std::fs;

use loopscope_tests::programs::compare;
use loopscope_tests::{Ended, Record, Scratch, loopscope};

use crate::{headless_with, program, recorded_with};

/// The calls of `io_uring`, on all processors.
#[cfg(target_os = "linux")]
const IO_URING: [i64; 3] = [425, 426, 427];

#[test]
fn programs_do_the_same_on_both_kinds_of_loop() {
    for kind in ["selector", "proactor"] {
        for clock in ["auto", "real"] {
            does_everything(&["--loop", kind, "--clock", clock]);
        }
        does_everything(&["--loop", kind, "--events", "/dev/null"]);
    }
}

fn does_everything(options: &[&str]) {
    let file = program("proactor/everything.py");
    let expected = fs::read_to_string(file.with_extension("out")).unwrap_or_default();
    let ended = headless_with(options, &file).limit(30).end();
    let same = compare(&ended.out(), &expected, "CPython");
    assert!(same.is_ok(), "{options:?}: {same:?}\n{}", ended.err());
    assert_eq!(ended.err(), "", "{options:?}");
}

/// Which proactor a program gets here.
#[cfg(target_os = "linux")]
fn which() -> String {
    let text =
        "import asyncio\nloop = asyncio.new_event_loop()\nprint(loop._proactor)\nloop.close()\n";
    on_completions(&Scratch::new(), text, &[]).out()
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_kernel_refuses_io_uring_the_poller_does_the_same() {
    use loopscope_tests::left_out::mention;
    use loopscope_tests::older_kernel::without_calls;

    let found = |doctor: &Ended| {
        let out = doctor.out();
        out.lines().find(|line| line.contains(" io_uring ")).unwrap_or_default().to_owned()
    };
    match which().as_str() {
        "<UringProactor operations=0>\n" => {
            let line = found(&loopscope(["doctor"]).end());
            assert!(line.starts_with("ok ") && line.contains("--loop proactor"), "{line}");
        }
        other => {
            assert_eq!(other, "<Proactor operations=0>\n");
            mention("the kernel refuses io_uring here: operations that it does were not tested");
        }
    }
    without_calls(&IO_URING, || {
        assert_eq!(which(), "<Proactor operations=0>\n");
        does_everything(&["--loop", "proactor", "--clock", "real"]);
        let line = found(&loopscope(["doctor"]).end());
        assert!(line.starts_with("look ") && line.contains("the poller does"), "{line}");
    });
}

/// What is told of servers, transports and processes: kinds with what they say, and all bytes. That a
/// pipe closes by itself at its end is the other loop's alone.
fn told(records: &[Record]) -> (BTreeSet<String>, [i64; 2]) {
    let outside = records.iter().filter(|record| {
        let families = ["server-", "transport-", "process-"];
        families.iter().any(|family| record.kind().starts_with(family))
            && !(record.is("transport-close") && record.get("how").as_str() == Some("eof"))
    });
    let kinds = outside.map(|record| format!("{} {}", record.kind(), record.get("how"))).collect();
    let bytes = ["transport-read", "transport-write"].map(|kind| {
        records.iter().filter(|record| record.is(kind)).map(|record| record.number("bytes")).sum()
    });
    (kinds, bytes)
}

#[test]
fn servers_transports_and_processes_are_seen_as_on_the_loop_of_readiness() {
    for (name, program) in [
        ("echo", include_str!("outside/echo.py")),
        ("flow", include_str!("outside/flow.py")),
        ("others", include_str!("outside/others.py")),
        ("processes", include_str!("outside/processes.py")),
    ] {
        let (selector, of_readiness) = recorded_with(&[], program);
        let (proactor, of_completions) = recorded_with(&["--loop", "proactor"], program);
        assert_eq!(proactor.out(), selector.out(), "{name}: {}", proactor.err());
        let [(ours, our_bytes), (others, bytes)] = [told(&of_completions), told(&of_readiness)];
        // Who is slower, the reader or the writer, and so has the other paused, is the kernel's to say.
        let lasting = |kinds: BTreeSet<String>| -> Vec<String> {
            let flow = ["transport-pause", "transport-resume"];
            kinds
                .into_iter()
                .filter(|kind| !flow.iter().any(|each| kind.starts_with(each)))
                .collect()
        };
        assert_eq!(our_bytes, bytes, "{name}");
        assert_eq!(lasting(ours), lasting(others), "{name}");
    }
}

#[test]
fn who_waits_for_the_same_gets_it_in_the_order_of_asking() {
    let text = "import asyncio, socket\nasync def main():\n    loop = asyncio.get_running_loop()\n    \
                one, two = socket.socketpair()\n    one.setblocking(False)\n    \
                wait = [asyncio.create_task(loop.sock_recv(one, 1)) for _ in range(4)]\n    \
                await asyncio.sleep(0.01)\n    wait[1].cancel()\n    two.send(b'abc')\n    \
                got = await asyncio.gather(*wait, return_exceptions=True)\n    \
                print(got[0], type(got[1]).__name__, got[2:])\n    one.close()\n    two.close()\n\
                asyncio.run(main())\n";
    let ended = on_completions(&Scratch::new(), text, &[]);
    assert_eq!(ended.out(), "b'a' CancelledError [b'b', b'c']\n", "{}", ended.err());
}

/// Runs a program on the loop of completions.
fn on_completions(scratch: &Scratch, text: &str, more: &[&str]) -> Ended {
    let file = scratch.file("x.py", text);
    headless_with(&[&["--loop", "proactor"], more].concat(), &file).end()
}

#[test]
fn it_is_there_only_when_it_is_asked_for() {
    let scratch = Scratch::new();
    let asks = "import asyncio\nprint(hasattr(asyncio, 'ProactorEventLoop'))\n\
                asyncio.ProactorEventLoop\n";
    let file = scratch.file("asks.py", asks);
    let without = headless_with(&[], &file).end();
    assert_eq!(without.out(), "False\n");
    assert!(without.err().contains("`--loop proactor` brings it"), "{}", without.err());
    let with = "import asyncio\nloop = asyncio.new_event_loop()\n\
                print(type(loop) is asyncio.ProactorEventLoop is asyncio.EventLoop)\n\
                print(isinstance(loop, asyncio.SelectorEventLoop))\n\
                print(isinstance(loop, asyncio.proactor_events.BaseProactorEventLoop))\n\
                try:\n    loop.add_reader(0, print)\n\
                except NotImplementedError:\n    print('not implemented')\nloop.close()\n";
    let ended = on_completions(&scratch, with, &[]);
    assert_eq!(ended.out(), "True\nFalse\nTrue\nnot implemented\n", "{}", ended.err());
}

#[test]
fn records_tell_what_was_completed_on_which_descriptor() {
    let scratch = Scratch::new();
    let text = "import asyncio, socket\nasync def main():\n    loop = asyncio.get_running_loop()\n    \
                one, two = socket.socketpair()\n    one.setblocking(False)\n    \
                two.setblocking(False)\n    print(one.fileno(), two.fileno())\n    \
                waiting = asyncio.create_task(loop.sock_recv(one, 10))\n    \
                await asyncio.sleep(0)\n    await loop.sock_sendall(two, b'five!')\n    \
                print(await waiting)\n    one.close()\n    two.close()\nasyncio.run(main())\n";
    let events = scratch.path("events.json");
    let ended = on_completions(&scratch, text, &["--events", &events.display().to_string()]);
    let printed = ended.out();
    let (fds, rest) = printed.split_once('\n').expect("it prints the descriptors");
    assert_eq!(rest, "b'five!'\n", "{}", ended.err());
    let (one, two) = fds.split_once(' ').expect("there are two");
    let lines = fs::read_to_string(&events).unwrap_or_default();
    let told = |fd: &str, name: &str| {
        let says = format!("\"fd\":{fd},\"name\":\"{name}\",\"bytes\":5");
        lines.lines().position(|line| line.contains("\"completion\"") && line.contains(&says))
    };
    let (sent, received) = (told(two, "send"), told(one, "recv"));
    assert!(sent.is_some() && received.is_some(), "{lines}");
}

#[test]
fn micropython_has_no_such_loop() {
    let scratch = Scratch::new();
    let file = scratch.file("x.py", "print(1)\n");
    let words = ["run", "--headless", "--dialect", "micropython", "--loop", "proactor"];
    let ended = loopscope(words).arg(file).end();
    assert_ne!(ended.code(), 0);
    assert!(ended.err().contains("--loop proactor is a loop of CPython"), "{}", ended.err());
}
