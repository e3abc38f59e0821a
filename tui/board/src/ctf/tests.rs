//! Traces as Zephyr writes them, put together by hand, and such as it never would.

use loopscope_model::State;
use loopscope_model::stream::{Arrived, Ingest};
use proptest::prelude::*;

use super::*;

const METADATA: &str = "/* CTF 1.8 */
typealias integer { size = 8; align = 8; signed = false; } := uint8_t;
typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
typealias integer { size = 8; align = 8; signed = false; encoding = ASCII; } := ctf_bounded_string_t;
struct event_header { uint32_t timestamp; uint8_t id; };
trace { major = 1; minor = 8; byte_order = le; };
stream { event.header := struct event_header; };
event { name = thread_switched_out; id = 0x10; fields := struct { uint32_t thread_id; ctf_bounded_string_t name[20]; }; };
event { name = thread_switched_in; id = 0x11; fields := struct { uint32_t thread_id; ctf_bounded_string_t name[20]; }; };
event { name = thread_create; id = 0x13; fields := struct { uint32_t thread_id; ctf_bounded_string_t name[20]; }; };
event { name = thread_abort; id = 0x14; fields := struct { uint32_t thread_id; ctf_bounded_string_t name[20]; }; };
event { name = thread_ready; id = 0x17; fields := struct { uint32_t thread_id; ctf_bounded_string_t name[20]; }; };
event { name = isr_enter; id = 0x1B; };
event { name = isr_exit; id = 0x1C; };
event { name = idle; id = 0x1E; };
event { name = semaphore_take_blocking; id = 0x25; fields := struct { uint32_t id; uint32_t timeout; }; };
";

const OUT: u8 = 0x10;
const IN: u8 = 0x11;
const CREATE: u8 = 0x13;
const ABORT: u8 = 0x14;
const READY: u8 = 0x17;

/// An event's bytes.
fn event(micros: u32, id: u8, fields: &[u8]) -> Vec<u8> {
    [&micros.wrapping_mul(1000).to_le_bytes()[..], &[id], fields].concat()
}

/// One about a thread.
fn about(micros: u32, id: u8, thread: u32, name: &str) -> Vec<u8> {
    let mut text = [0; 20];
    text[..name.len()].copy_from_slice(name.as_bytes());
    event(micros, id, &[&thread.to_le_bytes()[..], &text].concat())
}

/// The records of a stream, a line each, with the milliseconds since its first event.
fn told(metadata: &str, stream: &[u8]) -> String {
    let mut ingest = Ingest::new();
    ingest.feed(&convert(metadata, stream).expect("it is a trace"));
    ingest.end();
    let arrived: Vec<_> = ingest.by_ref().collect();
    assert_eq!(ingest.trailing(), 0);
    let names = ingest.into_names();
    let (mut state, mut lines) = (State::default(), String::new());
    for arrived in arrived {
        let Arrived::Record(record) = arrived else { continue };
        state.apply(&record);
        lines += &format!("{} {}\n", record.t.unwrap_or(0) / 1_000_000, names.line(&record));
        for anomaly in state.anomalies() {
            lines += &format!("ODD: {}\n", anomaly.text);
        }
    }
    lines
}

fn check(metadata: &str, stream: &[u8], expected: &str) {
    let told = told(metadata, stream);
    let lines: Vec<_> = expected.lines().map(str::trim).collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), lines, "{told}");
}

/// Two threads, of which one waits for the other's semaphore, and the idle one.
fn two_threads() -> Vec<u8> {
    let (main, worker, idle) = (0x2000_0100, 0x2000_0200, 0x2000_0300);
    let semaphore = [&0x2000_0400_u32.to_le_bytes()[..], &u32::MAX.to_le_bytes()].concat();
    [
        about(4_294_000, IN, main, "main"),
        about(4_294_000, CREATE, worker, "unknown"),
        about(4_294_000, READY, worker, "worker"),
        // It is of a higher priority.
        about(4_294_000, OUT, main, "main"),
        about(4_294_000, IN, worker, "worker"),
        event(4_295_000, 0x25, &semaphore),
        about(4_295_000, OUT, worker, "worker"),
        about(4_295_000, IN, main, "main"),
        // It sleeps, of which nothing is told.
        about(4_298_000, OUT, main, "main"),
        about(4_298_000, IN, idle, "idle"),
        event(4_298_000, 0x1e, &[]),
        event(4_299_000, 0x1b, &[]),
        event(4_299_000, 0x1c, &[]),
        event(4_299_000, 0x1e, &[]),
        event(4_304_000, 0x1b, &[]),
        about(4_304_000, READY, main, "main"),
        event(4_304_000, 0x1c, &[]),
        about(4_304_000, OUT, idle, "idle"),
        about(4_304_000, IN, main, "main"),
        about(4_305_000, READY, worker, "worker"),
        about(4_305_000, OUT, main, "main"),
        about(4_305_000, IN, worker, "worker"),
        about(4_306_000, ABORT, worker, "worker"),
        about(4_306_000, OUT, worker, "worker"),
        about(4_306_000, IN, main, "main"),
    ]
    .concat()
}

