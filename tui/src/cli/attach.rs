//! `attach`, and boards and processes as a source of `repl`: from options to what they name.

use std::io::{self, IsTerminal, Write, stdin};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use loopscope_board::demo;
use loopscope_board::emulated::Emulated;
use loopscope_board::{AttachOptions, Fault, Refusal, Where, Wired, chips};
use loopscope_files::outputs::Files;
use loopscope_model::history::InMemory;
use loopscope_model::safe_text;
use loopscope_process::list;
use loopscope_session::Session;
use loopscope_session::source::attached::{Attached, Whereabouts};
use loopscope_session::source::board::Board;
use loopscope_session::source::outlets::Outlets;
use loopscope_session::source::replay::Replay;
use loopscope_session::source::{Origin, Source, SourceError};

use super::args::BoardArgs;
use super::shared::Level;
use super::{AttachArgs, Shared, code, complain, linear, open, printed, screen};
use crate::headless;
use crate::print;

/// How long a lost board may be away: on the screen, where somebody may look for the cable, and in
/// a script.
const ON_SCREEN: Duration = Duration::from_mins(5);
const IN_A_SCRIPT: Duration = Duration::from_secs(5);

/// A line is a device of this machine, unless it has the form of an address and is none.
fn line(path: &Path, speed: u32) -> Where {
    let address = path.to_str().filter(|text| {
        let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        matches!(port, Some(Ok(_))) && !text.contains('/') && !path.exists()
    });
    match address {
        Some(address) => Where::Line(address.to_owned()),
        None => Where::Serial { path: path.to_owned(), speed },
    }
}

/// Why there is no board or process, and the exit code for it.
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

impl From<SourceError> for NoBoard {
    fn from(error: SourceError) -> Self {
        Self(code::LOST, error.0)
    }
}

impl BoardArgs {
    /// Whether a board or a process is meant at all.
    pub(super) const fn is_meant(&self) -> bool {
        self.demo
            || self.pid.is_some()
            || self.socket.is_some()
            || self.chip.is_some()
            || self.elf.is_some()
            || self.probe.is_some()
            || self.tcp.is_some()
            || self.serial.is_some()
            || self.capture.is_some()
            || self.qemu.is_some()
    }

    /// The process that is named, if one is.
    fn process(&self) -> Option<Whereabouts> {
        let socket = || self.socket.clone().map(Whereabouts::Socket);
        self.pid.map(Whereabouts::Pid).or_else(socket)
    }

    /// Attaches, or opens the recorded session of the demo where there is no QEMU.
    pub(super) fn open(&self, shared: &Shared, on_screen: bool) -> Result<Source, NoBoard> {
        if let Some(place) = self.process() {
            let handles_only = shared.level == Level::Handles;
            return Ok(Attached::to(&place, self.control, handles_only)?.into());
        }
        let patience = if on_screen { ON_SCREEN } else { IN_A_SCRIPT };
        if self.demo && !demo::is_possible() {
            complain(code::OK, demo::WITHOUT_QEMU);
            let from = Arc::new(InMemory::holding(demo::RECORDING.to_vec()));
            let replay = Replay::read(from, demo::RECORDING_NAME.to_owned()).map_err(|error| {
                NoBoard(code::FAILED, format!("the bundled recording cannot be read: {error}"))
            })?;
            return Ok(replay.into());
        }
        if self.demo {
            return Ok(Board::emulated(demo::start(patience)?, self.control)?.into());
        }
        if let (Some(machine), Some(elf)) = (&self.qemu, &self.elf) {
            let emulated = Emulated::start(machine, elf, self.chip.as_deref(), patience)?;
            return Ok(Board::emulated(emulated, self.control)?.into());
        }
        // A recording has what came over the channel, and the names already.
        if let (Some(path), None) = (&self.capture, &self.elf)
            && path.is_file()
            && let Ok(Some(replay)) = Replay::open_if_it_is_one(path)
        {
            return Ok(replay.into());
        }
        let place = match (&self.tcp, &self.serial, &self.capture) {
            (Some(address), ..) => Where::Tcp(address.clone()),
            (None, Some(path), _) => line(path, self.baud),
            (None, None, Some(path)) => Where::Capture(path.clone()),
            (None, None, None) => Where::Probe(Wired {
                chip: self.chip.clone().unwrap_or_default(),
                probe: self.probe.clone(),
                flash: self.flash,
                // Who may pause it may also let it run.
                start: self.control,
            }),
        };
        let options = AttachOptions { place, elf: self.elf.clone(), patience, console: None };
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
        let source = self.open(shared, on_screen)?;
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
            "which board or process? Name a board's chip and firmware with --chip and --elf or a stream with --tcp, an emulated machine with --qemu and --elf, a Python process with --pid or --socket, or try --demo; --list names what is there",
        );
    }
    if args.shared.headless {
        let parts = board
            .outlets(&args.shared, args.shared.files())
            .and_then(|outlets| Ok((board.open(&args.shared, false)?, outlets)));
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
    if args.shared.linear {
        return match board.session(&args.shared, true, args.shared.files()) {
            Ok(session) => linear::open(&args.shared, session),
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
    let mut out = print::out();
    let processes = list::list();
    let probes = chips::plugged();
    printed(list_processes(&mut out, &processes).and_then(|()| {
        if probes.is_empty() {
            let none = "No debug probe was found; `loopscope attach --demo` needs none.";
            return writeln!(out, "{none}");
        }
        probes.iter().try_for_each(|probe| {
            let may = if probe.may_be_used {
                ""
            } else {
                "  (you may not use it; `loopscope doctor` says what to do)"
            };
            writeln!(out, "{}{may}", probe.name)
        })
    }))
}

fn list_processes(out: &mut impl Write, processes: &[list::Entry]) -> io::Result<()> {
    if processes.is_empty() {
        return writeln!(out, "No Python process of yours was found.");
    }
    for entry in processes {
        let may = match (entry.listens, &entry.trouble) {
            (true, _) => "listens",
            (false, None) => "yes",
            (false, Some(_)) => "no",
        };
        let command = safe_text::line(&entry.command);
        writeln!(out, "{:>8}  {:<7}  {:<14}  {command}", entry.pid, may, entry.version)?;
    }
    if processes.iter().any(|entry| entry.trouble.is_some()) {
        writeln!(out, "`loopscope doctor --pid PID` says why one cannot be attached to.")?;
    }
    Ok(())
}
