//! The memory of tasks: static, of the size of the task's future, and used again after its end.
//!
//! The `unsafe` code of this file is needed because the type of an `async fn`'s future has no name
//! on stable Rust, so that a static cannot be declared with it: a [`Pool`] is bytes of its size.
//! Why it is sound:
//!
//! - A pool is made by [`task!`](crate::task) alone, inside the one function that fills it, with the
//!   size of that function's future; so all that is ever stored in it is of one type.
//! - A slot is claimed in a critical section, by its header's state, before its future is written;
//!   nobody resumes it before it is queued, and it is not claimed again before it is discarded.
//! - Only [`super::run`] resumes and discards, one at a time: it refuses to run inside itself.
//! - A slot lies in a static, so its future never moves.
#![allow(unsafe_code, reason = "see above: futures without a name in static memory, and a waker")]

use core::cell::{Cell, RefCell, UnsafeCell};
use core::future::Future;
use core::mem::{MaybeUninit, align_of, size_of};
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use critical_section::{CriticalSection, Mutex};

use super::header::{Body, Header, State, TaskValue};
use super::{CORE, Error, Outcome};

/// The alignment of every slot.
const ALIGN: usize = 8;

#[repr(C, align(8))]
struct Slot<const SIZE: usize>(UnsafeCell<MaybeUninit<[u8; SIZE]>>);

/// Room for `N` tasks of `SIZE` bytes.
pub struct Pool<const SIZE: usize, const N: usize> {
    slots: [Slot<SIZE>; N],
    /// Which slots hold a [`TaskCell`], a bit each.
    made: Mutex<Cell<u32>>,
}

// SAFETY: slots are claimed in critical sections; see the file's beginning.
unsafe impl<const SIZE: usize, const N: usize> Sync for Pool<SIZE, N> {}

impl<const SIZE: usize, const N: usize> core::fmt::Debug for Pool<SIZE, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Pool of {N} times {SIZE} bytes")
    }
}

impl<const SIZE: usize, const N: usize> Default for Pool<SIZE, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SIZE: usize, const N: usize> Pool<SIZE, N> {
    /// An empty one.
    pub const fn new() -> Self {
        const { assert!(N > 0 && N <= 32, "a pool has room for 1 to 32 tasks") };
        Self {
            slots: [const { Slot(UnsafeCell::new(MaybeUninit::uninit())) }; N],
            made: Mutex::new(Cell::new(0)),
        }
    }
}

/// An `async fn`, so that the size of its future can be asked for.
pub trait TaskFn<Arguments>: Copy {
    /// Its future.
    type Future: Future;
}

macro_rules! task_fn {
    ($($argument:ident)*) => {
        impl<F, R, $($argument),*> TaskFn<($($argument,)*)> for F
        where
            F: Copy + Fn($($argument),*) -> R,
            R: Future,
        {
            type Future = R;
        }
    };
}
task_fn!();
task_fn!(A);
task_fn!(A B);
task_fn!(A B C);
task_fn!(A B C D);
task_fn!(A B C D E);
task_fn!(A B C D E G);

/// The size of a slot for that function's future.
pub const fn size<A, F: TaskFn<A>>(_: F) -> usize
where
    <F::Future as Future>::Output: Outcome,
{
    const { assert!(align_of::<TaskCell<F::Future>>() <= ALIGN, "aligned to at most 8 bytes") };
    size_of::<TaskCell<F::Future>>()
}

/// What a slot holds.
struct TaskCell<F: Future<Output: Outcome>> {
    header: Header,
    future: UnsafeCell<Option<F>>,
    value: RefCell<Option<<F::Output as Outcome>::Value>>,
}

// SAFETY: the header guards itself; future and value are touched by the running loop and by those
// who hold a `Task`, which stays in the loop's thread.
unsafe impl<F: Future<Output: Outcome>> Sync for TaskCell<F> {}

/// The memory of a task, whatever the type of its future.
pub(super) struct TaskMemory<T: 'static> {
    pub(super) header: &'static Header,
    pub(super) body: &'static dyn Body,
    pub(super) value: &'static dyn TaskValue<T>,
}

