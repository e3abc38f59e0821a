//! `cargo xtask bench questions`: questions in the middle and at the end of a long recording in which
//! tasks wait for each other in every way: each answer has to end at the true cause, and how much
//! processor time it takes is told.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::lines::Lines;
use crate::{Outcome, cargo};

/// How many records one round of the program sends.
const EACH: u64 = 9;

/// How many records without an argument.
const RECORDS: u64 = 10_000_000;

/// How long an answer may take.
const LONGEST: Duration = Duration::from_millis(20);

/// What is asked, and what the answer has to say.
const QUESTIONS: [(&str, &str); 40] = [
    ("why alice", "bob"),
    ("why bob", "due at"),
    ("why hungry", "guest"),
    ("why guest", "due at"),
    ("why maker", "eater"),
    ("why eater", "due at"),
    ("why ear", "bell"),
    ("why bell", "due at"),
    ("why mother", "sleeps"),
    ("why teacher", "child-1"),
    ("why child-1", "due at"),
    ("why child-2", "due at"),
    ("why friend", "sleeper"),
    ("why sleeper", "due at"),
    ("why careful", "due at"),
    ("why keeper", "sleeper"),
    ("why left", "right"),
    ("why right", "left"),
    ("why main", "main"),
    ("where alice", "in wants"),
    ("where bob", "in holds"),
    ("where maker", "in puts"),
    ("where eater", "in takes"),
    ("where ear", "in listens"),
    ("where mother", "in gathers"),
    ("where teacher", "in groups"),
    ("where friend", "in joins"),
    ("where careful", "in limited"),
    ("where keeper", "in shielded"),
    ("where left", "in main.<locals>.crosses"),
    ("info locks", "held by bob"),
    ("info tasks", "sleeper"),
    ("info timers", "eater"),
    ("info ready", "this batch"),
    ("info loop", "running"),
    ("info lints", "left"),
    ("info source", "questions.loop"),
    ("print task.name", "main"),
    ("print timers", "1"),
    ("why late", "."),
];

pub(super) fn run(root: &Path, arguments: &[String]) -> Outcome {
    let records = match arguments {
        [] => RECORDS,
        [records] => records.parse().map_err(|_| format!("`{records}` is no number of records"))?,
        _ => return Err("at most one argument: how many records".into()),
    };
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let file = cargo::target(root).join("questions.loop");
    let recorded = Command::new(cargo::binary(root))
        .args(["run", "--headless", "--force", "--record"])
        .arg(&file)
        .arg(root.join("tests/bench/waits.py"))
        .arg((records / EACH).to_string())
        .stdout(Stdio::null())
        .status()?;
    if !recorded.success() {
        return Err("the program was not recorded; see above".into());
    }
    let mut lines = Lines::open(root, &file)?;
    let end = lines.ask("goto end")?;
    let count = end["position"].as_u64().filter(|count| *count > 100);
    let count = count.ok_or("the recording is empty")?;
    // Where main is just being stepped, in the middle and near the end.
    let mut wrong = 0;
    for place in [count / 2, count - 50] {
        let _ = lines.ask(&format!("goto {place}"))?;
        let _ = lines.ask("until task-step if task.name == \"main\"")?;
        println!("at record {place} of {count}:");
        let mut all = Vec::new();
        for (question, wanted) in QUESTIONS {
            let (began, before) = (Instant::now(), lines.processor());
            let answer = lines.ask(question)?;
            let took = match (before, lines.processor()) {
                // What else the machine does makes an answer no slower.
                (Some(before), Some(after)) => after.saturating_sub(before),
                _ => began.elapsed(),
            };
            all.push((took, question));
            let text = answer["text"].as_str().or(answer["error"].as_str()).unwrap_or_default();
            if !text.contains(wanted) || took > LONGEST {
                wrong += 1;
                println!(
                    "  {question}: {:.2} ms, not {wanted:?}: {text}",
                    took.as_secs_f64() * 1e3
                );
            }
        }
        all.sort();
        let at = |n: usize| all[n].0.as_secs_f64() * 1e3;
        let last = all.len() - 1;
        println!(
            "  {} questions: {:.2} ms in the middle, {:.2} ms at most ({})",
            all.len(),
            at(all.len() / 2),
            at(last),
            all[last].1
        );
    }
    println!("memory: {}", lines.memory());
    lines.close()?;
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} answers are wrong or late").into()) }
}
