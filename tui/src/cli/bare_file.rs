//! `loopscope FILE`: a file in the place of a command is what one wants to see. `loopscope --linear`
//! is the list of lessons, and `loopscope --linear FILE` that file, in lines; `--ascii` likewise.

use std::ffi::OsString;
use std::path::Path;

use loopscope_session::source::replay::Replay;

use super::definition;

/// Options that may stand in the place of a command, or before a file that does.
const BEFORE: [&str; 2] = ["--linear", "--ascii"];

/// The arguments with the command that they leave out: `run` for a program, `replay` for a recording.
/// A command is never a file, whatever lies in the folder.
pub(super) fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    // What may come before FILE here goes with any command.
    let is_option = |word: &&OsString| BEFORE.iter().any(|option| *word == option);
    let at = 1 + args.iter().skip(1).take_while(is_option).count();
    let Some(first) = args.get(at) else {
        if at > 1 {
            args.insert(1, "learn".into());
        }
        return args;
    };
    let path = Path::new(first);
    let is_option = first.as_encoded_bytes().starts_with(b"-");
    if is_option || is_command(first) || !path.is_file() {
        return args;
    }
    // A recording that cannot be read is one too, and `replay` says why.
    let is_program = matches!(Replay::open_if_it_is_one(path), Ok(None));
    let command = if is_program { "run" } else { "replay" };
    args.insert(1, command.into());
    args
}

fn is_command(word: &OsString) -> bool {
    word == "help" || definition().get_subcommands().any(|command| command.get_name() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Vec<OsString> {
        with_command(args.iter().map(Into::into).collect())
    }

    #[test]
    fn a_file_is_run_and_everything_else_is_as_it_was() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(read(&["loopscope", file, "-x"]), ["loopscope", "run", file, "-x"]);
        for option in BEFORE {
            assert_eq!(read(&["loopscope", option, file]), ["loopscope", "run", option, file]);
            assert_eq!(read(&["loopscope", option]), ["loopscope", "learn", option]);
        }
        let both = ["loopscope", "--ascii", "--linear", file];
        assert_eq!(read(&both), ["loopscope", "run", "--ascii", "--linear", file]);
        for args in [&["loopscope"][..], &["loopscope", "--version"], &["loopscope", "doctor"]] {
            assert_eq!(read(args), args);
        }
        assert_eq!(read(&["loopscope", "no such file"]), ["loopscope", "no such file"]);
        let folder = env!("CARGO_MANIFEST_DIR");
        assert_eq!(read(&["loopscope", folder]), ["loopscope", folder]);
    }
}
