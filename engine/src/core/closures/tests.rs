//! The turn, asserted as text: what the loop does, record by record, with no Python in sight.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use loopscope_protocol::text::{Line, Lookup};
use loopscope_protocol::wire::{Decoder, Item, ItemFrame, Step};
use loopscope_protocol::{Kind, NameId};

use super::*;

struct Names(Vec<String>);

impl Lookup for Names {
    fn name(&self, id: NameId, out: &mut dyn std::fmt::Write) -> std::fmt::Result {
        out.write_str(&self.0[id.0 as usize - 1])
    }
}

/// Runs `program` on a loop that records, and gives its records as lines.
fn lines(program: impl FnOnce(&Loop)) -> Vec<String> {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let copy = Arc::clone(&bytes);
    let sink = Box::new(move |new: &[u8]| copy.lock().unwrap().extend_from_slice(new));
    let clock = Arc::new(Clock::new(ClockMode::Auto));
    let trace = Trace::to(Arc::clone(&clock), sink, None);
    program(&Loop::with(&Arc::new(Ids::default()), &clock, &trace, Ties::Heapq));
    trace.flush();
    let bytes = bytes.lock().unwrap();
    let (mut left, mut names, mut lines) = (&bytes[..], Names(Vec::new()), Vec::new());
    let mut decoder = Decoder::new();
    while let Step::Frame { item, used, .. } = decoder.next(left, true) {
        match item {
            ItemFrame::Item(Item::Name { name, .. }) => {
                names.0.push(String::from_utf8(name.to_vec()).unwrap());
            }
            ItemFrame::Event(frame) => {
                lines.push(Line { event: &frame.event, names: &names }.to_string());
            }
            ItemFrame::Item(_) => {}
        }
        left = &left[used..];
    }
    assert!(left.is_empty());
    lines
}

fn only(lines: &[String], kind: Kind) -> Vec<&str> {
    lines.iter().filter(|line| line.starts_with(kind.word())).map(String::as_str).collect()
}

#[test]
fn one_turn_from_poll_to_end() {
    let lines = lines(|events| {
        events.call_soon("greet", |events| {
            events.stop();
            Ok(())
        });
        events.run_forever().unwrap();
        events.close().unwrap();
    });
    assert_eq!(
        lines,
        [
            "loop-new",
            "handle-new h1 soon greet",
            "loop-run forever",
            "poll-begin timeout=0.000000", // something is ready, so it does not sleep
            "poll-end ready=0",
            "turn-begin turn=1 ready=1 timers=0",
            "handle-run h1",
            "loop-stop-request by=h1",
            "handle-done h1",
            "turn-end ready=0 timers=0", // the batch is finished before the loop leaves
            "loop-stopped forever",
            "loop-close ready=0 timers=0",
        ]
    );
}

#[test]
fn what_a_callback_schedules_waits_for_the_next_turn() {
    let lines = lines(|events| {
        events.call_soon("a", |events| {
            events.call_soon("c", |events| {
                events.stop();
                Ok(())
            });
            Ok(())
        });
        events.call_soon("b", |_| Ok(()));
        events.run_forever().unwrap();
    });
    assert_eq!(
        only(&lines, Kind::TurnBegin),
        ["turn-begin turn=1 ready=2 timers=0", "turn-begin turn=2 ready=1 timers=0"]
    );
    assert_eq!(only(&lines, Kind::HandleRun), ["handle-run h1", "handle-run h2", "handle-run h3"]);
}

#[test]
fn ready_then_descriptors_then_timers() {
    let (here, there) = UnixStream::pair().unwrap();
    let here: &'static UnixStream = Box::leak(Box::new(here));
    std::io::Write::write_all(&mut &there, b"x").unwrap();
    let order = Rc::new(RefCell::new(Vec::new()));
    let events = Loop::new();
    let log = |name: &'static str| {
        let order = Rc::clone(&order);
        move |_: &Loop| {
            order.borrow_mut().push(name);
            Ok(())
        }
    };
    events.call_at(0.0, "timer", log("timer"));
    events.add_reader(here.as_fd(), "io", log("io")).unwrap();
    events.call_soon("soon", log("soon"));
    events.stop(); // one turn only
    events.run_forever().unwrap();
    assert_eq!(*order.borrow(), ["soon", "io", "timer"]);
}

