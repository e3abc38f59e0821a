//! Figures of the model: how fast records are read, applied and looked up in a long history.
//!
//! `cargo run --release --ignore-rust-version -p loopscope-model --example figures [RECORDS]`

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]

use std::time::Instant;

use loopscope_model::recording::{Recording, Writer};
use loopscope_model::story::Story;
use loopscope_model::{Arrived, Cursor, Ingest, State, Timeline, json};
use loopscope_protocol::{Event, FutureId, HandleHow, On};

fn main() {
    let wanted = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let story = program(wanted);
    let bytes = story.bytes().to_vec();
    drop(story);
    println!("{} bytes of stream", bytes.len());

    let mut records = Vec::new();
    let mut ingest = Ingest::new();
    measure("read from bytes", wanted, || {
        for piece in bytes.chunks(32 * 1024) {
            ingest.feed(piece);
            records.extend(ingest.by_ref().filter_map(|arrived| match arrived {
                Arrived::Record(record) => Some(record),
                Arrived::Reply(_) => None,
            }));
        }
    });
    let count = records.len();
    println!("{count} records of {} bytes", size_of_val(&records[0]));

    let mut state = State::default();
    measure("apply", count, || records.iter().for_each(|record| state.apply(record)));
    println!("{} anomalies", state.counts().anomalies);

    let mut timeline = Timeline::new();
    measure("push into a timeline", count, || timeline.extend(records.iter().cloned()));

    let places: Vec<usize> = (0..500).map(|n: usize| n.wrapping_mul(7_368_787) % count).collect();
    let mut longest = 0.0f64;
    measure("at(n), 500 places", places.len(), || {
        for place in &places {
            let start = Instant::now();
            std::hint::black_box(timeline.at(*place));
            longest = longest.max(start.elapsed().as_secs_f64());
        }
    });
    println!("  the longest took {:.3} ms", longest * 1e3);

    let mut cursor = Cursor::new();
    cursor.seek(&timeline, count);
    measure("1000 steps back", 1000, || {
        for n in (count - 1000..count).rev() {
            cursor.seek(&timeline, n);
        }
    });
    measure("1000 steps forward", 1000, || {
        for n in count - 1000..count {
            cursor.seek(&timeline, n);
        }
    });
    measure("search backwards through all", count, || {
        timeline.rfind(count, |state, _| state.counts().outputs > usize::MAX as u64)
    });

    let mut length = 0;
    let names = ingest.names();
    measure("JSON lines", count, || {
        length = records.iter().map(|record| json::line(record, names).len()).sum();
    });
    println!("  {length} bytes");

    let mut writer = Writer::new(Vec::new()).expect("memory takes all");
    measure("write a recording", count, || writer.write(&bytes).expect("memory takes all"));
    let file = writer.finish().expect("memory takes all");
    measure("read it", count, || Recording::read(&file[..]).expect("it was just written"));
}

fn measure<R>(what: &str, count: usize, work: impl FnOnce() -> R) {
    let start = Instant::now();
    std::hint::black_box(work());
    let took = start.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a figure to read")]
    let each = took / count as f64 * 1e9;
    println!("{what}: {:.1} ms, {each:.0} ns each, {:.2} M/s", took * 1e3, 1e3 / each);
}

/// Ten tasks that sleep again and again, with a callback and a line of output in between.
fn program(records: usize) -> Story {
    let mut story = Story::new();
    story.start();
    let (mut handle, mut future) = (0, 0);
    let mut waiting = Vec::new();
    let mut now = 0.0;
    for task in 1..=10 {
        handle += 1;
        story.task(task, "worker", handle);
        waiting.push((handle, task));
    }
    while story.records().len() < records {
        let batch: Vec<u32> = waiting.iter().map(|(handle, _)| *handle).collect();
        story.turn(&batch);
        let mut sleeping = Vec::new();
        for (step, task) in waiting.drain(..) {
            story.step(step, task);
            future += 1;
            handle += 1;
            story.future(future).timer(handle, now + 1.0, "set_result", future);
            story.suspend(step, task, On::Future(FutureId(future)), 9);
            sleeping.push((handle, task, future));
        }
        story.end_turn();
        now += 1.0;
        story.poll(Some(1.0), now);
        for (timer, ..) in &sleeping {
            story.due(*timer, now);
        }
        story.begin_turn(sleeping.len());
        for (timer, task, future) in sleeping {
            story.run(timer).complete(future);
            handle += 1;
            story.handle(handle, HandleHow::Wakeup, "worker", task, future).done(timer);
            waiting.push((handle, task));
        }
        story.print("tick");
        story.push(Event::TurnEnd { ready: 10, timers: 0 });
    }
    story
}
