//! The terminal as the screen needs it, and as it was before once the screen is gone.
//!
//! Whatever way the screen ends - leaving, an error, a panic, a signal - raw mode, the alternate
//! screen, the mouse and the cursor are put back first.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGHUP, SIGTERM, SIGTSTP};

/// Whether the terminal is ours now, for the panic hook.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while the screen has it. Dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
    signal: Arc<AtomicUsize>,
    hooks: Vec<signal_hook::SigId>,
}

impl Terminal {
    /// Takes the terminal.
    pub fn open(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        // A signal that would end us only leaves its number here; the screen looks at it.
        let signal = Arc::new(AtomicUsize::new(0));
        let mut hooks = Vec::new();
        for number in [SIGTERM, SIGHUP] {
            let value = usize::try_from(number).unwrap_or(1);
            hooks.push(signal_hook::flag::register_usize(number, Arc::clone(&signal), value)?);
        }
        leave_without_a_terminal(&signal)?;
        take(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        let inner = match ratatui::Terminal::new(backend) {
            Ok(inner) => inner,
            Err(error) => {
                give_back();
                return Err(error);
            }
        };
        Ok(Self { inner, mouse, signal, hooks })
    }

    /// The number of the signal that asks us to leave, if one came.
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|number| *number != 0)
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
        for hook in self.hooks.drain(..) {
            signal_hook::low_level::unregister(hook);
        }
    }
}

/// How long the screen gets to leave by itself when its terminal has gone away.
const GRACE: Duration = Duration::from_millis(500);

/// A terminal that has hung up reads as at its end for ever, and the wait for keys then never comes
/// back to where the signal is looked at. So after a while the process ends from here; the program
/// under study goes with it.
fn leave_without_a_terminal(signal: &Arc<AtomicUsize>) -> io::Result<()> {
    let signal = Arc::clone(signal);
    std::thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(GRACE);
            let number = signal.load(Ordering::Relaxed);
            if number != 0 {
                std::thread::sleep(GRACE);
                give_back();
                std::process::exit(128 + i32::try_from(number).unwrap_or(1));
            }
            if Arc::strong_count(&signal) == 1 {
                // The screen is closed and its hooks are gone.
                return;
            }
        }
    })?;
    Ok(())
}

fn take(mouse: bool) -> io::Result<()> {
    OURS.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
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
    let mut out = io::stdout();
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
