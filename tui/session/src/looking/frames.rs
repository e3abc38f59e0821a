//! The frames that the program has told of, with their locals, and the one of them that is chosen.

use loopscope_model::safe_text;
use loopscope_protocol::TaskId;
use serde_json::{Map, Value as Json, json};

use crate::answer::{Answer, Trouble};
use crate::command::FrameMove;
use crate::{Session, labels};

/// A frame with its locals.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameInfo {
    place: String,
    name: String,
    locals: Vec<(String, String)>,
}

/// The frame that `up`, `down` and `frame` have chosen.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    /// Where the cursor was: elsewhere nothing is chosen.
    position: usize,
    pub(super) task: Option<TaskId>,
    pub(super) number: usize,
    place: String,
}

impl FrameInfo {
    fn title(&self, number: usize) -> String {
        safe_text::line(&format!("#{number} {} in {}", self.place, self.name)).into_owned()
    }
}

/// The frames of an answer.
pub(super) fn frames(text: &str) -> Vec<FrameInfo> {
    let mut found: Vec<FrameInfo> = Vec::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(what), Some(first), Some(second)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        match what {
            "frame" => found.push(FrameInfo {
                place: first.to_owned(),
                name: second.to_owned(),
                locals: Vec::new(),
            }),
            _ => {
                if let Some(frame) = found.last_mut() {
                    frame.locals.push((first.to_owned(), second.to_owned()));
                }
            }
        }
    }
    found
}

impl Session {
    /// The frame that was chosen here.
    pub(super) fn selected(&self) -> Option<&Selected> {
        self.selected.as_ref().filter(|selected| selected.position == self.position())
    }

    /// Where the frame that was chosen stands.
    pub(crate) fn selected_line(&self) -> Option<(String, u32)> {
        let (file, line) = self.selected()?.place.rsplit_once(':')?;
        Some((file.to_owned(), line.parse().ok()?))
    }

    pub(super) fn tell_locals(
        &self,
        task: Option<TaskId>,
        frames: &[FrameInfo],
    ) -> Result<Answer, Trouble> {
        if frames.is_empty() {
            return Err(Trouble::new(match task {
                Some(id) => format!(
                    "{} has no frame here.",
                    labels::task(id, self.state(), self.names())
                ),
                None => "Nothing of the program runs here; `info locals TASK` tells of a task that waits.".to_owned(),
            }));
        }
        let mut lines = Vec::new();
        if let Some(id) = task {
            lines.push(labels::task(id, self.state(), self.names()));
        }
        for (number, frame) in frames.iter().enumerate() {
            lines.push(frame.title(number));
            if frame.locals.is_empty() {
                lines.push("  (no locals)".to_owned());
            }
            let local = |(name, value): &(String, String)| {
                format!("  {} = {}", safe_text::line(name), safe_text::line(value))
            };
            lines.extend(frame.locals.iter().map(local));
        }
        let data: Vec<Json> = frames
            .iter()
            .map(|frame| {
                let locals: Map<_, _> = frame
                    .locals
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                json!({ "where": frame.place, "name": frame.name, "locals": locals })
            })
            .collect();
        Ok(Answer::new(lines.join("\n")).with("task", task.map(|id| id.0)).with("frames", data))
    }

    pub(super) fn select(
        &mut self,
        task: Option<TaskId>,
        frames: &[FrameInfo],
        step: FrameMove,
    ) -> Result<Answer, Trouble> {
        let before = self.selected().map_or(0, |selected| selected.number);
        let number = match step {
            FrameMove::To(None) => Some(before),
            FrameMove::To(Some(number)) => usize::try_from(number).ok(),
            FrameMove::Up(n) => before.checked_add(n as usize),
            FrameMove::Down(n) => before.checked_sub(n as usize),
        };
        let last = frames.len().saturating_sub(1);
        let Some((number, frame)) = number.and_then(|number| Some((number, frames.get(number)?)))
        else {
            return Err(Trouble::new(if frames.is_empty() {
                "Nothing of the program runs here; `info locals TASK` tells of a task that waits."
                    .to_owned()
            } else {
                format!("The frames here are 0, the innermost one, to {last}.")
            }));
        };
        let place = frame.place.clone();
        let mut lines = vec![frame.title(number)];
        self.selected = Some(Selected { position: self.position(), task, number, place });
        if let Some((file, line)) = self.selected_line()
            && let Some(source) = self.source_lines(&file)
            && let Some(text) = source.get((line as usize).saturating_sub(1))
        {
            lines.push(safe_text::line(&format!("{line:>5}  {}", text.trim_end())).into_owned());
        }
        Ok(Answer::new(lines.join("\n"))
            .with("frame", number)
            .with("where", frame.place.clone())
            .with("name", frame.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_frames_with_locals() {
        let text = "frame\ta.py:3\tinner\nlocal\tx\t1\nlocal\ty\t'a b'\nframe\ta.py:9\tmain";
        let found = frames(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].title(0), "#0 a.py:3 in inner");
        assert_eq!(found[0].locals[1], ("y".to_owned(), "'a b'".to_owned()));
        assert!(found[1].locals.is_empty());
        assert!(frames("nonsense\nlocal\tx").is_empty());
    }
}