impl<T> TaskMemory<T> {
    fn of<F: Future<Output: Outcome<Value = T>>>(stored: &'static TaskCell<F>) -> Self {
        Self { header: &stored.header, body: stored, value: stored }
    }
}

/// A pool, whatever its size.
pub(super) trait AnyPool<F: Future<Output: Outcome>>: Sync {
    /// Puts a future into a free slot. `None`: there is none.
    fn take(&'static self, future: F) -> Option<TaskMemory<<F::Output as Outcome>::Value>>;
}

impl<F, const SIZE: usize, const N: usize> AnyPool<F> for Pool<SIZE, N>
where
    F: Future<Output: Outcome> + 'static,
{
    fn take(&'static self, future: F) -> Option<TaskMemory<<F::Output as Outcome>::Value>> {
        const {
            assert!(size_of::<TaskCell<F>>() <= SIZE, "a pool is used by the function it is in");
        }
        let stored = critical_section::with(|cs| self.claim::<F>(cs))?;
        *stored.value.borrow_mut() = None;
        // SAFETY: the slot was just claimed, so nobody else looks at its future.
        unsafe { *stored.future.get() = Some(future) };
        Some(TaskMemory::of(stored))
    }
}

impl<const SIZE: usize, const N: usize> Pool<SIZE, N> {
    fn claim<F: Future<Output: Outcome> + 'static>(
        &'static self,
        cs: CriticalSection<'_>,
    ) -> Option<&'static TaskCell<F>> {
        let made = self.made.borrow(cs);
        for (number, slot) in self.slots.iter().enumerate() {
            let place: *mut TaskCell<F> = slot.0.get().cast();
            if made.get() >> number & 1 == 0 {
                let stored = TaskCell {
                    header: Header::new(),
                    future: UnsafeCell::new(None),
                    value: RefCell::new(None),
                };
                // SAFETY: the slot is large enough and aligned (`size` and `take` assert it), and
                // nothing was in it.
                unsafe { place.write(stored) };
                made.set(made.get() | 1 << number);
            }
            // SAFETY: it holds a `TaskCell<F>`, since a pool serves one type.
            let stored: &'static TaskCell<F> = unsafe { &*place };
            if stored.header.is_free(cs) {
                stored.header.at(cs).state.set(State::Running);
                return Some(stored);
            }
        }
        None
    }
}

impl<F: Future<Output: Outcome>> Body for TaskCell<F> {
    fn resume(&'static self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // SAFETY: only the loop resumes, one task at a time and never inside itself.
        let Some(future) = (unsafe { &mut *self.future.get() }) else {
            return Poll::Ready(Ok(()));
        };
        // SAFETY: it lies in a static until `discard` drops it in place.
        let future = unsafe { Pin::new_unchecked(future) };
        future
            .poll(context)
            .map(|output| output.outcome().map(|value| *self.value.borrow_mut() = Some(value)))
    }

    fn discard(&'static self) {
        // SAFETY: as for `resume`; assigning drops the future where it lies.
        unsafe { *self.future.get() = None };
    }
}

impl<F: Future<Output: Outcome>> TaskValue<<F::Output as Outcome>::Value> for TaskCell<F> {
    fn value(&self) -> Option<<F::Output as Outcome>::Value> {
        self.value.borrow().clone()
    }
}

/// A waker that marks a task as woken; the loop queues it at its next look.
pub(super) fn waker(task: &'static Header) -> Waker {
    const TABLE: RawWakerVTable =
        RawWakerVTable::new(|task| RawWaker::new(task, &TABLE), wake, wake, |_| ());
    fn wake(task: *const ()) {
        // SAFETY: every waker of this table is made below, of a static header.
        let task: &'static Header = unsafe { &*task.cast() };
        critical_section::with(|cs| {
            task.at(cs).woken.set(true);
            CORE.borrow(cs).woken.set(true);
        });
    }
    // SAFETY: the table's functions do what a waker's must, from any context: the header is static,
    // so there is nothing to count, and `wake` changes it in a critical section.
    unsafe { Waker::new(core::ptr::from_ref(task).cast(), &TABLE) }
}
