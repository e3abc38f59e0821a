//! Where the program holds: after a record that the host asked to hold at, before the first one,
//! and after the end. At a pause the held thread itself does what the host asks of it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use loopscope_protocol::wire::Item;
use loopscope_protocol::{Kind, Reply, StopWhen};
use parking_lot::{Condvar, Mutex};
use rustpython_vm::vm::thread::try_with_current_vm;

use super::look::{Look, look};
use super::statement;
use crate::core::{Gate, Trace, thread_is_loop};
use crate::process::is_copy;
use crate::python::{frames, stepping};
use crate::run::Run;

/// The longest piece of a reply's text in one frame.
const PIECE: usize = 240;

/// The records at which Python may run: the loop is between two handles, or there is none.
const PLACES: [Kind; 8] = [
    Kind::RunStart,
    Kind::HandleRun,
    Kind::TurnBegin,
    Kind::TurnEnd,
    Kind::PollBegin,
    Kind::PollEnd,
    Kind::LoopStopped,
    Kind::ProgramExit,
];

/// What a held program is told to do.
#[derive(Debug)]
enum Order {
    /// Run on; up to the next line at most, where that is wanted.
    Run(StopWhen, bool),
    Python(String),
    Look(Look),
}

#[derive(Debug)]
struct State {
    until: StopWhen,
    /// Hold at the next record, whatever it is.
    pause: bool,
    /// Some thread holds, or will before the first record.
    held: bool,
    /// Somebody steps: hold after the end as well.
    session: bool,
    /// The host has left: never hold again.
    detached: bool,
    orders: VecDeque<Order>,
}

/// The gate that all records pass.
#[derive(Debug)]
pub(super) struct Control {
    /// Whether a record can possibly hold: all that is looked at when it cannot.
    look: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

thread_local! {
    /// A statement of the host's runs on this thread: its records do not hold.
    static IN_STATEMENT: Cell<bool> = const { Cell::new(false) };
    /// A lock is held on this thread: a record that holds does so when it is free.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
    static DUE: Cell<Option<(u64, Kind)>> = const { Cell::new(None) };
}

/// The gate as the trace knows it.
pub(super) struct RecordGate(pub(super) Arc<Control>);

impl Gate for RecordGate {
    #[inline]
    fn passed(&self, trace: &Trace, seq: u64, kind: Kind) {
        if self.0.look.load(Ordering::Acquire) || kind == Kind::ProgramExit {
            self.0.passed(trace, seq, kind);
        }
    }

    fn before_the_start(&self, trace: &Trace) {
        if self.0.state.lock().held {
            self.0.hold(trace, None);
        }
    }

    fn defer(&self) -> bool {
        DEFERRED.replace(true)
    }

    fn resume(&self, trace: &Trace, outer: bool) {
        DEFERRED.set(outer);
        if !outer && let Some(due) = DUE.take() {
            self.0.hold(trace, Some(due));
        }
    }
}

impl State {
    /// Whether a record of `kind` is one to hold at.
    fn counts(&mut self, kind: Kind) -> bool {
        let mut hit = self.pause || self.until.kinds.has(kind);
        if self.until.records > 0 {
            self.until.records -= 1;
            hit |= self.until.records == 0;
        }
        hit || (kind == Kind::ProgramExit && self.session)
    }

    fn must_look(&self) -> bool {
        !self.detached
            && (stepping::is_telling()
                || self.held
                || self.pause
                || self.until.records > 0
                || !self.until.kinds.is_empty())
    }
}

impl Control {
    /// A gate that is shut before the first record, or open.
    pub(super) const fn new(shut: bool) -> Self {
        Self {
            look: AtomicBool::new(shut),
            state: Mutex::new(State {
                until: StopWhen::NEVER,
                pause: false,
                held: shut,
                session: shut,
                detached: false,
                orders: VecDeque::new(),
            }),
            changed: Condvar::new(),
        }
    }

    fn update<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        self.look.store(state.must_look(), Ordering::Release);
        drop(state);
        self.changed.notify_all();
        result
    }

