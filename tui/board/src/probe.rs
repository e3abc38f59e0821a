//! The link over a debug probe, by probe-rs.
//!
//! The processor is not stopped, but for a moment when probe-rs attaches and leaves, and once for each
//! fault. What is written: the read offset of a ring, requests into the down ring, and debug
//! registers that the program cannot see.

mod fault;
mod identity;
mod resets;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, WireProtocol};
use probe_rs::rtt::{Error as RttError, Rtt, ScanRegion};
use probe_rs::{Core, MemoryInterface, Permissions, Session};

use loopscope_virtual_probe::Console;

use super::elf::Firmware;
use super::host::{End, Host};
use super::{Refusal, Wired, chips};
use watch::Watch;

/// How long a program may take to start the agent.
const START_UP: Duration = Duration::from_secs(5);

/// A reset shows in two ways, which so much later are two resets.
const ONE_RESET: Duration = Duration::from_secs(1);

/// A program that has started again shows so in its ring, before it sends so much later.
const UNREAD: Duration = Duration::from_millis(150);

/// How long to wait between attempts to reach a board that is away.
const AGAIN: Duration = Duration::from_millis(300);

/// What the agent's two channels are called.
const CHANNEL: &str = "loopscope";

/// What probe-rs says it may not do with a chip that is locked.
const ERASING: &str = "erase_all";

/// How long a processor may be halted before it counts as held.
const HALTED: Duration = Duration::from_millis(300);

/// Where the read offset of the first up channel is in a control block of a 32-bit processor.
const READ_OFFSET: u64 = 24 + 16;

/// Why serving ended.
enum ServeEnd {
    /// It was asked to.
    Asked,
    /// The probe or the board does not answer.
    Away(String),
    /// It cannot begin.
    Refused(Refusal),
    /// Its program has ended by itself, with this exit code.
    Exited(u8),
}

impl From<Refusal> for ServeEnd {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A board that is being attended.
struct Board<'a> {
    firmware: Arc<Firmware>,
    wired: &'a Wired,
    protocol: WireProtocol,
    /// What to call the ELF file.
    shown: String,
    block: u64,
    flash: bool,
    start: bool,
    /// How far the up ring was read, modulo its size.
    at: u64,
    /// When the last reset was noticed.
    restarted: Option<Instant>,
    /// When the processor has told of a reset that the ring has not shown yet.
    unread: Option<Instant>,
}

/// Attends a board until it is gone or we are to stop.
pub(super) fn attend(host: &mut Host<'_>, wired: &Wired) -> End {
    let mut board = match prepare(host, wired) {
        Ok(board) => board,
        Err(refusal) => return End::Refused(refusal),
    };
    let selector = match chips::selector(wired.probe.as_deref()) {
        Ok(selector) => selector,
        Err(refusal) => return End::Refused(refusal),
    };
    let mut lost_since: Option<Instant> = None;
    loop {
        let ended = match open(&selector, &wired.chip, board.protocol) {
            Ok(mut session) => {
                let back = lost_since.is_some();
                board.serve(host, &mut session, &mut lost_since, back)
            }
            Err(refusal) => ServeEnd::Refused(refusal),
        };
        let why = match ended {
            ServeEnd::Asked => return End::Asked,
            ServeEnd::Exited(code) => return End::Exited(code),
            ServeEnd::Refused(refusal) if !host.was_up() => return End::Refused(refusal),
            ServeEnd::Refused(refusal) => {
                if lost_since.is_none() {
                    host.away(&format!("The records cannot be read any more: {}.", refusal.text));
                }
                refusal.text
            }
            ServeEnd::Away(why) if !host.was_up() => {
                return End::Refused(Refusal::unreachable(format!(
                    "the board does not answer: {why}; look at its power and its wires"
                )));
            }
            ServeEnd::Away(why) => {
                if lost_since.is_none() {
                    host.away(&format!("The link to the board is lost: {why}. Trying again."));
                }
                why
            }
        };
        let since = *lost_since.get_or_insert_with(Instant::now);
        if since.elapsed() > host.options.patience {
            return End::Lost(format!(
                "The board did not come back within {} s: {why}; look at the probe and attach again.",
                host.options.patience.as_secs()
            ));
        }
        host.pause(AGAIN);
        if host.is_to_stop() {
            return End::Asked;
        }
    }
}

