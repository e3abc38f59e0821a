//! Who sleeps by the virtual clock, and until when: time passes at once to the earliest of them,
//! but only while nobody is at work.
//!
//! A thread that works takes none of the virtual time, however long it takes. So nobody may pass
//! the time at which it would have acted: who sleeps waits for it, as long as its own sleep would
//! take by the machine's clock and no longer, since the thread may wait for something outside.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use loopscope_protocol::Ticks;
use parking_lot::{Condvar, Mutex};

use super::Clock;

/// How long one that sleeps waits before it looks again whether others are at work, at first...
pub(crate) const FIRST_LOOK: Duration = Duration::from_millis(1);
/// ...and in the end.
pub(crate) const LAST_LOOK: Duration = Duration::from_millis(16);

/// All that sleep by one clock.
#[derive(Debug, Default)]
pub(super) struct Sleepers {
    until: Mutex<BTreeMap<u64, Ticks>>,
    moved: Condvar,
    last: AtomicU64,
}

/// One that sleeps, as long as this is there.
#[derive(Debug)]
pub(crate) struct Sleeper<'a> {
    clock: &'a Clock,
    id: u64,
    until: Ticks,
}

impl Clock {
    /// Somebody falls asleep for that long; `None`: until it is woken.
    pub(crate) fn fall_asleep(&self, length: Option<Duration>) -> Sleeper<'_> {
        let length = length.and_then(|length| u64::try_from(length.as_nanos()).ok());
        let until = length.map_or(Ticks::MAX, |length| self.peek().saturating_add(length));
        let id = self.sleepers.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.sleepers.until.lock().insert(id, until);
        Sleeper { clock: self, id, until }
    }

    /// This one sleeps no more: it was woken before its time, and is at work again.
    pub(crate) fn wake(&self, sleeper: u64) {
        self.sleepers.until.lock().remove(&sleeper);
    }
}

impl Sleeper<'_> {
    /// Its number, by which it is [woken](Clock::wake).
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    /// Whether all of the `others` sleep that neither wait for each other nor are gone.
    ///
    /// They are counted after those that sleep: one that made another go on and fell asleep then
    /// is not taken for both.
    pub(crate) fn is_alone(&self, others: impl FnOnce() -> usize) -> bool {
        let until = self.clock.sleepers.until.lock();
        self.asleep(&until).count() >= others()
    }

    /// Lets time pass, if nobody else is at work: to the end of this sleep, or of an earlier one.
    /// Says whether this one is over.
    pub(crate) fn pass(&self, others: impl FnOnce() -> usize) -> bool {
        let until = self.clock.sleepers.until.lock();
        if self.is_over() {
            return true;
        }
        if self.asleep(&until).count() < others() {
            return false;
        }
        let earliest = self.asleep(&until).min().unwrap_or(Ticks::MAX);
        self.clock.advance_to(earliest.min(self.until));
        self.clock.sleepers.moved.notify_all();
        self.is_over()
    }

    /// Its time has come, whatever others do.
    pub(crate) fn end(&self) {
        let _until = self.clock.sleepers.until.lock();
        self.clock.advance_to(self.until);
        self.clock.sleepers.moved.notify_all();
    }

    /// Waits until time passes, or that long by the machine's clock.
    pub(crate) fn wait(&self, length: Duration) {
        let mut until = self.clock.sleepers.until.lock();
        if !self.is_over() {
            let _ = self.clock.sleepers.moved.wait_for(&mut until, length);
        }
    }

    fn is_over(&self) -> bool {
        self.clock.peek() >= self.until
    }

    /// The ends of the sleeps of others that are not over.
    fn asleep(&self, until: &BTreeMap<u64, Ticks>) -> impl Iterator<Item = Ticks> {
        let now = self.clock.peek();
        until.iter().filter(move |&(&id, &end)| id != self.id && end > now).map(|(_, &end)| end)
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.wake(self.id);
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::ClockMode;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn clock() -> Clock {
        Clock::new(ClockMode::Virtual)
    }

    #[test]
    fn who_is_alone_passes_to_the_end_at_once() {
        let clock = clock();
        let sleeper = clock.fall_asleep(Some(SECOND));
        assert!(sleeper.is_alone(|| 0));
        assert!(sleeper.pass(|| 0));
        assert_eq!(clock.peek(), 1_000_000_000);
    }

    #[test]
    fn nobody_passes_the_time_of_one_that_is_at_work() {
        let clock = clock();
        let sleeper = clock.fall_asleep(Some(SECOND));
        assert!(!sleeper.is_alone(|| 1));
        assert!(!sleeper.pass(|| 1));
        assert_eq!(clock.peek(), 0);
        sleeper.end();
        assert_eq!(clock.peek(), 1_000_000_000);
    }

    #[test]
    fn the_earliest_of_all_that_sleep_wakes_first() {
        let clock = clock();
        let late = clock.fall_asleep(Some(SECOND * 3));
        let early = clock.fall_asleep(Some(SECOND));
        // Two threads beside each: one sleeps, and one waits for ever.
        let for_ever = clock.fall_asleep(None);
        assert!(!late.pass(|| 2), "the other is over first");
        assert_eq!(clock.peek(), 1_000_000_000);
        assert!(!late.pass(|| 2), "the other has woken, and is at work");
        assert!(early.pass(|| 2));
        drop(early);
        assert!(late.pass(|| 1));
        assert_eq!(clock.peek(), 3_000_000_000);
        drop(for_ever);
    }

    #[test]
    fn one_that_was_woken_is_at_work() {
        let clock = clock();
        let sleeper = clock.fall_asleep(Some(SECOND));
        let other = clock.fall_asleep(None);
        assert!(sleeper.is_alone(|| 1));
        clock.wake(other.id());
        assert!(!sleeper.is_alone(|| 1));
    }
}
