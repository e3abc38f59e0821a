//! `export`: a recording as a file for other programs.

use std::io::{BufWriter, ErrorKind, Write};

use loopscope_files::outputs::{Files, Refusal};
use loopscope_files::store;
use loopscope_model::History;
use loopscope_session::{Format, export as write, write_export};

use super::open::tell;
use super::os_error::why;
use super::{ExportArgs, code, complain, printed};
use crate::print;

pub(super) fn export(args: &ExportArgs) -> i32 {
    let shown = args.file.display();
    let format = args.format();
    let store = match store::open(&args.file) {
        Ok(store) => store,
        Err(error) => {
            return complain(
                code::USAGE,
                &format!("`{shown}` cannot be opened: {}; name a recording", why(&error)),
            );
        }
    };
    let opened = History::open(store, store::temporary()).and_then(|mut opening| {
        opening.read().map_err(std::io::Error::from)?;
        Ok(opening.into_history())
    });
    let recording = match opened {
        Ok(recording) => recording,
        Err(error) => {
            return complain(
                code::USAGE,
                &format!(
                    "`{shown}`: {error}; make one with `loopscope run --headless --record FILE`"
                ),
            );
        }
    };
    if let Some(warning) = recording.damage().sentence() {
        complain(code::OK, &warning);
    }
    let mut files = Files::new(args.force);
    files.reads(&args.file, "the recording");
    match &args.output {
        None => to_standard_output(format, &recording, &mut files),
        Some(path) => {
            let output = match files.output(path, format.kind(), "--output", false) {
                Ok(output) => output,
                Err(Refusal(sentence)) => return complain(code::USAGE, &sentence),
            };
            let written = write_export(format, &recording, recording.names(), output);
            match written {
                Ok(()) => {
                    tell(files.notices());
                    code::OK
                }
                Err(error) if error.kind() == ErrorKind::BrokenPipe => code::OK,
                Err(error) => complain(
                    code::FAILED,
                    &format!(
                        "`{}` cannot be written: {error}; free some space there",
                        path.display()
                    ),
                ),
            }
        }
    }
}

fn to_standard_output(format: Format, recording: &History, files: &mut Files) -> i32 {
    if let Err(Refusal(sentence)) = files.standard_output() {
        return complain(code::USAGE, &sentence);
    }
    let mut to = BufWriter::new(print::out());
    let written = write(format, recording, recording.names(), &mut to);
    printed(written.and_then(|()| to.flush()))
}
