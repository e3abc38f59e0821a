//! Properties: the state of made-up programs is the true one, with losses and disorder too.

use loopscope_protocol::{ChainId, Event, Kind, LoopId, On, TaskId};
use proptest::prelude::*;

use super::super::*;
use super::ids;
use crate::record::Record;
use crate::sim::{Sim, Truth};

/// What the state claims to know must be true; `complete` says that it must know everything.
fn check(state: &State, truth: &Truth, complete: bool) -> Result<(), String> {
    let Some(the_loop) = state.event_loop(LoopId(1)) else { return Ok(()) };
    let same = |what: &str, said: &[u32], is: &[u32]| {
        if said == is { Ok(()) } else { Err(format!("{what}: {said:?}, but it is {is:?}")) }
    };
    if the_loop.ready_known() {
        same("ready", &ids(the_loop.ready()), &truth.ready)?;
        same("batch", &ids(the_loop.batch()), &truth.ready[..truth.batch])?;
    } else {
        // What is listed stands at the end of the queue, in this order.
        let listed = ids(the_loop.ready());
        let from = truth.ready.len().checked_sub(listed.len()).ok_or("too many are ready")?;
        same("end of ready", &listed, &truth.ready[from..])?;
    }
    let timers = ids(the_loop.timers());
    if the_loop.timers_known() {
        same("timers", &timers, &truth.timers)?;
    } else if let Some(wrong) = timers.iter().find(|id| !truth.timers.contains(id)) {
        return Err(format!("timer {wrong} is not in the heap"));
    }
    if the_loop.at != At::Unknown && the_loop.current.map(|id| id.0) != truth.current {
        return Err(format!("current: {:?}, but it is {:?}", the_loop.current, truth.current));
    }
    for handle in state.handles() {
        let id = handle.id.0;
        let right = match handle.state {
            HandleState::Ready => truth.ready.contains(&id),
            HandleState::Timer => truth.timers.contains(&id),
            HandleState::Running => truth.current == Some(id),
            HandleState::Idle | HandleState::Unknown => true,
            HandleState::Gone => false,
        };
        if !right {
            return Err(format!("h{id} is not {:?}", handle.state));
        }
    }
    for task in state.pending_tasks() {
        let is = truth.tasks.get(&task.id.0);
        let right = match task.state {
            TaskState::Waiting(On::Future(future)) => is == Some(&Some(future.0)),
            // A task waits for a future in truth a moment before its record says so.
            TaskState::Running => is.is_some(),
            TaskState::Queued => is == Some(&None),
            TaskState::Unknown => true,
            TaskState::Waiting(_) | TaskState::Done(_) => false,
        };
        if !right {
            return Err(format!("task {} is not {:?}, but {is:?}", task.id.0, task.state));
        }
    }
    for future in state.futures().filter(|future| future.state == FutureState::Pending) {
        if !truth.pending.contains(&future.id.0) {
            return Err(format!("f{} is not pending", future.id.0));
        }
    }
    if complete {
        let known = the_loop.ready_known() && the_loop.timers_known() && the_loop.at != At::Unknown;
        let tasks = state.pending_tasks().count() == truth.tasks.len();
        let futures = state.futures().filter(|f| f.state == FutureState::Pending).count();
        let unknown = state.handles().any(|handle| handle.state == HandleState::Unknown);
        if !known || !tasks || futures != truth.pending.len() || unknown {
            return Err("not everything is known".to_owned());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_real_program_gives_the_true_state_and_no_anomaly(seed: u64) {
        let sim = Sim::run(seed, 60);
        let mut state = State::default();
        for (record, truth) in sim.story.records().iter().zip(&sim.truths) {
            state.apply(record);
            prop_assert_eq!(state.anomalies(), &[][..]);
            let checked = check(&state, truth, state.position() > 2);
            prop_assert!(checked.is_ok(), "at {}, {:?}: {:?}", record.seq, record.event, checked);
        }
    }

    #[test]
    fn after_a_gap_what_is_not_known_is_unknown_never_wrong(
        seed: u64,
        from in 5usize..300,
        lost in 1usize..60,
    ) {
        let sim = Sim::run(seed, 60);
        let records = sim.story.records();
        let from = from % records.len();
        let to = (from + lost).min(records.len());
        let mut state = State::default();
        for (n, (record, truth)) in records.iter().zip(&sim.truths).enumerate() {
            if n == from {
                let event = Event::Gap { lost: u32::try_from(to - from).unwrap() };
                let loop_id = LoopId::NONE;
                state.apply(&Record { seq: records[to - 1].seq, loop_id, event, ..record.clone() });
            }
            if (from..to).contains(&n) {
                continue;
            }
            state.apply(record);
            prop_assert_eq!(state.anomalies(), &[][..]);
            let checked = check(&state, truth, false);
            prop_assert!(checked.is_ok(), "at {}, {:?}: {:?}", record.seq, record.event, checked);
        }
        // Turns later it is known again what runs: nothing stays unknown for ever.
        if to + 200 < records.len() {
            let the_loop = state.event_loop(LoopId(1)).expect("it was made");
            prop_assert!(the_loop.ready_known() && the_loop.at != At::Unknown);
        }
    }

    #[test]
    fn shuffled_doubled_or_dropped_records_are_survived(
        seed: u64,
        swaps in proptest::collection::vec((0usize..2000, 0usize..2000), 0..40),
        doubled in proptest::collection::vec(0usize..2000, 0..20),
        dropped in proptest::collection::vec(0usize..2000, 0..20),
    ) {
        let sim = Sim::run(seed, 30);
        let mut records = sim.story.records().to_vec();
        for (a, b) in swaps {
            let len = records.len();
            records.swap(a % len, b % len);
        }
        for at in doubled {
            let at = at % records.len();
            records.insert(at, records[at].clone());
        }
        for at in dropped {
            let at = at % records.len();
            records.remove(at);
        }
        let mut state = State::default();
        for record in &records {
            state.apply(record);
            invariants(&state)?;
        }
        prop_assert_eq!(state.position(), records.len() as u64);
    }

    #[test]
    fn any_events_are_survived(
        events in proptest::collection::vec(
            (0..Kind::ALL.len(), proptest::collection::vec(0u8..6, 60), 0u32..3), 0..60)
    ) {
        let mut state = State::default();
        for (n, (kind, bytes, loop_id)) in (1u64..).zip(events) {
            let Some(event) = Event::sample(Kind::ALL[kind], &bytes) else { continue };
            let texts = crate::Texts::NONE;
            let loop_id = LoopId(loop_id);
            state.apply(&Record { seq: n, t: Some(n), turn: 1, loop_id, garbage: 0, line: ChainId::NONE, event, texts });
            invariants(&state)?;
            let names = crate::Names::default();
            let _ = crate::sentence::next(&state, &names);
            for task in 0..6 {
                let _ = crate::why::why(&state, &names, TaskId(task));
            }
        }
    }
}

/// What holds whatever the records were.
fn invariants(state: &State) -> Result<(), TestCaseError> {
    for the_loop in state.loops() {
        prop_assert!(
            the_loop.batch().len() + the_loop.next_batch().len() == the_loop.ready().len()
        );
        for id in the_loop.ready() {
            let handle = state.handle(id).expect("what is queued is in the table");
            prop_assert!(handle.queued > 0, "h{} is queued", id.0);
        }
    }
    Ok(())
}
