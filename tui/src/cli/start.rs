//! `run`, `replay` and `repl`: which front end a source gets.

use std::io::{IsTerminal, stdin};
use std::path::Path;

use loopscope_session::source::local::Stdin;
use loopscope_session::source::replay::Replay;

use super::{ReplArgs, ReplayArgs, RunArgs, attach, code, complain, linear, open, screen};
use crate::headless;
use crate::print;
use crate::repl::{self, Input};

pub(super) fn run(args: &RunArgs) -> i32 {
    if args.shared.linear {
        return linear::source(&args.shared, &args.program);
    }
    if !args.shared.headless {
        return screen::program(&args.shared, &args.program);
    }
    let plan = || -> Result<headless::Plan, String> {
        let mut options = args.shared.engine(&args.program)?;
        options.ends_deadlock = !args.shared.wait_forever;
        let scratch = args.shared.shut_in(&mut options)?;
        let stdin = args.shared.stdin(Stdin::Inherit)?;
        let mut files = args.shared.files();
        if let Some(program) = args.program.first().filter(|_| !args.shared.module) {
            open::reads_program(&mut files, Path::new(program));
        }
        Ok(headless::Plan {
            scratch,
            name: open::program_name(&options.program),
            options,
            stdin,
            outlets: args.shared.outlets(files)?,
            timeout: args.shared.timeout,
            strict: args.shared.strict,
        })
    };
    match plan() {
        Ok(plan) => headless::run(plan),
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

pub(super) fn replay(args: &ReplayArgs) -> i32 {
    if args.shared.linear {
        return linear::recording(&args.shared, &args.file);
    }
    if !args.shared.headless {
        return screen::recording(&args.shared, &args.file);
    }
    let parts = || -> Result<_, String> {
        args.shared.check_for_recording(&args.file)?;
        let source = Replay::open(&args.file).map_err(|error| error.to_string())?;
        let mut files = args.shared.files();
        files.reads(&args.file, "the recording");
        Ok((source, args.shared.outlets(files)?))
    };
    match parts() {
        Ok((source, mut outlets)) => {
            open::tell(outlets.files().notices());
            let to_stderr = args.shared.events_on_stdout();
            headless::replay(source, outlets, to_stderr, args.shared.strict)
        }
        Err(sentence) => complain(code::USAGE, &sentence),
    }
}

pub(super) fn repl(args: ReplArgs, order: &[bool]) -> i32 {
    let (mut scripts, mut commands) = (args.scripts.into_iter(), args.commands.into_iter());
    let batch: Vec<Input> = order
        .iter()
        .filter_map(|is_script| {
            if *is_script {
                scripts.next().map(Input::Script)
            } else {
                commands.next().map(Input::Command)
            }
        })
        .collect();
    let mut files = args.shared.files();
    for input in &batch {
        if let Input::Script(path) = input {
            files.reads(path, "a script");
        }
    }
    let session = match &args.source[..] {
        [] if args.board.is_meant() => match args.board.session(&args.shared, false, files) {
            Ok(session) => Some(session),
            Err(attach::NoBoard(code, sentence)) => return complain(code, &sentence),
        },
        [] => None,
        [first, ..] if args.board.is_meant() => {
            return complain(
                code::USAGE,
                &format!(
                    "`{}` and a board are two sources; name one of them",
                    first.to_string_lossy()
                ),
            );
        }
        source => match args.shared.session_with(source, true, files) {
            Ok(session) => Some(session),
            Err(sentence) => return complain(code::USAGE, &sentence),
        },
    };
    let interactive = batch.is_empty() && stdin().is_terminal() && print::is_terminal();
    repl::run(repl::Plan {
        session,
        batch,
        json: args.json,
        interactive: interactive && !args.json && !args.shared.linear,
        linear: args.shared.linear && !args.json,
        color: args.shared.color.on(print::is_terminal()),
        output_to_stderr: args.shared.events_on_stdout(),
        timeout: args.shared.timeout,
        strict: args.shared.strict,
    })
}
