//! No file is lost: what is read, what is written twice, and what was never ours.
#![expect(clippy::unwrap_used, reason = "a test ends at what cannot be made")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::kind::Found;
use super::*;

struct Workspace(tempfile::TempDir);

impl Workspace {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn refused(files: &mut Files, path: &Path, kind: Kind) -> String {
    match files.output(path, kind, "--record", false) {
        Err(Refusal(text)) => text,
        Ok(output) => panic!("{output:?}"),
    }
}

const RECORDS: &str = "{\"seq\":1,\"t\":0,\"turn\":0,\"event\":\"run-start\"}\n";
const RECORDING: &str = "loopscope recording 1\nand so on";

#[test]
fn nothing_is_touched_before_the_output_is_put_in_its_place() {
    let workspace = Workspace::new();
    let path = workspace.file("a.loop", RECORDING);
    let mut files = Files::new(false);
    let mut output = files.output(&path, Kind::Recording, "--record", false).unwrap();
    output.write_all(b"new").unwrap();
    assert_eq!(workspace.read("a.loop"), RECORDING);
    output.put_in_place().unwrap();
    output.write_all(b"er").unwrap();
    assert_eq!(workspace.read("a.loop"), "newer");
    assert_eq!(
        files.notices(),
        [format!("`{}` held an earlier recording, which is written over", path.display())]
    );
    assert_eq!(workspace.names(), ["a.loop"]);
}

#[test]
fn an_output_that_never_began_leaves_no_trace() {
    let workspace = Workspace::new();
    let path = workspace.file("a.loop", RECORDING);
    let mut files = Files::new(false);
    for path in [path, workspace.path("new.loop")] {
        let mut output = files.output(&path, Kind::Recording, "--record", false).unwrap();
        output.write_all(b"new").unwrap();
    }
    assert_eq!(workspace.read("a.loop"), RECORDING);
    assert_eq!(workspace.names(), ["a.loop"]);
}

#[test]
fn a_file_that_is_read_is_never_written_whatever_it_is_called() {
    let workspace = Workspace::new();
    let path = workspace.file("a.loop", RECORDING);
    symlink("a.loop", workspace.path("link")).unwrap();
    symlink("link", workspace.path("link to a link")).unwrap();
    fs::hard_link(&path, workspace.path("hard")).unwrap();
    fs::create_dir(workspace.path("folder")).unwrap();
    for force in [false, true] {
        let mut files = Files::new(force);
        files.reads(&path, "the recording");
        for name in ["a.loop", "link", "link to a link", "hard", "folder/../a.loop", "./a.loop"] {
            let text = refused(&mut files, &workspace.path(name), Kind::Recording);
            assert!(text.contains("is the recording itself"), "{text}");
        }
        // It is read by another name.
        let mut files = Files::new(force);
        files.reads(&workspace.path("link"), "the program");
        assert!(refused(&mut files, &path, Kind::Recording).contains("is the program itself"));
    }
    assert_eq!(workspace.read("a.loop"), RECORDING);
}

#[test]
fn two_outputs_never_share_a_file() {
    let workspace = Workspace::new();
    symlink("a", workspace.path("link")).unwrap();
    for names in [["a", "a"], ["a", "link"], ["link", "./a"]] {
        let mut files = Files::new(true);
        let first = files.output(&workspace.path(names[0]), Kind::Records, "--events", false);
        let mut first = first.unwrap();
        let text = refused(&mut files, &workspace.path(names[1]), Kind::Recording);
        assert!(text.contains("is the file of --events itself"), "{text}");
        first.put_in_place().unwrap();
        let text = refused(&mut files, &workspace.path(names[1]), Kind::Recording);
        assert!(text.contains("is the file of --events itself"), "{text}");
        drop(first);
        // It is not being written any more.
        files.output(&workspace.path(names[1]), Kind::Recording, "--record", false).unwrap();
    }
}

#[test]
fn only_earlier_output_of_the_same_kind_is_written_over() {
    let all = [
        (Kind::Recording, RECORDING),
        (Kind::Records, RECORDS),
        (Kind::Table, "seq,t,turn,event,loop\n"),
        (Kind::Trace, "\n&\u{50}\u{1}Loopscope: by loop time"),
        (
            Kind::Picture,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" data-made-by=\"loopscope\"",
        ),
    ];
    let workspace = Workspace::new();
    let others =
        ["import asyncio\n", "{}\n", "seq\n", "{\"seq\":1}\n", "\n", "{\"traceEvents\":[]}"];
    for (kind, own) in all {
        for text in others.into_iter().chain(all.map(|(_, text)| text)) {
            let path = workspace.file("file", text);
            let result = Files::new(false).output(&path, kind, "-o", false);
            assert_eq!(result.is_ok(), text == own, "{kind:?} over {text:?}: {result:?}");
            Files::new(true).output(&path, kind, "-o", false).unwrap();
        }
        // Nothing is lost, so nothing is said.
        let mut files = Files::new(false);
        files.output(&workspace.file("file", ""), kind, "-o", false).unwrap();
        assert!(files.notices().is_empty());
    }
    assert!(
        Kind::Records.found_in(&workspace.file("cut", "{\"seq\":1,\"t\":0,\"tu")).unwrap()
            == Found::Same
    );
}

#[test]
fn a_link_stays_a_link_and_its_file_is_replaced() {
    let workspace = Workspace::new();
    workspace.file("real", RECORDING);
    symlink("real", workspace.path("link")).unwrap();
    symlink("nowhere", workspace.path("dangling")).unwrap();
    for name in ["link", "dangling"] {
        let mut output = Files::new(false)
            .output(&workspace.path(name), Kind::Recording, "--record", false)
            .unwrap();
        output.write_all(b"new").unwrap();
        output.put_in_place().unwrap();
        assert!(fs::symlink_metadata(workspace.path(name)).unwrap().is_symlink());
        assert_eq!(workspace.read(name), "new");
    }
    assert_eq!(workspace.read("real"), "new");
}

#[test]
fn permissions_stay_and_new_files_have_the_usual_ones() {
    let workspace = Workspace::new();
    let path = workspace.file("a.loop", RECORDING);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let usual = fs::metadata(workspace.file("usual", "")).unwrap().mode();
    for (name, mode) in [("a.loop", 0o100_640), ("new", usual)] {
        let mut output = Files::new(false)
            .output(&workspace.path(name), Kind::Recording, "--record", false)
            .unwrap();
        output.put_in_place().unwrap();
        assert_eq!(fs::metadata(workspace.path(name)).unwrap().mode(), mode, "{name}");
    }
}

#[test]
fn what_is_no_file_is_told_or_is_a_stream() {
    let workspace = Workspace::new();
    let mut files = Files::new(true);
    let told = |files: &mut Files, path: &Path| refused(files, path, Kind::Records);
    assert!(told(&mut files, workspace.0.path()).contains("it is a folder"));
    assert!(told(&mut files, &workspace.path("no/folder")).contains("there is no such folder"));
    symlink("round", workspace.path("round")).unwrap();
    assert!(told(&mut files, &workspace.path("round")).contains("too many"));
    assert!(told(&mut files, Path::new("")).contains("--record"));
    // Everybody may write to a device, and it stays what it is.
    let null = Path::new("/dev/null");
    files.reads(null, "the program");
    let outputs = [(); 2].map(|()| files.output(null, Kind::Records, "--events", false).unwrap());
    for mut output in outputs {
        output.write_all(b"x").unwrap();
        output.put_in_place().unwrap();
    }
    assert!(!fs::metadata(null).unwrap().is_file());
}

#[test]
fn what_cannot_be_written_any_further_ends_where_it_is_whole() {
    assert_eq!(Kind::Records.whole(b"{}\n{}\n{\"se"), 6);
    assert_eq!(Kind::Records.whole(b"{\"se"), 0);
    assert_eq!(Kind::Recording.whole(b"a block\n"), 0);
}
