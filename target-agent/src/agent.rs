//! The one agent of a program: its emitter, its control channel, and how both are started.

use core::cell::Cell;
use core::sync::atomic::AtomicU8;

use critical_section::Mutex;
use loopscope_protocol::{Dialect, Kind};

use crate::control::Control;
use crate::emitter::{Code, Emitter};
use crate::rtt::{_LOOPSCOPE_RTT, Ring};
use crate::{Hold, Scheduler, clock};

#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) emitter: Emitter,
    pub(crate) control: Control,
    pub(crate) dialect: Cell<Dialect>,
}

pub(crate) static AGENT: Mutex<Agent> = Mutex::new(Agent {
    emitter: Emitter::new(&_LOOPSCOPE_RTT.up),
    control: Control::new(&_LOOPSCOPE_RTT.down),
    dialect: Cell::new(Dialect::Other),
});

/// For tests: as if nothing had been sent.
#[cfg(test)]
pub(crate) fn reset(cs: critical_section::CriticalSection<'_>) {
    AGENT.borrow(cs).emitter.reset();
}

/// Opens the two rings: from now on events are recorded, and time counts from here. To be called
/// once, before the first event, and after the clock was started. `dialect` says whose rules the
/// scheduler follows.
pub fn init<const UP: usize, const DOWN: usize>(
    up: &'static Ring<UP>,
    down: &'static Ring<DOWN>,
    dialect: Dialect,
) {
    init_with(up.bytes(), down.bytes(), dialect);
}

/// [`init`] with rings of any size.
pub(crate) fn init_with(up: &'static [AtomicU8], down: &'static [AtomicU8], dialect: Dialect) {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.dialect.set(dialect);
        agent.emitter.open(up, clock::now());
        agent.control.open(down);
        _LOOPSCOPE_RTT.open(up, down);
    });
}

/// Ticks since [`init`].
pub fn ticks() -> u64 {
    critical_section::with(|cs| AGENT.borrow(cs).emitter.ticks(clock::now()))
}

/// Whole milliseconds in that many ticks.
fn milliseconds_in(ticks: u64) -> u64 {
    ticks * 1000 / u64::from(clock::ticks_per_second().max(1))
}

/// Milliseconds since [`init`].
pub fn milliseconds() -> u64 {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        milliseconds_in(agent.emitter.ticks(clock::now()))
    })
}

/// Milliseconds from [`init`] to the last event.
pub(crate) fn milliseconds_of_last_event() -> u64 {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        milliseconds_in(agent.emitter.last_ticks())
    })
}

/// Answers the host: to be called before each task and, again and again, while nothing is due.
///
/// It takes in requests as far as they have come, answers those that can be answered, sends a
/// snapshot of `scheduler` if the host asked for one, and a gap if there is room now. It never
/// waits. Where it returns [`Hold::Yes`] the host wants the scheduler to hold: run no task, and call
/// it again.
#[inline(never)]
pub fn poll(scheduler: &dyn Scheduler) -> Hold {
    let snapshot = critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        let now = clock::now();
        agent.emitter.idle(now);
        agent.control.serve(&agent.emitter, now, agent.dialect.get(), scheduler)
    });
    if snapshot {
        send_snapshot(scheduler);
    }
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.control.hold(&agent.emitter, clock::now())
    })
}

/// Sends the snapshot: the state of `scheduler` between the two records that frame it.
pub(crate) fn send_snapshot(scheduler: &dyn Scheduler) {
    let mark = |kind| {
        critical_section::with(|cs| {
            let code = Code::new(kind as u8);
            AGENT.borrow(cs).emitter.event_slow(clock::now(), code, None, &[]);
        });
    };
    mark(Kind::SnapshotBegin);
    scheduler.snapshot();
    mark(Kind::SnapshotEnd);
}
