//! Where records leave the engine: numbering, names, texts and the place where a pause holds.
//!
//! Off, a trace costs one look at a flag. On, it writes into a buffer that its owner hands
//! on, and after each record asks the [`Gate`] whether to hold.

mod form;
mod names;

use std::fmt;
use std::sync::{Arc, OnceLock};

use loopscope_protocol::wire::Item;
use loopscope_protocol::{By, ChainId, Event, FutureId, Kind, LoopId, NameId, Place, TaskId};
use parking_lot::Mutex;

use self::form::Form;
use self::names::Definitions;
use super::clock::Clock;
use super::current::{current, is_quiet};
use super::peers::Peers;

/// Takes finished bytes: frames, or parts of the sealed stream.
pub type Sink = Box<dyn FnMut(&[u8]) + Send>;

/// Decides after each record whether the thread that caused it holds.
pub trait Gate: Send + Sync {
    /// Record `seq` of `kind` has been written. No lock of the engine is held.
    fn passed(&self, trace: &Trace, seq: u64, kind: Kind);

    /// The program is ready, and there is no record yet.
    fn before_the_start(&self, trace: &Trace) {
        let _ = trace;
    }

    /// From now on this thread has a lock, so it does not hold. Says whether it was so before.
    fn defer(&self) -> bool {
        false
    }

    /// The lock is free again, unless it was `outer`'s: now the thread holds where it should have.
    fn resume(&self, trace: &Trace, outer: bool) {
        let _ = (trace, outer);
    }
}

/// Finds the line of the program that is at work on this thread, as a chain of frames; see
/// [`Kind::has_line`].
pub type FindLine = fn(&Trace) -> ChainId;

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

/// A record that waits in the buffer.
#[must_use]
pub(super) struct Written {
    /// 0: there is none, since nothing is recorded now.
    seq: u64,
    kind: Kind,
    /// The buffer has to be handed on before anything else.
    full: bool,
}

struct Inner {
    form: Form,
    definitions: Definitions,
}

/// The way out of the process, with an empty buffer to go on with.
struct Outlet {
    sink: Sink,
    spare: Vec<u8>,
}

