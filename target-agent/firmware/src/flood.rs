//! Records at a fixed rate, or as fast as the core makes them, to try out a link.

use loopscope_agent::protocol::wire::short;
use loopscope_agent::protocol::{By, Dialect, HandleHow, HandleId, On, RunHow, TaskId};
use loopscope_agent::{Hold, NoSnapshot, emit, here, name, poll, ticks};

/// Records of one round: a task is queued, runs, and is queued again.
const ROUND: u64 = 5;

/// Sends records for ever: that many a second, or, with 0, as many as the core can make. A round is one
/// task that gives the others a turn; the host counts what is missing by the sequence numbers.
pub fn flood(records_per_second: u64) -> ! {
    crate::start(Dialect::Other);
    defmt::info!("{=u64} records a second (0: as many as possible)", records_per_second);
    let ticks_per_second = u64::from(loopscope_agent::clock::ticks_per_second());
    let (task, mut handle) = (TaskId(1), HandleId(1));
    emit::loop_new();
    emit::task_new(task, name!("flood"), here!(), By::Outside);
    emit::handle_new(handle, HandleHow::Step, By::Outside);
    emit::loop_run(RunHow::Forever, TaskId::NONE);
    let mut rounds = 0;
    loop {
        while poll(&NoSnapshot) == Hold::Yes {}
        if let Some(due) = (rounds * ROUND * ticks_per_second).checked_div(records_per_second) {
            while ticks() < due {}
        }
        rounds += 1;
        let next = short::other(handle);
        emit::handle_run(handle);
        emit::task_step(task);
        emit::handle_new(next, HandleHow::Step, By::Handle(handle));
        emit::task_suspend(task, On::Nothing);
        emit::handle_done(handle);
        handle = next;
    }
}
