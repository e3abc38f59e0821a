//! What programs do with many of something, as a source would tell it.

use loopscope_model::story::Story;
use loopscope_protocol::{
    By, Event, Fd, FutureHow, FutureId, HandleId, JobHow, JobId, Kind, NameId, On, RunHow, TaskHow,
    TaskId, Text, WatchHow,
};

use crate::kinds::event;

type Pattern = fn(&mut Story, u32);

/// The patterns, each with what it is called.
pub(crate) const ALL: [(&str, Pattern); 21] = [
    ("gather of many", gather),
    ("shield upon shield", shields),
    ("many wait for one future", waiters),
    ("many wait for each other", chain),
    ("all are cancelled", cancelled),
    ("timers run", timers),
    ("timers are cancelled and dropped", cancelled_timers),
    ("timers are cancelled, the last first", late_cancelled),
    ("many are ready", ready),
    ("what is ready is cancelled and left out", skipped),
    ("descriptors are watched", watchers),
    ("jobs of an executor", jobs),
    ("output", output),
    ("calls of the exception handler", handler_calls),
    ("lints", lints),
    ("gaps among much", gaps),
    ("a snapshot of much", snapshot),
    ("snapshots again and again", snapshots),
    ("names", names),
    ("an await chain that is long", chains),
    ("loops one after the other", loops),
];

/// A stream with that many of it.
pub(crate) fn bytes(pattern: Pattern, count: u32) -> Vec<u8> {
    let mut story = Story::new();
    story.start();
    pattern(&mut story, count);
    story.bytes().to_vec()
}

fn tasks(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.task(n, "work", n);
    }
    story.turn(&(1..=count).collect::<Vec<_>>());
}

fn gather(story: &mut Story, count: u32) {
    story.future(1);
    for n in 1..=count {
        story.push(Event::FutureLink { future: FutureId(1), on: On::Task(TaskId(n)) });
    }
    tasks(story, count);
    for n in 1..=count {
        story.step(n, n).finish(n, n, TaskHow::Result);
    }
    story.complete(1).end_turn();
}

fn shields(story: &mut Story, count: u32) {
    story.future(1);
    for n in 2..=count {
        story.future(n);
        story.push(Event::FutureLink { future: FutureId(n), on: On::Future(FutureId(n - 1)) });
    }
    for n in 1..=count {
        story.complete(n);
    }
}

fn waiters(story: &mut Story, count: u32) {
    story.future(1);
    tasks(story, count);
    for n in 1..=count {
        story.step(n, n).suspend(n, n, On::Future(FutureId(1)), 3);
    }
    story.end_turn().complete(1);
}

fn chain(story: &mut Story, count: u32) {
    tasks(story, count);
    for n in 1..=count {
        story.step(n, n).suspend(n, n, On::Task(TaskId(n + 1)), 3);
    }
    story.end_turn();
}

fn cancelled(story: &mut Story, count: u32) {
    waiters(story, count);
    for n in 1..=count {
        story.push(Event::TaskCancel { task: TaskId(n), by: By::Outside });
    }
    for n in (1..=count).rev() {
        story.push(Event::TaskDone { task: TaskId(n), how: TaskHow::Cancelled });
    }
}

fn timers(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.timer(n, f64::from(n * 7919 % count), "tick", 0);
    }
    for n in 1..=count {
        story.due(n, f64::from(n * 7919 % count)).turn(&[n]).run(n).done(n).end_turn();
    }
}

fn cancelled_timers(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.timer(n, f64::from(n), "tick", 0);
    }
    for n in 1..=count {
        story.push(event(Kind::TimerCancel, n)).push(event(Kind::TimerDrop, n));
    }
}

fn late_cancelled(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.timer(n, f64::from(n), "tick", 0);
    }
    for n in (1..=count).rev() {
        story.push(event(Kind::TimerCancel, n));
    }
    for n in (1..=count).rev() {
        story.push(event(Kind::TimerDrop, n));
    }
}

fn ready(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.soon(n, "call");
    }
    story.turn(&(1..=count).collect::<Vec<_>>());
    for n in 1..=count {
        story.run(n).done(n);
    }
    story.end_turn();
}

fn skipped(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.soon(n, "call");
    }
    for n in (1..=count).rev() {
        story.push(event(Kind::HandleCancel, n));
    }
    for n in (1..=count).rev() {
        story.push(event(Kind::HandleSkip, n));
    }
}

fn watchers(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.push(event(Kind::WatcherAdd, n));
    }
    for n in 1..=count {
        story.push(event(Kind::WatcherReady, n)).turn(&[n]).run(n).done(n).end_turn();
    }
    for n in (1..=count).rev() {
        story.push(Event::WatcherRemove { fd: Fd(n.cast_signed()), how: WatchHow::Read });
    }
}

fn jobs(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.push(event(Kind::ExecutorSubmit, n));
    }
    for n in (1..=count).rev() {
        story.push(Event::ExecutorDone { job: JobId(n), how: JobHow::Result });
    }
}

fn output(story: &mut Story, count: u32) {
    for _ in 1..=count {
        story.print("a line of it\n");
    }
}

fn handler_calls(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.text(Text::FIRST, "Task exception was never retrieved");
        story.push(event(Kind::HandlerCall, n));
    }
}

fn lints(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.text(Text::FIRST, "it was never awaited");
        story.push(event(Kind::Lint, n));
    }
}

fn gaps(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.on(n).push(Event::LoopNew {}).push(event(Kind::WatcherAdd, n));
        story.push(event(Kind::TaskNew, n)).push(event(Kind::TimerNew, count + n));
        story.push(event(Kind::TransportNew, n));
        story.push(Event::Gap { lost: 0 });
    }
}

fn snapshot(story: &mut Story, count: u32) {
    tasks(story, count);
    story.push(Event::SnapshotBegin {}).push(Event::LoopNew {});
    for n in 1..=count {
        story.push(event(Kind::TaskNew, n));
        story.push(event(Kind::TaskSuspend, n));
        story.push(event(Kind::TimerNew, n));
    }
    story.push(Event::SnapshotEnd {});
}

fn snapshots(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.push(Event::SnapshotBegin {}).push(Event::LoopNew {});
        story.push(event(Kind::TaskNew, n)).push(Event::SnapshotEnd {});
    }
}

fn names(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.soon(n, &format!("function_{n}"));
    }
}

fn chains(story: &mut Story, count: u32) {
    // Deep, and waiting again and again.
    let frames: Vec<_> = (0..100).map(|_| ("inner", "program.py", 3)).collect();
    let chain = story.chain(&frames);
    story.task(1, "outer", 1);
    for _ in 1..=count {
        story.push(Event::TaskStep { task: TaskId(1) });
        let place = story.place("program.py", 3);
        story.push(Event::TaskSuspend { task: TaskId(1), on: On::Nothing, place, chain });
    }
}

fn loops(story: &mut Story, count: u32) {
    for n in 1..=count {
        story.on(n).push(Event::LoopNew {});
        story.push(Event::LoopRun { how: RunHow::Forever, task: TaskId::NONE });
        story.push(event(Kind::TaskNew, n));
        let name = NameId::NONE;
        story.push(Event::FutureNew { future: FutureId(n), name, by: By::Outside });
        let how = FutureHow::Result;
        story.push(Event::FutureDone { future: FutureId(n), how, by: By::Handle(HandleId(n)) });
        story.push(Event::LoopStopped { how: RunHow::Forever });
        if n % 2 == 0 {
            story.push(Event::LoopClose { ready: 0, timers: 0 });
        }
    }
}
