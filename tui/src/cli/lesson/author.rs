//! What only an author does with a lesson: its output is written anew.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use loopscope_lessons::{Folder, Lesson, Problem, template};
use loopscope_protocol::{Dialect, Word as _};

use super::super::os_error::why;
use super::super::sandbox::SandboxArgs;
use super::super::{LessonFolder, Shared, code, complain, printed};
use super::{read, tell, to_the_end, written};
use crate::print;

const OUTPUT: &str = "program.out";

/// Writes what a lesson's program prints in a run to its `program.out`.
pub(super) fn bless(path: &Path, sandbox: SandboxArgs) -> i32 {
    let folder = match read(path) {
        Ok(folder) => folder,
        Err(code) => return code,
    };
    let before = folder.file(OUTPUT).map(<[u8]>::to_vec);
    let lesson = match program_alone(&folder) {
        Ok(lesson) => lesson,
        Err(problems) => {
            tell(&problems);
            return code::LESSON;
        }
    };
    let shared = Shared { sandbox: sandbox.by_default(), ..Shared::default() };
    let run = |folder: LessonFolder| {
        let mut session = folder.session(&shared, true)?;
        to_the_end(&mut session)?;
        Ok(written(&session))
    };
    let output = match LessonFolder::write(&lesson).and_then(run) {
        Ok(output) => output,
        Err::<_, String>(sentence) => return complain(code::FAILED, &sentence),
    };
    let file = path.join(OUTPUT);
    let shown = file.display();
    if before.as_deref() == Some(output.as_bytes()) {
        return printed(writeln!(print::out(), "{shown}: as it was"));
    }
    if let Err(error) = fs::write(&file, &output) {
        let why = why(&error);
        return complain(code::FAILED, &format!("`{shown}` cannot be written: {why}"));
    }
    let lines = output.lines().count();
    printed(writeln!(print::out(), "{shown}: {lines} lines; read them, and compare with CPython's"))
}

/// A lesson with the folder's program and what its front matter says of how that runs. Its text may be
/// unfinished.
fn program_alone(folder: &Folder) -> Result<Lesson, Vec<Problem>> {
    let text = |name| String::from_utf8_lossy(folder.file(name).unwrap_or_default()).into_owned();
    let mut lesson = Lesson::parse(&template::new("01_program"))?;
    lesson.program = text(Lesson::FILE);
    if lesson.program.trim().is_empty() {
        let path = format!("{}/{}", folder.name, Lesson::FILE);
        return Err(vec![Problem::new(path, 0, "the program is empty; write it")]);
    }
    let written = text(Lesson::TEXT);
    let front = written.lines().skip(1).take_while(|line| line.trim() != "---");
    for (key, value) in front.filter_map(|line| line.split_once(": ")) {
        match key {
            "dialect" => lesson.dialect = Dialect::parse(value.trim()).unwrap_or(lesson.dialect),
            "loop" => lesson.is_proactor = value.trim() == "proactor",
            "clock" => lesson.is_virtual = value.trim() == "virtual",
            _ => {}
        }
    }
    Ok(lesson)
}
