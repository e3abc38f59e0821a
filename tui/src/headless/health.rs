//! What is wrong with the records of a run without a screen, and the sentence about it.

use loopscope_model::Record;
use loopscope_protocol::{Event, ExitHow};

/// What a stream looked like on its way.
#[derive(Debug, Default)]
pub(super) struct Health {
    lost: u64,
    gaps: u64,
    /// Bytes among the records that were none, or that follow the last one.
    garbage: u64,
    /// A recording is damaged, which was said.
    pub(super) harmed: bool,
    pub(super) late: bool,
    /// The exit code of a program that has ended by itself.
    pub(super) exit: Option<i32>,
    /// Why the program could not come to an end of its own.
    pub(super) lost_how: Option<String>,
}

impl Health {
    pub(super) fn look_at(&mut self, record: &Record) {
        self.garbage += u64::from(record.garbage);
        match record.event {
            Event::Gap { lost } => {
                self.gaps += 1;
                self.lost += u64::from(lost);
            }
            Event::ProgramExit { how: ExitHow::Timeout, .. } => self.late = true,
            Event::ProgramExit { code, how: ExitHow::Exit, .. } => self.exit = Some(code),
            Event::ProgramExit { how: ExitHow::Lost | ExitHow::Deadlock, text, .. } => {
                self.lost_how = Some(record.text(text).to_owned());
            }
            _ => {}
        }
    }

    /// How much was lost, if anything was.
    pub(super) fn losses(&self) -> Option<String> {
        let records = if self.lost == 1 { "1 record" } else { &format!("{} records", self.lost) };
        let verb = if self.lost == 1 { "was" } else { "were" };
        let gaps = if self.gaps == 1 { "1 gap" } else { &format!("{} gaps", self.gaps) };
        (self.gaps > 0).then(|| format!("{records} or more {verb} lost in {gaps}"))
    }

    /// The sentence about what is wrong, if anything is.
    pub(super) fn sentence(&self) -> Option<String> {
        if let Some(losses) = self.losses() {
            return Some(format!("{losses}, which --strict does not allow"));
        }
        let harm = match self {
            Self { garbage: 1, .. } => "1 byte among the records is none".to_owned(),
            Self { garbage: 2.., .. } => {
                format!("{} bytes among the records are none", self.garbage)
            }
            Self { harmed: true, .. } => "the recording is harmed".to_owned(),
            _ => return None,
        };
        Some(format!("{harm}, which --strict does not allow"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gap_is_one() {
        let said = |lost, gaps| Health { lost, gaps, ..Health::default() }.sentence();
        assert_eq!(
            said(18, 1).as_deref(),
            Some("18 records or more were lost in 1 gap, which --strict does not allow")
        );
        assert_eq!(
            said(1, 2).as_deref(),
            Some("1 record or more was lost in 2 gaps, which --strict does not allow")
        );
    }
}
