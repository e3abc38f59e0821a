//! Traces of made-up histories.

use loopscope_files::outputs::Kind;
use loopscope_model::story::Story;

use super::reading::lines;
use super::*;

fn written(story: &Story) -> Vec<u8> {
    let mut out = Vec::new();
    let mut trace = Trace::begin(&mut out).unwrap();
    for record in story.records() {
        trace.take(record, story.names(), &mut out).unwrap();
    }
    while !trace.end(story.names(), 1, &mut out).unwrap() {}
    out
}

#[test]
fn a_task_is_ready_runs_and_waits_on_both_axes() {
    let mut story = Story::new();
    story.start().task(1, "main", 1).at(0.5).turn(&[1]).step(1, 1);
    story.timer(2, 1.5, "wake", 1).future(7);
    story.suspend(1, 1, On::Future(loopscope_protocol::FutureId(7)), 4).end_turn();
    let lines = lines(&written(&story));
    let on = |axis: &str| {
        let task = " main (task 1): ";
        let of = |line: &&String| line.contains(task) && line.ends_with(axis);
        lines.iter().filter(of).count()
    };
    assert_eq!(on("begin ready"), 2, "{lines:#?}");
    assert_eq!(on("begin runs"), 2, "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.contains("begin waits for f7")).count(), 2);
    // By loop time it runs at half a second.
    assert!(lines.iter().any(|line| line == "500000000 main (task 1): begin runs"), "{lines:#?}");
}

#[test]
fn what_begins_ends_and_counters_and_causes_are_there() {
    let mut story = Story::new();
    story.start().soon(1, "hello").at(0.5).turn(&[1]);
    story.run(1).timer(2, 1.5, "later", 0).print("a\nb").done(1).end_turn();
    story.poll(Some(1.0), 1.5).due(2, 1.5).begin_turn(1).run(2);
    let lines = lines(&written(&story));
    let count = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(count(": begin"), count(": end"), "{lines:#?}");
    assert_eq!(count("begin h1 hello"), 2, "{lines:#?}");
    assert_eq!(count("asks for h2 later ->4") + count("asks for h2 later ->5"), 2, "{lines:#?}");
    assert_eq!(count("begin h2 later <-4") + count("begin h2 later <-5"), 2, "{lines:#?}");
    assert!(count("ready in loop 1: counter 1") >= 2 && count("timers of loop 1: counter 1") >= 2);
    assert_eq!(count("instant output: a^Jb"), 2, "{lines:#?}");
}

#[test]
fn a_trace_of_ours_is_known_again() {
    let folder = std::env::temp_dir().join(format!("loopscope-trace-{}", std::process::id()));
    let story = Story::new();
    std::fs::write(&folder, written(&story)).unwrap();
    let mut files = loopscope_files::outputs::Files::new(false);
    assert!(files.output(&folder, Kind::Trace, "export", false).is_ok());
    std::fs::write(&folder, "something else").unwrap();
    assert!(files.output(&folder, Kind::Trace, "export", false).is_err());
    std::fs::remove_file(folder).unwrap();
}
