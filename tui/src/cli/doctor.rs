//! `doctor`: what works on this machine.

use std::io::{IsTerminal, Write, stdin};
use std::process::Stdio;
use std::time::Instant;

use loopscope_engine::child::{Options, Powers, Program, Sandbox, no_ring, no_sandbox};
use loopscope_model::safe_text;

mod boards;

use loopscope_process::checks::Checks;
use loopscope_screen::app::folders;
use loopscope_session::source::kept::{Kept, Scratch, command};
use loopscope_session::source::local::Stdin;

use super::{code, interpreter, own_python, printed};
use crate::print;

/// Whether a process can be attached to, check by check.
pub(super) fn of_process(pid: u32) -> i32 {
    let checks = Checks::of(pid);
    let mut out = print::out();
    let told = printed(checks.all.iter().try_for_each(|check| {
        let mark = if check.good { "ok  " } else { "look" };
        writeln!(out, "{mark}  {:<9} {}", check.what, safe_text::line(&check.text))
    }));
    if !checks.is_open() {
        return code::FAILED;
    }
    let sentence = format!("It can be attached to: loopscope attach --pid {pid}");
    if told == code::OK { printed(writeln!(out, "{sentence}")) } else { told }
}

/// One line of the report.
struct Finding {
    what: &'static str,
    good: bool,
    text: String,
}

pub(super) fn doctor() -> i32 {
    let here = [
        system(),
        terminal(),
        colours(),
        letters(),
        engine(),
        python(),
        guard(),
        sandbox(),
        completions(),
        data(),
    ];
    let findings = here.into_iter().chain(boards::findings()).collect::<Vec<_>>();
    let mut out = print::out();
    let shown = findings.iter().try_for_each(|finding| {
        let mark = if finding.good { "ok  " } else { "look" };
        let text = safe_text::line(&finding.text);
        writeln!(out, "{mark}  {:<9} {text}", finding.what)
    });
    let told = printed(shown);
    // Only what is needed to run programs at all is a failure.
    let works =
        findings.iter().filter(|finding| finding.what == "engine").all(|finding| finding.good);
    if works { told } else { code::FAILED }
}

fn finding(what: &'static str, good: bool, text: impl Into<String>) -> Finding {
    Finding { what, good, text: text.into() }
}

fn system() -> Finding {
    let name = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    match std::env::consts::OS {
        "linux" | "macos" => finding("system", true, name),
        _ => finding("system", false, format!("{name} is not tested; Linux and macOS are")),
    }
}

/// What does the operations of a loop of completions.
fn completions() -> Finding {
    let what = "io_uring";
    match no_ring() {
        None => finding(what, true, "does the operations of --loop proactor"),
        Some(why) => finding(
            what,
            false,
            format!("{why}: the poller does the operations of --loop proactor"),
        ),
    }
}

fn terminal() -> Finding {
    if !stdin().is_terminal() || !print::is_terminal() {
        return finding(
            "terminal",
            false,
            "input or output is no terminal: the screen needs one, `repl` and `run --headless` do not",
        );
    }
    match crossterm::terminal::size() {
        Ok((columns, rows)) if columns >= 80 && rows >= 24 => {
            finding("terminal", true, format!("{columns}x{rows}"))
        }
        Ok((columns, rows)) => finding(
            "terminal",
            false,
            format!("{columns}x{rows} is narrow; 80x24 shows all panels"),
        ),
        Err(error) => finding("terminal", false, format!("its size is not known: {error}")),
    }
}

fn colours() -> Finding {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return finding(
            "colour",
            true,
            "off, because NO_COLOR is set; nothing is told by colour alone",
        );
    }
    let term = std::env::var("TERM").unwrap_or_default();
    let more = std::env::var("COLORTERM").unwrap_or_default();
    match (term.as_str(), more.as_str()) {
        ("" | "dumb", _) => {
            finding("colour", false, "TERM names no terminal that can draw; set it, or use `repl`")
        }
        (_, "truecolor" | "24bit") => finding("colour", true, format!("{term}, all colours")),
        _ => finding("colour", true, term),
    }
}

