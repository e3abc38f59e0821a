//! A program in a real CPython sends the records that it sends in our interpreter: the same handles
//! run, the same tasks step and wait, the same timers are due, in the same order.

use std::collections::HashMap;
use std::path::Path;

use loopscope_tests::cpython::{Cpython, cpythons};
use loopscope_tests::events::{Record, events};
use loopscope_tests::left_out::mention;
use loopscope_tests::programs::{compare, each, file_name, python_files, since};
use loopscope_tests::{Scratch, loopscope};

use crate::program;

/// Programs that are not compared, by how their names begin, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("cancel_shield", "the first releases of 3.13 do not clear up after a shield"),
    ("child_watchers", "processes end when they do, and a signal wakes our loop once more"),
    ("clock_time", "`time.sleep` and `time.monotonic` are the machine's"),
    ("connection_", "sockets are ready when the machine has brought the bytes"),
    ("contexts_of_handles", "the first step of an eager task is told after it"),
    ("current_loop_warning", "what 3.14 warns of"),
    ("datagrams", "sockets are ready when the machine has brought the bytes"),
    ("debug_", "debug mode of the library takes its tasks in Python, whose steps have other names"),
    ("executor_", "a thread is done when it is"),
    ("fork_", "a copy of the process prints to where the program prints"),
    ("handle_runs_again", "a handle that the program runs by hand is not counted"),
    ("loop_classes", "its task is the library's own in Python"),
    ("loops_nested_run", "a refused run ends nothing, and 3.13.0 cleans up as if it had"),
    ("name_lookup", "a thread is done when it is"),
    ("pipes", "pipes are ready when the machine has brought the bytes"),
    ("reader_", "a descriptor is ready when the machine says so"),
    ("batch_ready_io", "the order among descriptors is the machine's"),
    ("sendfile_", "sockets are ready when the machine has brought the bytes"),
    ("server_", "sockets are ready when the machine has brought the bytes"),
    ("signal_", "a signal wakes our loop once more by the self-pipe"),
    ("sock_", "sockets are ready when the machine has brought the bytes"),
    ("socket_", "sockets are ready when the machine has brought the bytes"),
    ("sqlite_", "a thread is done when it is"),
    ("stop_from_reader", "a descriptor is ready when the machine says so"),
    ("stream", "sockets are ready when the machine has brought the bytes"),
    ("subprocess_", "processes end when they do"),
    ("task_of_own_future", "a future of another class is named here, and not in ours"),
    ("tasks_blocking", "a timer of a blocked loop is due by the machine's clock"),
    ("tasks_in_python", "its tasks are the library's own in Python"),
    ("thread_", "a thread calls when it does"),
    ("tls_", "sockets are ready when the machine has brought the bytes"),
    ("transport_", "sockets are ready when the machine has brought the bytes"),
    ("unix_", "sockets are ready when the machine has brought the bytes"),
    ("writer_", "a descriptor is ready when the machine says so"),
    ("exception_handler_goes_on", "a class of the program's own has another name for `stop`"),
];

/// Programs that other versions run otherwise: how their names begin, which versions, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("annotations_of_classes", "3.8 3.9 3.10", "it uses what is younger"),
    (
        "as_completed",
        "3.8 3.9 3.10 3.11 3.12",
        "as_completed was a function, whose callback has another name",
    ),
    ("await_texts", "3.8 3.9 3.10", "it uses what is younger"),
    ("barrier_rounds", "3.8 3.9 3.10", "it uses what is younger"),
    ("cancel_is_a_request", "3.8 3.9 3.10", "it uses what is younger"),
    ("cancel_swallowed", "3.8 3.9 3.10", "it uses what is younger"),
    (
        "condition_notify",
        "3.8 3.9 3.10 3.11",
        "since 3.12 gather counts at once what is done already",
    ),
    ("contextvars_tasks", "3.8 3.9 3.10", "it uses what is younger"),
    ("eager_coroutine", "3.8 3.9 3.10 3.11 3.12", "it uses what is younger"),
    ("future_states", "3.8 3.9 3.10", "cancel() takes no message"),
    (
        "gather_results",
        "3.8 3.9 3.10 3.11",
        "since 3.12 gather counts at once what is done already",
    ),
    (
        "lock_fifo",
        "3.8 3.9 3.10 3.11",
        "wait_for was made of a timer, and is made of timeout() since 3.12",
    ),
    ("locks_in_a_mapping", "3.8 3.9 3.10", "its locks wake by other steps"),
    ("loops_get_and_set", "3.8 3.9 3.10", "what is refused is told in other words"),
    ("names_of_before", "3.8 3.9 3.10 3.11", "it prints which names there are"),
    ("queue_shutdown", "3.8 3.9 3.10 3.11 3.12", "it uses what is younger"),
    ("run_runner", "3.8 3.9 3.10", "it uses what is younger"),
    ("semaphore_limits", "3.8", "who is woken takes its place itself; nothing is handed over"),
    ("sleep_coroutine", "3.8 3.9 3.10", "it prints what can be awaited"),
    ("small_things", "3.8 3.9 3.10", "it uses what is younger"),
    ("taskgroup_", "3.8 3.9 3.10", "it uses what is younger"),
    ("timeout_block", "3.8 3.9 3.10", "it uses what is younger"),
    ("timers_bad_delay", "3.8 3.9 3.10", "what is refused is told in other words"),
    ("wait_first_completed", "3.8 3.9 3.10", "what is refused is told in other words"),
    (
        "wait_for_",
        "3.8 3.9 3.10 3.11",
        "wait_for was made of a timer, and is made of timeout() since 3.12",
    ),
    ("interfaces", "3.14 3.15", "it prints names that policies have otherwise there"),
];

