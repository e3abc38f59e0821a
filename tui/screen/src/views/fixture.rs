//! Timelines made by hand for the tests of the views, and what draws a snapshot of one.

use loopscope_model::link::LinkStatus;
use loopscope_model::story::Story;
use loopscope_model::{History, Names, State, sentence};
use loopscope_protocol::{
    By, ChainId, Event, ExitHow, Fd, FutureId, HandleHow, HandleId, JobId, ObjectId, On, Pool,
    Signal, SyncHow, SyncKind, SyncWaitHow, TaskHow, TaskId, Text, TransportKind, WatchHow, Which,
};

pub(crate) mod board;

use loopscope_session::Changes;

use super::lesson::Page;
use super::{Activity, Digest, Snapshot, SourceTexts};

/// A history with everything that a snapshot borrows from.
pub(crate) struct Fixture {
    pub(crate) history: History,
    pub(crate) names: Names,
    pub(crate) digest: Digest,
    pub(crate) sources: SourceTexts,
    pub(crate) state: State,
    pub(crate) changes: Changes,
    pub(crate) position: usize,
    pub(crate) lesson: Option<Page>,
    pub(crate) name: &'static str,
    pub(crate) board: bool,
    pub(crate) link: Option<LinkStatus>,
    pub(crate) held: bool,
    pub(crate) activity: Activity,
    happened: String,
    next: String,
}

impl Fixture {
    /// At the end of a story, with the changes of its last record.
    pub(crate) fn new(story: &Story, program: &str) -> Self {
        let history = story.history();
        let mut sources = SourceTexts::new();
        sources.set_main("program.py", Some(program));
        let mut fixture = Self {
            digest: Digest::of(&history),
            names: story.names().clone(),
            sources,
            state: State::default(),
            changes: Changes::default(),
            position: 0,
            lesson: None,
            name: "program.py",
            board: false,
            link: None,
            held: false,
            activity: Activity::Paused,
            happened: String::new(),
            next: String::new(),
            history,
        };
        let end = fixture.history.len();
        fixture.go(end - 1, end);
        fixture
    }

    /// At a position, having come from another one.
    pub(crate) fn go(&mut self, from: usize, to: usize) {
        self.position = to;
        self.state = self.history.at(to);
        self.changes = Changes::between(&self.history.at(from), &self.state);
        self.happened =
            self.history.record(to).map_or("Nothing has happened yet.".to_owned(), |record| {
                sentence::happened(&self.state, &record, &self.names)
            });
        self.next = sentence::next(&self.state, &self.names);
    }

    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            name: self.name,
            board: self.board,
            link: self.link.as_ref(),
            held: self.held,
            history: &self.history,
            progress: None,
            names: &self.names,
            digest: &self.digest,
            sources: &self.sources,
            position: self.position,
            state: &self.state,
            changes: &self.changes,
            activity: self.activity,
            happened: &self.happened,
            next: &self.next,
            breaks: &[],
            line: None,
            displays: &[],
            bookmarks: &[],
            lesson: self.lesson.as_ref(),
        }
    }
}

/// The date example of the classic documentation.
pub(crate) const DATE: &str = "\
import asyncio
import datetime

def display_date(end_time, loop):
    print(datetime.datetime.now())
    if (loop.time() + 1.0) < end_time:
        loop.call_later(1, display_date, end_time, loop)
    else:
        loop.stop()

loop = asyncio.new_event_loop()

# Schedule the first call to display_date()
end_time = loop.time() + 5.0
loop.call_soon(display_date, end_time, loop)

# Blocking call interrupted by loop.stop()
try:
    loop.run_forever()
finally:
    loop.close()
";

/// The date example, up to where its fourth call begins to run.
pub(crate) fn date() -> Fixture {
    let mut story = Story::new();
    story.start().soon(1, "display_date").turn(&[1]).at(0.0003).run(1);
    story.print("2000-01-01 00:00:00.000301\n").timer(2, 1.0, "display_date", 0);
    story.at(0.0004).done(1).end_turn();
    for n in 1..4u32 {
        let due = f64::from(n);
        story.poll(Some(1.0), due).due(n + 1, due).begin_turn(1).at(due + 0.0003);
        story.run(n + 1);
        if n < 3 {
            story.print(&format!("2000-01-01 00:00:0{n}.000702\n"));
            story
                .timer(n + 2, due + 1.0, "display_date", 0)
                .at(due + 0.0004)
                .done(n + 1)
                .end_turn();
        }
    }
    Fixture::new(&story, DATE)
}

