//! The present state, told by ordinary events.

use super::lifecycle::stops;
use super::*;

#[test]
fn a_snapshot_tells_all_that_is_there() {
    let _turn = start();
    let event_loop = get_event_loop();
    event_loop.create_task(stops()).unwrap();
    event_loop.create_task(sleeper(7)).unwrap();
    event_loop.create_task(waits_for(event_loop.create_task(sleeper(8)).unwrap())).unwrap();
    event_loop.run_forever().unwrap();
    event_loop.create_task(sleeper(1)).unwrap();
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    let mut ingest = Ingest::new();
    ingest.feed(&bytes);
    let mut state = loopscope_model::State::default();
    let mut known = |state: &mut loopscope_model::State, bytes: &[u8]| {
        ingest.feed(bytes);
        for arrived in ingest.by_ref() {
            if let Arrived::Record(record) = arrived {
                state.apply(&record);
            }
        }
        let the_loop = state.event_loop(loopscope_protocol::LoopId(1)).unwrap();
        let tasks: Vec<_> = state.pending_tasks().map(|task| (task.id, task.state)).collect();
        (the_loop.ready().collect::<Vec<_>>(), the_loop.timers().collect::<Vec<_>>(), tasks)
    };
    let before = known(&mut state, &[]);
    crate::agent::send_snapshot(&State);
    let bytes = read(&_LOOPSCOPE_RTT.up, UP.bytes(), usize::MAX);
    let room = crate::Scheduler::room(&State).unwrap();
    assert!(bytes.len() as u32 <= room + 76, "{} bytes, but {room} were asked for", bytes.len());
    let mut fresh = loopscope_model::State::default();
    assert_eq!(known(&mut fresh, &bytes), before);
    assert_eq!(before.2.len(), 5);
}
