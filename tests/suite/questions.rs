//! Who waits for whom: questions about programs with something planted in them, each with the true
//! cause that the answer has to end at.

use std::fmt::Write as _;
use std::time::Instant;

use loopscope_tests::scratch::Scratch;

use crate::batch;

/// A program, how far it runs, what is asked there, and what the answer has to say.
struct Planted {
    about: &'static str,
    /// What stands before `main`.
    before: &'static str,
    /// The body of `main`.
    main: &'static str,
    stops: &'static [&'static str],
    question: &'static str,
    answers: &'static [&'static str],
}

/// Two tasks that share a lock, without a block.
const TWO: &str = "\
async def bob(lock):
    await lock.acquire()
    await asyncio.sleep(1)
    lock.release()
async def alice(lock):
    async with lock:
        pass
";

const PAIR: &str = "\
async def producer(q):
    for n in range(9):
        await q.put(n)
async def consumer(q):
    while True:
        await asyncio.sleep(1)
        await q.get()
        q.task_done()
";

const PLANTED: &[Planted] = &[
    Planted {
        about: "who holds a lock that was acquired without a block",
        before: TWO,
        main: "l1 = asyncio.Lock()\nawait asyncio.gather(bob(l1), alice(l1))\n",
        stops: &["goto t=0.5"],
        question: "why alice",
        answers: &["for the lock l1, which bob (task 2) holds since 0.0", "due at 1.0"],
    },
    Planted {
        about: "the lock of a class of the program's own",
        before: "class Mine(asyncio.Lock):\n    pass\nasync def bob(lock):\n    async with lock:\n        \
                 await asyncio.sleep(1)\n",
        main: "mine = Mine()\nawait asyncio.gather(bob(mine), bob(mine))\n",
        stops: &["goto t=0.5"],
        question: "info locks",
        answers: &["lock mine  held by bob (task 2) since 0.0", "in line: bob (task 3)"],
    },
    Planted {
        about: "a lock that is an attribute",
        before: "class Account:\n    def __init__(self):\n        self.lock = asyncio.Lock()\n    async \
                 def pay(self):\n        async with self.lock:\n            await asyncio.sleep(1)\n",
        main: "account = Account()\nawait asyncio.gather(account.pay(), account.pay())\n",
        stops: &["goto t=0.5"],
        question: "why 3",
        answers: &["for the lock Account.lock, which Account.pay (task 2) holds"],
    },
    Planted {
        about: "locks in a list, and a lock that is passed on to whom waits first",
        before: "async def eat(left, right):\n    async with left:\n        await asyncio.sleep(0.1)\n        \
                 async with right:\n            await asyncio.sleep(1)\n",
        main: "forks = [asyncio.Lock() for _ in range(3)]\nasyncio.create_task(asyncio.sleep(9))\nawait \
               asyncio.gather(*(eat(forks[n], forks[(n + 1) % 3]) for n in range(3)))\n",
        stops: &["goto t=0.5"],
        question: "why 3",
        answers: &["for the lock forks[1], which eat (task 4) holds", "for ever"],
    },
    Planted {
        about: "who has the places of a semaphore",
        before: "async def work(s):\n    async with s:\n        await asyncio.sleep(1)\n",
        main: "s = asyncio.Semaphore(2)\nawait asyncio.gather(work(s), work(s), work(s))\n",
        stops: &["goto t=0.5"],
        question: "why 4",
        answers: &["for a place of the semaphore s, which work (task 2) and work (task 3) have"],
    },
    Planted {
        about: "a semaphore is handed over to whom waits first",
        before: "async def work(s):\n    async with s:\n        await asyncio.sleep(1)\n",
        main: "s = asyncio.BoundedSemaphore(1)\nawait asyncio.gather(work(s), work(s), work(s))\n",
        stops: &["goto t=1.5"],
        question: "why 4",
        answers: &["bounded semaphore s, of which work (task 3) has the only one since 1.0"],
    },
    Planted {
        about: "an event that a task has at hand",
        before: "async def wait(go):\n    await go.wait()\nasync def set_later(go):\n    await \
                 asyncio.sleep(2)\n    go.set()\n",
        main: "go = asyncio.Event()\nawait asyncio.gather(wait(go), set_later(go))\n",
        stops: &["goto t=0.5"],
        question: "why wait",
        answers: &["until the event go is set; set_later (task 3) has it at hand", "due at 2.0"],
    },
    Planted {
        about: "a queue that is full",
        before: PAIR,
        main: "q = asyncio.Queue(2)\nasyncio.create_task(consumer(q))\nawait producer(q)\n",
        stops: &["goto t=1.5"],
        question: "why main",
        answers: &[
            "for room in the queue q, which is full with 2 items; consumer (task 2) takes from it",
            "due at 2.0",
        ],
    },
    Planted {
        about: "a queue that is empty",
        before: "async def late(q):\n    await asyncio.sleep(3)\n    q.put_nowait(1)\n",
        main: "q = asyncio.PriorityQueue()\nasyncio.create_task(late(q))\nawait q.get()\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &[
            "for an item of the priority queue q, which is empty; late (task 2) has it at hand",
            "due at 3.0",
        ],
    },
    Planted {
        about: "a queue whose items are not done",
        before: PAIR,
        main: "q = asyncio.Queue()\nasyncio.create_task(consumer(q))\nq.put_nowait(1)\nq.put_nowait(2)\n\
               await q.join()\n",
        stops: &["goto t=1.5"],
        question: "why main",
        answers: &["until all items of the queue q are done, of which 1 is not; consumer (task 2)"],
    },
    Planted {
        about: "a condition",
        before: "async def wait(news):\n    async with news:\n        await news.wait()\nasync def tell(news):\n    \
                 await asyncio.sleep(2)\n    async with news:\n        news.notify_all()\n",
        main: "news = asyncio.Condition()\nawait asyncio.gather(wait(news), tell(news))\n",
        stops: &["goto t=0.5"],
        question: "why wait",
        answers: &["until the condition news is notified; tell (task 3) has it at hand"],
    },
    Planted {
        about: "the lock of a condition",
        before: "async def hold(news):\n    async with news:\n        await asyncio.sleep(2)\n",
        main: "news = asyncio.Condition()\nawait asyncio.gather(hold(news), hold(news))\n",
        stops: &["goto t=0.5"],
        question: "why 3",
        answers: &["for the lock of the condition news, which hold (task 2) holds"],
    },
    Planted {
        about: "who has not come to a barrier",
        before: "async def come(gate, after):\n    await asyncio.sleep(after)\n    await gate.wait()\n",
        main: "gate = asyncio.Barrier(3)\nawait asyncio.gather(*(come(gate, n) for n in (0, 1, 5)))\n",
        stops: &["goto t=2"],
        question: "why 2",
        answers: &[
            "at the barrier gate, where 2 of 3 have come; come (task 4) has not come",
            "5.0",
        ],
    },
    Planted {
        about: "the children of a task group",
        before: "async def child(after):\n    await asyncio.sleep(after)\n",
        main: "async with asyncio.TaskGroup() as group:\n    group.create_task(child(1), name='one')\n    \
               group.create_task(child(2), name='two')\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &["still needs 2 of 2: one (task 2) and two (task 3)"],
    },
    Planted {
        about: "a task group's child that came later",
        before: "async def child(group):\n    await asyncio.sleep(1)\n    \
                 group.create_task(asyncio.sleep(5), name='late')\n    await asyncio.sleep(1)\n",
        main: "async with asyncio.TaskGroup() as group:\n    group.create_task(child(group), name='one')\n",
        stops: &["goto t=3"],
        question: "why main",
        answers: &["which needs late (task 3)", "due at 6.0"],
    },
    Planted {
        about: "when a time limit is over",
        before: "async def never(go):\n    await go.wait()\n",
        main: "await asyncio.wait_for(never(asyncio.Event()), 4)\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &["until event 1 is set", "Its time is over at 4.0"],
    },
    Planted {
        about: "what is shielded",
        before: "async def inner():\n    await asyncio.sleep(2)\n",
        main: "await asyncio.shield(inner())\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &["which needs inner (task 2)", "due at 2.0"],
    },
    Planted {
        about: "a gather of which one has failed",
        before: "async def bad():\n    raise ValueError\nasync def good():\n    await asyncio.sleep(9)\n",
        main: "await asyncio.gather(good(), bad())\n",
        stops: &["until task-done"],
        question: "why main",
        answers: &["which is about to fail, since bad (task 3) has ended with an exception"],
    },
    Planted {
        about: "whichever is done first",
        before: "async def one():\n    await asyncio.sleep(2)\nasync def two():\n    await asyncio.sleep(3)\n",
        main: "tasks = [asyncio.create_task(one()), asyncio.create_task(two())]\nawait \
               asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &["needs one of 2, whichever is done first: one (task 2) and two (task 3)"],
    },
    Planted {
        about: "the next of those that are completed",
        before: "async def one():\n    await asyncio.sleep(2)\nasync def two():\n    await asyncio.sleep(3)\n",
        main: "for each in asyncio.as_completed([one(), two()]):\n    await each\n",
        stops: &["goto t=0.5"],
        question: "why main",
        answers: &["needs one of 2, whichever is done first:", "one (task", "two (task"],
    },
    Planted {
        about: "a stream that nothing comes from",
        before: "async def serve(reader, writer):\n    await asyncio.sleep(30)\n",
        main: "server = await asyncio.start_server(serve, '127.0.0.1', 0)\nport = \
               server.sockets[0].getsockname()[1]\nreader, writer = await \
               asyncio.open_connection('127.0.0.1', port)\nprint('open', flush=True)\nawait \
               reader.readline()\n",
        stops: &["until output", "until task-suspend if task.name == \"main\""],
        question: "why main",
        answers: &["server 127.0.0.1:", "sends something or ends, on fd "],
    },
    Planted {
        about: "a job in a thread",
        before: "import time\n",
        main: "await asyncio.to_thread(time.sleep, 0.2)\n",
        stops: &["until task-suspend"],
        question: "why main",
        answers: &["which is done when job 1 (sleep) ends"],
    },
    Planted {
        about: "a child process",
        before: "import sys\n",
        main: "child = await asyncio.create_subprocess_exec(sys.executable, '-c', 'import time; \
               time.sleep(0.5)')\nprint('begun', flush=True)\nawait child.wait()\n",
        stops: &["until output", "until task-suspend if task.name == \"main\""],
        question: "why main",
        answers: &["which is done when process 1", "ends"],
    },
    Planted {
        about: "two tasks in a circle while another one runs",
        before: "async def take(first, second):\n    async with first:\n        await asyncio.sleep(0.1)\n        \
                 async with second:\n            pass\nasync def tick():\n    while True:\n        await \
                 asyncio.sleep(0.5)\n",
        main: "l1, l2 = asyncio.Lock(), asyncio.Lock()\nasyncio.create_task(tick())\nawait \
               asyncio.gather(asyncio.create_task(take(l1, l2), name='alice'), \
               asyncio.create_task(take(l2, l1), name='bob'))\n",
        stops: &["break lint"],
        question: "continue",
        answers: &[
            "bob (task 4) waits for the lock l1, which alice (task 3) holds",
            "alice (task 3) waits for the lock l2, which bob (task 4) holds",
        ],
    },
    Planted {
        about: "the same in the list of diagnoses",
        before: "async def take(first, second):\n    async with first:\n        await asyncio.sleep(0.1)\n        \
                 async with second:\n            pass\n",
        main: "l1, l2 = asyncio.Lock(), asyncio.Lock()\nasyncio.create_task(asyncio.sleep(9))\nawait \
               asyncio.gather(take(l1, l2), take(l2, l1))\n",
        stops: &["goto t=1"],
        question: "info lints",
        answers: &["circle: They wait for each other", "take (task 3)", "take (task 4)"],
    },
    Planted {
        about: "why a timer is late",
        before: "import time\nasync def ticker():\n    await asyncio.sleep(0.3)\n    print('tick')\ndef block():\n    \
                 time.sleep(0.45)\n",
        main: "asyncio.get_running_loop().call_later(0.25, block)\nawait ticker()\n",
        stops: &["until output"],
        question: "why late main",
        answers: &["wake-up of main (task 1) was due at 0.30", "In the way: block (h", "for 0.4"],
    },
    Planted {
        about: "why b did not run before a",
        before: "import time\nasync def a():\n    time.sleep(0.2)\nasync def b():\n    print('b')\n",
        main: "await asyncio.gather(a(), b())\n",
        stops: &["until output"],
        question: "why late b",
        answers: &["of b (task 3) was ready at", "In the way: a (task 2) for 0.2"],
    },
    Planted {
        about: "who has asked for it to be cancelled",
        before: "",
        main: "await asyncio.sleep(9)\n",
        stops: &["until poll-begin if timeout > 1", "interrupt"],
        question: "until task-cancel",
        answers: &["Something outside any handle, such as Ctrl-C, asked for main (task 1)"],
    },
    Planted {
        about: "a line for each record, of those that were and those that come",
        before: TWO,
        main: "l1 = asyncio.Lock()\nawait asyncio.gather(bob(l1), alice(l1))\n",
        stops: &["goto t=0.5", "logpoint sync-state \"{task.name} {how}\""],
        question: "continue",
        answers: &["bob give", "alice take", "alice give"],
    },
];

