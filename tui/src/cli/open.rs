//! From what the command line says to sources and sessions.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loopscope_engine::child::{MEMORY_LIMIT, Options, Program};
use loopscope_files::outputs::{Files, Refusal};
use loopscope_protocol::{ClockMode, Dialect};
use loopscope_session::source::kept::Scratch;
use loopscope_session::source::local::{Launch, Local, Speaks, Stdin};
use loopscope_session::source::outlets::Outlets;
use loopscope_session::source::replay::Replay;
use loopscope_session::{GoOn, Session};

use super::interpreter::{self, Interpreter};
use super::os_error::why;
use super::shared::{Level, LoopKind};
use super::{Shared, code, complain};

impl Shared {
    /// How the engine is to run a program. `program` is the file and its arguments.
    pub(super) fn engine(&self, program: &[OsString]) -> Result<Options, String> {
        let (file, args) = program.split_first().ok_or("which program? Name a Python file")?;
        let python = self.python.as_deref().map(interpreter::find).transpose();
        let python = python.map_err(|why| match self.python_by {
            None => why,
            Some(by) => {
                format!("{why} (it is set in {by}; --python none runs the program in ours)")
            }
        })?;
        let program = if self.module {
            let name = file.to_str().ok_or("a module's name is plain text; name another one")?;
            Program::Module(name.to_owned())
        } else {
            let file = PathBuf::from(file);
            check_program(&file)?;
            Program::File(file)
        };
        let mut options = Options::new(program);
        options.args = args.to_vec();
        options.dialect = match &python {
            None => self.dialect,
            Some(found) => found.rules(self.dialect),
        };
        options.proactor = self.loop_kind == LoopKind::Proactor;
        if options.proactor && Self::is_micropython(options.dialect) {
            return Err(
                "--loop proactor is a loop of CPython; leave it out, or name a dialect of \
                        CPython"
                    .to_owned(),
            );
        }
        options.clock = self.clock;
        if python.as_ref().is_some_and(Interpreter::is_micropython)
            && self.clock == ClockMode::Virtual
        {
            return Err(
                "--clock virtual is not possible with MicroPython, whose loop looks at the \
                        machine's clock itself; leave it out"
                    .to_owned(),
            );
        }
        options.seed = self.seed;
        options.ties = self.ties;
        options.wall_start_ns = self.wall_start;
        // Compiled packages set aside much more than they use.
        let default = if python.is_some() { None } else { Some(MEMORY_LIMIT) };
        options.memory_limit = self.memory.map_or(default, |size| size.0);
        options.handles_only = self.level == Level::Handles;
        if options.handles_only && python.as_ref().is_none_or(Interpreter::is_micropython) {
            return Err(
                "--level says what a CPython tells; name one with --python, or leave it out"
                    .to_owned(),
            );
        }
        options.python = python.map(|found| found.path);
        options.stdout_to_stderr = self.events_on_stdout();
        Ok(options)
    }

    const fn is_micropython(dialect: Dialect) -> bool {
        matches!(dialect, Dialect::Micropython | Dialect::MicropythonFirmware)
    }

    pub(super) fn events_on_stdout(&self) -> bool {
        self.events.as_deref() == Some(Path::new("-"))
    }

