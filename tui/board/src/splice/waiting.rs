//! Lines that have no place in the stream yet: a text of the board's, or a snapshot, must not be
//! torn apart by them. Some boards never come to such a place, so only a limited number of lines waits.

use loopscope_protocol::RemarkKind;

use super::Line;

/// The most bytes of lines that wait.
const MOST: usize = 1 << 18;

/// What a line costs besides its bytes.
const LINE: usize = 32;

/// Lines that wait for a place.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    lines: Vec<Line>,
    bytes: usize,
    left_out: u64,
}

impl Waiting {
    /// Adds a line, or counts it where there is no room for it.
    pub(super) fn push(&mut self, line: Line) {
        let bytes = self.bytes.saturating_add(line.size() + LINE);
        if bytes > MOST {
            self.left_out += 1;
            return;
        }
        self.bytes = bytes;
        self.lines.push(line);
    }

    /// Whether nothing waits.
    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines in their order, and at their end how many were left out.
    pub(super) fn take(&mut self) -> Vec<Line> {
        let Self { mut lines, left_out, .. } = std::mem::take(self);
        if left_out > 0 {
            let verb = if left_out == 1 { "line was" } else { "lines were" };
            let text = format!(
                "{left_out} more {verb} left out here, since the board's records had no place for them."
            );
            lines.push(Line::Remark(RemarkKind::Log, text));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use loopscope_protocol::Stream;

    use super::*;

    #[test]
    fn lines_without_number_wait_in_little_room() {
        let mut waiting = Waiting::default();
        for n in 0..1_000_000_u32 {
            waiting.push(Line::Output(Stream::Stdout, format!("line {n}")));
        }
        let lines = waiting.take();
        assert!(lines.iter().map(Line::size).sum::<usize>() < MOST);
        let left = 1_000_001 - lines.len();
        assert_eq!(lines[0], Line::Output(Stream::Stdout, "line 0".to_owned()));
        let Some(Line::Remark(_, text)) = lines.last() else { panic!("what was left out is told") };
        assert!(text.contains(&format!("{left} more lines were left out")));
        assert!(waiting.is_empty() && waiting.take().is_empty());
    }
}
