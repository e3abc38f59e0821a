//! Everything that can happen in an event loop, and exactly when each event fires.
//!
//! # The life of a handle
//!
//! ```text
//!                 (1) handle-new                     (4) handle-run      (5) handle-done
//!   call_soon ────────────────────▶ ready ───────────────────▶ running ─────────────────▶ gone
//!                                   ▲   │
//!      (2) timer-new     (3) timer-due  └─(6) handle-cancel ─▶ cancelled ─(7) handle-skip ─▶ gone
//!   call_later ──────▶ heap ────────┘
//!                       └─(8) timer-cancel ─▶ cancelled ─┬─(9) timer-drop ─────────────▶ gone
//!                                                        └─(3) timer-due, then (7)
//! ```
//!
//! A watcher's or a signal's handle is made once (1, without entering the ready queue: its `how` is
//! `reader`, `writer` or `signal`) and goes to the end of the ready queue each time
//! `watcher-ready` or `signal` names it; each such run has its own (4) and (5).
//!
//! # The life of a task
//!
//! ```text
//!            (1) task-new + handle-new(step)        (2) task-step
//!   coroutine ──────────────────────────▶ queued ───────────────────▶ running
//!                                           ▲                          │   │
//!              handle-new(step or wakeup)   └──────── waiting ◀────────┘   └─(5) task-done ─▶ done
//!                                                     (3) task-suspend
//!   task-cancel (4) may come at any time before (5); it asks, it does not end the task.
//! ```
//!
//! # One turn
//!
//! ```text
//!   poll-begin, poll-end, watcher-ready*, timer-drop*, timer-due*,
//!   turn-begin, (handle-run ... handle-done | handle-skip)*, turn-end
//! ```
//!
//! The turn's number counts from its `poll-begin`.
//!
//! # The life of a transport
//!
//! ```text
//!            transport-new                                transport-close           transport-closed
//!   socket ────────────────▶ open ─ read*, write*, eof* ──────────────────▶ closing ──────────────▶ gone
//!                            ▲  │
//!            transport-resume└──┘transport-pause
//! ```
//!
//! What is dropped without being closed has no `transport-close`.
//!
//! # MicroPython
//!
//! There are no callbacks: each entry of the one queue of tasks is a handle of its own, `handle-new`
//! when it is ready and `timer-new` when it sleeps. A turn runs one of them, and polls only if it may
//! sleep or a stream is watched:
//!
//! ```text
//!   [poll-begin, poll-end]*, [timer-due], turn-begin, handle-run ... handle-done, turn-end
//! ```
//!
//! A task queues itself inside its step, so that its `handle-new` or `timer-new` stands before its
//! `task-suspend`. A sleep that has expired stays a timer until its turn comes, before all that became
//! ready after it was due. `new_event_loop()` keeps the loop and leaves out what is queued, entry by
//! entry. A stream's watcher is used once: it is taken away when the stream is ready, and the waiting
//! task is queued by a `wakeup`.

mod define;
mod line;
mod sender;
pub mod value;

pub use sender::Sender;

use crate::{
    By, ChainId, ClockHow, ClockMode, CloseHow, Dialect, ExitHow, Fd, FutureHow, FutureId,
    HandleHow, HandleId, JobHow, JobId, Level, LintRule, NameId, NeedHow, ObjectId, On, Place,
    Pool, RemarkKind, RunHow, Signal, Stream, SyncHow, SyncKind, SyncWaitHow, TaskHow, TaskId,
    Text, Ties, TransportKind, WatchHow, Which,
};

