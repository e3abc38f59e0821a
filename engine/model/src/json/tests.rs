//! The lines are JSON, in the promised order, and say what the records say.

use loopscope_protocol::{
    ChainId, Event, FutureId, HandleId, Kind, LoopId, On, Place, RunHow, TaskHow, TaskId, Text,
    Which,
};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::record::Texts;
use crate::story::Story;

fn last(story: &Story) -> String {
    line(story.records().last().expect("something happened"), story.names())
}

#[test]
fn the_start_of_a_run() {
    let mut story = Story::new();
    story.start();
    let lines: Vec<_> = story.records().iter().map(|r| line(r, story.names())).collect();
    assert_eq!(
        lines,
        [
            r#"{"seq":1,"t":null,"turn":0,"event":"run-start","dialect":"cpython","clock":"virtual","wall_start":"2000-01-01T00:00:00Z","seed":0,"ties":"heapq","file":"program.py"}"#,
            r#"{"seq":2,"t":0.0,"turn":0,"event":"loop-new","loop":1}"#,
            r#"{"seq":3,"t":0.0,"turn":0,"event":"loop-run","loop":1,"how":"forever"}"#,
        ]
    );
}

#[test]
fn times_have_nine_places_and_no_noise() {
    let mut story = Story::new();
    story.start().at(1.000_000_301).timer(5, 0.1 + 0.2, "tick", 0);
    assert_eq!(
        last(&story),
        r#"{"seq":4,"t":1.000000301,"turn":0,"event":"timer-new","loop":1,"handle":5,"when":0.3,"name":"tick","where":"program.py:4","by":null}"#
    );
    story.push(Event::PollBegin { timeout: None });
    assert_eq!(
        last(&story),
        r#"{"seq":5,"t":1.000000301,"turn":1,"event":"poll-begin","loop":1,"timeout":null}"#
    );
    story.push(Event::TimerDue { handle: HandleId(5), when: f64::INFINITY });
    assert!(last(&story).contains(r#""when":null"#));
}

#[test]
fn the_line_that_caused_a_record_comes_last() {
    let mut story = Story::new();
    let line = story.chain(&[("put", "queues", 139), ("main", "program.py", 7)]);
    story.caused_by(line).push(Event::LoopClose { ready: 0, timers: 0 });
    assert_eq!(
        last(&story),
        concat!(
            r#"{"seq":1,"t":null,"turn":0,"event":"loop-close","loop":1,"ready":0,"timers":0,"#,
            r#""at":"program.py:7","via":{"name":"put","where":"queues:139"}}"#
        )
    );
    // It belongs to one event only.
    story.push(Event::LoopClose { ready: 0, timers: 0 });
    assert!(last(&story).ends_with(r#""timers":0}"#), "{}", last(&story));
}

#[test]
fn what_a_task_has_ended_by_is_its_value_with_the_traceback() {
    let mut story = Story::new();
    let how = TaskHow::Exception;
    story.ending("ValueError: boom", &["a.py:9 main", "b c.py:3 f.<locals>.g"]);
    story.push(Event::TaskDone { task: TaskId(2), how });
    assert_eq!(
        last(&story),
        concat!(
            r#"{"seq":1,"t":null,"turn":0,"event":"task-done","loop":1,"task":2,"how":"exception","#,
            r#""value":"ValueError: boom","traceback":[{"name":"main","where":"a.py:9"},"#,
            r#"{"name":"f.<locals>.g","where":"b c.py:3"}]}"#
        )
    );
    // It belongs to one record only, and a source need not say it.
    story.push(Event::TaskDone { task: TaskId(3), how });
    assert!(last(&story).ends_with(r#""how":"exception"}"#), "{}", last(&story));
    assert_eq!(story.records()[1].value(), None);
    // A text for something else is none.
    story.ending("5", &[]).push(Event::LoopClose { ready: 0, timers: 0 });
    assert_eq!((story.records()[2].value(), last(&story).contains("value")), (None, false));
}

#[test]
fn the_events_of_a_task_name_it() {
    let mut story = Story::new();
    story.start().task(2, "fetch", 1).turn(&[1]).step(1, 2);
    assert_eq!(
        last(&story),
        r#"{"seq":10,"t":0.0,"turn":1,"event":"task-step","loop":1,"task":2,"name":"fetch","where":"program.py:7"}"#
    );
    let chain = story.chain(&[("sleep", "lib/tasks.py", 6), ("fetch", "program.py", 9)]);
    let place = story.place("program.py", 9);
    story.push(Event::TaskSuspend { task: TaskId(2), on: On::Future(FutureId(3)), place, chain });
    assert_eq!(
        last(&story),
        concat!(
            r#"{"seq":11,"t":0.0,"turn":1,"event":"task-suspend","loop":1,"task":2,"name":"fetch","#,
            r#""on":{"future":3},"where":"program.py:9","chain":"#,
            r#"[{"name":"sleep","where":"lib/tasks.py:6"},{"name":"fetch","where":"program.py:9"}],"#,
            r#""at":"program.py:9","via":{"name":"sleep","where":"lib/tasks.py:6"}}"#
        )
    );
    story.push(Event::TaskSuspend {
        task: TaskId(2),
        on: On::Nothing,
        place: Place::NONE,
        chain: ChainId::NONE,
    });
    assert!(last(&story).ends_with(r#""task":2,"name":"fetch","on":null}"#), "{}", last(&story));
    story.push(Event::TaskDone { task: TaskId(2), how: TaskHow::Result });
    assert!(last(&story).ends_with(
        r#""event":"task-done","loop":1,"task":2,"name":"fetch","where":"program.py:7","how":"result"}"#
    ));
    // Only the events about a task do so.
    story.push(Event::LoopRun { how: RunHow::UntilComplete, task: TaskId(2) });
    assert!(last(&story).ends_with(r#""how":"until-complete","task":2}"#));
}

#[test]
fn by_is_a_handle_or_py_or_null() {
    for (by, json) in [(By::Outside, "null"), (By::Py, "\"py\""), (By::Handle(HandleId(7)), "7")] {
        let mut story = Story::new();
        story.push(Event::LoopStopRequest { by });
        assert!(last(&story).ends_with(&format!("\"by\":{json}}}")), "{}", last(&story));
    }
}

#[test]
fn a_lost_definition_shows_as_its_number() {
    let mut story = Story::new();
    story.push(Event::FutureNew {
        future: FutureId(1),
        name: loopscope_protocol::NameId(40),
        by: By::Outside,
    });
    assert!(last(&story).contains(r#""name":"?40""#));
}

#[test]
fn calendar_times() {
    const SECOND: i64 = 1_000_000_000;
    for (ns, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (946_684_800 * SECOND, "2000-01-01T00:00:00Z"),
        (951_782_399 * SECOND + SECOND / 2, "2000-02-28T23:59:59.5Z"),
        (951_782_400 * SECOND, "2000-02-29T00:00:00Z"),
        (4_107_542_400 * SECOND, "2100-03-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ] {
        assert_eq!(wall_time(ns), text);
    }
}

proptest! {
    #[test]
    fn any_text_survives(message in any::<String>(), exception in any::<String>()) {
        let record = Record {
            seq: 1,
            t: None,
            turn: 0,
            loop_id: LoopId(1),
            garbage: 0, line: ChainId::NONE,
            event: Event::HandlerCall {
                which: Which::Default,
                message: Text::FIRST,
                exception: Text::SECOND,
                task: TaskId::NONE,
                handle: HandleId(3),
                future: FutureId::NONE,
            },
            texts: Texts::new(&message, &exception),
        };
        let line = line(&record, &Names::default());
        prop_assert!(!line.contains('\n'));
        let value: Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(value["message"].as_str(), Some(message.as_str()));
        prop_assert_eq!(value["exception"].as_str(), Some(exception.as_str()));
        prop_assert!(value.get("task").is_none());
    }

    #[test]
    fn every_event_is_an_object_whose_keys_come_in_order(
        kind in 0..Kind::ALL.len(),
        bytes in proptest::collection::vec(0u8..5, 100),
        t in any::<Option<u64>>(),
    ) {
        let Some(event) = Event::sample(Kind::ALL[kind], &bytes) else { return Ok(()) };
        let loop_id = LoopId(1);
        let texts = Texts::NONE;
        let record = Record { seq: 9, t, turn: 2, loop_id, garbage: 0, line: ChainId::NONE, event, texts };
        let text = line(&record, &Names::default());
        let value: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        prop_assert_eq!(&keys[..5], ["seq", "t", "turn", "event", "loop"]);
        let own = event.kind().field_names();
        let last = ["at", "via"];
        let mut order =
            keys[5..].iter().map(|key| own.iter().chain(&last).position(|own| own == key));
        prop_assert!(order.all(|place| place.is_some()), "{}", text);
        if let Some(t) = t {
            // A reader that knows only floats reads the time as exactly as floats can.
            #[allow(clippy::cast_precision_loss, reason = "that is what is tested")]
            let expected = t as f64 / 1e9;
            let read = value["t"].as_f64().unwrap();
            prop_assert!((read - expected).abs() <= expected * 1e-15, "{read} {expected}");
        }
    }
}
