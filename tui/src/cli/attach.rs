//! `attach`, and boards as a source of `repl`: from options to a board.

use std::io::{IsTerminal, Write as _, stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use loopscope_board::demo::{self, Demo};
use loopscope_board::{AttachOptions, Fault, Refusal, Where, Wired, chips};
use loopscope_files::outputs::Files;
use loopscope_model::history::InMemory;
use loopscope_session::Session;
use loopscope_session::source::board::Board;
use loopscope_session::source::outlets::Outlets;
use loopscope_session::source::replay::Replay;
use loopscope_session::source::{Origin, Source};

use super::{AttachArgs, Shared, code, complain, open, printed, screen};
use crate::headless;
use crate::print;

/// How long a lost board may be away: on the screen, where somebody may look for the cable, and in
/// a script.
const ON_SCREEN: Duration = Duration::from_mins(5);
const IN_A_SCRIPT: Duration = Duration::from_secs(5);

/// The headings in the help.
pub(super) const WHICH: &str = "Which board";
const WHAT: &str = "What may be done to it";

/// How a board is found, and what may be done to it.
#[derive(Args, Clone, Debug, Default)]
#[allow(clippy::doc_markdown, reason = "help is shown as it is")]
pub(super) struct BoardArgs {
    /// The chip's name, as nRF52840_xxAA; a generic one such as Cortex-M4 does for watching
    #[arg(long, value_name = "NAME", help_heading = WHICH)]
    pub(super) chip: Option<String>,
    /// The firmware's ELF file
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub(super) elf: Option<PathBuf>,
    /// Which probe, as VID:PID or VID:PID:SERIAL; the only one by default
    #[arg(long, value_name = "PROBE", help_heading = WHICH)]
    pub(super) probe: Option<String>,
    /// A raw RTT stream, as OpenOCD and J-Link serve it
    #[arg(long, value_name = "HOST:PORT", help_heading = WHICH, conflicts_with_all = ["chip", "probe", "flash"])]
    pub(super) tcp: Option<String>,
    /// A file that holds such a stream
    #[arg(long, value_name = "FILE", help_heading = WHICH, conflicts_with_all = ["chip", "probe", "flash", "tcp", "control"])]
    pub(super) capture: Option<PathBuf>,
    /// A board without hardware: a bundled firmware in QEMU
    #[arg(long, help_heading = WHICH, conflicts_with_all = ["chip", "probe", "elf", "flash", "tcp", "capture"])]
    pub(super) demo: bool,
    /// Pause and step the board, not only watch it
    #[arg(long, help_heading = WHAT)]
    pub(super) control: bool,
    /// Write the firmware to the board first
    #[arg(long, help_heading = WHAT)]
    pub(super) flash: bool,
}

/// Why there is no board, and the exit code for it.
pub(super) struct NoBoard(pub(super) i32, pub(super) String);

impl From<Refusal> for NoBoard {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.kind {
            Fault::Words => code::USAGE,
            Fault::Mismatch => code::FAILED,
            Fault::Unreachable => code::LOST,
        };
        Self(code, refusal.text)
    }
}

impl BoardArgs {
    /// Whether a board is meant at all.
    pub(super) const fn is_meant(&self) -> bool {
        self.demo
            || self.chip.is_some()
            || self.elf.is_some()
            || self.probe.is_some()
            || self.tcp.is_some()
            || self.capture.is_some()
    }

