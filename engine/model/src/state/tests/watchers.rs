//! Handles that wait for descriptors and signals: when they are idle, ready and gone.

use loopscope_protocol::{Event, Fd, HandleHow, HandleId, RunHow, Signal, WatchHow};

use super::{after, anomalies};
use crate::state::HandleState;
use crate::story::Story;

#[test]
fn a_watcher_keeps_its_handle_until_it_goes() {
    let mut story = Story::new();
    story.start().handle(1, HandleHow::Reader, "on_data", 0, 0);
    let (fd, how, handle) = (Fd(5), WatchHow::Read, HandleId(1));
    story.push(Event::WatcherAdd { fd, how, handle });
    for _ in 0..2 {
        story.push(Event::WatcherReady { fd, how, handle }).turn(&[1]).run(1).done(1).end_turn();
        assert_eq!(after(&story).handle(handle).unwrap().state, HandleState::Idle);
    }
    assert_eq!(after(&story).handle(handle).unwrap().runs, 2);
    story.push(Event::WatcherRemove { fd, how });
    assert_eq!(after(&story).handle(handle).unwrap().state, HandleState::Gone);
    assert_eq!(after(&story).watchers().len(), 0);
    assert!(anomalies(&story).is_empty(), "{:?}", anomalies(&story));
}

#[test]
fn the_self_pipe_is_no_watcher() {
    let mut story = Story::new();
    story.start().handle(1, HandleHow::Reader, "self-pipe", 0, 0);
    let handle = HandleId(1);
    story.push(Event::WatcherReady { fd: Fd(-1), how: WatchHow::Read, handle });
    story.turn(&[1]).run(1).done(1).end_turn();
    let state = after(&story);
    assert_eq!(
        (state.watchers().len(), state.handle(handle).unwrap().state),
        (0, HandleState::Idle)
    );
    assert!(anomalies(&story).is_empty());
}

#[test]
fn a_watcher_that_goes_while_it_is_ready_is_left_out() {
    let mut story = Story::new();
    story.start().handle(1, HandleHow::Reader, "on_data", 0, 0);
    let (fd, how, handle) = (Fd(5), WatchHow::Read, HandleId(1));
    story.push(Event::WatcherAdd { fd, how, handle }).soon(2, "remove");
    story.push(Event::WatcherReady { fd, how, handle }).turn(&[2, 1]).run(2);
    story.push(Event::WatcherRemove { fd, how }).done(2).push(Event::HandleSkip { handle });
    assert_eq!(after(&story).handle(handle).unwrap().state, HandleState::Gone);
    assert!(anomalies(&story).is_empty(), "{:?}", anomalies(&story));
}

#[test]
fn a_signal_handler_that_arrives_while_it_runs_runs_again() {
    let mut story = Story::new();
    let (signal, handle) = (Signal(2), HandleId(1));
    story.start().handle(1, HandleHow::Signal, "on_int", 0, 0);
    story.push(Event::SignalAdd { signal, handle });
    story.push(Event::SignalArrived { signal, handle }).turn(&[1]).run(1);
    story.push(Event::SignalArrived { signal, handle }).done(1);
    assert_eq!(after(&story).handle(handle).unwrap().state, HandleState::Ready);
    story.push(Event::TurnEnd { ready: 1, timers: 0 }).turn(&[1]).run(1).done(1).end_turn();
    assert_eq!(after(&story).handle(handle).unwrap().state, HandleState::Idle);
    story.push(Event::SignalRemove { signal });
    assert_eq!(after(&story).signals().len(), 0);
    assert!(anomalies(&story).is_empty());
}

#[test]
fn closing_drops_what_is_queued() {
    let mut story = Story::new();
    story.start().soon(1, "a").timer(2, 4.0, "b", 0).handle(3, HandleHow::Reader, "c", 0, 0);
    story.push(Event::WatcherAdd { fd: Fd(4), how: WatchHow::Read, handle: HandleId(3) });
    story.push(Event::LoopStopped { how: RunHow::Forever });
    story.push(Event::LoopClose { ready: 1, timers: 1 });
    let state = after(&story);
    assert_eq!((state.handles().count(), state.watchers().len()), (0, 0));
}
