//! Which line of the program is at work, and which one has raised.
//!
//! A record is made while some Python is on this thread's stack: the innermost frame is often the
//! library's, and the program's own is the first one outside of that. What is outside of the loop
//! that runs is not looked at: that line has started the loop, and nothing of what the loop does.
//!
//! A program comes by the same few places again and again, so what a frame stands for is worked out
//! once. In the usual case that is one look into a small table of the thread's own.
#![allow(unsafe_code, reason = "the interpreter hands out its innermost frame as a pointer only")]

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use loopscope_protocol::{ChainId, Place};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyCoroutine, PyGenerator};
use rustpython_vm::frame::{InterpreterFrame, current_thread_iframe};
use rustpython_vm::{AsObject, Py, PyObject, PyRef};

use super::describe;
use crate::core::{Quick, Trace};

/// How many frames of the library are looked through for one of the program's.
const DEEPEST: usize = 64;

/// How many places are kept at most. A program that compiles code without end must not grow by it.
const KEPT: usize = 4096;

/// How many places a thread has at hand.
const AT_HAND: usize = 128;

/// What a frame stands for: a piece of code at one of its instructions, called from `outer`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    outer: ChainId,
    /// Where the code is in memory.
    code: usize,
    instruction: u32,
}

/// What is known of a frame.
#[derive(Clone, Copy)]
struct Known {
    chain: ChainId,
    of_the_program: bool,
    /// One of ours that stands where the library has its own: nobody wants to see it.
    is_ours: bool,
}

#[derive(Clone, Copy)]
struct AtHand {
    key: Key,
    known: Known,
    /// When it was put here: the code that it names may be gone when all was forgotten since then.
    generation: u32,
}

const NOTHING: AtHand = AtHand {
    key: Key { outer: ChainId::NONE, code: 0, instruction: 0 },
    known: Known { chain: ChainId::NONE, of_the_program: false, is_ours: false },
    generation: 0,
};

thread_local! {
    /// The frame that the loop of this thread was started from.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
    static LATELY: [Cell<AtHand>; AT_HAND] = const { [const { Cell::new(NOTHING) }; AT_HAND] };
}

/// How often all was forgotten.
static GENERATION: AtomicU32 = AtomicU32::new(0);

type Table = HashMap<Key, (Known, PyRef<PyCode>), Quick>;

/// What is known, with the code, which stays in its place in memory as long as it is kept.
static ALL: Mutex<Option<Table>> = Mutex::new(None);

/// While it exists, the frames that were there before it have no part in what happens.
#[must_use]
pub(crate) struct Floor(usize);

impl Drop for Floor {
    fn drop(&mut self) {
        FLOOR.set(self.0);
    }
}

/// From now on, until the value is dropped, only frames that are yet to come are looked at.
pub(crate) fn floor() -> Floor {
    Floor(FLOOR.replace(current_thread_iframe() as usize))
}

/// The line that is at work on this thread, as [`Trace::find_lines_by`] wants it.
pub(crate) fn at_work(trace: &Trace) -> ChainId {
    outwards(current_thread_iframe(), FLOOR.get(), DEEPEST, trace).unwrap_or(ChainId::NONE)
}

/// The chain from the first frame of the program's, from this one outwards, to this one.
fn outwards(
    frame: *const InterpreterFrame,
    floor: usize,
    most: usize,
    trace: &Trace,
) -> Option<ChainId> {
    if frame.is_null() || frame as usize == floor || most == 0 {
        return None;
    }
    // SAFETY: the pointer is the innermost frame of this thread, or the one that called such a
    // frame. They are on this thread's stack of calls, and none of them returns before we do.
    let frame = unsafe { &*frame };
    let (code, instruction) = (frame.code(), frame.get_lasti());
    let known = find(ChainId::NONE, code, instruction, trace);
    if known.of_the_program {
        return Some(known.chain);
    }
    let outer = outwards(frame.previous(), floor, most - 1, trace)?;
    if known.is_ours {
        return Some(outer);
    }
    Some(find(outer, code, instruction, trace).chain)
}

/// What is known of a frame that `outer` has called.
#[inline]
fn find(outer: ChainId, code: &Py<PyCode>, instruction: u32, trace: &Trace) -> Known {
    let key = Key { outer, code: code.as_object().get_id(), instruction };
    // Code is laid out in steps of many bytes.
    let slot = (key.code >> 6).wrapping_mul(31).wrapping_add(instruction as usize * 7);
    let slot = slot.wrapping_add(outer.0 as usize) % AT_HAND;
    let generation = GENERATION.load(Ordering::Relaxed);
    let lately = LATELY.with(|lately| lately[slot].get());
    if lately.key == key && lately.generation == generation {
        return lately.known;
    }
    let known = look(key, code, trace);
    LATELY.with(|lately| lately[slot].set(AtHand { key, known, generation }));
    known
}

#[cold]
fn look(key: Key, code: &Py<PyCode>, trace: &Trace) -> Known {
    if let Some((known, _)) = ALL.lock().get_or_insert_default().get(&key) {
        return *known;
    }
    let (name, Place { file, .. }, of_the_program) = describe::code(code, trace);
    let chain = if key.outer.is_some() || of_the_program {
        let place = Place { file, line: line_of(code, key.instruction) };
        trace.chain_in(key.outer, [(name, place)])
    } else {
        ChainId::NONE
    };
    let is_ours = code.source_path().as_str().starts_with("asyncio._");
    let known = Known { chain, of_the_program, is_ours };
    let before = {
        let mut all = ALL.lock();
        let all = all.get_or_insert_default();
        let before = (all.len() >= KEPT).then(|| {
            GENERATION.fetch_add(1, Ordering::Relaxed);
            std::mem::take(all)
        });
        all.insert(key, (known, code.to_owned()));
        before
    };
    // Dropping code may drop what it refers to, so it happens without the lock.
    drop(before);
    known
}

/// The line of an instruction, as the interpreter counts them: the next one to be run.
fn line_of(code: &PyCode, instruction: u32) -> u32 {
    let line = match (instruction as usize).checked_sub(1) {
        None => code.first_line_number,
        Some(at) => code.locations.get(at).map(|(start, _)| start.line),
    };
    line.map_or(0, |line| u32::try_from(line.get()).unwrap_or(0))
}

/// The line at which a coroutine begins, if it is the program's.
pub(crate) fn start(coroutine: &PyObject, trace: &Trace) -> ChainId {
    // MicroPython's are generators.
    let native = match coroutine.downcast_ref::<PyCoroutine>() {
        Some(native) => Some(native.as_coro()),
        None => coroutine.downcast_ref::<PyGenerator>().map(|native| native.as_coro()),
    };
    native.map_or(ChainId::NONE, |native| find(ChainId::NONE, &native.code(), 0, trace).chain)
}

/// The line that has raised this exception, as it was handed on so far.
pub(crate) fn raised(error: &PyBaseExceptionRef, trace: &Trace) -> ChainId {
    let mut frames = Vec::new();
    let mut at = error.__traceback__().filter(|_| trace.is_on());
    while let Some(traceback) = at {
        let (name, Place { file, .. }, of_the_program) =
            describe::code(traceback.frame.iframe().code(), trace);
        if of_the_program {
            frames.clear();
        }
        if (of_the_program || !frames.is_empty()) && frames.len() < DEEPEST {
            let line = u32::try_from(traceback.lineno.get()).unwrap_or(0);
            frames.push((name, Place { file, line }));
        }
        let next = traceback.next.lock().clone();
        at = next;
    }
    trace.chain(frames)
}
