//! Figures of the history: how fast records are kept, folded and found again, and what they take.
//!
//! `cargo run --release --ignore-rust-version -p loopscope-model --example history FILE...`

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at what goes wrong, and prints ratios"
)]

use std::sync::Arc;
use std::time::Instant;

use loopscope_model::history::Cursor;
use loopscope_model::history::{History, InMemory, Recorder, Store};

fn cpu() -> u64 {
    let all = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    all.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

fn main() {
    println!(
        "{:<24} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8}",
        "",
        "records",
        "B/rec",
        "keep",
        "fold",
        "open",
        "push",
        "goto p50",
        "p99 us",
        "back",
        "forward"
    );
    for path in std::env::args().skip(1) {
        let file = std::fs::read(&path).unwrap();
        let store: Arc<dyn Store> = Arc::new(InMemory::holding(file));
        let beside = || Arc::new(InMemory::default());
        let old = History::open(store, beside()).unwrap().complete().unwrap();
        let n = old.len() as f64;
        let each = |ns: u64| ns as f64 / n;
        let records: Vec<_> = old
            .range(0, 100_000.min(old.len()))
            .map(|r| loopscope_model::Record::clone(&r))
            .collect();
        // Keeping alone.
        let kept = Arc::new(InMemory::default());
        let mut recorder = Recorder::new(kept.clone()).unwrap();
        let start = cpu();
        let rounds = (old.len() / records.len()).max(1);
        for _ in 0..rounds {
            for record in &records {
                recorder.push(record).unwrap();
            }
        }
        let keep = (cpu() - start) as f64 / (rounds * records.len()) as f64;
        // All of it.
        let whole = Arc::new(InMemory::default());
        let mut recorder = Recorder::new(whole.clone()).unwrap();
        old.records().for_each(|record| {
            recorder.push(&record).unwrap();
        });
        recorder.finish().unwrap();
        let size = whole.len().unwrap() as f64;
        let start = cpu();
        let mut history = History::open(whole.clone(), beside()).unwrap().into_history();
        let open = (cpu() - start) as f64 / 1e6;
        let start = cpu();
        history.fold_on(usize::MAX);
        let fold = each(cpu() - start);
        let start = cpu();
        let mut live = History::new();
        for record in &records {
            live.push(record.clone());
        }
        let push = (cpu() - start) as f64 / records.len() as f64;
        let mut took = Vec::new();
        let mut cursor = Cursor::new();
        for k in 0..500usize {
            let place = k.wrapping_mul(7_368_787_007) % history.len();
            let start = Instant::now();
            cursor.seek(&history, place);
            std::hint::black_box(history.record(place));
            took.push(start.elapsed().as_micros());
        }
        took.sort_unstable();
        let end = history.len();
        cursor.seek(&history, end);
        let back = end.min(20_000);
        let start = cpu();
        for k in 1..back {
            cursor.seek(&history, end - k);
            std::hint::black_box(history.record(end - k));
        }
        let backwards = (cpu() - start) as f64 / back as f64;
        let start = cpu();
        for k in (1..back).rev() {
            cursor.seek(&history, end - k);
            std::hint::black_box(history.record(end - k));
        }
        let forwards = (cpu() - start) as f64 / back as f64;
        println!(
            "{:<24} {:>9} {:>7.3} {keep:>7.1} {fold:>7.1} {open:>7.2} {push:>7.1} {:>8} {:>8} {backwards:>8.0} {forwards:>8.0}",
            path.rsplit('/').next().unwrap(),
            old.len(),
            size / n,
            took[250],
            took[495]
        );
    }
}
