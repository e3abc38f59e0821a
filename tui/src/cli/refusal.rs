//! What clap has to say instead of a command line that makes sense: the help that was asked for, or
//! what is wrong.

use std::ffi::OsString;
use std::io::Write as _;

use clap::FromArgMatches as _;
use loopscope_model::safe_text;

use super::{Cli, definition};
use crate::exit::printed;
use crate::print;

/// Says it, and gives the exit code. It repeats arguments and prints by itself, so the arguments are
/// read once more as they may be shown.
pub(super) fn tell(error: &clap::Error, args: &[OsString]) -> i32 {
    let shown = args.iter().map(|arg| safe_text::line(&arg.to_string_lossy()).into_owned());
    let again = definition()
        .try_get_matches_from(shown)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .err()
        .filter(|again| again.kind() == error.kind());
    let shown = match again {
        Some(again) => again.print(),
        // As plain text.
        None => write!(print::err(), "{error}"),
    };
    // Help and the version are answers, which may be lost as any other.
    if error.use_stderr() { error.exit_code() } else { printed(shown) }
}