fn prepare<'a>(host: &Host<'_>, wired: &'a Wired) -> Result<Board<'a>, Refusal> {
    let (Some(firmware), Some(path)) = (host.firmware.clone(), &host.options.elf) else {
        return Err(Refusal::words(
            "a probe needs the firmware's ELF file; name it with --elf, it is where `cargo build` put it",
        ));
    };
    let protocol = chips::wires(&wired.chip)?;
    let shown = path.display().to_string();
    let block = firmware.control_block(&shown)?;
    let (flash, start) = (wired.flash, wired.start);
    Ok(Board {
        firmware,
        wired,
        protocol,
        shown,
        block,
        flash,
        start,
        at: 0,
        restarted: None,
        unread: None,
    })
}

fn open(
    selector: &DebugProbeSelector,
    chip: &str,
    protocol: WireProtocol,
) -> Result<Session, Refusal> {
    let no_probe = |error: &dyn std::error::Error| {
        Refusal::unreachable(format!(
            "the probe {selector} cannot be opened: {}; plug it in, and end other programs that use it",
            all_of(error)
        ))
    };
    let mut probe = Lister::new().open(selector.clone()).map_err(|error| no_probe(&error))?;
    // A probe with only one protocol may refuse to choose.
    let chosen = probe.select_protocol(protocol);
    if let Err(error) = chosen
        && probe.protocol().is_none()
    {
        return Err(no_probe(&error));
    }
    probe.attach(chip, Permissions::default()).map_err(|error| {
        let text = all_of(&error);
        // Some chips can be attached only after they were erased, which nobody has asked for.
        if text.contains(ERASING) {
            return Refusal::unreachable(format!(
                "the board is no {chip}, or it is locked, and unlocking would erase it, which is not done here; look at the chip's name, or unlock it by its maker's tool"
            ));
        }
        Refusal::unreachable(format!(
            "the chip {chip} cannot be attached: {text}; look at its power, its wires and its name"
        ))
    })
}

/// An error in one line: what is closest to its cause. The layers above only say that something
/// was wrong.
fn all_of(error: &dyn std::error::Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        texts.push(cause.to_string());
        next = cause.source();
    }
    let from = texts.len().saturating_sub(2);
    let text = texts[from..].join(": ");
    // Some end in a full stop or a line's end, and one line is wanted.
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').replace(".:", ":")
}

/// What a program said, for the end of a sentence.
fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!("; it said: {said}") }
}

fn away(error: &dyn std::error::Error) -> ServeEnd {
    ServeEnd::Away(all_of(error))
}

