//! What is exported for other programs is read by their own parsers: pictures as XML, traces by the
//! schema of Perfetto. And the pictures of the README are there.

use std::path::Path;

use loopscope_tests::left_out::mention;
use loopscope_tests::run::{Ended, Run};
use loopscope_tests::scratch::target_folder;
use loopscope_tests::{Scratch, Screen, loopscope};

use crate::workspace;

/// A recording of a script's program, with the program beside it.
fn recorded(name: &str) -> Scratch {
    let scratch = Scratch::new();
    let from = workspace().join("tests/scripts/programs").join(name);
    std::fs::copy(from, scratch.path(name)).expect("the program is there");
    let run = loopscope(["run", "--headless", "--record", "run.loop", name]);
    let _ = run.within(scratch.folder()).end().code_is(0);
    scratch
}

fn export(scratch: &Scratch, words: &[&str]) -> Ended {
    loopscope(["export", "run.loop"]).args(words).within(scratch.folder()).end()
}

fn python(folder: &Path) -> Run {
    Run::new("python3").within(folder)
}

/// The texts of a picture as a parser of XML reads them, and its size.
fn read(scratch: &Scratch, picture: &str) -> String {
    let code = "import sys, xml.etree.ElementTree as E\n\
                root = E.parse(sys.argv[1]).getroot()\n\
                assert root.tag == '{http://www.w3.org/2000/svg}svg', root.tag\n\
                wide, high = float(root.get('width')), float(root.get('height'))\n\
                print(wide, high)\n\
                for text in root.iter('{http://www.w3.org/2000/svg}text'):\n    \
                    assert 0 <= float(text.get('x')) + float(text.get('textLength')) <= wide\n    \
                    assert 0 <= float(text.get('y')) <= high\n    \
                    print(text.text)\n";
    python(scratch.folder()).args(["-c", code, picture]).end().code_is(0).out()
}

#[test]
fn a_picture_is_xml_and_shows_what_the_screen_shows() {
    let scratch = recorded("pair.py");
    let words = ["--to", "svg", "--at", "t=1.5", "--size", "120x40", "-o", "a.svg"];
    let _ = export(&scratch, &words).code_is(0);
    let texts = read(&scratch, "a.svg");
    for said in ["maker", "eater", "queue.put(number)", "Next"] {
        assert!(texts.contains(said), "no {said:?} in {texts}");
    }
    let words = ["--to", "svg", "--panel", "timeline", "--theme", "light", "-o", "b.svg"];
    let _ = export(&scratch, &words).code_is(0);
    let part = read(&scratch, "b.svg");
    assert!(part.contains("timeline") && !part.contains("Next"), "{part}");
    assert!(scratch.read("b.svg").contains("fill=\"#ffffff\""));
    // What is typed first is seen.
    let _ = export(&scratch, &["--to", "svg", "--key", "?", "-o", "c.svg"]).code_is(0);
    assert!(read(&scratch, "c.svg").contains("esc closes"));
    for (words, says) in [
        (&["--panel", "nothing"][..], "timers"),
        (&["--theme", "pink"], "safe-light"),
        (&["--at", "nowhere"], "nowhere"),
        (&["--size", "80"], "80x24"),
    ] {
        let words = [&["--to", "svg", "-o", "d.svg"], words].concat();
        let _ = export(&scratch, &words).code_is(2).complains(says);
        assert!(!scratch.path("d.svg").exists());
    }
}

#[test]
fn the_screen_exports_itself() {
    let scratch = recorded("pair.py");
    let program = scratch.path("pair.py");
    let to = scratch.path("shot.svg");
    let Some(screen) = Screen::open(&["run", &program.to_string_lossy()]) else { return };
    screen.wait_for("ready");
    screen.line(&format!(":export {}", to.display()));
    screen.wait_until("an answer", |_| to.exists());
    assert!(read(&scratch, "shot.svg").contains("not started"));
    screen.keys(&["Escape", "q"]);
}

#[test]
fn a_lesson_page_has_a_picture_at_each_step() {
    let ended = loopscope(["lesson", "export", "loop-01", "--to", "html"]).end().code_is(0);
    assert!(ended.out().matches("<svg ").count() >= 8, "{ended}");
    assert!(ended.out().contains("this batch"), "{ended}");
}

#[test]
fn a_trace_is_what_perfetto_s_schema_says() {
    let packages = target_folder().join("packages");
    let reader = workspace().join("tests/suite/pictures/trace.py");
    let import = ["-c", "import perfetto.protos.perfetto.trace.perfetto_trace_pb2"];
    let imported = python(&packages).env("PYTHONPATH", &packages).args(import).end();
    if imported.code() != 0 {
        return mention("PyPI's `perfetto` is missing: no trace was read by Perfetto's schema");
    }
    let read = |name: &str| {
        let scratch = recorded(name);
        let _ = export(&scratch, &["--to", "perfetto", "-o", "run.pftrace"]).code_is(0);
        let run = python(scratch.folder()).env("PYTHONPATH", &packages);
        run.arg(&reader).arg("run.pftrace").end().code_is(0).out()
    };
    let facts = read("pair.py");
    for said in [
        "unknown fields 0\n",
        "loop 1000 maker (task 2) begins ready",
        "maker (task 2) begins waits for the queue",
        "maker (task 2) is returned 'all made'",
        "eater (task 3) is returned 10",
        "ready in loop 1 counts 1",
        "timers of loop 1 counts 1",
        "is output: 10",
    ] {
        assert!(facts.contains(said), "no {said:?} in {facts}");
    }
    // Under the virtual clock its steps take no time; by record they do.
    let runs = |axis: &str| {
        let of =
            |line: &&str| line.starts_with(axis) && line.contains("maker (task 2) begins runs");
        facts.lines().filter(of).count()
    };
    assert!(runs("loop ") >= 3 && runs("loop ") == runs("record, "), "{facts}");
    let facts = read("outside.py");
    for said in ["job 1", "process 1 (true)", "server 1 (127.0.0.1", "asks for "] {
        assert!(facts.contains(said), "no {said:?} in {facts}");
    }
}

#[test]
fn the_readme_s_pictures_are_there_and_are_ours() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).expect("there is one");
    let pictures: Vec<&str> = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(path, _)| path)
        .filter(|path| path.starts_with("tui/screen/pictures/"))
        .collect();
    assert!(!pictures.is_empty());
    for picture in pictures {
        let text = std::fs::read_to_string(workspace().join(picture)).unwrap_or_default();
        assert!(text.contains("data-made-by=\"loopscope\""), "{picture}");
    }
}
