//! What is looked at besides the records: what the processor does, the program's own log, and how
//! long to wait when nothing comes.

use std::time::{Duration, Instant};

use loopscope_model::link::{LinkState, Processor};
use loopscope_protocol::RemarkKind;
use probe_rs::rtt::{Error as RttError, Rtt, ScanRegion};
use probe_rs::{Core, CoreStatus, HaltReason, MemoryInterface};

use super::super::futures::Futures;
use super::super::host::Host;
use super::super::logs::Format;
use super::fault::Faults;
use super::{ServeEnd, away};

/// How often the processor's state is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How long to wait when nothing came: at first, and at most.
const SHORT: Duration = Duration::from_micros(300);
const LONG: Duration = Duration::from_millis(4);

/// How much is read at once.
const PIECE: usize = 1 << 14;

/// The register that tells what the processor does.
const DHCSR: u64 = 0xe000_edf0;
const IS_HALTED: u32 = 1 << 17;
const IS_SLEEPING: u32 = 1 << 18;
const IS_LOCKED_UP: u32 = 1 << 19;
const WAS_RESET: u32 = 1 << 25;

/// What is looked at besides the records.
pub(super) struct Watch {
    log_block: Option<u64>,
    logs: Option<Rtt>,
    looked: Option<Instant>,
    halted: bool,
    faults: Faults,
    /// Where the tasks lie, once that was asked for.
    futures: Option<Futures>,
    wait: Duration,
    pub(super) piece: Vec<u8>,
}

impl Watch {
    pub(super) fn new(log_block: Option<u64>) -> Self {
        Self {
            log_block,
            logs: None,
            looked: None,
            halted: false,
            faults: Faults::default(),
            futures: None,
            wait: SHORT,
            piece: vec![0; PIECE],
        }
    }

    /// Looks now and then at what the processor does, or `now`. True: it was reset.
    pub(super) fn look(
        &mut self,
        host: &mut Host<'_>,
        core: &mut Core<'_>,
        now: bool,
    ) -> Result<bool, ServeEnd> {
        if !now && self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return Ok(false);
        }
        let first = self.looked.replace(Instant::now()).is_none();
        let (processor, was_reset) = state_of(core).map_err(|error| away(&error))?;
        let halted = matches!(processor, Processor::Halted(_));
        if halted != self.halted {
            self.halted = halted;
            let text = match &processor {
                Processor::Halted(why) => format!("The processor is halted: {why}."),
                _ => "The processor runs again.".to_owned(),
            };
            host.remark(RemarkKind::Processor, &text);
            if halted {
                self.tell_futures(host, core);
            }
        }
        let elf = host.firmware.as_deref().map_or(&[][..], |firmware| &firmware.bytes);
        if let Some(text) = self.faults.look(core, elf).map_err(|error| away(&error))? {
            host.remark(RemarkKind::Processor, &text);
        }
        let processor = match self.faults.state() {
            // What holds it there is told as well.
            Some(fault) if !halted => Processor::Faulted(fault),
            _ => processor,
        };
        host.note(|status| status.state = LinkState::Up(processor));
        if self.log_block.is_some() && self.logs.is_none() {
            self.attach_logs(core)?;
        }
        // A reset from before we came is not reported.
        Ok(was_reset && !first)
    }

    /// Says where each task of embassy stands.
    fn tell_futures(&mut self, host: &mut Host<'_>, core: &mut Core<'_>) {
        let Some(firmware) = host.firmware.clone() else { return };
        let futures =
            self.futures.get_or_insert_with(|| Futures::of(&firmware.bytes, &firmware.pools));
        let sentences = futures.stand(|at, size| {
            let mut bytes = [0; 8];
            core.read_8(at, bytes.get_mut(..size)?).ok()?;
            Some(u64::from_le_bytes(bytes))
        });
        for sentence in sentences {
            host.remark(RemarkKind::Processor, &sentence);
        }
    }

    /// The program starts its own RTT anew.
    pub(super) fn forget_logs(&mut self, log_block: Option<u64>) {
        self.log_block = log_block;
        self.logs = None;
        // It may be another program.
        self.futures = None;
    }

    /// The program may start its own RTT later than the agent.
    fn attach_logs(&mut self, core: &mut Core<'_>) -> Result<(), ServeEnd> {
        let Some(block) = self.log_block else { return Ok(()) };
        match Rtt::attach_region(core, &ScanRegion::Exact(block)) {
            Ok(rtt) => self.logs = Some(rtt),
            Err(RttError::Probe(error)) => return Err(away(&error)),
            Err(_) => {}
        }
        Ok(())
    }

    pub(super) fn read_log(
        &mut self,
        host: &mut Host<'_>,
        core: &mut Core<'_>,
    ) -> Result<usize, ServeEnd> {
        let Some(rtt) = &mut self.logs else { return Ok(0) };
        let mut all = 0;
        for (number, up) in rtt.up_channels.iter_mut().enumerate() {
            let format = Format::of(up.name());
            // What another tool is to read stays there for it.
            if format == Format::Other {
                continue;
            }
            match up.read(core, &mut self.piece) {
                Ok(0) => {}
                Ok(got) => {
                    all += got;
                    host.log(number, format, &self.piece[..got]);
                }
                Err(RttError::Probe(error)) => return Err(away(&error)),
                // It is found again at the next look.
                Err(_) => {
                    self.logs = None;
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Waits a little if nothing came, and longer the longer that lasts.
    pub(super) fn wait(&mut self, host: &mut Host<'_>, came: bool) {
        host.idle();
        if came {
            self.wait = SHORT;
            return;
        }
        std::thread::sleep(self.wait);
        self.wait = (self.wait * 2).min(LONG);
    }
}

/// What the processor does, and whether it was reset since the last look.
fn state_of(core: &mut Core<'_>) -> Result<(Processor, bool), probe_rs::Error> {
    let mut was_reset = false;
    if core.core_type().is_cortex_m() {
        let status = core.read_word_32(DHCSR)?;
        was_reset = status & WAS_RESET != 0;
        let running = match status {
            _ if status & IS_LOCKED_UP != 0 => {
                let why = "it is locked up, by a fault inside a fault handler".to_owned();
                return Ok((Processor::Halted(why), was_reset));
            }
            _ if status & IS_HALTED != 0 => None,
            _ if status & IS_SLEEPING != 0 => Some(Processor::Sleeping),
            _ => Some(Processor::Running),
        };
        if let Some(running) = running {
            return Ok((running, was_reset));
        }
    }
    let processor = match core.status()? {
        CoreStatus::Running | CoreStatus::Unknown => Processor::Running,
        CoreStatus::Sleeping => Processor::Sleeping,
        CoreStatus::LockedUp => Processor::Halted("it is locked up".to_owned()),
        CoreStatus::Halted(reason) => {
            let pc = core.read_core_reg::<u32>(core.program_counter());
            let place = pc.map_or_else(|_| String::new(), |pc| format!(" at {pc:#010x}"));
            let why = match reason {
                HaltReason::Breakpoint(_) => "a breakpoint was reached",
                HaltReason::Exception => "an exception or a reset was caught",
                HaltReason::Watchpoint => "a watchpoint was reached",
                HaltReason::Step => "a debugger stepped it",
                HaltReason::Request => "a debugger holds it",
                HaltReason::External => "something outside holds it",
                HaltReason::Multiple | HaltReason::Unknown => "the reason is not known",
            };
            Processor::Halted(format!("{why}{place}"))
        }
    };
    Ok((processor, was_reset))
}
