//! Where records leave the engine: numbering, names, texts and the place where a pause holds.
//!
//! Off, a trace costs one look at a flag. On, it writes frames into a buffer that the host hands
//! on, and after each record asks the [`Gate`] whether to hold.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use loopscope_protocol::wire::{Encoder, Item};
use loopscope_protocol::{By, ChainId, Event, FutureId, Kind, LoopId, NameId, Place, TaskId};
use parking_lot::Mutex;

use super::clock::Clock;
use super::current::current;

/// Frames go out when this many bytes wait, and whenever [`Trace::flush`] is called.
const BUFFER: usize = 32 * 1024;

/// The longest piece of a text or a name in one frame.
const PIECE: usize = 240;

/// Takes finished frames.
pub type Sink = Box<dyn FnMut(&[u8]) + Send>;

/// Decides after each record whether the thread that caused it holds.
pub trait Gate: Send + Sync {
    /// Record `seq` of `kind` has been written. No lock of the engine is held.
    fn passed(&self, trace: &Trace, seq: u64, kind: Kind);
}

/// What a new handle's record says about its callback.
#[derive(Clone, Copy, Debug, Default)]
pub struct HandleInfo {
    /// The callback's qualified name.
    pub name: NameId,
    /// Where it is defined.
    pub place: Place,
    /// The task that it steps.
    pub task: TaskId,
    /// The future that it completes, or whose completion made it.
    pub future: FutureId,
}

/// A record that was written.
#[must_use]
pub(super) struct Written {
    seq: u64,
    kind: Kind,
}

struct Inner {
    encoder: Encoder,
    sink: Sink,
    buffer: Vec<u8>,
    names: HashMap<Box<str>, NameId>,
    chains: HashMap<(ChainId, NameId, Place), ChainId>,
}

/// The records of one run on their way out.
pub struct Trace {
    on: bool,
    clock: Arc<Clock>,
    inner: Mutex<Inner>,
    gate: Option<Box<dyn Gate>>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("on", &self.on).finish_non_exhaustive()
    }
}

impl Trace {
    /// Nobody looks: nothing is ever written.
    #[must_use]
    pub fn off(clock: Arc<Clock>) -> Arc<Self> {
        Arc::new(Self::new(clock, false, Box::new(|_| {}), None))
    }

    /// Records go to `sink`; `gate` may hold.
    #[must_use]
    pub fn to(clock: Arc<Clock>, sink: Sink, gate: Option<Box<dyn Gate>>) -> Arc<Self> {
        Arc::new(Self::new(clock, true, sink, gate))
    }

    fn new(clock: Arc<Clock>, on: bool, sink: Sink, gate: Option<Box<dyn Gate>>) -> Self {
        let inner = Inner {
            encoder: Encoder::new(),
            sink,
            buffer: Vec::with_capacity(if on { BUFFER + 1024 } else { 0 }),
            names: HashMap::new(),
            chains: HashMap::new(),
        };
        Self { on, clock, inner: Mutex::new(inner), gate }
    }

    /// Whether anybody looks. What is costly to find out is found out only then.
    #[inline]
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// Who causes what happens on this thread now.
    #[must_use]
    pub fn by(&self) -> By {
        current()
    }

    /// Writes a record.
    #[inline]
    pub fn emit(&self, loop_id: LoopId, event: Event) {
        if self.on {
            self.passed(self.write(loop_id, &event));
        }
    }

    /// Writes a record without holding: the caller has a lock, and calls [`Trace::passed`] when it
    /// has let go of it.
    pub(super) fn write(&self, loop_id: LoopId, event: &Event) -> Written {
        self.write_with(loop_id, event, &[])
    }

    /// Holds where the gate wants to hold at a record that was written.
    pub(super) fn passed(&self, Written { seq, kind }: Written) {
        if let Some(gate) = &self.gate {
            gate.passed(self, seq, kind);
        }
    }

    /// Writes a record with its texts: slot 1, then slot 2.
    pub fn emit_with(&self, loop_id: LoopId, event: Event, texts: &[&str]) {
        if self.on {
            self.passed(self.write_with(loop_id, &event, texts));
        }
    }

    fn write_with(&self, loop_id: LoopId, event: &Event, texts: &[&str]) -> Written {
        let seq = {
            let mut inner = self.inner.lock();
            let inner = &mut *inner;
            for (slot, text) in (1u8..).zip(texts) {
                for bytes in text.as_bytes().chunks(PIECE) {
                    let item = Item::Text { slot, bytes };
                    inner.buffer.extend_from_slice(inner.encoder.item(&item));
                }
            }
            let at = self.clock.peek();
            inner.buffer.extend_from_slice(inner.encoder.event(at, loop_id, event));
            if inner.buffer.len() >= BUFFER {
                inner.hand_on();
            }
            inner.encoder.seq()
        };
        Written { seq, kind: event.kind() }
    }

    /// Writes an item that is no record.
    pub fn item(&self, item: &Item<'_>) {
        if self.on {
            let mut inner = self.inner.lock();
            let inner = &mut *inner;
            inner.buffer.extend_from_slice(inner.encoder.item(item));
        }
    }

    /// Hands on what waits in the buffer.
    pub fn flush(&self) {
        if self.on {
            self.inner.lock().hand_on();
        }
    }

    /// The number of the last record.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.inner.lock().encoder.seq()
    }

    /// The id of a name, defining it if it is new. The empty name is [`NameId::NONE`].
    pub fn name(&self, name: &str) -> NameId {
        if !self.on || name.is_empty() {
            return NameId::NONE;
        }
        self.inner.lock().name(name)
    }

    /// A line of a file.
    pub fn place(&self, file: &str, line: u32) -> Place {
        Place { file: self.name(file), line }
    }

    /// The id of a frame of an await chain, defining it if it is new.
    pub fn chain(&self, outer: ChainId, name: NameId, place: Place) -> ChainId {
        if !self.on {
            return ChainId::NONE;
        }
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        if let Some(&id) = inner.chains.get(&(outer, name, place)) {
            return id;
        }
        let id = ChainId(u32::try_from(inner.chains.len() + 1).unwrap_or(u32::MAX));
        inner.chains.insert((outer, name, place), id);
        let item = Item::Chain { id, outer, name, place };
        inner.buffer.extend_from_slice(inner.encoder.item(&item));
        id
    }
}

impl Inner {
    fn hand_on(&mut self) {
        if !self.buffer.is_empty() {
            (self.sink)(&self.buffer);
            self.buffer.clear();
        }
    }

    fn name(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.names.get(name) {
            return id;
        }
        let id = NameId(u32::try_from(self.names.len() + 1).unwrap_or(u32::MAX));
        self.names.insert(name.into(), id);
        let mut cut = name.len().min(PIECE);
        while !name.is_char_boundary(cut) {
            cut -= 1;
        }
        let item = Item::Name { id, name: &name.as_bytes()[..cut] };
        self.buffer.extend_from_slice(self.encoder.item(&item));
        id
    }
}