#[test]
fn near_ties_fall_as_on_a_real_clock_and_exact_ties_as_in_heapq() {
    let order = |exact: bool| {
        let order = Rc::new(RefCell::new(Vec::new()));
        let events = Loop::new();
        for n in 0..6 {
            let order = Rc::clone(&order);
            let callback = move |_: &Loop| {
                order.borrow_mut().push(n);
                Ok(())
            };
            if exact {
                events.call_at(0.01, "tick", callback);
            } else {
                events.call_later(0.01, "tick", callback);
            }
        }
        events.call_later(1.0, "end", |events| {
            events.stop();
            Ok(())
        });
        events.run_forever().unwrap();
        drop(events);
        Rc::try_unwrap(order).unwrap().into_inner()
    };
    assert_eq!(order(false), [0, 1, 2, 3, 4, 5]);
    // Seven timers in the heap, six of them equal.
    assert_eq!(order(true).len(), 6);
    assert_ne!(order(true), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_cancelled_handle_is_skipped_and_a_cancelled_timer_dropped() {
    let lines = lines(|events| {
        let timer = events.call_later(9.0, "never", |_| Ok(()));
        let soon = events.call_soon("never", |_| Ok(()));
        events.call_soon("stop", |events| {
            events.stop();
            Ok(())
        });
        events.cancel(&timer);
        events.cancel(&soon);
        events.cancel(&soon); // idempotent
        events.run_forever().unwrap();
    });
    assert_eq!(only(&lines, Kind::TimerCancel).len(), 1);
    assert_eq!(only(&lines, Kind::TimerDrop).len(), 1);
    assert_eq!(only(&lines, Kind::HandleCancel), ["handle-cancel h2"]);
    assert_eq!(only(&lines, Kind::HandleSkip), ["handle-skip h2"]);
    assert_eq!(only(&lines, Kind::HandleRun), ["handle-run h3"]);
}

#[test]
fn stop_before_run_means_one_turn() {
    let lines = lines(|events| {
        events.call_soon("outer", |events| {
            events.call_soon("nested", |_| Ok(()));
            Ok(())
        });
        events.stop();
        events.run_forever().unwrap();
        events.stop();
        events.run_forever().unwrap();
    });
    let turns = only(&lines, Kind::TurnBegin);
    assert_eq!(turns.len(), 2, "{lines:#?}");
    assert_eq!(only(&lines, Kind::HandleRun), ["handle-run h1", "handle-run h2"]);
}

#[test]
fn refusals() {
    let events = Loop::new();
    events.call_soon("nested", |events| {
        assert_eq!(events.run_forever(), Err(RunError::Running));
        assert_eq!(events.close(), Err(CloseError::Running));
        events.stop();
        Ok(())
    });
    events.run_forever().unwrap();
    events.close().unwrap();
    events.close().unwrap(); // idempotent
    assert_eq!(events.run_forever(), Err(RunError::Closed));
}

#[test]
fn what_a_callback_raises_goes_to_the_handler_and_the_batch_goes_on() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let events = Loop::new();
    let log = Rc::clone(&seen);
    events.set_exception_handler(Some(Box::new(move |handle, raised| {
        log.borrow_mut().push(format!("{handle:?}: {raised}"));
    })));
    events.call_soon("bad", |_| Err("no".into()));
    let log = Rc::clone(&seen);
    events.call_soon("good", move |events| {
        log.borrow_mut().push("good".to_owned());
        events.stop();
        Ok(())
    });
    events.run_forever().unwrap();
    assert_eq!(*seen.borrow(), ["<Handle bad h1>: no", "good"]);
}

#[test]
fn another_thread_wakes_a_sleeping_loop() {
    let events = Loop::new();
    let core = &events.core;
    // With no timer and nothing ready the poll sleeps for ever, unless it is woken.
    let fd = core.wakeup_fd().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            #[expect(clippy::disallowed_methods, reason = "the loop is to be asleep by then")]
            std::thread::sleep(std::time::Duration::from_millis(30));
            let file = std::fs::OpenOptions::new()
                .write(true)
                .open(format!("/dev/fd/{fd}"))
                .expect("the pipe's end is open");
            std::io::Write::write_all(&mut &file, &[2]).unwrap();
        });
        let Ok(()) = core.turn(&events);
    });
    // The reader of the self-pipe ran in that turn and has emptied the pipe.
    assert_eq!(core.read_self_pipe(), [] as [u8; 0]);
}

#[test]
fn every_record_of_a_run_is_the_same_twice() {
    let program = |events: &Loop| {
        for n in 0..20u32 {
            events.call_later(f64::from(n % 3), "tick", |_| Ok(()));
        }
        events.call_later(5.0, "end", |events| {
            events.stop();
            Ok(())
        });
        events.run_forever().unwrap();
    };
    assert_eq!(lines(program), lines(program));
}
