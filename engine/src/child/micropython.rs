//! The user's own MicroPython in place of our interpreter: this process becomes it, with the recorder.
//!
//! It is below the same keeper and within the same bounds as a [CPython](super::cpython) is. Its records
//! and what it prints go out together, in their order: MicroPython's own `print` cannot be heard from
//! inside.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::process::Command;

use super::interpreter::{self, close_successors, lead_err};
use crate::options::{Options, Program};
use crate::process::fd::borrow;

/// What records, in plain MicroPython. Boards import the same file.
pub const MICROPYTHON_RECORDER: &str = include_str!("../../recorder/micropython/loopscope_rec.py");

/// What holds the program for the host, and runs it.
const DRIVER: &str = include_str!("../../recorder/micropython/unix.py");

/// Where records go.
const RECORDS: i32 = 3;

/// What becomes the interpreter.
pub(super) fn command(options: &Options, python: &Path) -> io::Result<Command> {
    if !options.wire {
        return Ok(interpreter::alone(options, python));
    }
    let records = borrow(RECORDS).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    rustix::stdio::dup2_stdout(records)?;
    lead_err(options)?;
    close_successors(options)?;
    let mut command = interpreter::command(python);
    command.arg("-c").arg(source(options)?);
    Ok(command)
}

/// What the interpreter runs: the driver, in a namespace of its own.
fn source(options: &Options) -> io::Result<String> {
    let (name, is_module) = match &options.program {
        Program::File(path) => (path.to_string_lossy().into_owned(), false),
        Program::Module(module) => (module.clone(), true),
        Program::Code(_) => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it runs files and modules"));
        }
    };
    let folder = match Path::new(&name).parent() {
        Some(folder) if !is_module => folder.to_string_lossy().into_owned(),
        _ => String::new(),
    };
    let mut args = String::new();
    for arg in &options.args {
        let _ = write!(args, "{},", literal(&arg.to_string_lossy()));
    }
    let truth = |yes: bool| if yes { "True" } else { "False" };
    let told = format!(
        "{{'name':{},'module':{},'folder':{},'args':[{args}],'paused':{},'pid':{}}}",
        literal(&name),
        truth(is_module),
        literal(&folder),
        truth(options.paused),
        std::process::id(),
    );
    Ok(format!(
        "exec(compile({},'<loopscope>','exec'),{{'told':{told},'source':{},'main':globals()}})",
        literal(DRIVER),
        literal(MICROPYTHON_RECORDER),
    ))
}

/// A text as Python writes it.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_python_reads_it() {
        assert_eq!(literal("a\"b\\c\nd\u{e9}"), "\"a\\\"b\\\\c\\nd\\U000000e9\"");
    }

    #[test]
    fn what_is_handed_over_fits_into_an_argument() {
        let options = Options::new(Program::File("folder/program.py".into()));
        let source = source(&options).expect("a file is run");
        assert!(source.contains("'folder':\"folder\""));
        // Linux has a bound for each.
        assert!(source.len() < 100_000, "{} bytes", source.len());
    }
}