fn program(planted: &Planted) -> String {
    let mut code = format!("import asyncio\n{}async def main():\n", planted.before);
    for line in planted.main.lines() {
        writeln!(code, "    {line}").expect("into a string");
    }
    code + "asyncio.run(main())\n"
}

#[test]
fn each_answer_ends_at_the_true_cause() {
    let mut wrong = Vec::new();
    for planted in PLANTED {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", &program(planted));
        let commands: Vec<&str> = planted.stops.iter().copied().chain([planted.question]).collect();
        let ended = batch(&file, &commands).end();
        let told = ended.out();
        let missing: Vec<_> =
            planted.answers.iter().filter(|answer| !told.contains(**answer)).collect();
        if !missing.is_empty() || told.contains("somebody") {
            wrong.push(format!("{}: {missing:?} in\n{ended}", planted.about));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_answer_takes_less_than_20_ms() {
    const TIMES: u32 = 50;
    for planted in PLANTED.iter().filter(|planted| planted.question.starts_with("why")) {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", &program(planted));
        let time = |times: u32| {
            let asked = (0..times).map(|_| planted.question);
            let commands: Vec<&str> = planted.stops.iter().copied().chain(asked).collect();
            let begun = Instant::now();
            drop(batch(&file, &commands).end());
            begun.elapsed()
        };
        let once = time(1);
        let each = time(1 + TIMES).saturating_sub(once) / TIMES;
        assert!(each.as_millis() < 20, "{}: {each:?}", planted.about);
    }
}
