//! `python-module`: the recorder as a module for the user's own Python.

use std::io::Write as _;
use std::path::Path;

use loopscope_engine::child::RECORDER;
use loopscope_files::outputs::{Files, Kind, Refusal};

use super::open::tell;
use super::{code, complain};

/// What `import` finds it by.
const FILE: &str = "loopscope.py";

pub(super) fn write(folder: &Path, force: bool) -> i32 {
    let path = folder.join(FILE);
    let mut files = Files::new(force);
    let mut output = match files.output(&path, Kind::Module, "the module", false) {
        Ok(output) => output,
        Err(Refusal(sentence)) => return complain(code::USAGE, &sentence),
    };
    match output.write_all(RECORDER.as_bytes()).and_then(|()| output.put_in_place()) {
        Ok(()) => {
            tell(files.notices());
            code::OK
        }
        Err(error) => complain(
            code::FAILED,
            &format!("`{}` cannot be written: {error}; free some space there", path.display()),
        ),
    }
}