    // ---- from the thread that reads requests --------------------------------------------------

    /// Run on, and hold where `until` says, or at the next line of the program.
    pub(super) fn run(&self, until: StopWhen, next_line: bool) {
        self.update(|state| {
            state.session = true;
            if state.held {
                state.orders.push_back(Order::Run(until, next_line));
            } else {
                state.until = until;
            }
        });
    }

    /// Hold at the next record.
    pub(super) fn pause(&self) {
        self.update(|state| {
            state.session = true;
            state.pause = !state.held;
        });
    }

    /// Run a statement; says no where the program is not held.
    pub(super) fn python(&self, code: String) -> Result<(), &'static str> {
        self.update(|state| {
            if state.held {
                state.orders.push_back(Order::Python(code));
                Ok(())
            } else {
                Err("Python cannot run now, because the program is running; pause it first.")
            }
        })
    }

    /// Look at what the program has; says no where it is not held.
    pub(super) fn look(&self, what: Look) -> Result<(), &'static str> {
        self.update(|state| {
            if state.held {
                state.orders.push_back(Order::Look(what));
                Ok(())
            } else {
                Err("Nothing can be looked at while the program runs; pause it first.")
            }
        })
    }

    /// The host leaves: run on without ever holding.
    pub(super) fn detach(&self) {
        self.update(|state| {
            state.detached = true;
            state.orders.push_back(Order::Run(StopWhen::NEVER, false));
        });
    }

    /// Whether the host has left.
    pub(super) fn is_detached(&self) -> bool {
        self.state.lock().detached
    }

    // ---- from the program's threads -----------------------------------------------------------

    #[cold]
    fn passed(&self, trace: &Trace, seq: u64, kind: Kind) {
        if IN_STATEMENT.get() || is_copy() {
            return;
        }
        stepping::leave();
        let mut state = self.state.lock();
        if state.detached {
            return;
        }
        if state.held {
            drop(state);
            // Another thread holds: one that runs a loop waits for it, the others go on.
            if thread_is_loop() && !DEFERRED.get() {
                self.wait_until_free();
            }
            return;
        }
        if !state.counts(kind) {
            self.look.store(state.must_look(), Ordering::Release);
            return;
        }
        if !thread_is_loop() {
            state.pause = true;
            self.look.store(true, Ordering::Release);
        } else if DEFERRED.get() {
            DUE.set(DUE.get().or(Some((seq, kind))));
        } else {
            drop(state);
            self.hold(trace, Some((seq, kind)));
        }
    }

    /// Holds at a record (`None`: before the first) until the host lets go.
    fn hold(&self, trace: &Trace, at: Option<(u64, Kind)>) {
        self.hold_at(trace, at, None);
    }

    /// Holds at a line of the program, of which nothing has run.
    pub(super) fn hold_at_line(&self, trace: &Trace, place: &str, function: &str) {
        let is_free = !self.is_detached() && thread_is_loop() && !DEFERRED.get();
        if is_free && !IN_STATEMENT.get() {
            let place = format!("{place} {function}");
            self.hold_at(trace, Some((trace.seq(), Kind::Output)), Some(&place));
        }
    }

    fn hold_at(&self, trace: &Trace, at: Option<(u64, Kind)>, line: Option<&str>) {
        #[expect(clippy::disallowed_methods, reason = "how long the user takes is real time")]
        let since = std::time::Instant::now();
        let first = self.update(|state| {
            let first = at.is_none() || !state.held;
            state.held = true;
            state.pause = false;
            state.until = StopWhen::NEVER;
            first
        });
        if !first {
            self.wait_until_free();
            return;
        }
        if let Some((seq, _)) = at {
            #[allow(clippy::cast_possible_truncation, reason = "modulo 2^32 is the format")]
            match line {
                None => reply(trace, &Reply::Held { seq: seq as u32 }),
                Some(place) => {
                    let place = &place.as_bytes()[..place.len().min(PIECE)];
                    reply(trace, &Reply::Line { seq: seq as u32, place });
                }
            }
        }
        loop {
            match self.wait(|state| state.orders.pop_front()) {
                Order::Python(code) => run_statement(trace, at.map(|(_, kind)| kind), line, &code),
                Order::Look(what) => match try_with_current_vm(|vm| look(vm, &what)) {
                    Some((ok, text)) => ran_reply(trace, ok, &text),
                    None => refuse(trace, "This thread has no interpreter to look into."),
                },
                Order::Run(until, next_line) => {
                    if try_with_current_vm(|vm| stepping::go_on(vm, next_line)) == Some(false) {
                        refuse(trace, TRACES_ITSELF);
                        continue;
                    }
                    Run::current().clock.not_counted(since.elapsed());
                    self.update(|state| {
                        state.held = false;
                        state.until = until;
                    });
                    return;
                }
            }
        }
    }

    fn wait_until_free(&self) {
        self.wait(|state| (!state.held).then_some(()));
    }

    /// Waits until there is a result, while Python's other threads may go on. The lock is free
    /// again before this thread comes back among them.
    fn wait<R>(&self, result: impl Fn(&mut State) -> Option<R>) -> R {
        let sleep = || {
            let mut state = self.state.lock();
            loop {
                match result(&mut state) {
                    Some(result) => return result,
                    None => self.changed.wait(&mut state),
                }
            }
        };
        try_with_current_vm(|vm| vm.allow_threads(sleep)).unwrap_or_else(sleep)
    }
}