/// Tasks: one gathers two, of which one sleeps and one is queued; a third one was cancelled.
pub(crate) fn tasks() -> Fixture {
    let program = "\
import asyncio

async def fetch(n):
    await asyncio.sleep(n)
    return n

async def main():
    asyncio.create_task(log(), name=\"logger\")
    await asyncio.gather(fetch(1), fetch(0))
    print(\"all there\")

async def log():
    await asyncio.Event().wait()

asyncio.run(main())
";
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1);
    story.task(2, "log", 2).task(3, "fetch", 3).task(4, "fetch", 4);
    story.future(1);
    for task in [3, 4] {
        let on = On::Task(TaskId(task));
        story.push(Event::FutureLink { future: FutureId(1), on });
    }
    suspend(&mut story, 1, 1, On::Future(FutureId(1)), &[("main", 9)]);
    story.end_turn().turn(&[2, 3, 4]).step(2, 2).future(2);
    suspend(&mut story, 2, 2, On::Future(FutureId(2)), &[("Event.wait", 0), ("log", 13)]);
    story.step(3, 3).future(3).timer(5, 1.0, "_set_result_unless_cancelled", 3);
    suspend(&mut story, 3, 3, On::Future(FutureId(3)), &[("sleep", 0), ("fetch", 4)]);
    story.step(4, 4);
    story.push(Event::TaskCancel { task: TaskId(2), by: By::Handle(HandleId(4)) });
    story.timer(6, 9.5, "cleanup", 0);
    let by = By::Handle(HandleId(4));
    story.push(Event::TimerCancel { handle: HandleId(6), when: 9.5, by });
    suspend(&mut story, 4, 4, On::Nothing, &[("sleep", 0), ("fetch", 4)]);
    story.handle(7, HandleHow::Step, "fetch", 4, 0);
    Fixture::new(&story, program)
}

/// Three hundred workers that sleep for different times, of which some were woken.
pub(crate) fn many() -> Fixture {
    let program = "\
import asyncio

async def worker(n):
    await asyncio.sleep(0.5 + n % 7 / 10)
    return n

async def main():
    await asyncio.gather(*[worker(n) for n in range(300)])

asyncio.run(main())
";
    let workers = 2..=301;
    let due = |id: u32| 0.5 + f64::from(id % 7) / 10.0;
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1).future(1);
    for id in workers.clone() {
        story.task(id, "worker", id);
        let on = On::Task(TaskId(id));
        story.push(Event::FutureLink { future: FutureId(1), on });
    }
    suspend(&mut story, 1, 1, On::Future(FutureId(1)), &[("main", 8)]);
    story.end_turn().turn(&workers.clone().collect::<Vec<_>>());
    for id in workers.clone() {
        story.step(id, id).future(id);
        story.timer(id + 1000, due(id), "_set_result_unless_cancelled", id);
        suspend(&mut story, id, id, On::Future(FutureId(id)), &[("sleep", 0), ("worker", 4)]);
    }
    let first: Vec<u32> = workers.filter(|id| id % 7 == 0).collect();
    story.end_turn().poll(Some(0.5), 0.5);
    for id in &first {
        story.due(id + 1000, due(*id));
    }
    story.begin_turn(first.len());
    for id in &first {
        story.run(id + 1000).complete(*id);
        story.handle(id + 2000, HandleHow::Wakeup, "worker", *id, *id).done(id + 1000);
    }
    let ready = u32::try_from(first.len()).unwrap_or(0);
    story.push(Event::TurnEnd { ready, timers: 300 - ready });
    story.poll(Some(0.0), 0.51).begin_turn(first.len());
    for id in &first[..9] {
        story.step(id + 2000, *id).finish(id + 2000, *id, TaskHow::Result);
    }
    Fixture::new(&story, program)
}

fn suspend(story: &mut Story, handle: u32, task: u32, on: On, frames: &[(&str, u32)]) {
    let frames: Vec<(&str, &str, u32)> = frames
        .iter()
        .map(|(name, line)| {
            (*name, if *line == 0 { "asyncio/tasks.py" } else { "program.py" }, *line)
        })
        .collect();
    let chain = if frames.is_empty() { ChainId::NONE } else { story.chain(&frames) };
    let (_, _, line) = *frames.last().expect("a task stands somewhere");
    let place = story.place("program.py", line);
    story.push(Event::TaskSuspend { task: TaskId(task), on, place, chain });
    story.done(handle);
}

