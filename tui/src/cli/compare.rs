//! `diff`: where two recordings or programs first differ.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use loopscope_model::diff::{Side, diff as compare};
use loopscope_protocol::{ExitHow, KindSet};

use super::{DiffArgs, Shared, code, complain};
use crate::session::{Command, Outcome, Session, Target};

pub(super) fn diff(args: &DiffArgs) -> i32 {
    let shared = Shared { dialect: args.dialect, ..Shared::default() };
    let deadline = args.timeout.map(|timeout| Instant::now() + timeout);
    let sides: Result<Vec<Session>, i32> = [&args.first, &args.second]
        .map(|path| whole(&shared, path, deadline))
        .into_iter()
        .collect();
    let sides = match sides {
        Ok(sides) => sides,
        Err(code) => return code,
    };
    let titles = [&args.first, &args.second].map(|path| path.display().to_string());
    let side = |n: usize| Side {
        title: &titles[n],
        timeline: sides[n].timeline(),
        names: sides[n].names(),
        never_sends: KindSet::NONE,
    };
    let (text, code) = match compare(side(0), side(1)) {
        None => ("No difference: the same events in the same order.".to_owned(), code::OK),
        Some(found) => (found.sentence, code::FAILED),
    };
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}

/// The whole history of a recording or of a run to its end.
fn whole(shared: &Shared, path: &Path, deadline: Option<Instant>) -> Result<Session, i32> {
    let source: [OsString; 1] = [path.as_os_str().to_owned()];
    let mut session =
        shared.session(&source, true).map_err(|sentence| complain(code::USAGE, &sentence))?;
    if let Some(warning) = session.warning() {
        complain(code::OK, &format!("`{}`: {warning}", path.display()));
    }
    session.settings_mut().limit = 0;
    if let Outcome::Started = session.execute(&Command::Goto(Target::End)) {
        while session.tick(Duration::from_millis(20)).over.is_none() {
            if deadline.is_some_and(|at| Instant::now() >= at) {
                session.kill(ExitHow::Timeout);
                return Err(complain(
                    code::TIMEOUT,
                    &format!("`{}` did not end within the time of --timeout", path.display()),
                ));
            }
        }
    }
    Ok(session)
}
