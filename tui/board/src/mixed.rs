//! What comes over a line that the program's own text may share with its records.

use loopscope_model::stream::{Part, Unmixer};

use super::host::Host;
use super::logs::Format;

/// The number under which the text of such a line is kept: RTT has a channel for each.
const LINE: usize = 0;

/// That many bytes are enough to see what a stream is.
const ENOUGH: usize = 1 << 16;

/// Hands on what comes: frames as records, text as output.
#[derive(Debug)]
pub(super) enum Parts {
    /// What it is does not show yet: all that has come.
    Unknown(Vec<u8>),
    /// Frames alone, as over RTT.
    Frames,
    /// Frames, each with a mark, and text.
    Mixed(Unmixer),
}

impl Parts {
    /// Of a stream that may be either.
    pub(super) const fn unknown() -> Self {
        Self::Unknown(Vec::new())
    }

    /// Of a stream that is known to have text in it.
    pub(super) fn mixed() -> Self {
        Self::Mixed(Unmixer::default())
    }

    /// Whether the program's text is in it.
    pub(super) const fn is_mixed(&self) -> bool {
        matches!(self, Self::Mixed(_))
    }

    pub(super) fn feed(&mut self, bytes: &[u8], host: &mut Host<'_>) {
        match self {
            Self::Frames => _ = host.records(bytes),
            Self::Mixed(unmixer) => unmixer.feed(bytes, |part| hand_on(part, host)),
            Self::Unknown(held) => {
                held.extend_from_slice(bytes);
                let known = Unmixer::is_mixed(held).or((held.len() > ENOUGH).then_some(false));
                if let Some(is_mixed) = known {
                    self.decide(is_mixed, host);
                }
            }
        }
    }

    /// Nothing more comes for now.
    pub(super) fn rest(&mut self, host: &mut Host<'_>) {
        match self {
            Self::Frames => {}
            Self::Mixed(unmixer) => unmixer.rest(|part| hand_on(part, host)),
            Self::Unknown(held) if held.is_empty() => {}
            Self::Unknown(held) => {
                // A frame with a mark may be alone so far.
                let mut marked = false;
                let mut unmixer = Unmixer::default();
                unmixer.feed(held, |part| marked |= matches!(part, Part::Frame(_)));
                self.decide(marked, host);
            }
        }
    }

    fn decide(&mut self, is_mixed: bool, host: &mut Host<'_>) {
        let known = if is_mixed { Self::mixed() } else { Self::Frames };
        if let Self::Unknown(held) = std::mem::replace(self, known) {
            self.feed(&held, host);
        }
    }
}

fn hand_on(part: Part<'_>, host: &mut Host<'_>) {
    match part {
        Part::Frame(frame) => _ = host.records(frame),
        Part::Text(text) => host.log(LINE, Format::Text, text),
    }
}