define::events! {
    /// The run as a whole: its beginning and end, what it wrote, what was lost.
    family Run RunEvent {
        /// The first record of a run. For a program it stands before any line of it has run; for a
        /// board the host writes it when it attaches, and `seed` and `ties` mean nothing.
        1 RunStart "run-start" from Program | Host {
            /// Whose rules.
            dialect (varies): Dialect,
            /// Which clock.
            clock (varies): ClockMode,
            /// The calendar time at loop time 0.
            wall_start (varies): i64,
            /// The seed of everything that is random.
            seed (varies): u64,
            /// The order among tied timers.
            ties (varies): Ties,
            /// The program, or a board's firmware.
            file (varies): NameId,
        }
        /// The clock went from virtual to real, just before the operation that `how` names.
        2 Clock "clock" from Program {
            /// What made it real.
            how: ClockHow,
        }
        /// The program has ended: nothing of it will run again. Written by the child where it can, by
        /// the host where the child is lost.
        3 ProgramExit "program-exit" from Program | Host {
            /// The exit code; 128 plus the signal if one killed it.
            code: i32,
            /// How it ended.
            how: ExitHow,
            /// The sentence about why.
            text (varies): Text,
        }
        /// A line that the program wrote, or the part of a line that it flushed.
        4 Output "output" from Program | Host {
            /// Where to.
            stream: Stream,
            /// What.
            text: Text,
        }
        /// A diagnosis. It is not an error of the loop's; it tells what a reader would want to know.
        5 Lint "lint" from Program {
            /// Which one.
            rule: LintRule,
            /// The sentence.
            text (varies): Text,
            /// The task it is about.
            task: TaskId,
            /// The future it is about.
            future: FutureId,
            /// The handle it is about.
            handle: HandleId,
            /// Where.
            place as "where": Place,
        }
        /// Records are known to be lost, just before this one. Everything that they may have changed
        /// is unknown until a later record or a snapshot says it.
        6 Gap "gap" from Board | Host {
            /// How many, at least.
            lost (varies): u32,
        }
        /// What follows, up to `snapshot-end`, tells the present state, not something that happens.
        8 SnapshotBegin "snapshot-begin" from Board | Host {}
        /// The end of a snapshot. What it did not name does not exist.
        9 SnapshotEnd "snapshot-end" from Board | Host {}
        /// A line of a board's log, read on the log's own channel. It is read some time after it
        /// was written, and stands where it was read.
        54 Log "log" from Host {
            /// How much it matters.
            level: Level,
            /// When it was written, by the program's own clock, if it says that.
            time (varies): Option<f64>,
            /// Where in the program that stands.
            place as "where": Place,
            /// What it says.
            text: Text,
        }
        /// Loopscope's own words about the stream, such as that a board was reset. The program has
        /// written nothing of it.
        55 Remark "remark" from Host {
            /// What it is about.
            kind as "how" (varies): RemarkKind,
            /// The sentence.
            text (varies): Text,
        }
    }

    /// A loop: its life, its turns, its polls, and its exception handler.
    family Loop LoopEvent {
        /// A loop exists.
        10 LoopNew "loop-new" from Program | Board {}
        /// `close()` has emptied the queues. Not sent for a loop that is closed already.
        11 LoopClose "loop-close" from Program | Board {
            /// Ready handles that were dropped.
            ready: u32,
            /// Timers that were dropped.
            timers: u32,
        }
        /// The loop starts to run, after the checks that could refuse it.
        12 LoopRun "loop-run" from Program | Board {
            /// By which call.
            how: RunHow,
            /// The task that it runs until the end of.
            task: TaskId,
        }
        /// `stop()` was called: the loop leaves after the present (or next) batch.
        13 LoopStopRequest "loop-stop-request" from Program | Board {
            /// By whom.
            by: By,
        }
        /// The loop runs no more: it stopped, or an exception left it.
        14 LoopStopped "loop-stopped" from Program | Board {
            /// The call that now returns.
            how: RunHow,
        }
        /// The batch is fixed: the handles that are ready now run in this turn, in this order.
        15 TurnBegin "turn-begin" from Program {
            /// The turn's number, from 1.
            turn (varies): u32,
            /// The size of the batch.
            ready: u32,
            /// Timers in the heap.
            timers: u32,
        }
        /// The batch has run.
        16 TurnEnd "turn-end" from Program {
            /// Handles that became ready meanwhile: the next batch so far.
            ready: u32,
            /// Timers in the heap.
            timers: u32,
        }
        /// The loop asks the operating system what is ready, and may sleep.
        17 PollBegin "poll-begin" from Program | Board short 0x66 PollBegin {
            /// The longest sleep, in seconds; absent: no limit.
            timeout: Option<f64>,
        }
        /// The loop is awake again.
        18 PollEnd "poll-end" from Program | Board {
            /// Descriptors that are ready.
            ready: u32,
        }
        /// `shutdown_asyncgens()` begins to close the generators that are still open.
        19 AsyncgensShutdown "asyncgens-shutdown" from Program {
            /// How many.
            count: u32,
        }
        /// `shutdown_default_executor()` begins to wait for the executor's threads.
        20 ExecutorShutdown "executor-shutdown" from Program {}
        /// The exception handler was set or taken away.
        38 HandlerSet "handler-set" from Program | Board {
            /// Which one is in force now.
            which: Which,
            /// Its qualified name.
            name: NameId,
            /// Where it is defined.
            place as "where": Place,
        }
        /// The exception handler is about to be called.
        39 HandlerCall "handler-call" from Program | Board {
            /// Which one.
            which: Which,
            /// The context's message.
            message: Text,
            /// The exception, as its type and text.
            exception: Text,
            /// The context's task.
            task: TaskId,
            /// The context's handle.
            handle: HandleId,
            /// The context's future.
            future: FutureId,
        }
    }

    /// Handles and timers.
    family Handle HandleEvent {
        /// A handle exists. Unless `how` is `reader`, `writer` or `signal` it is now at the end of the
        /// ready queue. Life of a handle, 1.
        21 HandleNew "handle-new" from Program | Board
            short 0x6e Step | 0x6f StepOwn | 0x70 Wakeup | 0x71 DoneCallback {
            /// Its id.
            handle: HandleId,
            /// How it came to be.
            how: HandleHow,
            /// The callback's qualified name; for a step, the coroutine's. Absent: that of `task`.
            name: NameId,
            /// Where the callback is defined.
            place as "where": Place,
            /// Who made it.
            by: By,
            /// The task that it will step.
            task: TaskId,
            /// The future that it will complete, or whose completion made it.
            future: FutureId,
        }
        /// A timer is in the heap. Life of a handle, 2.
        22 TimerNew "timer-new" from Program | Board short 0x68 TimerNew | 0x69 TimerNewOwn {
            /// Its id.
            handle: HandleId,
            /// When it is due, in loop time.
            when: f64,
            /// The callback's qualified name. Absent: that of `task`.
            name: NameId,
            /// Where the callback is defined.
            place as "where": Place,
            /// Who made it.
            by: By,
            /// The future that it will complete.
            future: FutureId,
            /// The task that it will step: a MicroPython task sleeps in the heap itself.
            task: TaskId,
        }
        /// A timer has left the heap and is at the end of the ready queue. A cancelled one too, if it
        /// was not dropped before. Life of a handle, 3.
        23 TimerDue "timer-due" from Program | Board short 0x67 TimerDue {
            /// Which.
            handle: HandleId,
            /// When it was due.
            when: f64,
        }
        /// A timer in the heap was cancelled. It stays there until it is dropped or due.
        /// Life of a handle, 8.
        24 TimerCancel "timer-cancel" from Program | Board short 0x6a TimerCancel {
            /// Which.
            handle: HandleId,
            /// When it would have been due.
            when: f64,
            /// By whom.
            by: By,
        }
        /// A cancelled timer has left the heap. Life of a handle, 9.
        25 TimerDrop "timer-drop" from Program | Board short 0x6b TimerDrop {
            /// Which.
            handle: HandleId,
            /// When it would have been due.
            when: f64,
        }
        /// A handle is about to run. Nothing of it has happened yet. Life of a handle, 4.
        26 HandleRun "handle-run" from Program | Board short 0x6c HandleRun {
            /// Which.
            handle: HandleId,
            /// The task that it steps.
            task: TaskId,
        }
        /// A handle has run, whether it returned or raised. Life of a handle, 5.
        27 HandleDone "handle-done" from Program | Board short 0x6d HandleDone {
            /// Which.
            handle: HandleId,
            /// The task that it stepped.
            task: TaskId,
        }
        /// A handle that is ready was cancelled. It stays in the queue until it is reached.
        /// Life of a handle, 6.
        28 HandleCancel "handle-cancel" from Program | Board {
            /// Which.
            handle: HandleId,
            /// By whom.
            by: By,
        }
        /// A cancelled handle was reached in the batch and left out. Life of a handle, 7.
        29 HandleSkip "handle-skip" from Program | Board {
            /// Which.
            handle: HandleId,
        }
    }

    /// Tasks.
    family Task TaskEvent {
        /// A task exists; its first step is queued by the handle that follows. Life of a task, 1.
        30 TaskNew "task-new" from Program | Board {
            /// Its id.
            task: TaskId,
            /// The coroutine's qualified name.
            name: NameId,
            /// Where the coroutine is defined.
            place as "where": Place,
            /// The task's own name, as `get_name()` gives it.
            label (varies): NameId,
            /// Who made it.
            by: By,
        }
        /// A task is about to be resumed. Life of a task, 2.
        31 TaskStep "task-step" from Program | Board {
            /// Which.
            task: TaskId,
        }
        /// A task has given up control and waits. Life of a task, 3.
        32 TaskSuspend "task-suspend" from Program | Board
            short 0x72 Suspend | 0x73 SuspendTimer | 0x74 SuspendOn {
            /// Which.
            task: TaskId,
            /// What it waits for; absent: nothing, it is queued again.
            on: On,
            /// The line of the program where it stands.
            place as "where": Place,
            /// The whole await chain, innermost first.
            chain: ChainId,
        }
        /// A task has ended. Its done callbacks are queued after this. Life of a task, 5. What it has
        /// ended by is its `value`.
        33 TaskDone "task-done" from Program | Board {
            /// Which.
            task: TaskId,
            /// How.
            how: TaskHow,
        }
        /// A task is asked to be cancelled. Life of a task, 4.
        34 TaskCancel "task-cancel" from Program | Board {
            /// Which.
            task: TaskId,
            /// By whom.
            by: By,
        }
        /// A task has a time limit from now on, by `timeout` or `wait_for`: when this timer runs, the
        /// task is cancelled. The limit is lifted by cancelling the timer.
        72 TaskTimeout "task-timeout" from Program {
            /// Which.
            task: TaskId,
            /// The timer.
            handle: HandleId,
        }
    }

    /// Futures that are not tasks.
    family Future FutureEvent {
        /// A future exists.
        35 FutureNew "future-new" from Program | Board {
            /// Its id.
            future: FutureId,
            /// Its class's qualified name.
            name: NameId,
            /// Who made it.
            by: By,
        }
        /// A future is complete. Its done callbacks are queued after this. What it has is its
        /// `value`.
        36 FutureDone "future-done" from Program | Board {
            /// Which.
            future: FutureId,
            /// How.
            how: FutureHow,
            /// Who completed it.
            by: By,
        }
        /// A future will be complete when something else is: what `gather` waits for, for instance.
        37 FutureLink "future-link" from Program | Board {
            /// The future.
            future: FutureId,
            /// What it needs.
            on: On,
        }
        /// How much of what a future needs is enough. Stands before the first `future-link` of such a
        /// future; one without it needs all.
        73 FutureNeeds "future-needs" from Program {
            /// The future.
            future: FutureId,
            /// How much.
            how: NeedHow,
        }
    }

    /// What wakes a loop from outside: descriptors and signals.
    family Outside OutsideEvent {
        /// A descriptor is watched from now on.
        40 WatcherAdd "watcher-add" from Program {
            /// Which.
            fd: Fd,
            /// For what.
            how: WatchHow,
            /// The handle that runs when it is ready.
            handle: HandleId,
        }
        /// A descriptor is watched no more.
        41 WatcherRemove "watcher-remove" from Program {
            /// Which.
            fd: Fd,
            /// For what.
            how: WatchHow,
        }
        /// The poll found a watched descriptor ready; its handle is at the end of the ready queue.
        42 WatcherReady "watcher-ready" from Program {
            /// Which.
            fd: Fd,
            /// For what.
            how: WatchHow,
            /// Its handle.
            handle: HandleId,
        }
        /// A signal has a handler from now on.
        43 SignalAdd "signal-add" from Program {
            /// Which.
            signal: Signal,
            /// The handle that runs when it arrives.
            handle: HandleId,
        }
        /// A signal has no handler any more.
        44 SignalRemove "signal-remove" from Program {
            /// Which.
            signal: Signal,
        }
        /// A signal's handle is at the end of the ready queue. The loop was woken through its
        /// self-pipe, whose reader runs as this is sent.
        45 SignalArrived "signal" from Program {
            /// Which.
            signal: Signal,
            /// Its handle.
            handle: HandleId,
        }
        /// An operation on a descriptor has completed, in a loop of completions (`--loop proactor`); what
        /// waits for it goes on in a later turn.
        71 Completion "completion" from Program {
            /// On which descriptor.
            fd: Fd,
            /// What was asked for, as `recv` or `accept`.
            name: NameId,
            /// How many bytes it moved; -1: it failed.
            bytes: i32,
        }
        /// It is known who is at the other end of a descriptor that is neither a server's nor a
        /// transport's: it is about to be watched, or an operation on it has completed. Sent once,
        /// and again where somebody else is there.
        79 DescriptorPeer "descriptor-peer" from Program {
            /// Which.
            fd: Fd,
            /// What it is.
            how: TransportKind,
            /// The other end; of a child process, its number as the operating system has it. Without
            /// this and `local` it is not known any more.
            address (varies): Text,
            /// This end.
            local (varies): Text,
            /// The child process that it tells the end of.
            process: ObjectId,
        }
    }

    /// What is done for a loop elsewhere: executors' jobs and child processes.
    family Work WorkEvent {
        /// A function was given to an executor.
        46 ExecutorSubmit "executor-submit" from Program {
            /// Its id.
            job: JobId,
            /// The function's qualified name.
            name: NameId,
            /// Who gave it.
            by: By,
            /// What runs it.
            pool [later]: Pool,
        }
        /// A thread of an executor begins to run a function. What a process pool begins is not known.
        60 ExecutorStart "executor-start" from Program {
            /// Which job.
            job: JobId,
            /// The thread's name.
            name (varies): NameId,
        }
        /// An executor's function has ended, or was cancelled before it began; the loop learns of it
        /// by `call_soon_threadsafe`.
        47 ExecutorDone "executor-done" from Program {
            /// Which.
            job: JobId,
            /// How.
            how [later]: JobHow,
        }
        /// A future will be completed from outside: when a job has ended, or when one of the others
        /// has what is waited for. One of the four is said.
        61 FutureOutside "future-outside" from Program {
            /// The future.
            future: FutureId,
            /// The executor's job whose result it will have.
            job: JobId,
            /// The transport that has to bring something, or to get rid of something.
            transport: ObjectId,
            /// The server that has to be closed.
            server: ObjectId,
            /// The child process that has to end.
            process: ObjectId,
        }
        /// A child process was started.
        52 ProcessNew "process-new" from Program {
            /// Its id.
            id: ObjectId,
            /// As the operating system numbers it.
            pid (varies): u32,
            /// What it runs: the program and its arguments.
            command: Text,
        }
        /// The loop was told that a child process has ended; `process_exited` is about to be queued.
        53 ProcessExit "process-exit" from Program {
            /// Its id.
            id: ObjectId,
            /// As the operating system numbers it.
            pid (varies): u32,
            /// Its exit code; negative: the signal that killed it.
            code: i32,
        }
    }

    /// Servers and transports: who talks to whom.
    family Connection ConnectionEvent {
        /// A server begins to listen; a `server-listen` follows for each of its sockets.
        48 ServerNew "server-new" from Program {
            /// Its id.
            id: ObjectId,
            /// What its connections will be.
            how: TransportKind,
            /// Where it listens: all its addresses.
            address (varies): Text,
        }
        /// One of a server's sockets listens.
        62 ServerListen "server-listen" from Program {
            /// Which server.
            id: ObjectId,
            /// The socket's descriptor.
            fd: Fd,
            /// Where.
            address (varies): Text,
        }
        /// A server was asked to close: it listens no more, and its connections live on.
        49 ServerClose "server-close" from Program {
            /// Which.
            id: ObjectId,
            /// How many of its connections are still open.
            clients: u32,
        }
        /// A server is closed and the last of its connections is gone: `wait_closed()` returns.
        63 ServerClosed "server-closed" from Program {
            /// Which.
            id: ObjectId,
        }
        /// A transport exists, and `connection_made` is about to be queued.
        50 TransportNew "transport-new" from Program {
            /// Its id.
            id: ObjectId,
            /// What it is.
            how: TransportKind,
            /// Its descriptor.
            fd: Fd,
            /// The other end; of a child process's pipe, which of its streams that is.
            address (varies): Text,
            /// This end.
            local (varies): Text,
            /// The server that accepted it.
            server: ObjectId,
            /// The child process at the other end.
            process: ObjectId,
        }
        /// A transport has read something, and is about to hand it to its protocol. One for each
        /// read; what was read is not told, and of TLS it counts as it comes, encrypted.
        64 TransportRead "transport-read" from Program {
            /// Which.
            id: ObjectId,
            /// How many bytes.
            bytes: u64,
        }
        /// The operating system took something from a transport. What it did not take is in the
        /// transport's buffer.
        65 TransportWrite "transport-write" from Program {
            /// Which.
            id: ObjectId,
            /// How many bytes.
            bytes: u64,
        }
        /// A transport pauses: `pause_reading()` was called, or so much waits to be written that
        /// `pause_writing()` of its protocol is about to be called.
        66 TransportPause "transport-pause" from Program {
            /// Which.
            id: ObjectId,
            /// What pauses.
            how: WatchHow,
            /// How many bytes are in its buffer, where writing pauses.
            buffered: u64,
        }
        /// A transport goes on after a pause.
        67 TransportResume "transport-resume" from Program {
            /// Which.
            id: ObjectId,
            /// What goes on.
            how: WatchHow,
        }
        /// A direction of a transport has ended: the other end writes no more, or has been told that
        /// we do not.
        68 TransportEof "transport-eof" from Program {
            /// Which.
            id: ObjectId,
            /// Which direction.
            how: WatchHow,
        }
        /// TLS is agreed on: what goes over a transport from now on is encrypted.
        69 TransportTls "transport-tls" from Program {
            /// Which.
            id: ObjectId,
            /// The protocol's version and the cipher.
            text: Text,
        }
        /// A transport begins to close: it reads no more, and writes what is in its buffer unless it
        /// is aborted.
        51 TransportClose "transport-close" from Program {
            /// Which.
            id: ObjectId,
            /// By what.
            how: CloseHow,
            /// The error.
            exception: Text,
        }
        /// A transport is closed: its descriptor was given back, after `connection_lost`.
        70 TransportClosed "transport-closed" from Program {
            /// Which.
            id: ObjectId,
        }
    }

    /// What tasks meet at: locks, semaphores, events, conditions, barriers and queues.
    family Sync SyncEvent {
        /// One of these exists.
        74 SyncNew "sync-new" from Program {
            /// Its id.
            id: ObjectId,
            /// What it is.
            kind as "how": SyncKind,
            /// What the program calls it: the variable or the attribute that it is bound to.
            name: NameId,
            /// How many a queue holds at most, 0 for no limit; how many places a semaphore has; how
            /// many a barrier waits for.
            size: u32,
            /// The condition whose lock it is.
            owner: ObjectId,
            /// Who made it.
            by: By,
        }
        /// It is known what the program calls one of these: it was used by that name.
        75 SyncName "sync-name" from Program {
            /// Which.
            id: ObjectId,
            /// The variable or the attribute.
            name: NameId,
        }
        /// One of these has changed.
        76 SyncState "sync-state" from Program {
            /// Which.
            id: ObjectId,
            /// What was done.
            how: SyncHow,
            /// The task that did it.
            task: TaskId,
            /// Of a lock, whether it is locked, and of an event, whether it is set: 1 or 0. How many
            /// places of a semaphore are left, how many items are in a queue, how many have come to a
            /// barrier.
            count: u32,
            /// How many items of a queue are not done: for how many `task_done()` is to come.
            left: u32,
        }
        /// A task stands in line at one of these from now on, until it is resumed: its
        /// `task-suspend` follows.
        77 SyncWait "sync-wait" from Program {
            /// Which.
            id: ObjectId,
            /// What for.
            how: SyncWaitHow,
            /// Which task.
            task: TaskId,
            /// The future by which it is woken.
            future: FutureId,
        }
        /// A task has one of these at hand: its coroutine was given it, or uses a variable that is
        /// bound to it. Sent once the task exists, not for locks and semaphores, of which it is known
        /// who holds them.
        78 SyncUser "sync-user" from Program {
            /// Which.
            id: ObjectId,
            /// The task.
            task: TaskId,
        }
    }

    retired 7 "anomaly",
}
