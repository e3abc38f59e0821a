//! The only source of time: loop time in nanoseconds from 0, virtual or real.
//!
//! The virtual clock moves by a microsecond at every read, by a sleep's length at a sleep and by a
//! poll's timeout at a poll, so a program never waits, a busy-wait ends, and every run is the same.
//! It stands in for a machine that is infinitely fast except at looking at the clock.

mod sleepers;
mod work_time;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use loopscope_protocol::{ClockMode, Ticks};

use sleepers::Sleepers;
pub(crate) use sleepers::{FIRST_LOOK, LAST_LOOK, Sleeper};
pub(crate) use work_time::WorkTime;

/// How far a look at the virtual clock moves it.
const READ_COST: u64 = 1_000;

const NANOS: f64 = 1e9;

/// Ticks as the seconds that Python sees, rounded as CPython rounds them.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "CPython divides its nanoseconds the same way")]
pub fn seconds(ticks: Ticks) -> f64 {
    ticks as f64 / NANOS
}

/// A clock for one run.
///
/// ```
/// use loopscope_engine::core::Clock;
/// use loopscope_protocol::ClockMode;
/// use std::time::Duration;
///
/// let clock = Clock::new(ClockMode::Virtual);
/// assert_eq!(clock.read(), 1_000);
/// clock.sleep(Duration::from_secs(3600)); // costs nothing
/// assert_eq!(clock.peek(), 3_600_000_001_000);
/// ```
#[derive(Debug)]
pub struct Clock {
    mode: ClockMode,
    /// Virtual time; once real, the time at which it became real.
    ticks: AtomicU64,
    /// Set when the clock is real: the instant that `ticks` belongs to.
    real: OnceLock<Instant>,
    /// Real nanoseconds for which the user held the program.
    held: AtomicU64,
    /// Who sleeps by it while it is virtual and there are several threads.
    sleepers: Sleepers,
}

impl Clock {
    /// A clock at 0. With [`ClockMode::Auto`] it is virtual until [`Clock::go_real`].
    #[must_use]
    pub fn new(mode: ClockMode) -> Self {
        let clock = Self {
            mode,
            ticks: AtomicU64::new(0),
            real: OnceLock::new(),
            held: AtomicU64::new(0),
            sleepers: Sleepers::default(),
        };
        if mode == ClockMode::Real {
            clock.start_real();
        }
        clock
    }

    fn start_real(&self) {
        #[expect(clippy::disallowed_methods, reason = "the clock is where time comes from")]
        let _ = self.real.set(Instant::now());
    }

    /// How the clock was asked to be.
    #[must_use]
    pub const fn mode(&self) -> ClockMode {
        self.mode
    }

    /// Whether it is virtual now.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.real.get().is_none()
    }

    /// A real outside source appears: an automatic clock becomes real. Says whether it just did.
    pub fn go_real(&self) -> bool {
        if self.mode == ClockMode::Auto && self.is_virtual() {
            self.start_real();
            true
        } else {
            false
        }
    }

    /// The time now, for the program: a look that the virtual clock counts.
    #[inline]
    pub fn read(&self) -> Ticks {
        if self.real.get().is_none() {
            self.ticks.fetch_add(READ_COST, Ordering::Relaxed) + READ_COST
        } else {
            self.peek()
        }
    }

    /// The time now, for a record: a look that nobody counts.
    #[inline]
    pub fn peek(&self) -> Ticks {
        let base = self.ticks.load(Ordering::Relaxed);
        match self.real.get() {
            None => base,
            Some(start) => {
                let passed = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
                base + passed.saturating_sub(self.held.load(Ordering::Relaxed))
            }
        }
    }

    /// Nothing happens for this long.
    pub fn sleep(&self, length: Duration) {
        if self.is_virtual() {
            self.advance(length);
        } else {
            #[expect(clippy::disallowed_methods, reason = "the clock is where waiting happens")]
            std::thread::sleep(length);
        }
    }

    /// Moves the virtual clock.
    pub fn advance(&self, length: Duration) {
        let nanos = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX / 2);
        self.ticks.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Moves the virtual clock to that time, unless it is past that already.
    pub(super) fn advance_to(&self, ticks: Ticks) {
        if self.is_virtual() {
            self.ticks.fetch_max(ticks, Ordering::Relaxed);
        }
    }

    /// Moves the virtual clock by a poll's timeout as CPython's epoll selector takes it: rounded up
    /// to whole milliseconds.
    pub fn advance_poll(&self, timeout: f64) {
        self.advance(poll_timeout(timeout));
    }

    /// The virtual time now; `None`: it is real.
    pub(crate) fn moment(&self) -> Option<Ticks> {
        self.is_virtual().then(|| self.ticks.load(Ordering::Relaxed))
    }

    /// What was done since that moment has taken no time, if time is still virtual.
    pub(crate) fn go_back_to(&self, moment: Option<Ticks>) {
        if let Some(ticks) = moment.filter(|_| self.is_virtual()) {
            self.ticks.store(ticks, Ordering::Relaxed);
        }
    }

    /// Real time that the user held the program for does not count.
    pub fn not_counted(&self, held: Duration) {
        if !self.is_virtual() {
            let nanos = u64::try_from(held.as_nanos()).unwrap_or(0);
            self.held.fetch_add(nanos, Ordering::Relaxed);
        }
    }
}

/// A timeout in seconds, rounded up to whole milliseconds.
#[must_use]
pub(crate) fn poll_timeout(timeout: f64) -> Duration {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    let millis = (timeout.clamp(0.0, 1e9) * 1e3).ceil() as u64;
    Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_moves_the_virtual_clock_and_a_peek_does_not() {
        let clock = Clock::new(ClockMode::Auto);
        assert_eq!((clock.read(), clock.read()), (1_000, 2_000));
        assert_eq!((clock.peek(), clock.peek()), (2_000, 2_000));
    }

    #[test]
    fn a_poll_is_rounded_up_to_milliseconds() {
        let clock = Clock::new(ClockMode::Virtual);
        clock.advance_poll(0.000_1);
        assert_eq!(clock.peek(), 1_000_000);
        clock.advance_poll(1.0);
        assert_eq!(clock.peek(), 1_001_000_000);
    }

    #[test]
    fn it_goes_real_once_and_from_where_it_was() {
        let clock = Clock::new(ClockMode::Auto);
        clock.sleep(Duration::from_secs(100));
        assert!(clock.go_real());
        assert!(!clock.go_real());
        let now = clock.read();
        assert!((100_000_000_000..101_000_000_000).contains(&now), "{now}");
    }

    #[test]
    fn a_virtual_clock_that_is_insisted_on_stays_virtual() {
        let clock = Clock::new(ClockMode::Virtual);
        assert!(!clock.go_real());
        assert!(clock.is_virtual());
    }
}
