//! The closed sets of words that events use: how a handle came to be, how a task ended, and so on.
//!
//! The spelling here is the spelling in JSON, in the text form and in the REPL's expressions.

/// A set of words with fixed spelling and fixed numbers on the wire.
pub trait Word: Copy + 'static {
    /// Every member, in wire order.
    const ALL: &'static [Self];
    /// How it is spelled everywhere.
    fn word(self) -> &'static str;
    /// What it means: the lines of its documentation.
    fn doc(self) -> &'static [&'static str];
    /// Its number on the wire.
    fn code(self) -> u8;
    /// The member with this number, if there is one.
    #[must_use]
    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(code as usize).copied()
    }
    /// The member that is spelled so.
    #[must_use]
    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|w| w.word() == word)
    }
}

/// A set of words, for the reference of events.
#[derive(Clone, Copy, Debug)]
pub struct WordSet {
    /// Its name in Rust.
    pub name: &'static str,
    /// What it is: the lines of its documentation.
    pub doc: &'static [&'static str],
    /// Its words, and the lines of what each means.
    pub words: &'static [(&'static str, &'static [&'static str])],
}

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal,)*
    })*) => {
        /// Every set of words: its name in Rust, what it is, and its words with their meaning.
        pub const WORDS: &[WordSet] = &[$(WordSet {
            name: stringify!($name),
            doc: &[$($doc,)*],
            words: &[$(($word, &[$($vdoc,)*]),)*],
        },)*];
    $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            fn doc(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($vdoc,)*],)* }
            }
            fn code(self) -> u8 { self as u8 }
        }
    )*};
}

