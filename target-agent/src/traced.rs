//! Tasks of any scheduler that only polls futures, each seen by one line around its body.
//!
//! RTIC's software tasks are such, and lilos's. One macro stands beside the program's start, and one
//! line in each task:
//!
//! ```ignore
//! loopscope_agent::traced_tasks!(
//!     clock: (1_000_000, || Mono::now().as_ticks()),
//!     ring: 2048,
//! );
//!
//! #[task]
//! async fn blink(cx: blink::Context) {
//!     traced!("blink", async {
//!         // what was here
//!     })
//!     .await
//! }
//! ```
//!
//! What is sent: the task, from when it first runs; each time that it is woken and runs; that it
//! waits for its waker; its end, or that it was dropped before. A task that is made again is another
//! one. Tasks that run in one interrupt, or in none, are one loop, up to [`LOOPS`] of them: a loop
//! whose interrupt comes before another one's interrupts the tasks of that.
//!
//! Whether a scheduler has nothing to do is known from its tasks: a loop sleeps when none of its
//! traced tasks is ready. A host's request is looked at before each task and by [`idle`].
//!
//! A waker is wrapped, which a scheduler does not like that keeps something of its own in it: with
//! lilos, [`polled!`](crate::polled!) leaves it alone. Then a task is only seen to be woken when it
//! runs, and to sleep when the program calls [`idle`].
//!
//! The `unsafe` code of this file is the table of functions of that waker, and the call of what
//! `traced_tasks!` defines.
#![allow(unsafe_code, reason = "a waker without an allocator, and a symbol that a macro defines")]

mod body;
mod slot;

pub use body::Traced;
pub use slot::{LOOPS, Task, idle};

/// Opens the rings, in a program of traced tasks, when the first of them runs: names the clock, if
/// the program does not do that itself by [`clock!`](crate::clock!), and the size of the ring.
#[macro_export]
macro_rules! traced_tasks {
    (clock: ($hz:expr, $clock:expr), $($rest:tt)*) => {
        $crate::clock!($hz, $clock);
        $crate::traced_tasks!($($rest)*);
    };
    (ring: $ring:expr $(,)?) => {
        #[allow(unsafe_code, reason = "the agent calls it by its symbol")]
        const _: () = {
            static RECORDS: $crate::Ring<{ $ring }> = $crate::Ring::new();
            static REQUESTS: $crate::Ring<64> = $crate::Ring::new();
            #[unsafe(no_mangle)]
            extern "C" fn _loopscope_start_traced_tasks() {
                $crate::init(&RECORDS, &REQUESTS, $crate::protocol::Dialect::Other);
            }
        };
    };
}

/// A future that is seen as a task of that name: `traced!("blink", async { ... }).await`.
#[macro_export]
macro_rules! traced {
    ($name:expr, $future:expr) => {{
        static TASK: $crate::traced::Task = $crate::traced::Task::new(true);
        $crate::traced::Traced::new(&TASK, $crate::name!($name), $future)
    }};
}

/// The same for a scheduler that keeps something of its own in its wakers, as lilos does.
#[macro_export]
macro_rules! polled {
    ($name:expr, $future:expr) => {{
        static TASK: $crate::traced::Task = $crate::traced::Task::new(false);
        $crate::traced::Traced::new(&TASK, $crate::name!($name), $future)
    }};
}

#[cfg(test)]
mod tests;