/// A full ready queue in the middle of a batch, one handle cancelled, and an exception.
pub(crate) fn queue() -> Fixture {
    let program = "import asyncio\n\ndef feed(): ...\ndef water(): ...\n";
    let mut story = Story::new();
    story.start();
    for (n, name) in (1..).zip(["water", "feed", "sweep", "count", "lock_up"]) {
        story.soon(n, name);
    }
    story.turn(&[1, 2, 3, 4, 5]).run(1);
    let name = story.name("report");
    let place = story.place("program.py", 3);
    story.push(Event::HandlerSet { which: Which::Custom, name, place });
    story.soon(6, "refill").print("water\n");
    story.push(Event::HandleCancel { handle: HandleId(3), by: By::Handle(HandleId(1)) });
    story.done(1).run(2).soon(7, "refill").soon(8, "greet");
    let message = story.text(Text::FIRST, "Exception in callback feed()");
    let exception = story.text(Text::SECOND, "KeyError: 'coins'");
    story.push(Event::HandlerCall {
        which: Which::Custom,
        message,
        exception,
        task: TaskId::NONE,
        handle: HandleId(2),
        future: FutureId::NONE,
    });
    Fixture::new(&story, program)
}

/// Everything that wakes a loop from outside.
pub(crate) fn outside() -> Fixture {
    let mut story = Story::new();
    story.start().handle(1, HandleHow::Reader, "on_data", 0, 0);
    story.push(Event::WatcherAdd { fd: Fd(5), how: WatchHow::Read, handle: HandleId(1) });
    story.handle(2, HandleHow::Signal, "on_signal", 0, 0);
    story.push(Event::SignalAdd { signal: Signal(15), handle: HandleId(2) });
    story.job(1, "blocking_io", Pool::Thread, 1);
    Fixture::new(&story, "import asyncio\n")
}

/// A lock that one task holds and another one wants, a queue that is full, an event.
pub(crate) fn locks() -> Fixture {
    let mut story = Story::new();
    story.start().task(1, "alice", 1).task(2, "bob", 2).turn(&[1, 2]).step(2, 2);
    for (id, kind, name, size) in [
        (1, SyncKind::Lock, "l1", 0),
        (2, SyncKind::Queue, "jobs", 2),
        (3, SyncKind::Event, "Shop.open", 0),
    ] {
        let (name, owner, by) = (story.name(name), ObjectId::NONE, By::Outside);
        story.push(Event::SyncNew { id: ObjectId(id), kind, name, size, owner, by });
    }
    for (id, how, count) in [(1, SyncHow::Take, 1), (2, SyncHow::Put, 1), (2, SyncHow::Put, 2)] {
        let (id, task) = (ObjectId(id), TaskId(2));
        story.push(Event::SyncState { id, how, task, count, left: count });
    }
    for (task, id, how) in [(2, 2, SyncWaitHow::Put), (1, 1, SyncWaitHow::Acquire)] {
        if task == 1 {
            story.step(1, 1);
        }
        story.future(task);
        let (id, of, future) = (ObjectId(id), TaskId(task), FutureId(task));
        story.push(Event::SyncWait { id, how, task: of, future });
        story.suspend(task, task, On::Future(future), 5);
    }
    story.end_turn();
    Fixture::new(&story, "import asyncio\n")
}

/// A server with two clients, one of which is slow; a child process; a job in a thread.
pub(crate) fn connections() -> Fixture {
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1);
    story.server(1, 6, "127.0.0.1:8000").process(1, 4242, "sort -u names.txt");
    story.transport_of(1, TransportKind::Process, 8, ["stdout", ""], [0, 1]);
    story.job(1, "blocking_io", Pool::Thread, 1);
    let name = story.name("asyncio_0");
    story.push(Event::ExecutorStart { job: JobId(1), name });
    story.suspend(1, 1, On::Future(FutureId(1)), 3).end_turn();
    story.transport(2, 9, "127.0.0.1:47110", 1).transport(3, 10, "127.0.0.1:47112", 1);
    for (task, name, transport) in [(2, "serve", 2), (3, "serve", 3)] {
        let future = task + 5;
        story.task(task, name, task).turn(&[task]).step(task, task).future(future);
        story.outside(future, JobId::NONE, ObjectId(transport));
        story.suspend(task, task, On::Future(FutureId(future)), 5).end_turn();
    }
    story.handle(9, HandleHow::Reader, "_read_ready", 0, 0);
    story.push(Event::WatcherAdd { fd: Fd(9), how: WatchHow::Read, handle: HandleId(9) });
    story.moved(2, 512, 20_480).moved(3, 14, 1_300_000);
    story.push(Event::TransportPause { id: ObjectId(3), how: WatchHow::Write, buffered: 65_536 });
    Fixture::new(&story, "import asyncio\n")
}

/// A program that has ended after an error.
pub(crate) fn ended() -> Fixture {
    let mut story = Story::new();
    story.start().soon(1, "boom").turn(&[1]).run(1).done(1);
    story.push(Event::LoopStopped { how: loopscope_protocol::RunHow::Forever });
    story.push(Event::LoopClose { ready: 0, timers: 0 });
    let text = story.text(Text::FIRST, "The program ended with ValueError: boom.");
    story.push(Event::ProgramExit { code: 1, how: ExitHow::Exception, text });
    Fixture::new(&story, "import asyncio\n")
}