#[test]
fn order_is_that_of_our_own_loop() {
    // The version whose rules our loop follows.
    let Some(python) = cpythons().into_iter().find(|python| python.version == (3, 13)) else {
        return mention("no CPython 3.13 to compare records with");
    };
    let is_compared = |file: &Path| {
        let name = file_name(&file);
        since(file) <= python.version
            && NOT_COMPARED.iter().all(|(begin, _)| !name.starts_with(begin))
    };
    let mut programs = python_files(&program("cpython"));
    programs.retain(|file| is_compared(file));
    assert!(programs.len() >= 60, "only {} programs", programs.len());
    each(&programs, file_name, |file| {
        let (ours, theirs) = (told(None, "cpython", file), told(Some(&python), "cpython", file));
        compare(&ours, &theirs, "CPython")
    });
}

/// The variable by which all programs are compared with every version, which takes minutes; one in
/// [`STEP`] otherwise.
const EVERY_PROGRAM: &str = "LOOPSCOPE_EVERY_VERSION";
const STEP: usize = 16;

#[test]
fn order_is_the_same_with_every_version() {
    let all = std::env::var_os(EVERY_PROGRAM).is_some();
    // 3.13 is compared above; 3.9 and 3.10 have other names for functions inside `gather`.
    let apart = [(3, 9), (3, 10), (3, 13)];
    for python in cpythons().into_iter().filter(|python| !apart.contains(&python.version)) {
        let (_, minor) = python.version;
        let version = format!("3.{minor}");
        let differs = |name: &str| {
            DIFFERENT.iter().any(|(begin, versions, _)| {
                name.starts_with(begin) && versions.split(' ').any(|each| each == version)
            })
        };
        let is_compared = |file: &Path| {
            let name = file_name(&file);
            since(file) <= python.version
                && NOT_COMPARED.iter().all(|(begin, _)| !name.starts_with(begin))
                && !differs(&name)
        };
        let mut programs = python_files(&program("cpython"));
        programs.retain(|file| is_compared(file));
        assert!(programs.len() >= 60, "only {} programs with {version}", programs.len());
        if !all {
            programs = programs.into_iter().step_by(STEP).collect();
        }
        let dialect = if minor >= 14 { "cpython-3.14" } else { "cpython" };
        each(&programs, file_name, |file| {
            let (ours, theirs) = (told(None, dialect, file), told(Some(&python), dialect, file));
            compare(&ours, &theirs, &format!("CPython {version}"))
        });
    }
}

/// What happened in a run, a line each: only what a program decides.
fn told(python: Option<&Cpython>, dialect: &str, file: &Path) -> String {
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let mut run = loopscope(["run", "--headless", "--clock", "virtual", "--events"]).arg(&to);
    run = match python {
        Some(python) => run.arg("--python").arg(&python.file),
        None => run.args(["--dialect", dialect]),
    };
    let _ = run.arg(file).limit(60).end();
    let mut names = HashMap::new();
    let mut lines: Vec<String> =
        events(&to).iter().filter_map(|record| line(record, &mut names)).collect();
    without_executor_s_end(&mut lines);
    lines.join("\n")
}

/// Takes out the run of a loop that `asyncio.run` adds since 3.9.
fn without_executor_s_end(lines: &mut Vec<String>) {
    let begins = |two: &[String]| {
        two[0] == "loop-run" && two[1] == "handle-run loop.shutdown_default_executor"
    };
    while let Some(at) = lines.windows(2).position(begins) {
        let length = lines[at..].iter().position(|line| line == "loop-stopped");
        lines.drain(at..length.map_or(lines.len(), |length| at + length + 1));
    }
}

fn line(record: &Record, names: &mut HashMap<i64, String>) -> Option<String> {
    let name = of_any_loop(record.text("name"));
    let kind = record.kind();
    let handle = |names: &HashMap<i64, String>| {
        names.get(&record.number("handle")).cloned().unwrap_or_default()
    };
    match kind {
        "handle-new" | "timer-new" => {
            let _ = names.insert(record.number("handle"), name.clone());
            (kind == "timer-new").then(|| format!("{kind} {name}"))
        }
        "handle-run" | "handle-skip" | "timer-due" | "timer-cancel" | "timer-drop" => {
            Some(format!("{kind} {}", handle(names)))
        }
        "task-step" => Some(format!("{kind} {name}")),
        "task-suspend" => {
            let on = record.get("on").as_object().and_then(|on| on.keys().next().cloned());
            Some(format!("{kind} {name} on {}", on.unwrap_or_default()))
        }
        "task-done" => Some(format!("{kind} {name} {}", record.text("how"))),
        "sync-new" => Some(format!("{kind} {} {name}", record.text("how"))),
        "sync-state" => {
            let count = |field: &str| record.get(field).as_i64().unwrap_or_default();
            let how = record.text("how");
            Some(format!("{kind} {how} {} {}", count("count"), count("left")))
        }
        "sync-wait" => Some(format!("{kind} {}", record.text("how"))),
        "loop-run" | "loop-stopped" | "loop-close" => Some(kind.to_owned()),
        "output" if record.text("stream") == "stdout" => {
            Some(format!("{kind} {}", record.text("text")))
        }
        _ => None,
    }
}

/// The loop's class has another name here and there.
fn of_any_loop(name: &str) -> String {
    for class in ["_UnixSelectorEventLoop.", "BaseEventLoop.", "BaseSelectorEventLoop."] {
        if let Some(method) = name.strip_prefix(class) {
            return format!("loop.{method}");
        }
    }
    name.to_owned()
}
