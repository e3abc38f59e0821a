//! Questions about what was long ago: their answers read as little of a long history as of a short
//! one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loopscope_model::history::{InMemory, Store};
use loopscope_model::story::Story;
use loopscope_model::{Cursor, History, why};
use loopscope_protocol::{Event, Fd, FutureId, HandleHow, HandleId, On, TaskHow, TaskId, WatchHow};

/// How many records make a history long: several times as many as stay in memory as they are.
const LONG: usize = 900_000;

/// How many segments an answer may read: some blocks, and the states that are asked on the way.
const MOST: usize = 40;

/// A store that counts how often it is read.
#[derive(Debug, Default)]
struct Counting {
    store: InMemory,
    reads: AtomicUsize,
}

impl Store for Counting {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.store.append(bytes)
    }

    fn read_at(&self, at: u64, to: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.store.read_at(at, to)
    }

    fn len(&self) -> io::Result<u64> {
        self.store.len()
    }
}

const SLEEPER: TaskId = TaskId(1);
const JOINS: TaskId = TaskId(2);
const JOINED: TaskId = TaskId(3);
const ENDED: TaskId = TaskId(4);
const LATECOMER: TaskId = TaskId(5);
const NEW: TaskId = TaskId(6);
const BUSY: u32 = 7;

const ENDED_TIMER: HandleId = HandleId(10);
const FAR_TIMER: HandleId = HandleId(11);
const WATCHER: HandleId = HandleId(12);
const BUSY_WATCHER: HandleId = HandleId(13);

const NEVER: u32 = 1;
const DONE: u32 = 2;

/// The first turns: tasks begin and wait; one ends, a timer runs, a descriptor is ready, a future is
/// done.
fn begin(story: &mut Story) {
    story.start();
    for (task, name) in [(1, "sleeper"), (2, "joins"), (3, "joined"), (4, "ended"), (7, "busy")] {
        story.task(task, name, task);
    }
    story.future(NEVER).future(DONE).timer(11, 1e9, "far", NEVER).timer(10, 0.0, "soon", 0);
    for (n, handle) in [(3, WATCHER), (4, BUSY_WATCHER)] {
        story.handle(handle.0, HandleHow::Reader, "reads", 0, 0);
        story.push(Event::WatcherAdd { fd: Fd(n), how: WatchHow::Read, handle });
    }
    story.turn(&[1, 2, 3, 4, 7]);
    story.step(1, 1).suspend(1, 1, On::Future(FutureId(NEVER)), 9);
    story.step(2, 2).suspend(2, 2, On::Task(JOINED), 10);
    story.step(3, 3).suspend(3, 3, On::Future(FutureId(NEVER)), 11);
    story.step(4, 4).finish(4, 4, TaskHow::Result);
    story.step(7, BUSY).complete(DONE).handle(100, HandleHow::Step, "busy", BUSY, 0);
    story.suspend(7, BUSY, On::Nothing, 12).end_turn().poll(Some(0.0), 1.0);
    ready(story, 3, WATCHER);
    story.due(10, 0.0).begin_turn(3).run(10).done(10).run(12).done(12);
}

fn ready(story: &mut Story, fd: i32, handle: HandleId) {
    story.push(Event::WatcherReady { fd: Fd(fd), how: WatchHow::Read, handle });
}

/// One turn, in which there is one of everything that a question may be after. Of tasks, handles and
/// futures that have ended only the latest are kept, so those of the beginning are forgotten.
fn turn(story: &mut Story, n: u32) {
    let (step, child) = (100 + 3 * n, 100 + n);
    story.poll(Some(0.0), 1.0 + f64::from(n) * 1e-6);
    ready(story, 4, BUSY_WATCHER);
    story.begin_turn(3).step(step, BUSY).future(child).complete(child);
    story.task(child, "child", step + 1).timer(step + 2, 0.0, "soon", 0);
    story.handle(step + 3, HandleHow::Step, "busy", BUSY, 0);
    story.suspend(step, BUSY, On::Nothing, 12).run(13).done(13);
    story.step(step + 1, child).finish(step + 1, child, TaskHow::Result);
    story.due(step + 2, 0.0).run(step + 2).done(step + 2).end_turn();
}

