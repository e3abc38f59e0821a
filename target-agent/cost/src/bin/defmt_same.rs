//! The same events as log lines of stock defmt over defmt-rtt; see `COST.md`.
#![no_std]
#![no_main]

use core::sync::atomic::Ordering;

use cortex_m_rt::entry;
use defmt::trace;
use loopscope_cost::{self as cost, TIME, What};
// Only for the clock and the same libraries on both sides.
use loopscope_agent as _;

unsafe extern "C" {
    safe static _SEGGER_RTT: cost::Block;
}

// As most programs have it.
defmt::timestamp!("{=u32:us}", TIME.load(Ordering::Relaxed));
loopscope_agent::clock!(1_562_500, || TIME.load(Ordering::Relaxed));

#[inline(always)]
fn send(what: What) {
    match what {
        What::LoopNew => trace!("loop-new"),
        What::LoopRun(id) => trace!("loop-run {=u16}", id),
        What::LoopStopped => trace!("loop-stopped"),
        What::StopRequest(who) => trace!("loop-stop-request {=u16}", who),
        What::PollBegin(ms) => trace!("poll-begin {=u16}", ms),
        What::PollEnd => trace!("poll-end"),
        What::HandleNew(id, how, who) => trace!("handle-new {=u16} {=u8} {=u16}", id, how, who),
        What::TimerNew(id, ms, who) => trace!("timer-new {=u16} {=u16} {=u16}", id, ms, who),
        What::TimerDue(id, ms) => trace!("timer-due {=u16} {=u16}", id, ms),
        What::TimerCancel(id, ms, who) => trace!("timer-cancel {=u16} {=u16} {=u16}", id, ms, who),
        What::TimerDrop(id, ms) => trace!("timer-drop {=u16} {=u16}", id, ms),
        What::HandleRun(id) => trace!("handle-run {=u16}", id),
        What::HandleDone(id) => trace!("handle-done {=u16}", id),
        What::HandleCancel(id, who) => trace!("handle-cancel {=u16} {=u16}", id, who),
        What::HandleSkip(id) => trace!("handle-skip {=u16}", id),
        What::TaskNew(id, name, line, who) => {
            trace!("task-new {=u16} {=u16} {=u16} {=u16}", id, name, line, who);
        }
        What::TaskStep(id) => trace!("task-step {=u16}", id),
        What::TaskSuspend(id, kind, number) => {
            trace!("task-suspend {=u16} {=u8} {=u16}", id, kind, number);
        }
        What::TaskDone(id, how) => trace!("task-done {=u16} {=u8}", id, how),
        What::TaskCancel(id, who) => trace!("task-cancel {=u16} {=u16}", id, who),
        What::FutureNew(id, name, who) => trace!("future-new {=u16} {=u16} {=u16}", id, name, who),
        What::FutureLink(id, other) => trace!("future-link {=u16} {=u16}", id, other),
        What::FutureDone(id, how, who) => trace!("future-done {=u16} {=u8} {=u16}", id, how, who),
    }
}

#[entry]
fn main() -> ! {
    cost::measure("defmt", send, || cost::empty(&_SEGGER_RTT))
}

use defmt_rtt as _;
