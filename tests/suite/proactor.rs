//! The loop of completions: absent as on CPython here, and brought by `--loop proactor`.

use std::fs;

use loopscope_tests::programs::compare;
use loopscope_tests::{Scratch, loopscope};

use crate::{headless_with, program};

#[test]
fn programs_do_the_same_on_both_kinds_of_loop() {
    let file = program("proactor/everything.py");
    let expected = fs::read_to_string(file.with_extension("out")).unwrap_or_default();
    for kind in ["selector", "proactor"] {
        for clock in ["auto", "real"] {
            let ended = headless_with(&["--loop", kind, "--clock", clock], &file).limit(30).end();
            let same = compare(&ended.out(), &expected, "CPython");
            assert!(same.is_ok(), "{kind}, clock {clock}: {same:?}\n{}", ended.err());
            assert_eq!(ended.err(), "", "{kind}, clock {clock}");
        }
    }
}

/// Runs a program on the loop of completions.
fn on_completions(scratch: &Scratch, text: &str, more: &[&str]) -> loopscope_tests::Ended {
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
