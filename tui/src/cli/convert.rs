//! `export`: a recording as a file for other programs.

use std::io::{BufWriter, ErrorKind, Write};

use loopscope_files::outputs::{Files, Refusal};
use loopscope_files::store;
use loopscope_model::History;
use loopscope_session::{Format, Progress, export as write, write_export};

use super::open::tell;
use super::os_error::why;
use super::patience::Patience;
use super::{ExportArgs, code, complain, printed};
use crate::print;

/// How many bytes of a recording are read at once.
const AT_ONCE: u64 = 8 << 20;

pub(super) fn export(args: &ExportArgs) -> i32 {
    let shown = args.file.display();
    let format = args.format();
    if format == Format::Svg {
        return super::picture::export(args);
    }
    let store = match store::open(&args.file) {
        Ok(store) => store,
        Err(error) => {
            return complain(
                code::USAGE,
                &format!("`{shown}` cannot be opened: {}; name a recording", why(&error)),
            );
        }
    };
    let mut patience = Patience::begin();
    let opened = History::open(store, store::temporary()).and_then(|mut opening| {
        while !opening.read_on(AT_ONCE).map_err(std::io::Error::from)? {
            let read = opening.history().reading();
            let [done, of] = [read.done, read.of].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
            if !patience.go_on(Progress::new("reading", done, of)) {
                return Ok(None);
            }
        }
        Ok(Some(opening.into_history()))
    });
    let recording = match opened {
        Ok(Some(recording)) => recording,
        Ok(None) => return left(&patience),
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
        None => to_standard_output(format, &recording, &mut files, &mut patience),
        Some(path) => {
            let output = match files.output(path, format.kind(), "--output", false) {
                Ok(output) => output,
                Err(Refusal(sentence)) => return complain(code::USAGE, &sentence),
            };
            let names = recording.names();
            let written =
                write_export(format, &recording, names, output, &mut |it| patience.go_on(it));
            patience.clear();
            match written {
                Ok(false) => left(&patience),
                Ok(true) => {
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

fn to_standard_output(
    format: Format,
    recording: &History,
    files: &mut Files,
    patience: &mut Patience,
) -> i32 {
    if let Err(Refusal(sentence)) = files.standard_output() {
        return complain(code::USAGE, &sentence);
    }
    let mut to = BufWriter::new(print::out());
    // Where the records are seen to come, nobody asks how far that is.
    let is_seen = print::is_terminal();
    let go_on = &mut |it| if is_seen { patience.leaving().is_none() } else { patience.go_on(it) };
    let written = write(format, recording, recording.names(), &mut to, go_on);
    patience.clear();
    if let Ok(false) = written {
        return left(patience);
    }
    printed(written.and_then(|_| to.flush()))
}

/// The exit code of an export that a signal has ended.
fn left(patience: &Patience) -> i32 {
    patience.leaving().unwrap_or(code::INTERRUPTED)
}
