//! What people believe of event loops, and what is so: `content/misconceptions.md`.

use std::sync::LazyLock;

use crate::{Problem, Prose, sections, shelf};

/// A belief that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconception {
    /// Its number.
    pub number: u32,
    /// What is believed.
    pub belief: String,
    /// What is so.
    pub truth: Prose,
    /// The line where it stands.
    pub line: u32,
}

static ALL: LazyLock<Vec<Misconception>> = LazyLock::new(|| {
    let file = "misconceptions.md";
    read(file, shelf::loose(file)).expect("a test reads the misconceptions")
});

/// All of them, by number.
pub fn misconceptions() -> &'static [Misconception] {
    &ALL
}

/// Reads `## 1: BELIEF` and what stands below.
fn read(path: &str, text: &str) -> Result<Vec<Misconception>, Vec<Problem>> {
    let mut problems = Vec::new();
    let document = sections::read(path, text, &mut problems);
    let mut all = Vec::new();
    for section in document.sections {
        let (line, heading) = (section.line, section.heading);
        let next = u32::try_from(all.len()).unwrap_or(u32::MAX).saturating_add(1);
        let parts = heading.split_once(": ").and_then(|(number, belief)| {
            Some((number.parse::<u32>().ok()?, belief.trim().to_owned()))
        });
        let Some((number, belief)) = parts.filter(|(number, _)| *number == next) else {
            let message = format!("this is to be `## {next}: WHAT IS BELIEVED`");
            problems.push(Problem::new(path, line, message));
            continue;
        };
        let text: Vec<&str> = section.body.iter().map(|(_, line)| line.as_str()).collect();
        all.push(Misconception { number, belief, truth: Prose::parse(&text.join("\n")), line });
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_five_and_each_is_answered() {
        assert_eq!(misconceptions().len(), 25);
        assert!(misconceptions().iter().all(|one| !one.truth.is_empty()));
        assert!(read("m.md", "## 2: A\n\nB.\n").is_err(), "the numbers have no hole");
    }
}
