//! What decides among timers that are due at the same time, for whoever keeps such a heap: the loop, and
//! whoever foretells what the loop will do.

use crate::Ties;

/// What breaks ties, one timer after the other.
///
/// ```
/// use loopscope_protocol::{TieBreaker, Ties};
///
/// let mut breaker = TieBreaker::new(0);
/// assert_eq!([0, 1].map(|_| breaker.next(Ties::Fifo)), [1, 2]);
/// // By chance, but the same chance each time.
/// assert_eq!(TieBreaker::new(7).next(Ties::Shuffle), TieBreaker::new(7).next(Ties::Shuffle));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TieBreaker {
    /// How many timers there were.
    pub count: u64,
    /// The state of what breaks ties by chance.
    pub random: u64,
}

impl TieBreaker {
    /// Before the first timer. `seed` is for [`Ties::Shuffle`].
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { count: 0, random: seed ^ 0x9e37_79b9_7f4a_7c15 }
    }

    /// The next timer's number: of two that are due at the same time, the lower one comes first. Where
    /// these are equal too, it is what the heap's moves make it.
    pub const fn next(&mut self, ties: Ties) -> u64 {
        self.count += 1;
        match ties {
            Ties::Heapq => 0,
            Ties::Fifo => self.count,
            Ties::Shuffle => {
                // xorshift64*: reproducible, and good enough to surprise.
                self.random ^= self.random >> 12;
                self.random ^= self.random << 25;
                self.random ^= self.random >> 27;
                self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
            }
        }
    }
}