fn letters() -> Finding {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let lower = locale.to_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        finding("letters", true, locale)
    } else {
        let locale = if locale.is_empty() { "no locale" } else { &locale };
        finding(
            "letters",
            false,
            format!("{locale} promises no UTF-8; if boxes look wrong, use --ascii"),
        )
    }
}

/// Runs a program of one line.
fn engine() -> Finding {
    let since = Instant::now();
    let options = Options::new(Program::Code(
        "import asyncio; print(asyncio.run(asyncio.sleep(0, 'works')))".to_owned(),
    ));
    let output = command(&options.to_args(), Stdin::Empty, false).and_then(|mut command| {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Kept::start(command, Vec::new())?.0.output()
    });
    match output {
        Ok(output) if output.stdout == b"works\n" => {
            finding("engine", true, format!("runs a program in {} ms", since.elapsed().as_millis()))
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("it said nothing");
            finding("engine", false, format!("cannot run a program: {last}"))
        }
        Err(error) => finding("engine", false, format!("cannot be started: {error}")),
    }
}

/// Which Python runs programs.
fn python() -> Finding {
    let Some(set) = own_python::set() else {
        let text = "ours runs programs and lessons; --python, LOOPSCOPE_PYTHON or `python` in \
                    config.toml names another one";
        return finding("python", true, text);
    };
    let (named, by) = (set.python.display(), set.by);
    match interpreter::find(&set.python).and_then(|found| interpreter::version(&found.path)) {
        Ok((major, minor)) => finding(
            "python",
            true,
            format!("`{named}`, {major}.{minor}, runs programs and lessons, as {by} says"),
        ),
        Err(why) => finding("python", false, format!("{why} (it is set in {by})")),
    }
}

/// What keeps a program from who looks at it.
fn guard() -> Finding {
    let powers = Powers::of_this_system();
    if powers.keeps_signals() && powers.keeps_terminals() && powers.calls {
        let text = format!(
            "a program reaches neither the screen nor its terminal (Landlock {}, seccomp)",
            powers.landlock
        );
        return finding("guard", true, text);
    }
    let has = match (std::env::consts::OS, powers.landlock) {
        ("linux", 0) => "this kernel has no Landlock".to_owned(),
        ("linux", version) => format!("this kernel's Landlock is of version {version}, not 6"),
        (system, _) => format!("{system} has no Landlock"),
    };
    finding(
        "guard",
        false,
        format!("{has}: a program can send signals to the screen; watch only programs you trust"),
    )
}

/// Tries the sandbox out: what it allows must work in it.
fn sandbox() -> Finding {
    const LOOPBACK: &str = "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n\
        socket.create_connection(server.getsockname()).close()\nprint('works')\n";
    if let Some(why) = no_sandbox() {
        return finding("sandbox", false, format!("--sandbox is not available: {why}"));
    }
    let tried = Scratch::temporary().and_then(|scratch| {
        let mut options = Options::new(Program::Code(LOOPBACK.to_owned()));
        let path = scratch.path().to_owned();
        options.guard.sandbox = Some(Sandbox { scratch: path, processes: false, network: false });
        let mut command = command(&options.to_args(), Stdin::Empty, false)?;
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Kept::start(command, Vec::new())?.0.output()
    });
    match tried {
        Ok(output) if output.stdout == b"works\n" => {
            finding("sandbox", true, "--sandbox works, with a loopback of the program's own")
        }
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("PermissionError") => {
            finding(
                "sandbox",
                true,
                "--sandbox works, without any network: this system gives a program no loopback of its own",
            )
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("it said nothing");
            finding("sandbox", false, format!("--sandbox does not work: {last}"))
        }
        Err(error) => finding("sandbox", false, format!("--sandbox cannot be tried: {error}")),
    }
}

fn data() -> Finding {
    let Some(folder) = folders::data() else {
        return finding("files", false, "there is no home folder, so no history is kept");
    };
    match std::fs::create_dir_all(&folder) {
        Ok(()) => finding("files", true, format!("history in {}", folder.display())),
        Err(error) => finding(
            "files",
            false,
            format!("no history is kept, because {} cannot be made: {error}", folder.display()),
        ),
    }
}