    /// What the program reads; `otherwise` without `--stdin`.
    pub(super) fn stdin(&self, otherwise: Stdin) -> Result<Stdin, String> {
        let Some(path) = &self.stdin else { return Ok(otherwise) };
        let refused = |why: &str| {
            format!(
                "--stdin `{}` cannot be opened: {why}; name a file that you may read",
                path.display()
            )
        };
        let file = File::open(path).map_err(|error| refused(&why(&error)))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(refused("it is a folder"));
        }
        Ok(Stdin::File(file))
    }

    /// The files that are read beside the source.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new(self.force);
        if let Some(path) = &self.stdin {
            files.reads(path, "the file of --stdin");
        }
        files
    }

    /// Makes ready to write what is asked for. To be called when all that is read was checked.
    pub(super) fn outlets(&self, files: Files) -> Result<Outlets, String> {
        Outlets::open(files, self.events.as_deref(), self.record.as_deref())
            .map_err(|Refusal(sentence)| sentence)
    }

    /// A session on a program, held before its first record, or on a recording.
    pub(crate) fn session(&self, source: &[OsString], capture: bool) -> Result<Session, String> {
        self.session_with(source, capture, self.files())
    }

    /// The same, as long as it is wanted while a recording is read; `None`: it is not.
    pub(super) fn session_if_wanted(
        &self,
        source: &[OsString],
        capture: bool,
        go_on: &mut GoOn<'_>,
    ) -> Result<Option<Session>, String> {
        self.opened(source, capture, self.files(), go_on)
    }

    /// The same, where more files are read.
    pub(super) fn session_with(
        &self,
        source: &[OsString],
        capture: bool,
        files: Files,
    ) -> Result<Session, String> {
        let opened = self.opened(source, capture, files, &mut |_| true)?;
        opened.ok_or_else(|| "it was left".to_owned())
    }

    fn opened(
        &self,
        source: &[OsString],
        capture: bool,
        mut files: Files,
        go_on: &mut GoOn<'_>,
    ) -> Result<Option<Session>, String> {
        let path = Path::new(source.first().ok_or("which program or recording? Name a file")?);
        let found = if self.module {
            None
        } else {
            Replay::begin_if_it_is_one(path).map_err(|error| error.to_string())?
        };
        if let Some(opening) = found {
            let Some(replay) = opening.complete_if_wanted(go_on) else { return Ok(None) };
            if let [_, first, ..] = source {
                return Err(format!(
                    "`{}` comes after the recording `{}`, which takes no arguments; options come before the file",
                    first.display(),
                    path.display()
                ));
            }
            return self.on_recording(path, replay, files).map(Some);
        }
        let mut options = self.engine(source)?;
        let stdin = self.stdin(Stdin::Empty)?;
        let scratch = self.shut_in(&mut options)?;
        if !self.module {
            reads_program(&mut files, path);
        }
        let outlets = self.outlets(files)?;
        // Links are followed as the engine does it, so that `list` finds the same files.
        let folder = if self.module {
            std::env::current_dir().unwrap_or_default()
        } else {
            path.canonicalize()
                .ok()
                .and_then(|path| path.parent().map(Path::to_path_buf))
                .unwrap_or_else(|| folder(path))
        };
        let source = child(options, stdin, scratch, capture)?;
        let mut session = Session::new(source).in_folder(folder);
        session.settings_mut().wait_forever = self.wait_forever;
        Ok(Some(with_outlets(session, outlets)))
    }

    /// A session on a recording.
    pub(super) fn recorded_session(&self, path: &Path) -> Result<Session, String> {
        let replay = Replay::open(path).map_err(|error| error.to_string())?;
        self.on_recording(path, replay, self.files())
    }

    fn on_recording(
        &self,
        path: &Path,
        replay: Replay,
        mut files: Files,
    ) -> Result<Session, String> {
        self.check_for_recording(path)?;
        files.reads(path, "the recording");
        let outlets = self.outlets(files)?;
        Ok(with_outlets(Session::new(replay).in_folder(folder(path)), outlets))
    }

    /// Puts the program into a sandbox, if it is to be in one.
    pub(super) fn shut_in(&self, options: &mut Options) -> Result<Option<Arc<Scratch>>, String> {
        let scratch = self.sandbox.open()?;
        options.guard.sandbox = scratch.as_ref().map(|scratch| self.sandbox.bounds(scratch));
        let is_shut = options.guard.sandbox.as_ref().is_some_and(|sandbox| !sandbox.processes);
        if options.python.is_some() && is_shut {
            return Err("a sandbox starts no other program, and --python is one; allow it with \
                        --sandbox-allow processes"
                .to_owned());
        }
        Ok(scratch)
    }

    /// Refuses to record what is recorded.
    pub(super) fn check_for_recording(&self, path: &Path) -> Result<(), String> {
        if self.record.is_some() {
            return Err(format!(
                "`{}` is a recording already; copy it instead of using --record",
                path.display()
            ));
        }
        Ok(())
    }
}

/// A program that is held before its first record, for a session.
fn child(
    mut options: Options,
    stdin: Stdin,
    scratch: Option<Arc<Scratch>>,
    capture: bool,
) -> Result<Local, String> {
    options.wire = true;
    options.paused = true;
    options.capture = capture;
    Local::start(Launch {
        unread: false,
        speaks: Speaks::of(&options),
        args: options.to_args(),
        name: program_name(&options.program),
        stdin,
        shown: true,
        capture,
        patient: false,
        memory_limit: options.memory_limit,
        scratch,
    })
    .map_err(|error| error.to_string())
}

/// Notes the files of a program that is a file or a folder.
pub(super) fn reads_program(files: &mut Files, path: &Path) {
    files.reads(path, "the program");
    if path.is_dir() {
        files.reads(&path.join("__main__.py"), "the program");
    }
}

/// A session that writes its records, too. The files are in their places from now on.
pub(super) fn with_outlets(mut session: Session, outlets: Outlets) -> Session {
    session.set_outlets(outlets);
    session
}

/// Says which files are written over.
pub(super) fn tell(notices: Vec<String>) {
    for notice in notices {
        complain(code::OK, &notice);
    }
}

fn folder(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// What to call a program: its file's name without the folder.
pub(super) fn program_name(program: &Program) -> String {
    match program {
        Program::File(path) => {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        }
        Program::Code(_) => "-c".to_owned(),
        Program::Module(name) => name.clone(),
    }
}

/// Refuses what no interpreter could run, before one is started.
fn check_program(path: &Path) -> Result<(), String> {
    let shown = path.display();
    if path.is_dir() && !path.join("__main__.py").is_file() {
        return Err(format!(
            "`{shown}` is a folder without a __main__.py; name a Python file in it"
        ));
    }
    if path.is_dir() {
        return Ok(());
    }
    match File::open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "`{shown}` cannot be opened: {}; name a Python file that you may read",
            why(&error)
        )),
    }
}