    /// Attaches, or opens the recorded session of the demo where there is no QEMU.
    pub(super) fn open(&self, on_screen: bool) -> Result<Source, NoBoard> {
        let patience = if on_screen { ON_SCREEN } else { IN_A_SCRIPT };
        if self.demo && !Demo::is_possible() {
            complain(code::OK, demo::WITHOUT_QEMU);
            let from = Arc::new(InMemory::holding(demo::RECORDING.to_vec()));
            let replay = Replay::read(from, demo::RECORDING_NAME.to_owned()).map_err(|error| {
                NoBoard(code::FAILED, format!("the bundled recording cannot be read: {error}"))
            })?;
            return Ok(replay.into());
        }
        if self.demo {
            return Ok(Board::demo(patience, self.control)?.into());
        }
        // A recording has what came over the channel, and the names already.
        if let (Some(path), None) = (&self.capture, &self.elf)
            && path.is_file()
            && let Ok(Some(replay)) = Replay::open_if_it_is_one(path)
        {
            return Ok(replay.into());
        }
        let place = match (&self.tcp, &self.capture) {
            (Some(address), _) => Where::Tcp(address.clone()),
            (None, Some(path)) => Where::Capture(path.clone()),
            (None, None) => Where::Probe(Wired {
                chip: self.chip.clone().unwrap_or_default(),
                probe: self.probe.clone(),
                flash: self.flash,
                // Who may pause it may also let it run.
                start: self.control,
            }),
        };
        let options = AttachOptions { place, elf: self.elf.clone(), patience };
        Ok(Board::attach(options, self.control)?.into())
    }

    /// Makes ready to write what is asked for, before anything is done to the board.
    fn outlets(&self, shared: &Shared, mut files: Files) -> Result<Outlets, NoBoard> {
        for (path, what) in [(&self.elf, "the firmware"), (&self.capture, "the capture")] {
            if let Some(path) = path {
                files.reads(path, what);
            }
        }
        shared.outlets(files).map_err(|sentence| NoBoard(code::USAGE, sentence))
    }

    /// A session on the board.
    pub(super) fn session(
        &self,
        shared: &Shared,
        on_screen: bool,
        files: Files,
    ) -> Result<Session, NoBoard> {
        let outlets = self.outlets(shared, files)?;
        let source = self.open(on_screen)?;
        let folder = source.folder().map(Path::to_path_buf).unwrap_or_default();
        Ok(open::with_outlets(Session::new(source).in_folder(folder), outlets))
    }
}

pub(super) fn attach(args: &AttachArgs) -> i32 {
    if args.list {
        return list();
    }
    let board = &args.board;
    if !board.is_meant() {
        return complain(
            code::USAGE,
            "which board? Name its chip and its firmware with --chip and --elf, a stream with --tcp, or try --demo",
        );
    }
    if args.shared.headless {
        let parts = board
            .outlets(&args.shared, args.shared.files())
            .and_then(|outlets| Ok((board.open(false)?, outlets)));
        return match parts {
            Ok((source, mut outlets)) => {
                open::tell(outlets.files().notices());
                let (to_stderr, strict) = (args.shared.events_on_stdout(), args.shared.strict);
                match source {
                    Source::Recording(replay) => {
                        headless::replay(replay, outlets, to_stderr, strict)
                    }
                    source => {
                        headless::board(source, outlets, to_stderr, args.shared.timeout, strict)
                    }
                }
            }
            Err(NoBoard(code, sentence)) => complain(code, &sentence),
        };
    }
    if !(stdin().is_terminal() && print::is_terminal()) {
        return complain(
            code::USAGE,
            "the screen needs a terminal, and there is none here; `loopscope attach --headless` tells what happens without it, `loopscope repl` with the same options takes commands",
        );
    }
    match board.session(&args.shared, true, args.shared.files()) {
        Ok(session) => {
            let is_recorded = board.demo && session.origin() == Origin::Recording;
            let notice = is_recorded.then_some(demo::RECORDED);
            screen::board(session, &args.shared, notice)
        }
        Err(NoBoard(code, sentence)) => complain(code, &sentence),
    }
}

fn list() -> i32 {
    let probes = chips::plugged();
    let mut out = print::out();
    if probes.is_empty() {
        let none = "No debug probe was found; `loopscope attach --demo` needs none.";
        return printed(writeln!(out, "{none}"));
    }
    printed(probes.iter().try_for_each(|probe| {
        let may = if probe.may_be_used {
            ""
        } else {
            "  (you may not use it; `loopscope doctor` says what to do)"
        };
        writeln!(out, "{}{may}", probe.name)
    }))
}
