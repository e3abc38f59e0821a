//! MicroPython's millisecond ticks: numbers that wrap, so that only their difference means
//! anything.

use loopscope_protocol::Ticks;

/// After that many milliseconds the count begins again: a little over 12 days. It is the period of
/// the 32-bit ports, which are the ones that programs meet on boards.
pub const PERIOD: u32 = 1 << 30;

/// Two ticks can be told apart only if they are nearer to each other than this.
const HALF: i64 = (PERIOD / 2) as i64;

const NANOS: u64 = 1_000_000;

/// A point in time as `time.ticks_ms()` gives it: 0 up to [`PERIOD`].
///
/// ```
/// use loopscope_engine::core::Millis;
///
/// let before = Millis::wrapped(-2);
/// let after = before.add(5).unwrap();
/// assert_eq!(after.value(), 3);
/// assert_eq!(after.since(before), 5); // although 3 is the smaller number
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Millis(u32);

/// A delay that the period is too short for: `ticks interval overflow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ticks interval overflow")]
pub struct TooFar;

impl Millis {
    /// The ticks of a count that does not wrap.
    #[must_use]
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "that is wrapping")]
    pub const fn wrapped(millis: i64) -> Self {
        Self(millis as u32 & (PERIOD - 1))
    }

    /// The ticks at a time of the run's clock.
    #[must_use]
    pub fn at(time: Ticks) -> Self {
        Self::wrapped(whole(time))
    }

    /// The number that the program sees.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// `ticks_diff(self, earlier)`: how much later `self` is, negative if it is earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        let forward = i64::from(self.0) - i64::from(earlier.0) + HALF;
        (forward & i64::from(PERIOD - 1)) - HALF
    }

    /// `ticks_add(self, delta)`.
    pub const fn add(self, delta: i64) -> Result<Self, TooFar> {
        if delta <= -HALF || delta >= HALF {
            return Err(TooFar);
        }
        Ok(Self::wrapped(self.0 as i64 + delta))
    }
}

/// A time of the run's clock in whole milliseconds.
#[must_use]
pub(crate) fn whole(time: Ticks) -> i64 {
    i64::try_from(time / NANOS).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_a_period_is_too_far() {
        let now = Millis::wrapped(7);
        assert_eq!(now.add(HALF), Err(TooFar));
        assert_eq!(now.add(-HALF), Err(TooFar));
        assert_eq!(now.add(HALF - 1).map(|later| later.since(now)), Ok(HALF - 1));
        assert_eq!(TooFar.to_string(), "ticks interval overflow");
    }

    #[test]
    fn the_clock_counts_whole_milliseconds() {
        assert_eq!(Millis::at(0), Millis::at(999_999));
        assert_eq!(Millis::at(1_000_000).value(), 1);
        assert_eq!(Millis::at(u64::from(PERIOD) * NANOS).value(), 0);
    }

    proptest! {
        #[test]
        fn a_difference_is_what_was_added(start in any::<i64>(), delta in 1 - HALF..HALF) {
            let start = Millis::wrapped(start);
            let there = start.add(delta).unwrap();
            prop_assert!(there.value() < PERIOD);
            prop_assert_eq!(there.since(start), delta);
            prop_assert_eq!(start.since(there), -delta);
        }
    }
}
