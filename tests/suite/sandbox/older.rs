//! Kernels that give less: without Landlock there is no sandbox, which is said, and a program without
//! one runs, is kept and is ended as anywhere.

use loopscope_tests::older_kernel::without_calls;
use loopscope_tests::outside::{is_alive, wait_for_end_of};
use loopscope_tests::{Live, Scratch, loopscope};
use nix::unistd::Pid;

use super::strange_lesson;
use crate::headless_with;

/// The three calls of Landlock, on all processors.
const LANDLOCK: [i64; 3] = [444, 445, 446];

/// Does `work` where there is no Landlock.
fn without_landlock<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    without_calls(&LANDLOCK, work)
}

#[test]
fn without_landlock_a_sandbox_is_refused_and_nothing_runs_without_it() {
    let scratch = Scratch::new();
    let owned = scratch.path("owned");
    let code = format!("open({:?}, 'w')\n", owned.to_string_lossy());
    let file = scratch.file("program.py", &code);
    let record = scratch.path("run.loop");
    let to = record.to_string_lossy().into_owned();
    let lesson = strange_lesson(&scratch, &code);
    without_landlock(|| {
        let refused = |arguments: &[&str]| {
            let ended = loopscope(arguments).end().code_is(2);
            let ended =
                ended.complains("there is no sandbox here, because this kernel has no Landlock");
            assert!(ended.err().contains("--no-sandbox"), "{ended}");
        };
        let file = file.to_string_lossy();
        refused(&["run", "--headless", "--sandbox", "--record", &to, &file]);
        refused(&["run", "--headless", "--sandbox-allow", "network", &file]);
        refused(&["repl", "--sandbox", "--record", &to, "-c", "goto end", &file]);
        refused(&["diff", "--sandbox", &file, &file]);
        refused(&["lesson", "check", &lesson]);
        assert!(!owned.exists() && !record.exists());
        let _ = loopscope(["lesson", "check", "--no-sandbox", &lesson]).end();
        assert!(owned.exists());
        // Ours are known: they are checked, the first of them as all of them.
        let ours = Live::start(loopscope(["lesson", "check"]));
        ours.wait_for("loop-01");
        drop(ours);
        let doctor = loopscope(["doctor"]).end().code_is(0);
        for line in
            ["look  guard     this kernel has no Landlock", "look  sandbox   --sandbox is not"]
        {
            assert!(doctor.lines().iter().any(|each| each.starts_with(line)), "{doctor}");
        }
    });
}

#[test]
fn without_landlock_what_a_program_has_started_ends_with_it_as_well() {
    let scratch = Scratch::new();
    let code = "\
import os, subprocess, sys, time
pids = [subprocess.Popen(['sleep', '600'], start_new_session=True).pid]
ours, theirs = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(theirs, str(os.getpid()).encode())
        time.sleep(600)
    os._exit(0)
pids.append(int(os.read(ours, 20)))
with open(sys.argv[1] + '.part', 'w') as file:
    file.write(' '.join(map(str, pids)))
os.rename(sys.argv[1] + '.part', sys.argv[1])
while True: time.sleep(0.01)
";
    let file = scratch.file("program.py", code);
    for (options, code) in [(&["--timeout", "2"][..], 124), (&[], 137)] {
        let report = scratch.path("pids");
        let _ = std::fs::remove_file(&report);
        without_landlock(|| {
            let options = [&["--clock", "real"], options].concat();
            let mut live = Live::start(headless_with(&options, &file).arg(&report));
            live.wait_until("the report", || report.exists());
            let text = scratch.read("pids");
            let left: Vec<_> =
                text.split(' ').filter_map(|pid| pid.parse().ok()).map(Pid::from_raw).collect();
            assert!(left.len() == 2 && left.iter().all(|pid| is_alive(*pid)), "{text}");
            if code == 137 {
                live.signal(nix::sys::signal::Signal::SIGKILL);
            }
            let _ = live.end();
            left.into_iter().for_each(wait_for_end_of);
        });
    }
}
