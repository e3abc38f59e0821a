//! The target `control`: an agent whose host writes anything into the rings and their offsets. It
//! writes nothing outside its rings, comes to an end at each look, and still answers afterwards.
#![allow(unsafe_code, reason = "a probe writes into a board's memory without asking it")]

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use loopscope_agent::{_LOOPSCOPE_RTT, NoSnapshot, Ring, Scheduler, emit, init, poll};
use loopscope_protocol::wire::{Decoder, Encoder, Item, ItemFrame, Step, VERSION};
use loopscope_protocol::{Dialect, HandleId, Reply, Request, StopWhen, TaskId, Which};

use crate::input::Input;
use crate::sealed::sealed;

static NOW: AtomicU32 = AtomicU32::new(0);

loopscope_agent::clock!(1_000_000, || NOW.fetch_add(7, Ordering::Relaxed));

const UP: usize = 256;
const DOWN: usize = 64;

/// What lies around a ring, to see whether it stays as it is.
const EDGE: usize = 512;
const UNTOUCHED: u8 = 0xa5;

#[repr(C)]
struct Memory {
    before: [AtomicU8; EDGE],
    up: Ring<UP>,
    between: [AtomicU8; EDGE],
    down: Ring<DOWN>,
    after: [AtomicU8; EDGE],
}

static MEMORY: Memory = Memory {
    before: [const { AtomicU8::new(UNTOUCHED) }; EDGE],
    up: Ring::new(),
    between: [const { AtomicU8::new(UNTOUCHED) }; EDGE],
    down: Ring::new(),
    after: [const { AtomicU8::new(UNTOUCHED) }; EDGE],
};

/// A scheduler that says of itself what it was told to.
struct Told(Option<u32>);

impl Scheduler for Told {
    fn room(&self) -> Option<u32> {
        self.0
    }

    fn snapshot(&self) {
        emit::loop_new();
    }
}

/// An offset of a channel: the up channel's come first, each with the write offset before the
/// reader's.
fn offset(which: usize) -> &'static AtomicU32 {
    let pointer = size_of::<usize>();
    let channel = 2 * pointer + 16;
    let at = 24 + channel * (which / 2) + 2 * pointer + 4 + 4 * (which % 2);
    // SAFETY: the block has SEGGER's layout, which is what a host relies on as well, and it is made
    // of atomics.
    unsafe { &*(&raw const _LOOPSCOPE_RTT).cast::<AtomicU32>().add(at / 4) }
}

fn ask(bytes: &[u8]) {
    for byte in bytes {
        let at = offset(2).load(Ordering::Relaxed) as usize % DOWN;
        MEMORY.down.bytes()[at].store(*byte, Ordering::Relaxed);
        offset(2).store(((at + 1) % DOWN) as u32, Ordering::Release);
    }
}

/// Runs the target.
pub fn run(data: &[u8]) {
    static STARTED: std::sync::Once = std::sync::Once::new();
    STARTED.call_once(|| init(&MEMORY.up, &MEMORY.down, Dialect::Other));
    // All is read, and nothing is asked.
    poll(&NoSnapshot);
    offset(1).store(offset(0).load(Ordering::Relaxed), Ordering::Relaxed);
    for which in 2..4 {
        offset(which).store(0, Ordering::Relaxed);
    }
    let mut input = Input(data);
    while !input.is_empty() {
        match input.byte() % 8 {
            0 => drop(poll(&NoSnapshot)),
            1 => drop(poll(&Told(Some(u32::from(input.byte()) * 4)))),
            2 => emit::handle_run(HandleId(u32::from(input.byte()) + 1)),
            3 => NOW.store(u32::from(input.byte()) << 24, Ordering::Relaxed),
            4 => {
                let which = usize::from(input.byte() % 4);
                let value = u32::from(input.byte()) | u32::from(input.byte()) << 24;
                // Also over what the agent itself has written.
                offset(which).store(value, Ordering::Relaxed);
            }
            5 => {
                let length = usize::from(input.byte());
                let text = "a text of any length; ".repeat(12);
                emit::handler_call(Which::Default, &text[..length], &[&text], TaskId(1));
            }
            6 => {
                let length = usize::from(input.byte() % 60);
                ask(&sealed(input.take(length)));
            }
            _ => {
                let length = usize::from(input.byte() % 60);
                ask(input.take(length));
            }
        }
    }
    untouched();
    answers();
}

fn untouched() {
    for edge in [&MEMORY.before, &MEMORY.between, &MEMORY.after] {
        assert!(edge.iter().all(|byte| byte.load(Ordering::Relaxed) == UNTOUCHED));
    }
}

/// A host that comes now is answered.
fn answers() {
    offset(2).store(0, Ordering::Relaxed);
    poll(&NoSnapshot);
    let requests = [
        Request::Detach,
        Request::StillHere,
        Request::Handles,
        Request::Run { until: StopWhen::NEVER },
        Request::Hello { version: VERSION },
    ];
    for attempt in 0.. {
        for request in requests {
            ask(Encoder::new().item(&Item::Request(request)));
            offset(1).store(offset(0).load(Ordering::Relaxed), Ordering::Relaxed);
            poll(&NoSnapshot);
        }
        if is_answered() {
            return;
        }
        // What looks like the beginning of a request may take in the next ones.
        assert!(attempt < 12, "nobody answers");
    }
}

fn is_answered() -> bool {
    let (write, mut at) = (offset(0).load(Ordering::Relaxed), offset(1).load(Ordering::Relaxed));
    let mut bytes = Vec::new();
    while at != write {
        bytes.push(MEMORY.up.bytes()[at as usize].load(Ordering::Relaxed));
        at = (at + 1) % UP as u32;
    }
    (0..bytes.len()).any(|at| {
        let step = Decoder::new().next(&bytes[at..], true);
        matches!(step, Step::Frame { item: ItemFrame::Item(Item::Reply(Reply::Hello { .. })), .. })
    })
}
