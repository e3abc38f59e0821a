//! Where a program's standard output and error go when records are on: each line is passed on and
//! recorded at once, in the order in which it was written, whoever wrote it.
//!
//! What Python writes through `sys.stdout` and `sys.stderr`, or with `os.write` to descriptor 1 or
//! 2, is passed on and recorded by the thread that writes it. What reaches the descriptors in
//! another way (other processes, mostly) goes through a pipe and is passed on and recorded when it
//! arrives. Without records nothing of this exists, and the descriptors are what they were.

mod heard;
mod side;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loopscope_protocol::Stream;
use parking_lot::{Mutex, MutexGuard};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};
use rustpython_vm::vm::thread::try_with_current_vm;

pub(crate) use heard::listen;

use super::lines::Lines;
use crate::core::is_quiet;
use crate::process::{fault, fd, high, write_all};
use crate::run::Run;
use heard::hear;
use side::{Side, lead};

static OUTPUT: OnceLock<Output> = OnceLock::new();

/// The output, if it is taken.
pub(crate) fn current() -> Option<&'static Output> {
    OUTPUT.get()
}

/// Both streams, in one order.
#[derive(Debug)]
pub(crate) struct Output {
    sides: Mutex<[Side; 2]>,
    /// Whether somebody but Python itself may have written to a pipe.
    others: AtomicBool,
    /// The process is being copied: only Python's threads may be at the records.
    copying: AtomicBool,
}

/// While it lives, only this thread passes on and records.
pub(crate) struct Aside<'a>(MutexGuard<'a, [Side; 2]>);

/// Which of the two it is.
const fn index(stream: Stream) -> usize {
    match stream {
        Stream::Stdout => 0,
        Stream::Stderr => 1,
    }
}

impl Output {
    /// Takes descriptors 1 and 2: from now on they lead into our pipes. With `capture` nothing is
    /// passed on, and with `to_stderr` both are passed on to standard error.
    pub(crate) fn take(
        capture: bool,
        to_stderr: bool,
        successor: Option<[File; 2]>,
    ) -> io::Result<Self> {
        let to = |fd: RawFd| if capture { Ok(None) } else { high(fd).map(Some) };
        let (out, err) = (to(if to_stderr { 2 } else { 1 })?, to(2)?);
        let (out_pipe, out_end) = pipe_with(PipeFlags::CLOEXEC)?;
        let (err_pipe, err_end) = pipe_with(PipeFlags::CLOEXEC)?;
        rustix::stdio::dup2_stdout(out_end)?;
        rustix::stdio::dup2_stderr(err_end)?;
        let out_pipe = high(out_pipe.as_raw_fd())?;
        let err_pipe = high(err_pipe.as_raw_fd())?;
        for pipe in [&out_pipe, &err_pipe] {
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        let [then_out, then_err] = successor.map_or([None, None], |files| files.map(Some));
        let sides = [
            Side::new(Stream::Stdout, out, out_pipe, then_out),
            Side::new(Stream::Stderr, err, err_pipe, then_err),
        ];
        Ok(Self {
            sides: Mutex::new(sides),
            others: AtomicBool::new(false),
            copying: AtomicBool::new(false),
        })
    }

    /// Makes it the output of this process.
    pub(crate) fn install(self) -> &'static Self {
        OUTPUT.get_or_init(|| self)
    }

