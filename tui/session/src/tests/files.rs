//! Commands that read and write files.

use std::sync::Arc;

use loopscope_model::History;
use loopscope_model::history::{InMemory, Store};

use super::*;
use crate::long_walk::Task;
use crate::source::replay::Replay;

#[test]
fn sourced_files_stop_at_the_first_failure() {
    let folder = std::env::temp_dir().join(format!("loopscope-source-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (mut session, _) = session();
    let good = write(
        "good",
        "# to the first callback\nexpect handle-run\n\nassert ready == 1\ninfo loop\n",
    );
    assert!(ok(&mut session, &format!("source {good}")).ends_with("running"));
    assert_eq!(session.position(), 9);
    let bad = write("bad", "step\nassert ready == 9\nstep\n");
    let text = refused(&mut session, &format!("source {bad}"));
    assert!(text.contains("bad:2: Assertion failed"), "{text}");
    assert_eq!(session.position(), 10);
    let endless = folder.join("endless").display().to_string();
    write("endless", &format!("source {endless}\n"));
    assert!(refused(&mut session, &format!("source {endless}")).contains("source itself"));
    assert!(refused(&mut session, "source /no/such/file").contains("cannot be read"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn files_are_written_whole() {
    let folder = std::env::temp_dir().join(format!("loopscope-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let (mut session, _) = session();
    ok(&mut session, "goto 12");
    assert!(ok(&mut session, &format!("export {}", path("a.jsonl"))).contains("12 records"));
    assert_eq!(std::fs::read_to_string(path("a.jsonl")).unwrap().lines().count(), 12);
    assert!(ok(&mut session, &format!("export {} csv", path("b"))).contains("as csv"));
    assert!(refused(&mut session, &format!("export {}", path("c.xyz"))).contains("to be?"));
    assert!(refused(&mut session, &format!("export {}", path("c.svg"))).contains("--to svg"));
    assert!(!folder.join("c.svg").exists());
    assert!(refused(&mut session, "export /no/such/folder/x.csv").contains("cannot be written"));
    assert!(refused(&mut session, "record /no/such/folder/x").contains("cannot be written"));
    assert!(
        refused(&mut session, &format!("diff {}", path("a.jsonl"))).contains("not a recording")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The records in a file.
fn recorded(path: &std::path::Path) -> History {
    let file = Arc::new(InMemory::holding(std::fs::read(path).unwrap()));
    History::open(file, Arc::new(InMemory::default())).unwrap().complete().unwrap()
}

#[test]
fn a_recording_begun_in_the_middle_has_all_and_one_that_is_left_leaves_nothing() {
    let folder = std::env::temp_dir().join(format!("loopscope-record-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("run.loop");
    let names = || -> Vec<_> {
        let names = std::fs::read_dir(&folder).unwrap();
        names.map(|entry| entry.unwrap().file_name()).collect()
    };
    let (mut session, _) = session();
    ok(&mut session, "goto 12");
    let begin = |session: &mut Session, name: &str| {
        let to = ToWrite { path: folder.join(name).display().to_string(), force: false };
        let recording = session.open_recording(&to).unwrap();
        let _ = session.start_walk(Task::Record(Box::new(recording)));
        assert_eq!(session.progress().unwrap().doing, "recording");
    };
    begin(&mut session, "run.loop");
    session.pause();
    let trouble = session.tick(Duration::ZERO).over.unwrap().unwrap_err();
    assert!(trouble.text.contains("nothing is written to"), "{trouble}");
    assert!(names().is_empty() && !session.is_running());

    begin(&mut session, "run.loop");
    assert!(wait(&mut session).unwrap().text.contains("from the first record on"));
    assert_eq!(names(), ["run.loop"]);
    assert_eq!(recorded(&path).len(), 12);
    // One that is left does not touch what is there.
    let before = story().recording();
    std::fs::write(folder.join("before.loop"), &before).unwrap();
    begin(&mut session, "before.loop");
    session.pause();
    assert!(session.tick(Duration::ZERO).over.unwrap().is_err());
    assert_eq!(std::fs::read(folder.join("before.loop")).unwrap(), before);
    ok(&mut session, "goto end");
    session.finish(ExitHow::Killed);
    assert_eq!(names().len(), 2);
    assert!(recorded(&path).records().eq(story().records().iter().cloned()));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Two callbacks as a board tells of them, or as a program here does, with turns.
fn two_callbacks(on_a_board: bool) -> Story {
    use loopscope_protocol::wire::Item;
    use loopscope_protocol::{Capabilities, Dialect, Reply};

    let mut story = Story::new();
    if on_a_board {
        // Who is no process is a board.
        story.item(&Item::Reply(Reply::Hello {
            version: 1,
            capabilities: Capabilities::default(),
            ticks_per_second: 1_000_000_000,
            dialect: Dialect::Micropython,
            pid: 0,
        }));
    }
    story.start().soon(1, "first").soon(2, "second").poll(Some(0.0), 0.0);
    if !on_a_board {
        story.begin_turn(2);
    }
    story.run(1).done(1).run(2).done(2);
    if !on_a_board {
        story.end_turn();
    }
    story
}

#[test]
fn what_a_board_never_sends_is_no_difference() {
    let file = std::env::temp_dir().join(format!("loopscope-board-{}.loop", std::process::id()));
    let (here, board) = (two_callbacks(false), two_callbacks(true));
    std::fs::write(&file, board.recording()).unwrap();
    let mut session = Session::new(Script::new(&here).0);
    ok(&mut session, "goto end");
    let text = ok(&mut session, &format!("diff {}", file.display()));
    assert!(text.starts_with("No difference"), "{text}");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn a_recording_can_be_walked_but_not_run() {
    let file = Arc::new(InMemory::holding(story().recording()));
    let replay = Replay::read(file, "run.loop".to_owned()).unwrap();
    let mut session = Session::new(replay);
    assert_eq!((session.position(), session.live_edge()), (0, LAST));
    assert_eq!(at(&mut session, "next"), 9);
    assert_eq!(at(&mut session, "until timer-due"), 25);
    assert!(refused(&mut session, "py 1").contains("A recording has no program"));
    assert!(refused(&mut session, "record x").contains("recording already"));
    assert_eq!(at(&mut session, "goto end"), LAST);
    assert_eq!(at(&mut session, "rcontinue"), 0);
}

#[test]
fn what_was_read_of_a_file_that_breaks_off_stays() {
    /// A file on a disk that fails at its end.
    #[derive(Debug)]
    struct Failing(InMemory);

    impl Store for Failing {
        fn append(&self, bytes: &[u8]) -> std::io::Result<()> {
            self.0.append(bytes)
        }

        fn read_at(&self, at: u64, to: &mut [u8]) -> std::io::Result<()> {
            self.0.read_at(at, to).map_err(|_| std::io::Error::other("the disk fails"))
        }

        fn len(&self) -> std::io::Result<u64> {
            Ok(self.0.len()? + 100)
        }
    }

    // Once whole, and once as far as it was written before a crash.
    let file = Arc::new(InMemory::default());
    let mut history = History::on(file.clone());
    story().arrivals().for_each(|arrived| history.take(arrived));
    history.flush();
    for bytes in [story().recording(), file.bytes()] {
        let file = Arc::new(Failing(InMemory::holding(bytes)));
        let mut session = Session::new(Replay::read(file, "run.loop".to_owned()).unwrap());
        assert_eq!((session.live_edge(), session.run_state()), (LAST, &RunState::Ended));
        ok(&mut session, "goto end");
        let warning = session.warning().unwrap();
        assert!(warning.contains("the disk fails"), "{warning}");
    }
}
