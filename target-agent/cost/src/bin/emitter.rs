//! Measures the agent's emitter; see `COST.md`.
#![no_std]
#![no_main]

use core::sync::atomic::Ordering;

use cortex_m_rt::entry;
use loopscope_agent::protocol::{
    By, Dialect, FutureHow, FutureId, HandleHow, HandleId, NameId, ObjectId, On, Place, RunHow,
    TaskHow, TaskId, Word,
};
use loopscope_agent::{Ring, emit, init};
use loopscope_cost::{self as cost, TIME, What};

static RECORDS: Ring<1024> = Ring::new();
static REQUESTS: Ring<64> = Ring::new();

const fn by(handle: u16) -> By {
    if handle == 0 { By::Outside } else { By::Handle(HandleId(handle as u32)) }
}

fn word<W: Word>(code: u8) -> W {
    W::ALL[code as usize]
}

#[inline(always)]
fn send(what: What) {
    let handle = |id: u16| HandleId(id.into());
    let task = |id: u16| TaskId(id.into());
    let future = |id: u16| FutureId(id.into());
    match what {
        What::LoopNew => emit::loop_new(),
        What::LoopRun(id) => emit::loop_run(RunHow::UntilComplete, task(id)),
        What::LoopStopped => emit::loop_stopped(RunHow::UntilComplete),
        What::StopRequest(who) => emit::loop_stop_request(by(who)),
        What::PollBegin(ms) => emit::poll_begin(Some(ms.into())),
        What::PollEnd => emit::poll_end(),
        What::HandleNew(id, how, who) => {
            emit::handle_new(handle(id), word::<HandleHow>(how), by(who));
        }
        What::TimerNew(id, ms, who) => emit::timer_new(handle(id), ms.into(), by(who)),
        What::TimerDue(id, ms) => emit::timer_due(handle(id), ms.into()),
        What::TimerCancel(id, ms, who) => emit::timer_cancel(handle(id), ms.into(), by(who)),
        What::TimerDrop(id, ms) => emit::timer_drop(handle(id), ms.into()),
        What::HandleRun(id) => emit::handle_run(handle(id)),
        What::HandleDone(id) => emit::handle_done(handle(id)),
        What::HandleCancel(id, who) => emit::handle_cancel(handle(id), by(who)),
        What::HandleSkip(id) => emit::handle_skip(handle(id)),
        What::TaskNew(id, name, line, who) => {
            let place = Place { file: NameId(1), line: line.into() };
            emit::task_new(task(id), NameId(name.into()), place, by(who));
        }
        What::TaskStep(id) => emit::task_step(task(id)),
        What::TaskSuspend(id, kind, number) => {
            let number = u32::from(number);
            emit::task_suspend(
                task(id),
                match kind {
                    0 => On::Nothing,
                    1 => On::Future(FutureId(number)),
                    2 => On::Task(TaskId(number)),
                    3 => On::Timer(HandleId(number)),
                    _ => On::Queue(ObjectId(number)),
                },
            );
        }
        What::TaskDone(id, how) => emit::task_done(task(id), word::<TaskHow>(how)),
        What::TaskCancel(id, who) => emit::task_cancel(task(id), by(who)),
        What::FutureNew(id, name, who) => {
            emit::future_new(future(id), NameId(name.into()), by(who));
        }
        What::FutureLink(id, other) => emit::future_link(future(id), task(other)),
        What::FutureDone(id, how, who) => {
            emit::future_done(future(id), word::<FutureHow>(how), by(who));
        }
    }
}

#[entry]
fn main() -> ! {
    init(&RECORDS, &REQUESTS, Dialect::Other);
    cost::measure("loopscope", send, || cost::empty(&cost::_LOOPSCOPE_RTT))
}

loopscope_agent::clock!(1_562_500, || TIME.load(Ordering::Relaxed));