impl Board<'_> {
    fn serve(
        &mut self,
        host: &mut Host<'_>,
        session: &mut Session,
        lost_since: &mut Option<Instant>,
        back: bool,
    ) -> ServeEnd {
        let other = match self.begin(host, session) {
            Ok(other) => other,
            Err(ended) => return ended,
        };
        let mut core = match session.core(0) {
            Ok(core) => core,
            Err(error) => return away(&error),
        };
        let (mut rtt, offset) = match self.find(host, &mut core) {
            Ok(found) => found,
            Err(ended) => return ended,
        };
        let first = !host.was_up();
        host.connected(offset == 0);
        *lost_since = None;
        let mut watch = Watch::new(self.firmware.log_block);
        if first {
            self.at = offset;
        } else if let Some(firmware) = other {
            self.changed(host, firmware, &mut watch);
        } else if offset != self.at {
            self.moved(host, offset, &mut watch);
        }
        if back {
            host.back("The board is back.");
        }
        loop {
            match self.round(host, &mut core, &mut rtt, &mut watch) {
                Ok(true) => {}
                Ok(false) => return ServeEnd::Asked,
                Err(ended) => return ended,
            }
        }
    }

    /// Waits for the agent's control block. Gives how far its up ring is read, too.
    fn find(&self, host: &Host<'_>, core: &mut Core<'_>) -> Result<(Rtt, u64), ServeEnd> {
        let since = Instant::now();
        loop {
            match Rtt::attach_region(core, &ScanRegion::Exact(self.block)) {
                Ok(rtt) if rtt.up_channels.iter().all(|up| up.name() != Some(CHANNEL)) => {}
                Ok(rtt) => {
                    let read = core.read_word_32(self.block + READ_OFFSET);
                    return read
                        .map(|offset| (rtt, u64::from(offset)))
                        .map_err(|error| away(&error));
                }
                Err(RttError::Probe(error)) => return Err(away(&error)),
                Err(_) => {}
            }
            if host.is_to_stop() {
                return Err(ServeEnd::Asked);
            }
            if let Some(code) = host.options.console.as_ref().and_then(Console::exit) {
                return Err(Refusal::unreachable(format!(
                    "the program has ended with exit code {code} before it called `loopscope_agent::init`{}",
                    quoted(&host.said_so_far())
                ))
                .into());
            }
            if since.elapsed() > HALTED && core.core_halted().unwrap_or(false) {
                return Err(Refusal::unreachable(
                    "the processor is halted, so its program does not run; let it run, by a reset of the board or by --control",
                )
                .into());
            }
            if since.elapsed() > START_UP {
                if let Some(fault) = fault::Fault::active(core).map_err(|error| away(&error))? {
                    let place =
                        fault::place(core, &self.firmware.bytes).map_err(|error| away(&error))?;
                    let at = place.map_or_else(String::new, |place| format!(", at {place}"));
                    return Err(Refusal::unreachable(format!(
                        "the program is in its {fault} handler{at}, so it has not started the agent; look there"
                    ))
                    .into());
                }
                return Err(Refusal::unreachable(format!(
                    "the board has not started the agent within {} s: its program has not called `loopscope_agent::init`, or waits for something before that{}",
                    START_UP.as_secs(),
                    self.what_is_missing()
                ))
                .into());
            }
            host.pause(Duration::from_millis(2));
        }
    }

    /// What a program that has not started the agent may lack besides.
    fn what_is_missing(&self) -> &'static str {
        if self.firmware.has_hooks {
            "; it has the hooks of `loopscope_agent::embassy!`, so embassy-executor may lack its feature `trace`, without which it calls none"
        } else {
            ""
        }
    }

    /// One look at the board. False: we are to stop.
    fn round(
        &mut self,
        host: &mut Host<'_>,
        core: &mut Core<'_>,
        rtt: &mut Rtt,
        watch: &mut Watch,
    ) -> Result<bool, ServeEnd> {
        let ended = host.exit();
        // After a reset the ring's offsets are 0. That is seen at the next read, unless they were.
        let known = self.restarted.is_some_and(|at| at.elapsed() < ONE_RESET);
        if watch.look(host, core, self.at == 0)? && !known {
            if self.at == 0 {
                self.again(host, core, rtt, watch)?;
            } else {
                self.unread.get_or_insert_with(Instant::now);
            }
        }
        let (mut got, mut stale) = (0, false);
        let records = rtt.up_channels.iter_mut().find(|up| up.name() == Some(CHANNEL));
        if let Some(up) = records {
            match up.read(core, &mut watch.piece) {
                Ok(length) => {
                    got = length;
                    if host.records(&watch.piece[..length]) {
                        self.noticed(watch);
                    }
                    let size = up.buffer_size().max(1) as u64;
                    self.at = (self.at + length as u64) % size;
                }
                Err(RttError::Probe(error)) => return Err(away(&error)),
                // The read pointer changed, or the block is not whole: the program began again.
                Err(_) => stale = true,
            }
        }
        if stale {
            self.again(host, core, rtt, watch)?;
        } else if got > 0 && self.unread.is_some_and(|at| at.elapsed() > UNREAD) {
            self.overwritten(host, core, watch)?;
        }
        got += watch.read_log(host, core)?;
        host.look_after();
        if !host.pending.is_empty()
            && let Some(down) =
                rtt.down_channels.iter_mut().find(|down| down.name() == Some(CHANNEL))
        {
            match down.write(core, &host.pending) {
                Ok(sent) => drop(host.pending.drain(..sent)),
                Err(RttError::Probe(error)) => return Err(away(&error)),
                // The next read finds out.
                Err(_) => {}
            }
        }
        if !host.hand_over() {
            return Ok(false);
        }
        // Its last records were read as well.
        if let (Some(code), 0) = (ended, got) {
            return Err(ServeEnd::Exited(code));
        }
        watch.wait(host, got > 0);
        Ok(true)
    }
}
