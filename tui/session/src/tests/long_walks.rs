//! Long walks: each says how far it is, can be left in the middle, and comes to its end.

use loopscope_model::history::{InMemory, Recorder};
use loopscope_model::stream::Arrived;

use super::*;
use crate::source::replay::Replay;

/// How many turns a recording has that is folded when it is opened, and of how many records each.
const SHORT: u32 = 60_000;
const A_TURN: usize = 7;

/// Turns of one callback each, and a line of output at the end; without states between the records.
fn recording(turns: u32, last: &str) -> Arc<InMemory> {
    let store = Arc::new(InMemory::default());
    let mut recorder = Recorder::new(store.clone()).unwrap();
    let mut story = Story::streaming();
    story.start();
    for handle in 1..=turns {
        if handle == turns {
            story.print(last);
        }
        story.soon(handle, "tick").turn(&[handle]).run(handle).done(handle).end_turn();
        for arrived in story.drain() {
            match arrived {
                Arrived::Record(record) => {
                    let _ = recorder.push(&record).unwrap();
                }
                Arrived::Name(id, name) => recorder.define(id, &name).unwrap(),
                _ => {}
            }
        }
    }
    recorder.finish().unwrap();
    store
}

fn on(recording: Arc<InMemory>) -> Session {
    Session::new(Replay::read(recording, "long.loop".to_owned()).unwrap())
}

/// Starts what a line says, and looks at it while it is under way.
#[track_caller]
fn caught(session: &mut Session, line: &str, doing: &str) {
    assert!(matches!(session.execute_line(line), Outcome::Started), "{line}");
    let mut seen = Vec::new();
    while seen.len() < 3 {
        assert!(session.tick(Duration::ZERO).over.is_none(), "{line}: {seen:?}");
        let progress = session.progress().expect(line);
        if progress.doing == doing {
            seen.push(progress.percent.expect(line));
        }
    }
    assert!(seen.is_sorted() && seen[2] < 100, "{line}: {seen:?}");
}

/// The same, and leaves it.
#[track_caller]
fn left(session: &mut Session, line: &str, doing: &str) -> Result<Answer, Trouble> {
    caught(session, line, doing);
    session.pause();
    let tick = session.tick(Duration::ZERO);
    assert!(!session.is_running() && session.progress().is_none());
    tick.over.expect(line)
}

#[test]
fn an_export_can_be_left_and_leaves_nothing() {
    let folder = std::env::temp_dir().join(format!("loopscope-export-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut session = on(recording(SHORT, "the end"));
    let len = session.live_edge();
    for (name, format) in [("a", "jsonl"), ("b", "csv"), ("c", "perfetto")] {
        let line = format!("export {} {format}", folder.join(name).display());
        let trouble = left(&mut session, &line, "exporting").unwrap_err();
        assert!(trouble.text.contains("nothing is written"), "{trouble}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{line}");
    }
    let file = folder.join("whole.jsonl");
    let text = ok(&mut session, &format!("export {}", file.display()));
    assert!(text.starts_with(&format!("Wrote {len} records")), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), len);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_comparison_can_be_left_and_finds_a_difference_at_the_end() {
    let folder = std::env::temp_dir().join(format!("loopscope-diff-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("other.loop");
    std::fs::write(&file, recording(SHORT, "another end").bytes()).unwrap();
    let mut session = on(recording(SHORT, "the end"));
    let line = format!("diff {}", file.display());
    let trouble = left(&mut session, &line, "comparing").unwrap_err();
    assert!(trouble.text.starts_with("The comparison was left after "), "{trouble}");
    let answer = run(&mut session, &line).unwrap();
    let equal = 3 + (SHORT as usize - 1) * A_TURN;
    assert_eq!(answer.data["equal"], equal, "{}", answer.text);
    let rows = answer.data["rows"].as_array().unwrap();
    let same = rows.iter().take_while(|row| row["same"] == true).count();
    assert_eq!((same, rows.len()), (4, 4 + 6), "{}", answer.text);
    assert_eq!(rows[4]["first"]["text"], "prints \"the end\"");
    assert_eq!(rows[4]["second"]["text"], "prints \"another end\"");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_search_forwards_can_be_left() {
    let mut session = on(recording(SHORT, "the end"));
    let line = "until handle-run if seq > 419000";
    let answer = left(&mut session, line, "running").unwrap();
    assert_eq!(answer.data["stop"], "paused");
    let here = session.position();
    assert!(here > 0 && here < session.live_edge());
    assert!(at(&mut session, "resume") > 419_000);
}

#[test]
fn a_search_backwards_can_be_left() {
    let mut session = on(recording(SHORT, "the end"));
    ok(&mut session, "goto end");
    let end = session.position();
    ok(&mut session, "break handle-run if seq < 20");
    let text = left(&mut session, "rcontinue", "looking back").unwrap().text;
    assert!(text.starts_with("No breakpoint was found so far"), "{text}");
    assert_eq!(session.position(), end, "it is where it was");
    assert_eq!(at(&mut session, "rcontinue"), 15);
}

#[test]
fn many_steps_back_can_be_left() {
    let mut session = on(recording(SHORT * 4, "the end"));
    ok(&mut session, "goto end");
    let end = session.position();
    let line = format!("rturn {}", SHORT * 4 - 1);
    let answer = left(&mut session, &line, "looking back").unwrap();
    assert_eq!((&answer.data["stop"], session.position()), (&"paused".into(), end));
    assert_eq!(at(&mut session, &line), 14);
}

#[test]
fn reading_on_can_be_left() {
    // More than is read before anything is shown.
    let mut session = on(recording(SHORT * 16, "the end"));
    let answer = left(&mut session, "goto end", "reading").unwrap();
    assert_eq!((&answer.data["stop"], session.position()), (&"paused".into(), 0));
    assert_eq!(at(&mut session, "goto end"), session.live_edge());
}

#[test]
fn nothing_else_is_begun_meanwhile() {
    let mut session = on(recording(SHORT, "the end"));
    ok(&mut session, "goto end");
    ok(&mut session, "break output if seq < 2");
    caught(&mut session, "rcontinue", "looking back");
    for line in ["step", "goto 3", "diff nowhere.loop", "export nowhere.csv"] {
        assert!(matches!(session.execute_line(line), Outcome::Failed(_)), "{line}");
    }
    assert!(session.is_walking());
    assert_eq!(wait(&mut session).unwrap().data["stop"], "start");
}