/// What is told of them. The counter's turn is in the middle.
const TWO_THREADS: &str = "0 loop-new
    0 loop-run forever
    0 task-new task 1 main
    0 handle-new h1 step main task 1
    0 handle-run h1 task 1
    0 task-step task 1
    0 task-new task 2 worker by=h1
    0 handle-new h3 step worker by=h1 task 2
    0 handle-new h2 step main by=h1 task 1
    0 task-suspend task 1
    0 handle-done h1 task 1
    0 handle-run h3 task 2
    0 task-step task 2
    1 task-suspend task 2 waits in queue 1
    1 handle-done h3 task 2
    1 handle-run h2 task 1
    1 task-step task 1
    4 task-suspend task 1 waits for its waker
    4 handle-done h2 task 1
    4 poll-begin
    10 handle-new h1 wakeup main task 1
    10 poll-end ready=0
    10 handle-run h1 task 1
    10 task-step task 1
    11 handle-new h4 wakeup worker by=h1 task 2
    11 handle-new h2 step main by=h1 task 1
    11 task-suspend task 1
    11 handle-done h1 task 1
    11 handle-run h4 task 2
    11 task-step task 2
    12 task-done task 2 result
    12 handle-done h4 task 2
    12 handle-run h2 task 1
    12 task-step task 1";

#[test]
fn threads_are_tasks_and_their_runs_are_steps() {
    check(METADATA, &two_threads(), TWO_THREADS);
}

#[test]
fn packets_in_a_ring_are_put_in_order() {
    let metadata = METADATA
        .replace("byte_order = le;", "byte_order = le; packet.header := struct { uint32_t magic; };")
        .replace("stream {", "struct context { uint32_t content_size; uint32_t packet_size; uint32_t packet_seq_num; }; stream { packet.context := struct context;");
    let packet = |number: u32, content: &[u8]| {
        let bits = |bytes: usize| u32::try_from(8 * bytes).expect("it is short").to_le_bytes();
        let sizes = [bits(16 + content.len()), bits(16 + content.len() + 3)];
        let number = number.to_le_bytes();
        [&[0xc1, 0x1f, 0xfc, 0xc1][..], &sizes.concat(), &number, content, &[0xaa; 3]].concat()
    };
    let whole = two_threads();
    // After the first seven events.
    let (first, second) = whole.split_at(6 * 29 + 13);
    let stream = [packet(8, second), packet(7, first)].concat();
    check(&metadata, &stream, TWO_THREADS);
}

#[test]
fn what_is_not_known_is_named() {
    let refused = |metadata: &str, stream: &[u8]| convert(metadata, stream).unwrap_err();
    assert!(refused(METADATA, &event(0, 0x77, &[])).contains("number 0x77"));
    assert!(refused(METADATA, &[]).contains("no event"));
    assert!(refused("", &two_threads()).contains("`id`"));
    let other = METADATA.replace("uint32_t timestamp;", "string timestamp;");
    assert!(refused(&other, &two_threads()).contains("type `string`"));
    assert!(refused(&METADATA.replace("size = 32", "size = 12"), &[]).contains("12 bits"));
    // A stream that was cut off is read up to there.
    let whole = two_threads();
    assert!(convert(METADATA, &whole[..whole.len() - 1]).is_ok());
}

proptest! {
    /// Whatever a file says, it is read or refused.
    #[test]
    fn no_trace_is_too_odd(
        metadata in "(typealias|event|struct|trace|[{}=;:]|:=|integer|name|id|[0-9]{1,9}| ){0,40}",
        stream in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0..700_usize,
    ) {
        let _ = convert(&metadata, &stream);
        let _ = convert(METADATA, &stream);
        let mut mixed = two_threads();
        let at = at % mixed.len();
        mixed.splice(at..at, stream);
        let _ = convert(METADATA, &mixed);
    }
}