/// The records of one run on their way out.
///
/// Two locks, so that nobody waits for a slow reader with a lock of the loop's in hand: `inner` is
/// held only while a record is put into memory; `outlet`, always taken before `inner`, while bytes
/// leave the process. A record may be written under a queue's lock, but its bytes leave in
/// `Trace::passed`, when that lock is free again.
pub struct Trace {
    on: bool,
    clock: Arc<Clock>,
    inner: Mutex<Inner>,
    outlet: Mutex<Outlet>,
    gate: Option<Box<dyn Gate>>,
    find_line: OnceLock<FindLine>,
    peers: Peers,
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
        Arc::new(Self::new(clock, false, Form::frames(), Box::new(|_| {}), None))
    }

    /// Records go to `sink` as frames of the protocol; `gate` may hold.
    #[must_use]
    pub fn to(clock: Arc<Clock>, sink: Sink, gate: Option<Box<dyn Gate>>) -> Arc<Self> {
        Arc::new(Self::new(clock, true, Form::frames(), sink, gate))
    }

    /// The same, but records go as columns, which costs a third of the time. They are parts of
    /// [`loopscope_columns`], and have no checks: `sink` has to make sure that they arrive as they are.
    #[must_use]
    pub fn in_columns(clock: Arc<Clock>, sink: Sink, gate: Option<Box<dyn Gate>>) -> Arc<Self> {
        Arc::new(Self::new(clock, true, Form::columns(), sink, gate))
    }

    fn new(
        clock: Arc<Clock>,
        on: bool,
        form: Form,
        sink: Sink,
        gate: Option<Box<dyn Gate>>,
    ) -> Self {
        let inner = Inner { form, definitions: Definitions::default() };
        let outlet = Outlet { sink, spare: Vec::new() };
        let (inner, outlet) = (Mutex::new(inner), Mutex::new(outlet));
        let (find_line, peers) = (OnceLock::new(), Peers::default());
        Self { on, clock, inner, outlet, gate, find_line, peers }
    }

    /// From now on records say the lines that cause them. Does nothing where that was said before.
    pub fn find_lines_by(&self, find: FindLine) {
        let _ = self.find_line.set(find);
    }

    /// The line that causes what happens now, if it is of a kind that a line may cause.
    #[inline]
    pub(super) fn line(&self, kind: Kind) -> ChainId {
        match self.find_line.get() {
            Some(find) if kind.has_line() => find(self),
            _ => ChainId::NONE,
        }
    }

    /// Whether anybody looks. What is costly to find out is found out only then.
    #[inline]
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// What was told of descriptors.
    pub(super) const fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Who causes what happens on this thread now.
    #[must_use]
    pub fn by(&self) -> By {
        current()
    }

    /// Writes a record, which the line that is at work has caused.
    #[inline]
    pub fn emit(&self, loop_id: LoopId, event: Event) {
        if self.on {
            self.emit_at(loop_id, event, self.line(event.kind()));
        }
    }

    /// Writes a record that another line than the one at work has caused.
    #[inline]
    pub fn emit_at(&self, loop_id: LoopId, event: Event, line: ChainId) {
        if self.on {
            self.passed(self.write(loop_id, &event, line));
        }
    }

    /// Writes a record without holding: the caller has a lock, and calls [`Trace::passed`] when it
    /// has let go of it. It asked for the line before it took the lock.
    pub(super) fn write(&self, loop_id: LoopId, event: &Event, line: ChainId) -> Written {
        self.write_with(loop_id, event, line, &[])
    }

    /// Hands on a full buffer, and holds where the gate wants to hold at a record that was written.
    /// The caller has no lock.
    pub(super) fn passed(&self, Written { seq, kind, full }: Written) {
        if seq == 0 {
            return;
        }
        if full {
            self.flush();
        }
        if let Some(gate) = &self.gate {
            gate.passed(self, seq, kind);
        }
    }

    /// Holds before the first record, where that was asked for.
    pub fn before_the_start(&self) {
        if let Some(gate) = &self.gate {
            gate.before_the_start(self);
        }
    }

    /// Does `work` while a lock is held; a record of it that is one to hold at holds afterwards.
    pub fn deferred<R>(&self, work: impl FnOnce() -> R) -> R {
        let Some(gate) = &self.gate else { return work() };
        let outer = gate.defer();
        let result = work();
        gate.resume(self, outer);
        result
    }

    /// Writes a record with its texts: slot 1, then slot 2.
    pub fn emit_with(&self, loop_id: LoopId, event: Event, texts: &[&str]) {
        if self.on {
            self.emit_with_at(loop_id, event, texts, self.line(event.kind()));
        }
    }

    /// The same of another line than the one at work.
    pub fn emit_with_at(&self, loop_id: LoopId, event: Event, texts: &[&str], line: ChainId) {
        if self.on {
            self.passed(self.write_with(loop_id, &event, line, texts));
        }
    }

    fn write_with(&self, loop_id: LoopId, event: &Event, line: ChainId, texts: &[&str]) -> Written {
        if is_quiet() {
            return Written { seq: 0, kind: event.kind(), full: false };
        }
        let mut inner = self.inner.lock();
        let full = inner.form.record(self.clock.peek(), loop_id, line, event, texts);
        let seq = inner.form.seq();
        drop(inner);
        Written { seq, kind: event.kind(), full }
    }

    /// Writes an item that is neither a record nor a definition, behind all records so far.
    pub fn item(&self, item: &Item<'_>) {
        if self.on {
            self.inner.lock().form.item(item);
        }
    }

    /// Hands on what waits in the buffer.
    pub fn flush(&self) {
        if !self.on {
            return;
        }
        let mut outlet = self.outlet.lock();
        let Outlet { sink, spare } = &mut *outlet;
        self.inner.lock().form.take(spare);
        if !spare.is_empty() {
            sink(spare);
            spare.clear();
        }
    }

    /// The number of the last record.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.inner.lock().form.seq()
    }

    /// The id of a name, defining it if it is new. The empty name is [`NameId::NONE`].
    pub fn name(&self, name: &str) -> NameId {
        if !self.on || name.is_empty() {
            return NameId::NONE;
        }
        let mut inner = self.inner.lock();
        let Inner { form, definitions } = &mut *inner;
        definitions.name(name, |item| form.definition(item))
    }

    /// The id of a name that only one thing has, as `Task-7`: it is defined anew and not kept.
    pub fn own_name(&self, name: &str) -> NameId {
        if !self.on || name.is_empty() {
            return NameId::NONE;
        }
        let mut inner = self.inner.lock();
        let Inner { form, definitions } = &mut *inner;
        definitions.own_name(name, |item| form.definition(item))
    }

    /// A line of a file.
    pub fn place(&self, file: &str, line: u32) -> Place {
        Place { file: self.name(file), line }
    }

    /// The id of an await chain, whose frames come from the outermost to the innermost. Frames
    /// that are new are defined.
    pub fn chain(&self, frames: impl IntoIterator<Item = (NameId, Place)>) -> ChainId {
        self.chain_in(ChainId::NONE, frames)
    }

    /// The id of a chain whose frames are awaited, or called, by the innermost one of `outer`.
    pub fn chain_in(
        &self,
        outer: ChainId,
        frames: impl IntoIterator<Item = (NameId, Place)>,
    ) -> ChainId {
        let mut chain = outer;
        if !self.on {
            return ChainId::NONE;
        }
        let mut inner = self.inner.lock();
        let Inner { form, definitions } = &mut *inner;
        for (name, place) in frames {
            chain = definitions.frame(chain, name, place, |item| form.definition(item));
        }
        chain
    }
}
