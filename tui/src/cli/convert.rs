//! `export`: a recording as a file for other programs.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Write};

use loopscope_model::recording::Recording;
use loopscope_session::export as write;

use super::open::why;
use super::{ExportArgs, code, complain};
use crate::print;

pub(super) fn export(args: &ExportArgs) -> i32 {
    let shown = args.file.display();
    let format = args.format();
    let file = match File::open(&args.file) {
        Ok(file) => file,
        Err(error) => {
            return complain(
                code::USAGE,
                &format!("`{shown}` cannot be opened: {}; name a recording", why(&error)),
            );
        }
    };
    let recording = match Recording::read(BufReader::new(file)) {
        Ok(recording) => recording,
        Err(error) => {
            return complain(
                code::FAILED,
                &format!(
                    "`{shown}`: {error}; make one with `loopscope run --headless --record FILE`"
                ),
            );
        }
    };
    if let Some(warning) = recording.damage.sentence() {
        complain(code::OK, &warning);
    }
    let (to, name): (Box<dyn Write>, String) = match &args.output {
        None => (Box::new(print::out()), "standard output".to_owned()),
        Some(path) => match File::create(path) {
            Ok(file) => (Box::new(file), format!("`{}`", path.display())),
            Err(error) => {
                return complain(
                    code::FAILED,
                    &format!(
                        "`{}` cannot be written: {}; name a file in a folder that you may write to",
                        path.display(),
                        why(&error)
                    ),
                );
            }
        },
    };
    let mut to = BufWriter::new(to);
    let written =
        write(format, &recording.timeline, &recording.names, &mut to).and_then(|()| to.flush());
    match written {
        Ok(()) => code::OK,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code::OK,
        Err(error) => complain(code::FAILED, &format!("{name} cannot be written: {error}")),
    }
}
