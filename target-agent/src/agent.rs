//! The one agent of a program: its emitter, its control channel, and how both are started.

use core::cell::Cell;

use critical_section::Mutex;
use loopscope_protocol::Dialect;

use crate::control::Control;
use crate::emitter::Emitter;
use crate::rtt::{_LOOPSCOPE_RTT, Ring};
use crate::{Hold, Source, clock};

/// What a program says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How often the clock's counter counts in a second.
    pub clock_hz: u32,
    /// How many times that unit is halved to make a tick: a tick of about a microsecond keeps the
    /// records short. `clock_hz` must be divisible by 2 to this power.
    pub shift: u32,
    /// Whose rules the scheduler follows.
    pub dialect: Dialect,
}

impl Config {
    /// Ticks in a second.
    pub const fn ticks_per_second(&self) -> u32 {
        self.clock_hz >> self.shift
    }

    /// Whole milliseconds in so many ticks.
    fn milliseconds(&self, ticks: u64) -> u64 {
        ticks * 1000 / u64::from(self.ticks_per_second().max(1))
    }

    /// For a clock of that frequency, with ticks between half a microsecond and one.
    ///
    /// ```
    /// use loopscope_agent::{Config, protocol::Dialect};
    /// let config = Config::new(64_000_000, Dialect::Other);
    /// assert_eq!(config.ticks_per_second(), 1_000_000);
    /// ```
    pub const fn new(clock_hz: u32, dialect: Dialect) -> Self {
        let mut shift = 0;
        while clock_hz >> shift >= 2_000_000 && (clock_hz >> shift) % 2 == 0 {
            shift += 1;
        }
        Self { clock_hz, shift, dialect }
    }
}

#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) emitter: Emitter,
    pub(crate) control: Control,
    pub(crate) config: Cell<Config>,
}

pub(crate) static AGENT: Mutex<Agent> = Mutex::new(Agent {
    emitter: Emitter::new(&_LOOPSCOPE_RTT.up),
    control: Control::new(&_LOOPSCOPE_RTT.down),
    config: Cell::new(Config { clock_hz: 1, shift: 0, dialect: Dialect::Other }),
});

/// Opens the two rings: from now on events are recorded, and time counts from here. To be called
/// once, before the first event, and after the clock was started.
pub fn init<const UP: usize, const DOWN: usize>(
    up: &'static Ring<UP>,
    down: &'static Ring<DOWN>,
    config: Config,
) {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.config.set(config);
        agent.emitter.open(up.bytes(), config.shift, clock::now());
        agent.control.open(down.bytes());
        _LOOPSCOPE_RTT.open(up.bytes(), down.bytes());
    });
}

/// Ticks since [`init`].
pub fn ticks() -> u64 {
    critical_section::with(|cs| AGENT.borrow(cs).emitter.ticks(clock::now()))
}

/// Milliseconds since [`init`].
pub fn milliseconds() -> u64 {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.config.get().milliseconds(agent.emitter.ticks(clock::now()))
    })
}

/// Milliseconds from [`init`] to the last event.
pub(crate) fn milliseconds_of_last_event() -> u64 {
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.config.get().milliseconds(agent.emitter.last_ticks())
    })
}

/// Answers the host: to be called before each task and, again and again, while nothing is due.
///
/// It takes in requests as far as they have come, answers those that can be answered, sends a
/// snapshot of `source` if the host asked for one, and tells a gap if there is room now. It never
/// waits. Where it returns [`Hold::Yes`] the host wants the source to hold: run no task, and call
/// it again.
pub fn poll(source: &dyn Source) -> Hold {
    let snapshot = critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.emitter.idle(clock::now());
        agent.control.serve(&agent.emitter, &agent.config.get(), source.room())
    });
    if snapshot {
        crate::control::snapshot(source);
    }
    critical_section::with(|cs| {
        let agent = AGENT.borrow(cs);
        agent.control.hold(&agent.emitter)
    })
}
