//! What a record that is to be found must fulfil: there is one, and those that one could take for it
//! are told why they are not.

use loopscope_model::{History, Names};

use crate::find::fitting;
use crate::{Lesson, Problem};

/// How many other records are told why they are not the one, at least.
const WRONG: usize = 2;

/// Everything that is wrong with the records to be found, in a run of the lesson's program.
pub fn finds(lesson: &Lesson, history: &History, names: &Names) -> Vec<Problem> {
    let path = format!("{}/{}", lesson.folder(), Lesson::TEXT);
    let mut problems = Vec::new();
    for item in &lesson.items {
        let Some(find) = item.find() else { continue };
        let mut problem = |message: String| {
            problems.push(Problem::new(&path, item.line, message));
        };
        let right = find.right(history, names);
        if right.is_empty() {
            problem("the record that is to be found is not in the run".to_owned());
        }
        if right.len() > 3 {
            let message =
                format!("{} records are right, so it is found by chance; say which", right.len());
            problem(message);
        }
        if find.wrong.len() < WRONG {
            problem(format!(
                "{} of at least {WRONG} other records are told why they are not the one; add `wrong: EVENT else TEXT`",
                find.wrong.len()
            ));
        }
        if find.hints.is_empty() {
            problem("there is no hint; add `hint: ...`".to_owned());
        }
        for (pattern, _) in &find.wrong {
            let fitting = fitting(std::slice::from_ref(pattern), history, names);
            if fitting.iter().all(|seq| right.contains(seq)) {
                problem(format!(
                    "no other record of the run is `{pattern}`, so its text is never said"
                ));
            }
        }
    }
    problems
}
