//! The terminal as the screen needs it, and as it was before once the screen is gone.
//!
//! Whatever way the screen ends - leaving, an error, a panic, a signal - raw mode, the alternate
//! screen, the mouse and the cursor are put back first.

use std::io::{self, BufWriter, Stdout, Write};
use std::os::fd::AsFd;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGHUP, SIGTERM, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};

use crate::print;

/// Whether the terminal is ours now, for the panic hook and for signals.
static OURS: AtomicBool = AtomicBool::new(false);

/// The signal that asks us to leave; 0: none came.
static CALLED: AtomicI32 = AtomicI32::new(0);

/// How long the screen may take to leave after a signal before it is left without it.
const GRACE: Duration = Duration::from_secs(1);

/// The terminal while the screen has it. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
    signals: Handle,
}

impl Terminal {
    /// Takes the terminal.
    pub fn open(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        let signals = watch_signals()?;
        take(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, print::screen()));
        let inner = match ratatui::Terminal::new(backend) {
            Ok(inner) => inner,
            Err(error) => {
                give_back();
                return Err(error);
            }
        };
        Ok(Self { inner, mouse, signals })
    }

    /// The number of the signal that asks us to leave, if one came.
    #[allow(clippy::unused_self, reason = "only who has the terminal may ask")]
    pub fn signal(&self) -> Option<i32> {
        Some(CALLED.load(Ordering::SeqCst)).filter(|number| *number != 0)
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
        execute!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(render)?;
        execute!(self.inner.backend_mut(), EndSynchronizedUpdate)
    }

    /// Forgets what is on the screen, so that the next frame draws everything. (`clear` would do it
    /// too, but it asks the terminal where the cursor is, and not every terminal answers.)
    pub fn redraw(&mut self) -> io::Result<()> {
        let size = self.inner.size()?;
        self.inner.resize(size.into())
    }

    /// Gives the terminal to the shell until it brings us back to the front.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
        take(self.mouse)?;
        self.redraw()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
        self.signals.close();
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

/// From now on SIGTERM and SIGHUP ask the screen to leave. If it does not, because it is stuck, we
/// leave without it, the terminal in order.
fn watch_signals() -> io::Result<Handle> {
    let mut signals = Signals::new([SIGTERM, SIGHUP])?;
    let handle = signals.handle();
    CALLED.store(0, Ordering::SeqCst);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for number in signals.forever() {
            CALLED.store(number, Ordering::SeqCst);
            std::thread::sleep(GRACE);
            if OURS.load(Ordering::SeqCst) {
                give_back();
                std::process::exit(128 + number);
            }
        }
    })?;
    Ok(handle)
}

fn take(mouse: bool) -> io::Result<()> {
    OURS.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        execute!(print::screen(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if mouse { execute!(print::screen(), EnableMouseCapture) } else { Ok(()) }
    });
    if taken.is_err() {
        give_back();
    }
    taken
}

/// Puts everything back. Errors do not matter: where the terminal is gone there is nothing to put
/// back, and every step is tried.
fn give_back() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = print::screen();
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = execute!(out, Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// From now on a panic first gives the terminal back, then reports as it did before.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
    });
}
