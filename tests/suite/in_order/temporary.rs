//! The temporary folder of a lesson: nobody can guess its name or look into it, and it is gone
//! whatever way we end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use loopscope_tests::{Job, Scratch};
use nix::sys::signal::Signal;

/// How a lesson is taken, and what it shows then.
const LESSONS: [(&[&str], &str); 2] =
    [(&["learn", "1"], "call_soon"), (&["lesson", "run", "1"], "Enter")];

/// What ends us. The last one lets nobody tidy up after himself.
const ENDS: [Signal; 5] =
    [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL];

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be read").file_name().display().to_string()).collect()
}

#[test]
fn a_lessons_folder_is_ours_alone_and_nothing_of_it_stays() {
    let mut seen: Vec<String> = Vec::new();
    for (arguments, shows) in LESSONS {
        for signal in ENDS {
            let scratch = Scratch::new();
            let variable = format!("TMPDIR={}", scratch.folder().display());
            let Some(job) = Job::start(&variable, arguments) else { return };
            job.screen.wait_for(shows);
            let names = names_in(scratch.folder());
            assert!(!names.is_empty(), "{arguments:?} has a folder of its own");
            for name in &names {
                let about = fs::metadata(scratch.path(name)).expect("it is there");
                assert_eq!(about.permissions().mode() & 0o777, 0o700, "{name}");
                assert!(!seen.contains(name), "{name} can be guessed");
            }
            seen.extend(names);
            job.signal(signal);
            assert_eq!(job.shell_is_back(), 128 + signal as i32, "{}", job.screen.text());
            let until = Instant::now() + Duration::from_secs(10);
            while !names_in(scratch.folder()).is_empty() {
                let left = names_in(scratch.folder());
                assert!(Instant::now() < until, "{signal} leaves {left:?} of {arguments:?}");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

#[test]
fn a_link_that_somebody_has_put_there_before_is_not_followed() {
    let scratch = Scratch::new();
    let victim = scratch.file("victim.txt", "precious\n");
    let folder = scratch.path("tmp");
    fs::create_dir(&folder).expect("it is new");
    // As they were called once, for each process that may be the next one.
    let now = std::process::id();
    for pid in now..now + 300 {
        for number in 0..2 {
            let guessed = folder.join(format!("loopscope-lesson-{pid}-{number}"));
            fs::create_dir(&guessed).expect("it is new");
            std::os::unix::fs::symlink(&victim, guessed.join("program.py")).expect("it is new");
        }
    }
    let run = loopscope_tests::loopscope(["lesson", "run", "1"]).env("TMPDIR", &folder);
    let _ = run.end().code_is(0);
    assert_eq!(scratch.read("victim.txt"), "precious\n");
    assert_eq!(names_in(&folder).len(), 600, "and nothing of ours stays");
}
