//! The target `lesson`: the files of a lesson, whatever is in them. What is wrong is told by file and
//! line, and a lesson that is understood can be shown beside any run.

use loopscope_lessons::{Folder, Lesson, check, resolve};
use loopscope_model::story::Story;

/// What stands between two files of an input.
const BETWEEN: &str = "\n=====\n";

/// Runs the target: the text, the program and what it writes, one behind the other.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let names = ["lesson.md", "program.py", "program.out"];
    let texts = text.splitn(names.len(), BETWEEN);
    let files = names.iter().zip(texts);
    let files = files.map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let folder = Folder { name: "01_fuzzed".to_owned(), files: files.collect() };
    match Lesson::parse(&folder) {
        Ok(lesson) => {
            let mut story = Story::new();
            story.start().soon(1, "greet").turn(&[1]).run(1).print("hello").done(1).end_turn();
            let history = story.history();
            let resolved = resolve(&lesson, &history, history.names());
            let _ = check::run(&lesson, &resolved);
            let _ = lesson.modified_program();
            for (_, _, exercise) in lesson.exercises() {
                let verdict = exercise.judge(&history, history.names());
                assert!(verdict.holding <= verdict.all, "no more checks hold than there are");
            }
            for find in lesson.items.iter().filter_map(loopscope_lessons::Item::find) {
                let _ = find.judge(&history, history.names(), 3);
            }
            let _ = check::finds(&lesson, &history, history.names());
            for seq in 0..12 {
                let _ = (resolved.current(seq), resolved.next(seq));
            }
        }
        Err(problems) => assert!(!problems.is_empty(), "it is refused without a word"),
    }
}
