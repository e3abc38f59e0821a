//! Every call of the emitter, once: what the two programs of which the sizes are compared share.
//!
//! The arguments come from a place that the compiler cannot see through, so that nothing is left
//! out.

use core::sync::atomic::{AtomicU32, Ordering};

use loopscope_agent::protocol::{
    By, Dialect, FutureHow, FutureId, HandleHow, HandleId, NameId, ObjectId, On, Place, RunHow,
    TaskHow, TaskId, Which, Word,
};
use loopscope_agent::{Ring, emit, init};

static RECORDS: Ring<1024> = Ring::new();
static REQUESTS: Ring<64> = Ring::new();
static INPUT: AtomicU32 = AtomicU32::new(0);

loopscope_agent::clock!(1_000_000, || INPUT.load(Ordering::Relaxed));

fn input() -> u32 {
    INPUT.load(Ordering::Relaxed)
}

fn word<W: Word>() -> W {
    W::ALL[input() as usize % W::ALL.len()]
}

/// Opens the rings and makes every call.
pub(crate) fn make() {
    init(&RECORDS, &REQUESTS, Dialect::Other);
    let (handle, task, future) = (HandleId(input()), TaskId(input()), FutureId(input()));
    let (by, name) = (By::Handle(HandleId(input())), NameId(input()));
    emit::loop_new();
    emit::loop_close(input(), input());
    emit::loop_run(word::<RunHow>(), task);
    emit::loop_stop_request(by);
    emit::loop_stopped(word::<RunHow>());
    emit::poll_begin(Some(input()));
    emit::poll_end();
    emit::handle_new(handle, word::<HandleHow>(), by);
    emit::timer_new(handle, input(), by);
    emit::timer_due(handle, input());
    emit::timer_cancel(handle, input(), by);
    emit::timer_drop(handle, input());
    emit::handle_run(handle);
    emit::handle_done(handle);
    emit::handle_cancel(handle, by);
    emit::handle_skip(handle);
    emit::task_new(task, name, Place { file: name, line: input() }, by);
    emit::task_step(task);
    emit::task_suspend(
        task,
        match input() {
            0 => On::Nothing,
            1 => On::Task(task),
            2 => On::Queue(ObjectId(input())),
            3 => On::Future(future),
            _ => On::Timer(handle),
        },
    );
    emit::task_done(task, word::<TaskHow>());
    emit::task_cancel(task, by);
    emit::future_new(future, name, by);
    emit::future_link(future, task);
    emit::future_done(future, word::<FutureHow>(), by);
    emit::handler_set(word::<Which>(), name);
    emit::handler_call(word::<Which>(), "message", &["exception"], task);
}
