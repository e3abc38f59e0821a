//! How much of the machine's time other threads had to work in: what has passed, less what they had
//! to wait for a processor because the machine does other things.
//!
//! Without that a thread that is held up on a busy machine would be passed by the virtual clock, and
//! the same program would do something else there.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

/// The folder in which Linux tells of this process's threads. Where there is none, nobody is known
/// to have waited.
const THREADS: &str = "/proc/self/task";

/// For how long each thread has waited for a processor since it began, by its number.
type Delays = BTreeMap<i32, Duration>;

/// A stretch of the machine's time.
#[derive(Debug)]
pub(crate) struct WorkTime {
    since: Instant,
    looks: u32,
    before: Delays,
}

impl WorkTime {
    /// One that begins now.
    pub(crate) fn begin() -> Self {
        #[expect(clippy::disallowed_methods, reason = "other threads work in real time")]
        let since = Instant::now();
        Self { since, looks: 0, before: Delays::new() }
    }

    /// How much is left of that length; none of it once each of the other threads has had that long
    /// to work in.
    pub(crate) fn left(&mut self, length: Duration) -> Duration {
        self.looks = self.looks.saturating_add(1);
        // Most are over at the first look. A thread that begins later has not waited before.
        if self.looks == 2 {
            self.before = delays();
        }
        let passed = self.since.elapsed();
        let left = length.saturating_sub(passed);
        if !left.is_zero() || self.looks < 2 {
            return left;
        }
        length.saturating_sub(passed.saturating_sub(longest(&self.before, &delays())))
    }
}

/// The longest that one of them has waited since before.
fn longest(before: &Delays, now: &Delays) -> Duration {
    let since = |(thread, delay): (&i32, &Duration)| {
        delay.saturating_sub(before.get(thread).copied().unwrap_or_default())
    };
    now.iter().map(since).max().unwrap_or_default()
}

/// What all threads but this one have waited.
fn delays() -> Delays {
    let ours = rustix::thread::gettid().as_raw_pid();
    let Ok(threads) = fs::read_dir(THREADS) else { return Delays::new() };
    let numbers = threads.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|number| *number != ours)
        .filter_map(|number| {
            let text = fs::read_to_string(format!("{THREADS}/{number}/schedstat")).ok()?;
            Some((number, waited(&text)?))
        })
        .collect()
}

/// The second of the three numbers: nanoseconds for which it could have run and did not.
fn waited(schedstat: &str) -> Option<Duration> {
    schedstat.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_has_waited_is_the_second_number() {
        assert_eq!(waited("57 12879 1\n"), Some(Duration::from_nanos(12_879)));
        assert_eq!(waited(""), None);
    }

    #[test]
    fn the_one_that_was_held_up_longest_counts_and_a_new_one_as_a_whole() {
        let second = Duration::from_secs(1);
        let before = Delays::from([(1, second * 5), (2, second)]);
        assert_eq!(longest(&before, &before), Duration::ZERO);
        let now = Delays::from([(1, second * 6), (2, second * 3), (3, second / 2)]);
        assert_eq!(longest(&before, &now), second * 2);
        let now = Delays::from([(1, second * 5), (3, second * 7)]);
        assert_eq!(longest(&before, &now), second * 7);
    }

    #[test]
    fn it_is_over_after_its_length_where_nobody_else_works() {
        let mut time = WorkTime::begin();
        assert_eq!(time.left(Duration::ZERO), Duration::ZERO);
        assert!(!time.left(Duration::from_secs(1000)).is_zero());
    }
}
