//! No record takes longer because there is much already: twice as much takes about twice as long.

mod kinds;
mod measure;
mod patterns;
mod questions;

use loopscope_model::load::{Load, Overview};
use loopscope_model::stream::Arrived;
use loopscope_model::{Cursor, History, Ingest, Names, State, json};
use loopscope_protocol::{Dialect, Kind};

use kinds::{Records, event, much};
use measure::grows_too_fast;

/// The number of a thing, of the place in the order and of how many there are.
type Number = fn(u32, u32) -> u32;

/// In which order, and by which numbers, records tell of the things that are there.
const ORDERS: [(&str, Number); 4] = [
    ("the first ones first", |n, _| n + 1),
    ("the last ones first", |n, count| count - n),
    ("always the same", |_, count| count / 2),
    ("what was never made", |n, count| 10 * count + n),
];

/// How many things of each kind there are. A state of thousands of them does not fit a cache.
const SIZE: u32 = 700;

/// A record of each kind as often as there are things, told in each order.
#[test]
fn a_record_takes_no_longer_where_there_is_much() {
    let mut slow = Vec::new();
    for dialect in [Dialect::Cpython, Dialect::Micropython, Dialect::Embassy] {
        let states = [SIZE, 2 * SIZE, 4 * SIZE].map(|count| {
            let mut state = State::default();
            much(dialect, count).list.iter().for_each(|record| state.apply(record));
            (count, state)
        });
        for kind in Kind::ALL {
            for (order, number) in ORDERS {
                let what = format!("{kind:?} in {dialect:?}, {order}");
                let prepare = |count| {
                    let there = states.iter().find(|each| each.0 == count);
                    let state = &there.expect("one of these sizes").1;
                    let from = state.position();
                    let mut records = Records { from, ..Records::default() };
                    for n in 0..count {
                        let on = if n % 2 == 0 { 1 } else { number(n, count) };
                        records.push(on, event(*kind, number(n, count)));
                    }
                    (state.clone(), records.list)
                };
                slow.extend(grows_too_fast(&what, SIZE, prepare, |(state, records)| {
                    for record in records.iter() {
                        let _ = loopscope_model::lint::find(state, record);
                        state.apply(record);
                    }
                }));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// What programs do often, read from bytes as a recording is, and all that is kept of it.
#[test]
fn reading_twice_as_much_takes_twice_as_long() {
    let mut slow = Vec::new();
    for (what, pattern) in patterns::ALL {
        let prepare = |count| patterns::bytes(pattern, count);
        slow.extend(grows_too_fast(what, 2000, prepare, |bytes| read(bytes)));
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// Reads a stream, keeps it, writes it out, goes to its end and back to its middle.
fn read(bytes: &[u8]) {
    let mut ingest = Ingest::new();
    ingest.feed(bytes);
    ingest.end();
    let (mut history, mut load, mut line) = (History::new(), Load::default(), String::new());
    while let Some(arrived) = ingest.next() {
        let Arrived::Record(record) = arrived else { continue };
        line.clear();
        json::write(&record, ingest.names(), &mut line);
        load.see(&record);
        history.push(record);
    }
    Overview::default().read_on(&history, history.len());
    let mut cursor = Cursor::new();
    cursor.seek(&history, history.len());
    cursor.seek(&history, history.len() / 2);
    let _: &Names = ingest.names();
}
