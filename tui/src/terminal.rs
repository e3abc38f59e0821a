//! The terminal as the screen needs it, and as it was before once the screen is gone.
//!
//! Whatever way the screen ends or stops - leaving, an error, a panic, a signal, Ctrl-Z - raw mode,
//! the alternate screen, the mouse and the cursor are put back first.

use std::io::{self, BufWriter, Stdout};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use loopscope_model::fault;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use parking_lot::{Mutex, MutexGuard};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;

use crate::print;
use crate::signals::{self, Front, Interrupt, Signals};

/// How long another thread waits for a frame that is being drawn. A terminal that takes nothing,
/// as after Ctrl-S, may hold a frame up for ever.
const A_FRAME: Duration = Duration::from_millis(300);

/// What we know of the terminal. It is locked while a frame is drawn, so that a frame never comes
/// after the orders that put the terminal back.
static HELD: Mutex<Held> = Mutex::new(Held { by: Holder::Shell, mouse: false });

/// Whether the terminal is in the screen's hands now, so that it is put back once only, with the lock
/// or without it.
static TAKEN: AtomicBool = AtomicBool::new(false);

struct Held {
    by: Holder,
    mouse: bool,
}

/// Whose the terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// The shell's, for good.
    Shell,
    /// The screen's.
    Screen,
    /// The shell's while we are stopped.
    ShellForNow,
}

/// The terminal while the screen has it. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    signals: Signals,
}

/// The screen, as signals and panics see it.
struct Screen;

impl Front for Screen {
    fn give_back(&self) {
        // Whoever draws may be the thread that panicked, or be stuck: then without the lock.
        match HELD.try_lock_for(A_FRAME) {
            Some(mut held) => held.give_back(Holder::ShellForNow),
            None => put_back(),
        }
    }

    fn take_again(&self) {
        let Some(mut held) = HELD.try_lock_for(A_FRAME) else { return };
        if held.by != Holder::Shell {
            // A stop that could not be noticed has left the settings as the shell likes them.
            held.give_back(Holder::ShellForNow);
            let _ = held.take();
        }
    }
}

impl Held {
    fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::Release);
        self.by = Holder::Screen;
        let mut orders = Vec::new();
        queue!(orders, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if self.mouse {
            queue!(orders, EnableMouseCapture)?;
        }
        print::orders(&orders);
        Ok(())
    }

    fn give_back(&mut self, to: Holder) {
        if self.by == Holder::Screen {
            put_back();
        }
        self.by = to;
    }
}

/// Puts everything back. Errors do not matter: where the terminal is gone there is nothing to put
/// back, and every step is tried.
fn put_back() {
    if !TAKEN.swap(false, Ordering::AcqRel) {
        return;
    }
    let mut orders = Vec::new();
    let _ = queue!(orders, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste);
    let _ = queue!(orders, LeaveAlternateScreen, Show);
    print::orders(&orders);
    let _ = disable_raw_mode();
}

impl Terminal {
    /// Takes the terminal.
    pub fn open(mouse: bool) -> io::Result<Self> {
        let signals = Signals::start(Screen, Interrupt::Leaves)?;
        let mut held = HELD.lock();
        held.mouse = mouse;
        held.take()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, print::screen()));
        match ratatui::Terminal::new(backend) {
            Ok(inner) => Ok(Self { inner, signals }),
            Err(error) => {
                held.give_back(Holder::Shell);
                Err(error)
            }
        }
    }

    /// The exit code with which a signal asks us to leave, if one does.
    pub fn called_away(&self) -> Option<i32> {
        self.signals.leaving()
    }

    /// Whether we have gone on after a stop, so that everything must be drawn.
    pub fn has_continued(&self) -> bool {
        self.signals.has_continued()
    }

    /// Whether there is an event to read, waiting at most `wait`. An error if the terminal is gone:
    /// crossterm itself would look for input there for ever.
    #[allow(clippy::unused_self, reason = "only who has the terminal may ask")]
    pub fn poll(&self, wait: Duration) -> io::Result<bool> {
        check_input(Duration::ZERO)?;
        if event::poll(Duration::ZERO)? {
            return Ok(true);
        }
        if wait.is_zero() {
            return Ok(false);
        }
        check_input(wait)?;
        event::poll(Duration::ZERO)
    }

    /// Draws a frame. The terminal shows it at once, not line by line.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let held: MutexGuard<'_, Held> = HELD.lock();
        if held.by != Holder::Screen {
            return Ok(());
        }
        execute!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(|frame| {
            fault::point("draw");
            render(frame);
        })?;
        execute!(self.inner.backend_mut(), EndSynchronizedUpdate)
    }

    /// Forgets what is on the screen, so that the next frame draws everything. (`clear` would do it
    /// too, but it asks the terminal where the cursor is, and not every terminal answers.)
    pub fn redraw(&mut self) -> io::Result<()> {
        let size = self.inner.size()?;
        self.inner.resize(size.into())
    }

    /// Lends the terminal to another program, such as an editor, until that is over.
    pub fn lend<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        HELD.lock().give_back(Holder::ShellForNow);
        let result = work();
        {
            let mut held = HELD.lock();
            // A stop of the other program may have brought it back to us already.
            if held.by != Holder::Screen {
                held.take()?;
            }
        }
        self.redraw()?;
        Ok(result)
    }

    /// Gives the terminal to the shell until it brings us back to the front; then
    /// [`Terminal::has_continued`] says so. False: there is no shell.
    #[must_use]
    #[allow(clippy::unused_self, reason = "only who has the terminal may give it away")]
    pub fn suspend(&mut self) -> bool {
        signals::stop()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        HELD.lock().give_back(Holder::Shell);
    }
}

/// Waits for input, at most so long. An error if there can be none any more.
fn check_input(wait: Duration) -> io::Result<()> {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX);
    match poll(&mut fds, wait) {
        Ok(_) => {
            let gone = PollFlags::POLLHUP | PollFlags::POLLERR;
            if fds[0].revents().is_some_and(|events| events.intersects(gone)) {
                return Err(io::Error::new(io::ErrorKind::BrokenPipe, "it is gone"));
            }
            Ok(())
        }
        Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
