//! A program in a real MicroPython sends the records that it sends in our dialect: the same tasks are
//! made, queued, stepped and cancelled, in the same order.

use std::collections::HashMap;
use std::path::Path;

use loopscope_tests::events::{Record, events};
use loopscope_tests::left_out::mention;
use loopscope_tests::micropython::executable;
use loopscope_tests::programs::{compare, each, file_name, python_files, within_three_attempts};
use loopscope_tests::{Scratch, loopscope};

use crate::program;

/// Programs that are not compared, by how their names begin, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("net_echo", "the order among sockets is the machine's"),
    ("queue_of_tasks", "a task that is made by hand, by `asyncio.Task`, is not seen"),
    ("run_mixed", "what is due first is the machine's clock to say"),
    ("socket_is_a_stream", "sockets of MicroPython before 1.29 have other methods"),
    ("task_starvation", "what is due first is the machine's clock to say"),
];

#[test]
fn order_is_that_of_our_dialect() {
    let Some(python) = executable() else { return };
    let is_compared = |file: &Path| {
        let text = std::fs::read_to_string(file).expect("a program can be read");
        let is_real = !text.lines().any(|line| line == "# dialect: micropython");
        let name = file_name(&file);
        is_real && NOT_COMPARED.iter().all(|(begin, _)| !name.starts_with(begin))
    };
    let mut programs = python_files(&program("micropython"));
    programs.retain(|file| is_compared(file));
    // All of them take half a minute: without a named MicroPython some of each kind have to do.
    if std::env::var_os("LOOPSCOPE_MICROPYTHON").is_none() {
        let all = programs.len();
        programs = programs.into_iter().step_by(7).collect();
        mention(&format!(
            "{} of {all} programs were compared with MicroPython record by record; \
             LOOPSCOPE_MICROPYTHON has all of them compared",
            programs.len()
        ));
    }
    each(&programs, file_name, |file| {
        let ours = told(None, file);
        within_three_attempts(|| compare(&ours, &told(Some(&python), file), "MicroPython"))
    });
}

/// What happened in a run, a line each: only what a program decides. What is printed stands behind all
/// that, between the steps, since a cancellation is found only at the next record.
fn told(python: Option<&Path>, file: &Path) -> String {
    let scratch = Scratch::new();
    let to = scratch.path("events");
    let mut run = loopscope(["run", "--headless", "--events"]).arg(&to);
    run = match python {
        Some(python) => run.arg("--python").arg(python),
        None => run.args(["--dialect", "micropython-firmware"]),
    };
    let run = match std::fs::read_to_string(file.with_extension("in")) {
        Ok(input) => run.input(&input),
        Err(_) => run,
    };
    let _ = run.arg(file).limit(60).end();
    let mut told = Told::default();
    for record in events(&to) {
        told.take(&record);
    }
    told.lines.extend(told.printed);
    told.lines.join("\n")
}

/// What is compared of the records so far.
#[derive(Default)]
struct Told {
    lines: Vec<String>,
    /// What was printed, and by which step.
    printed: Vec<String>,
    /// The names of the tasks that handles step, and of tasks.
    handles: HashMap<i64, String>,
    tasks: HashMap<i64, String>,
}

impl Told {
    fn take(&mut self, record: &Record) {
        // MicroPython knows no qualified names.
        let name = record.text("name").rsplit('.').next().unwrap_or_default();
        // What `wait_for` makes a task of has a name of its own here.
        let name = if name == "_bring" { "_run".to_owned() } else { name.to_owned() };
        let kind = record.kind();
        let how = record.text("how");
        let of = |names: &HashMap<i64, String>, field: &str| {
            record.get(field).as_i64().and_then(|id| names.get(&id).cloned()).unwrap_or_default()
        };
        let line = match kind {
            "task-new" => {
                let _ = self.tasks.insert(record.number("task"), name.clone());
                format!("{kind} {name}")
            }
            // The watcher of a stream has one too, which says nothing more.
            "handle-new" if matches!(how, "reader" | "writer") => return,
            "handle-new" | "timer-new" => {
                let _ = self.handles.insert(record.number("handle"), name.clone());
                format!("{kind} {how} {name} by {}", of(&self.handles, "by"))
            }
            "handle-run" | "handle-done" | "handle-skip" | "handle-cancel" | "timer-due"
            | "timer-cancel" | "timer-drop" => format!("{kind} {}", of(&self.handles, "handle")),
            "task-step" => {
                let line = format!("{kind} {}", of(&self.tasks, "task"));
                self.printed.push(line.clone());
                line
            }
            "task-suspend" => {
                let on = record.get("on").as_object().and_then(|on| on.keys().next().cloned());
                format!("{kind} {} on {}", of(&self.tasks, "task"), on.unwrap_or_default())
            }
            "task-done" => format!("{kind} {} {how}", of(&self.tasks, "task")),
            "future-new" => format!("{kind} {name}"),
            "future-done" => format!("{kind} {how}"),
            "future-link" | "loop-run" | "loop-stopped" | "loop-stop-request" | "handler-set" => {
                kind.to_owned()
            }
            "handler-call" => format!("{kind} {}", record.text("exception")),
            "output" if record.text("stream") == "stdout" => {
                self.printed.push(format!("{kind} {}", record.text("text").trim_end()));
                return;
            }
            // Also what is cancelled: `cancel()` is C, and of one that is handed on only its end is seen.
            _ => return,
        };
        self.lines.push(line);
    }
}