/// From now on this gate holds at lines too, where they are told of.
pub(super) fn hold_at_lines(control: &Arc<Control>) {
    static CONTROL: OnceLock<Arc<Control>> = OnceLock::new();
    let _ = CONTROL.set(Arc::clone(control));
    stepping::hold_by(|place, function| {
        if let Some(control) = CONTROL.get() {
            control.hold_at_line(&Run::current().trace, place, function);
        }
    });
}

/// Why lines are not told of.
const TRACES_ITSELF: &str = "The program traces itself with sys.settrace, so there is no holding at \
                             lines; steps and breakpoints at records work.";

fn run_statement(trace: &Trace, at: Option<Kind>, line: Option<&str>, code: &str) {
    if let Some(kind) = at
        && !PLACES.contains(&kind)
    {
        let here = match line {
            None => format!("this {} record", kind.word()),
            Some(_) => "a line".to_owned(),
        };
        refuse(
            trace,
            &format!(
                "Python cannot run at {here}, because a handle or the main program is in \
                 the middle of its work; go on to the next handle-run (until handle-run) first."
            ),
        );
        return;
    }
    let before = IN_STATEMENT.replace(true);
    // The line that the program is held at has no part in it.
    let _floor = frames::floor();
    let ran = try_with_current_vm(|vm| crate::core::as_py(|| statement::run(vm, code)));
    IN_STATEMENT.set(before);
    match ran {
        Some((ok, text)) => ran_reply(trace, ok, &text),
        None => refuse(trace, "Python cannot run here, because this thread has no interpreter."),
    }
}

fn ran_reply(trace: &Trace, ok: bool, text: &str) {
    let mut pieces = text.as_bytes().chunks(PIECE).peekable();
    if pieces.peek().is_none() {
        reply(trace, &Reply::Ran { ok, more: false, text: b"" });
    }
    while let Some(piece) = pieces.next() {
        reply(trace, &Reply::Ran { ok, more: pieces.peek().is_some(), text: piece });
    }
}

/// Says no, in one sentence.
pub(super) fn refuse(trace: &Trace, sentence: &str) {
    let mut cut = sentence.len().min(PIECE);
    while !sentence.is_char_boundary(cut) {
        cut -= 1;
    }
    reply(trace, &Reply::Refused { text: &sentence.as_bytes()[..cut] });
}

/// Sends a reply after everything that came before it.
pub(super) fn reply(trace: &Trace, reply: &Reply<'_>) {
    let _aside = super::aside();
    trace.item(&Item::Reply(*reply));
    trace.flush();
}