    /// For the threads that are not Python's: keeps everybody else from passing on and recording.
    pub(crate) fn aside(&self) -> Aside<'_> {
        loop {
            let sides = self.sides.lock();
            if !self.copying.load(Ordering::Relaxed) {
                return Aside(sides);
            }
            drop(sides);
            std::thread::yield_now();
        }
    }

    /// Does `work`, which copies the process, while the threads that the copy will not have are
    /// not at the records. So the copy finds no lock that nobody would ever open.
    pub(crate) fn while_copying<R>(&self, work: impl FnOnce() -> R) -> R {
        {
            let _sides = self.lock();
            self.copying.store(true, Ordering::Relaxed);
        }
        let result = work();
        self.copying.store(false, Ordering::Relaxed);
        result
    }

    /// For Python's threads: they wait for the lock as for any other thing that takes time, and
    /// never have it while they are not at work.
    fn lock(&self) -> MutexGuard<'_, [Side; 2]> {
        loop {
            if let Some(sides) = self.sides.try_lock() {
                return sides;
            }
            let wait = || drop(self.sides.lock());
            if try_with_current_vm(|vm| vm.allow_threads(wait)).is_none() {
                wait();
            }
        }
    }

    /// From now on another process may write to the descriptors, so what it wrote is taken up
    /// before anything else is passed on.
    pub(crate) fn expect_others(&self) {
        self.others.store(true, Ordering::Relaxed);
    }

    /// The program is about to lead a descriptor elsewhere, or to close it. What it prints from now
    /// on goes where the descriptor leads, and is recorded only if that is our pipe again.
    pub(crate) fn moves(&self, stream: Stream) {
        let _ = self.flush(stream);
        self.lock()[index(stream)].moved = true;
        self.expect_others();
    }

    /// Python wrote text: complete lines go out.
    pub(crate) fn text(&self, stream: Stream, text: &[u8]) -> io::Result<()> {
        if is_quiet() || hear(text) {
            return Ok(());
        }
        fault("engine-python");
        self.lock()[index(stream)].own.push(text);
        self.go_out(stream, Lines::line)
    }

    /// Python wrote bytes to the descriptor: everything goes out.
    pub(crate) fn bytes(&self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        self.text(stream, bytes)?;
        self.flush(stream)
    }

    /// What there is of a line goes out.
    pub(crate) fn flush(&self, stream: Stream) -> io::Result<()> {
        if is_quiet() {
            return Ok(());
        }
        self.go_out(stream, |lines| lines.rest(false))
    }

    /// Each piece goes out and is recorded before the next one, since the program may be held
    /// between the two.
    fn go_out(
        &self,
        stream: Stream,
        piece: impl Fn(&mut Lines) -> Option<Vec<u8>>,
    ) -> io::Result<()> {
        loop {
            let mut elsewhere = None;
            let told = Run::current().trace.deferred(|| {
                let mut sides = self.lock();
                let piece = piece(&mut sides[index(stream)].own)?;
                if sides[index(stream)].is_elsewhere() {
                    elsewhere = Some(piece);
                    return Some(Ok(()));
                }
                if self.others.load(Ordering::Relaxed) {
                    sides.iter_mut().for_each(Side::drain);
                }
                Some(sides[index(stream)].tell(&piece))
            });
            // Without the lock: it may well be our own pipe, which somebody has to empty.
            if let Some(piece) = elsewhere {
                match stream {
                    Stream::Stdout => write_all(rustix::stdio::stdout(), &piece)?,
                    Stream::Stderr => write_all(rustix::stdio::stderr(), &piece)?,
                }
            }
            match told {
                None => return Ok(()),
                Some(result) => result?,
            }
        }
    }

    /// Does `work`, which puts another program in the place of this one, while the descriptors lead
    /// where they are passed on to. If `work` comes back they lead to us again.
    pub(crate) fn while_passed_by<R>(&self, work: impl FnOnce() -> R) -> R {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let _ = self.flush(stream);
        }
        let mut ours = [None, None];
        for (side, ours) in self.lock().iter().zip(&mut ours) {
            if !side.moved {
                *ours = side.pass_by().ok();
            }
        }
        let result = work();
        for (stream, ours) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&ours) {
            if let Some(ours) = ours {
                let _ = lead(stream, ours);
            }
        }
        result
    }

    /// Where a stream is passed on to, as a number that the operating system knows.
    pub(crate) fn destination(&self, stream: Stream) -> Option<RawFd> {
        self.lock()[index(stream)].to.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Whether a stream is passed on to a terminal.
    pub(crate) fn is_terminal(&self, stream: Stream) -> bool {
        self.lock()[index(stream)].to.as_ref().is_some_and(IsTerminal::is_terminal)
    }

    // ---- for the thread that hands records on ------------------------------------------------

    /// Waits until another process has written something, or for as long as `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) {
        // The numbers stay valid: a pipe is dropped only by the thread that calls this, or at
        // the end of the process.
        let pipes: Vec<RawFd> = {
            let sides = self.aside();
            sides.0.iter().filter_map(|side| side.pipe.as_ref().map(AsRawFd::as_raw_fd)).collect()
        };
        let pipes: Vec<_> = pipes.into_iter().filter_map(fd::borrow).collect();
        let mut pipes: Vec<_> =
            pipes.iter().map(|pipe| PollFd::from_borrowed_fd(*pipe, PollFlags::IN)).collect();
        let timeout = Timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let _ = poll(&mut pipes, Some(&timeout));
    }

    /// Takes up what other processes have written, and hands all records on.
    pub(crate) fn tick(&self) {
        let mut sides = self.aside();
        sides.0.iter_mut().for_each(Side::drain);
        Run::current().trace.flush();
    }

    /// Nothing of the program will run again: everything that there is goes out.
    pub(crate) fn finish(&self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let _ = self.go_out(stream, |lines| lines.rest(true));
        }
        self.tick();
    }
}

/// Writes that end here do not wait for a lock of Rust's.
pub(crate) fn to_stderr(text: &str) {
    match current() {
        Some(output) => drop(output.bytes(Stream::Stderr, text.as_bytes())),
        None => drop(io::stderr().write_all(text.as_bytes())),
    }
}
