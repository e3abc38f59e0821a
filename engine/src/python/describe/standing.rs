//! Where a suspended coroutine stands: the coroutines that await each other, each at a line.
//!
//! A task is suspended again and again in the same places, so what a frame adds to those that await
//! it is worked out once. In the usual case that is one look a frame into a small table of the
//! thread's own.

use std::cell::Cell;

use loopscope_protocol::{ChainId, Place};
use rustpython_vm::builtins::{PyAsyncGen, PyCode, PyCoroutine, PyGenerator, PyStrRef};
use rustpython_vm::frame::FrameObject;
use rustpython_vm::{AsObject, Py, PyObject};

use super::known::{self, known};
use super::{DEEPEST, is_of_the_program, shown_file};
use crate::core::Trace;
use crate::python::readable;

/// How many frames a thread has at hand.
const AT_HAND: usize = 64;

/// Where a suspended coroutine stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// The innermost line of the program.
    pub(crate) place: Place,
    /// The whole chain of coroutines that await each other.
    pub(crate) chain: ChainId,
    /// The chain from that line inwards: it goes on there.
    pub(crate) line: ChainId,
}

/// A frame that the frames of `outer` await. Code and name are kept in their places in memory for
/// as long as they are known.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    outer: ChainId,
    code: usize,
    name: usize,
    instruction: u32,
    /// How often all that was known had been forgotten.
    generation: u32,
}

#[derive(Clone, Copy)]
struct AtHand {
    key: Key,
    standing: Standing,
}

const NOTHING: AtHand = AtHand {
    key: Key { outer: ChainId::NONE, code: 0, name: 0, instruction: 0, generation: 0 },
    standing: Standing { place: Place::NONE, chain: ChainId::NONE, line: ChainId::NONE },
};

thread_local! {
    static LATELY: [Cell<AtHand>; AT_HAND] = const { [const { Cell::new(NOTHING) }; AT_HAND] };
}

/// Where a suspended coroutine stands. `pass` sees each frame on the way inwards.
pub(crate) fn chain(
    outermost: &PyObject,
    trace: &Trace,
    mut pass: impl FnMut(&Py<FrameObject>),
) -> Standing {
    let generation = known::generation();
    let mut standing = Standing::default();
    inwards(outermost, |frame, name| {
        pass(frame);
        let (code, instruction) = (frame.iframe().code(), frame.lasti());
        let (code_id, name_id) = (code.as_object().get_id(), name.as_object().get_id());
        let outer = standing.chain;
        let key = Key { outer, code: code_id, name: name_id, instruction, generation };
        // Code is laid out in steps of many bytes.
        let slot = (code_id >> 6).wrapping_mul(31).wrapping_add(instruction as usize * 7);
        let slot = slot.wrapping_add(outer.0 as usize) % AT_HAND;
        let lately = LATELY.with(|lately| lately[slot].get());
        standing = if lately.key == key {
            lately.standing
        } else {
            let standing = further(standing, code, name, line_of(frame), trace);
            LATELY.with(|lately| lately[slot].set(AtHand { key, standing }));
            standing
        };
    });
    standing
}

/// Where it stands if what stands at `outer` awaits this frame.
#[cold]
fn further(
    outer: Standing,
    code: &Py<PyCode>,
    name: &PyStrRef,
    line: u32,
    trace: &Trace,
) -> Standing {
    let known = known(code, name, trace);
    let place = Place { file: known.definition.file, line };
    let frame = (known.name, place);
    let chain = trace.chain_in(outer.chain, [frame]);
    if !known.of_the_program {
        let is_inside = outer.line.is_some();
        let line = if is_inside { trace.chain_in(outer.line, [frame]) } else { ChainId::NONE };
        return Standing { place: outer.place, chain, line };
    }
    // Of the outermost one it is the same as the whole chain.
    let line = if outer.chain.is_some() { trace.chain([frame]) } else { chain };
    Standing { place, chain, line }
}

/// What a suspended coroutine is called, and the innermost line of the program where it stands, for
/// sentences.
pub(crate) fn stands(outermost: &PyObject) -> Option<(String, String)> {
    let (mut name, mut place) = (None, None);
    inwards(outermost, |frame, qualname| {
        name.get_or_insert_with(|| readable(qualname).into_owned());
        let path = frame.iframe().code().source_path().as_str();
        if is_of_the_program(path) {
            place = Some(format!("{}:{}", shown_file(path), line_of(frame)));
        }
    });
    name.zip(place)
}

fn line_of(frame: &Py<FrameObject>) -> u32 {
    u32::try_from(frame.current_location().line.get()).unwrap_or(0)
}

/// Goes through the coroutines that await each other, from the outermost one inwards: their frames
/// and their qualified names.
fn inwards(outermost: &PyObject, mut each: impl FnMut(&Py<FrameObject>, &PyStrRef)) {
    let mut inner = None;
    for _ in 0..DEEPEST {
        let object = inner.as_deref().unwrap_or(outermost);
        let coro = if let Some(coroutine) = object.downcast_ref::<PyCoroutine>() {
            coroutine.as_coro()
        } else if let Some(generator) = object.downcast_ref::<PyGenerator>() {
            generator.as_coro()
        } else if let Some(generator) = object.downcast_ref::<PyAsyncGen>() {
            generator.as_coro()
        } else {
            break;
        };
        let Some(frame) = coro.frame_opt() else { break };
        each(&frame, &coro.qualname());
        match frame.yield_from_target() {
            Some(next) => inner = Some(next),
            None => break,
        }
    }
}
