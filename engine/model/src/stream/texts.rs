//! The texts of the next event, in pieces, and whether they are whole.

use loopscope_columns::piece::LONGEST_TEXT;
use loopscope_protocol::{Event, Text};

use crate::record::Texts;

/// The most bytes that are set aside for the next text.
const ORDINARY: usize = 1 << 16;

/// The pieces that have come since the last event.
#[derive(Clone, Debug, Default)]
pub(super) struct TextPieces {
    texts: [Vec<u8>; 2],
    /// How many bytes at the end of each were not kept: a source may send a text that never ends.
    beyond: [u64; 2],
    /// The texts whose first piece may be missing.
    tails: [bool; 2],
    /// Something was left out before the next event, and its texts may have been part of it.
    torn: bool,
    /// Something was left out just here: a piece that comes now may not be its text's first.
    broken: bool,
}

impl TextPieces {
    /// Adds a piece of the text of that slot.
    pub(super) fn add(&mut self, slot: u8, bytes: &[u8]) {
        let broken = std::mem::take(&mut self.broken);
        let at = usize::from(slot).wrapping_sub(1);
        if let Some(text) = self.texts.get_mut(at) {
            let kept = bytes.len().min(LONGEST_TEXT - text.len());
            text.extend_from_slice(&bytes[..kept]);
            self.beyond[at] += (bytes.len() - kept) as u64;
            self.tails[at] |= broken;
        }
    }

    /// A frame that is no text: behind it a text begins.
    pub(super) const fn begin(&mut self) {
        self.broken = false;
    }

    /// Whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.iter().all(Vec::is_empty)
    }

    /// Bytes were no frame.
    pub(super) fn harm(&mut self) {
        self.clear();
        self.broken = true;
    }

    /// What comes now follows on something that was left out as a whole.
    pub(super) fn resume(&mut self) {
        self.clear();
        self.torn = true;
    }

    /// What has come belongs to no event.
    pub(super) fn clear(&mut self) {
        for text in &mut self.texts {
            // The room of an ordinary text is used again.
            if text.capacity() > ORDINARY { *text = Vec::new() } else { text.clear() }
        }
        self.beyond = [0; 2];
        self.tails = [false; 2];
    }

    /// The texts that came before an event, if it refers to any. One that was lost is `?`, and one
    /// that may be a part of what was sent begins with it. `missing`: events were lost, and what
    /// stands here may be texts of theirs. `harmed`: bytes were no frame.
    pub(super) fn take(&mut self, event: &Event, missing: bool, harmed: bool) -> Texts {
        let torn = std::mem::take(&mut self.torn) || missing || harmed;
        self.begin();
        let slots = event.texts();
        // A value that was lost is just not known.
        let has_value = event.kind().has_value() && !(self.is_empty() || missing);
        if slots == [Text::NONE; 2] && !has_value {
            self.clear();
            return Texts::NONE;
        }
        let [first, second] = [Text::FIRST, Text::SECOND].map(|slot| {
            let at = usize::from(slot.0) - 1;
            let text = String::from_utf8_lossy(&self.texts[at]);
            let lost = if text.is_empty() { torn } else { missing || self.tails[at] };
            let text = match self.beyond[at] {
                0 => text,
                more => format!("{text}… ({more} bytes more)").into(),
            };
            if lost && slots.contains(&slot) { format!("?{text}").into() } else { text }
        });
        let texts = Texts::new(&first, &second);
        self.clear();
        texts
    }
}