/// What was long ago has consequences: who joined goes on, who comes late finds a future that is
/// done, and somebody has only just begun.
fn end(story: &mut Story, n: u32) {
    let first = 100 + 3 * n + 10;
    story.poll(Some(0.0), 10.0).task(5, "latecomer", first).task(6, "new", first + 1);
    story.begin_turn(2).step(first, 5);
    story.handle(first + 2, HandleHow::Wakeup, "latecomer", 5, DONE);
    story.suspend(first, 5, On::Future(FutureId(DONE)), 20).step(first + 1, 6);
    story.push(Event::TaskDone { task: JOINED, how: TaskHow::Result });
    story.handle(first + 3, HandleHow::Wakeup, "joins", JOINS.0, 0);
    story.suspend(first + 1, 6, On::Nothing, 21).end_turn();
    story.poll(Some(0.0), 10.0).begin_turn(2).step(first + 2, 5);
    story.suspend(first + 2, 5, On::Future(FutureId(NEVER)), 22).step(first + 3, JOINS.0);
    story.suspend(first + 3, JOINS.0, On::Future(FutureId(NEVER)), 23).end_turn();
}

/// A history of about that many records, and what counts how often its store is read.
fn history(records: usize) -> (History, Arc<Counting>) {
    let store = Arc::new(Counting::default());
    let (mut story, mut history) = (Story::streaming(), History::on(store.clone()));
    begin(&mut story);
    let mut n = 0;
    while history.len() < records {
        turn(&mut story, n);
        n += 1;
        story.drain().for_each(|arrived| history.take(arrived));
    }
    end(&mut story, n);
    story.drain().for_each(|arrived| history.take(arrived));
    (history, store)
}

#[test]
fn an_answer_reads_as_little_of_a_long_history_as_of_a_short_one() {
    let (history, store) = history(LONG);
    let mut cursor = Cursor::new();
    cursor.seek(&history, history.len());
    let state = cursor.state();
    let mut wrong = Vec::new();
    let mut check = |what: &str, wanted: &str, answer: &dyn Fn() -> Option<String>| {
        let before = store.reads.load(Ordering::Relaxed);
        let text = answer().unwrap_or_default();
        let reads = store.reads.load(Ordering::Relaxed) - before;
        if reads > MOST || !text.contains(wanted) {
            wrong.push(format!("{what}: {reads} reads: {text}"));
        }
    };
    let names = history.names();
    for (task, wanted) in [
        (SLEEPER, "sleeper (task 1) last ran in turn 1"),
        (JOINED, "joined (task 3) last ran in turn 1"),
        (ENDED, "ended (task 4) last ran in turn 1"),
        (JOINS, "joined (task 3) ended, so"),
        (LATECOMER, "busy (task 7) gave f2 (Future) its result, so"),
        (NEW, "was its first step"),
    ] {
        let ask = || why::last_wakeup(&history, state, names, task);
        check(&format!("the last step of {task:?}"), wanted, &ask);
    }
    for (handle, wanted) in [
        (ENDED_TIMER, "was due at 0.000 and ran at 1.000"),
        (WATCHER, "was ready at 1.000 and ran at 1.000"),
        (BUSY_WATCHER, "and ran at 1."),
        (HandleId(1), "was ready at 0.000 and ran at 0.000"),
    ] {
        let ask = || why::late(&history, state, names, handle).map(|late| late.text());
        check(&format!("why {handle:?} was late"), wanted, &ask);
    }
    // It is not due, so that nothing was in the way; but it must not be looked for in all records.
    let far = || why::late(&history, state, names, FAR_TIMER).map(|late| late.has_run.to_string());
    check("a timer that has not run", "false", &far);
    assert!(wrong.is_empty(), "of {} records:\n{}", history.len(), wrong.join("\n"));
}