words! {
    /// Whose rules a program runs by.
    Dialect {
        /// CPython, as of 3.13, with the classic documentation's `get_event_loop`.
        Cpython = "cpython",
        /// The classic documentation to the letter.
        Cpython36 = "cpython-3.6",
        /// Today's strict rules.
        Cpython314 = "cpython-3.14",
        /// MicroPython as documented.
        Micropython = "micropython",
        /// MicroPython as real firmware behaves.
        MicropythonFirmware = "micropython-firmware",
        /// An embassy executor on a board.
        Embassy = "embassy",
        /// Some other scheduler that uses the agent's emitter.
        Other = "other",
    }

    /// Which clock a run uses.
    ClockMode {
        /// Virtual until the first real outside source, then real.
        Auto = "auto",
        /// Always virtual: sleeping costs nothing and every run is the same.
        Virtual = "virtual",
        /// Always the machine's clock.
        Real = "real",
        /// A board's own timer.
        Board = "board",
    }

    /// Why the clock went from virtual to real.
    ClockHow {
        /// `add_reader` or `add_writer`.
        Watcher = "watcher",
        /// A socket operation.
        Socket = "socket",
        /// A pipe operation.
        Pipe = "pipe",
        /// A child process.
        Subprocess = "subprocess",
        /// A job for an executor.
        Executor = "executor",
        /// A started thread.
        Thread = "thread",
        /// A read from the terminal.
        Terminal = "terminal",
        /// `loop.add_signal_handler`.
        Signal = "signal",
    }

    /// The order among timers that are due at exactly the same time.
    Ties {
        /// What CPython's binary heap gives: fixed, but not first in, first out.
        Heapq = "heapq",
        /// First in, first out.
        Fifo = "fifo",
        /// Shuffled by the seed.
        Shuffle = "shuffle",
    }

    /// How a loop is run.
    RunHow {
        /// `run_forever`.
        Forever = "forever",
        /// `run_until_complete`.
        UntilComplete = "until-complete",
    }

    /// How a handle came to be.
    HandleHow {
        /// `call_soon`.
        Soon = "soon",
        /// `call_soon_threadsafe`.
        Threadsafe = "threadsafe",
        /// `add_reader`.
        Reader = "reader",
        /// `add_writer`.
        Writer = "writer",
        /// `add_signal_handler`.
        Signal = "signal",
        /// A task's step that nothing had to wake: the first one, or after a bare yield.
        Step = "step",
        /// A task's step because what it waited for is done.
        Wakeup = "wakeup",
        /// A future's done callback.
        DoneCallback = "done-callback",
    }

    /// How a task ended.
    TaskHow {
        /// It returned.
        Result = "result",
        /// It raised.
        Exception = "exception",
        /// It was cancelled.
        Cancelled = "cancelled",
    }

    /// How a future was completed.
    FutureHow {
        /// `set_result`.
        Result = "result",
        /// `set_exception`.
        Exception = "exception",
        /// `cancel`.
        Cancelled = "cancelled",
    }

    /// Which exception handler.
    Which {
        /// The loop's own.
        Default = "default",
        /// The program's, from `set_exception_handler`.
        Custom = "custom",
    }

    /// Which readiness a watcher waits for.
    WatchHow {
        /// Data to read.
        Read = "read",
        /// Room to write.
        Write = "write",
    }

    /// What runs an executor's job.
    Pool {
        /// A thread.
        Thread = "thread",
        /// A process, in which no records are taken.
        Process = "process",
        /// An executor of the program's own.
        Other = "other",
    }

    /// How an executor's job ended.
    JobHow {
        /// It is not known how.
        Ended = "ended",
        /// It returned.
        Result = "result",
        /// It raised.
        Exception = "exception",
        /// It was cancelled before it began.
        Cancelled = "cancelled",
    }

    /// What a transport is.
    TransportKind {
        /// A TCP connection.
        Tcp = "tcp",
        /// A connection over a Unix socket.
        Unix = "unix",
        /// A TCP connection or one over a Unix socket, encrypted.
        Tls = "tls",
        /// Datagrams.
        Udp = "udp",
        /// A pipe.
        Pipe = "pipe",
        /// A pipe to a child process.
        Process = "process",
    }

    /// By what a transport begins to close.
    CloseHow {
        /// `close()`.
        Close = "close",
        /// The other end has ended, and the protocol did not want to keep it open.
        Eof = "eof",
        /// `abort()`.
        Abort = "abort",
        /// An error.
        Error = "error",
    }

    /// Where output went.
    Stream {
        /// Standard output.
        Stdout = "stdout",
        /// Standard error.
        Stderr = "stderr",
    }

    /// How a program came to its end.
    ExitHow {
        /// The end of the file.
        End = "end",
        /// `sys.exit` or `SystemExit`.
        Exit = "exit",
        /// An exception nobody caught.
        Exception = "exception",
        /// The source did not compile.
        Syntax = "syntax",
        /// An interrupt (Ctrl-C or the `interrupt` request).
        Interrupted = "interrupted",
        /// A signal killed the process, or it left by `os._exit`: the host noticed.
        Lost = "lost",
        /// The host killed it, because it ran out of its time.
        Timeout = "timeout",
        /// The host killed it, because the user left.
        Killed = "killed",
        /// Nothing could ever wake its loop, and nobody wanted to wait all the same.
        Deadlock = "deadlock",
    }

    /// A diagnosis.
    LintRule {
        /// A coroutine was dropped without being awaited.
        NeverAwaited = "never-awaited",
        /// An exception that nobody looked at.
        NeverRetrieved = "never-retrieved",
        /// A task was dropped while it was pending.
        DestroyedPending = "destroyed-pending",
        /// One handle kept the loop for long.
        SlowCallback = "slow-callback",
        /// A call that should have been `call_soon_threadsafe`.
        NotThreadsafe = "not-threadsafe",
        /// The loop closed with work still queued.
        UnfinishedOnClose = "unfinished-on-close",
        /// The loop was dropped without being closed.
        UnclosedLoop = "unclosed-loop",
        /// A run nested in a run.
        NestedRun = "nested-run",
        /// A task that nothing can ever wake.
        Lost = "lost",
        /// A loop that nothing can ever wake: who waits for what, held by whom.
        Deadlock = "deadlock",
        /// Tasks that wait for each other, whatever else goes on.
        Circle = "circle",
        /// What MicroPython's documentation says was done, and a board does otherwise.
        BoardDiffers = "board-differs",
    }

    /// How much of what a future needs is enough.
    NeedHow {
        /// All of it must have come to its end, however that is.
        All = "all",
        /// All of it, or one that fails: `gather`.
        AllOrFailure = "all-or-failure",
        /// Any one of it.
        Any = "any",
    }

    /// What tasks meet at.
    SyncKind {
        /// `Lock`.
        Lock = "lock",
        /// `Semaphore`.
        Semaphore = "semaphore",
        /// `BoundedSemaphore`.
        BoundedSemaphore = "bounded-semaphore",
        /// `Event`, or MicroPython's `ThreadSafeFlag`.
        Event = "event",
        /// `Condition`.
        Condition = "condition",
        /// `Barrier`.
        Barrier = "barrier",
        /// `Queue`.
        Queue = "queue",
        /// `PriorityQueue`.
        PriorityQueue = "priority-queue",
        /// `LifoQueue`.
        LifoQueue = "lifo-queue",
    }

    /// What was done to something that tasks meet at.
    SyncHow {
        /// A lock, or a place of a semaphore, was taken by the task.
        Take = "take",
        /// It was given back.
        Give = "give",
        /// A place of a semaphore that was given back went on to the first in line.
        HandOver = "hand-over",
        /// An item was put into a queue.
        Put = "put",
        /// An item was taken out of a queue.
        Get = "get",
        /// An item that was taken out of a queue is done.
        Done = "done",
        /// A queue was shut down.
        ShutDown = "shut-down",
        /// An event was set.
        Set = "set",
        /// An event was set back.
        Clear = "clear",
        /// A task came to a barrier.
        Arrive = "arrive",
        /// A task left a barrier.
        Leave = "leave",
    }

    /// What a task stands in line for.
    SyncWaitHow {
        /// To have a lock, or a place of a semaphore.
        Acquire = "acquire",
        /// To be told: that an event is set, that a condition is notified, that all have come to a
        /// barrier.
        Wait = "wait",
        /// An item of a queue.
        Get = "get",
        /// Room in a queue.
        Put = "put",
        /// That all items of a queue are done.
        Join = "join",
    }

    /// How much a line of a log matters, the least first.
    Level {
        /// What only its author wants to know.
        Trace = "trace",
        /// What helps in a search.
        Debug = "debug",
        /// What is worth reading.
        Info = "info",
        /// What may go wrong.
        Warn = "warn",
        /// What went wrong.
        Error = "error",
        /// What was printed without a level, and is always shown.
        Print = "print",
    }

    /// What a remark of the host's is about.
    RemarkKind {
        /// Nothing in particular.
        Note = "note",
        /// The board was reset.
        Reset = "reset",
        /// The link to the board was lost, or is back.
        Link = "link",
        /// The board runs another firmware.
        Firmware = "firmware",
        /// The processor was halted, or runs again.
        Processor = "processor",
        /// Times are not known.
        Clock = "clock",
        /// The program's log cannot be read, or a part of it.
        Log = "log",
    }
}

/// Who caused something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Code outside any handle: the main program, or another thread.
    #[default]
    Outside,
    /// A `py` command at a pause.
    Py,
    /// The handle that was running.
    Handle(crate::HandleId),
}

/// What a suspended task waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum On {
    /// Nothing: it gave the others a turn and is already queued again (`sleep(0)`).
    #[default]
    Nothing,
    /// A future.
    Future(crate::FutureId),
    /// Another task.
    Task(crate::TaskId),
    /// A point in time that belongs to the task itself, as MicroPython's `sleep` does.
    Timer(crate::HandleId),
    /// A wait queue, such as an event's, numbered by its source.
    Queue(crate::ObjectId),
    /// A file descriptor.
    Fd(crate::Fd),
    /// Its waker, which anything may call: a timer, an interrupt or another task. It is all that a
    /// scheduler knows that only polls futures, as those of embassy and RTIC do.
    Waker,
}
