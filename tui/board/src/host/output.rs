//! What the program says by itself: on its own channels, and by semihosting.

use loopscope_virtual_probe::{Console, Outlet};

use super::Host;
use crate::logs::{Format, Logs};
use crate::splice::Line;

/// The most letters of what a program said that an error repeats.
const MOST_QUOTED: usize = 300;

impl Host<'_> {
    /// Takes bytes of one of the program's own channels.
    pub(crate) fn log(&mut self, channel: usize, format: Format, bytes: &[u8]) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        let logs = self.logs.entry(channel);
        let logs = logs.or_insert_with(|| Logs::new(format, self.dictionary));
        logs.feed(bytes, |line| splice.add_line(line, out));
    }

    /// Gives out the text without an end of line that has stood for a while.
    pub(crate) fn idle(&mut self) {
        self.rest(|logs, line| logs.rest_if_quiet(line));
    }

    pub(super) fn rest(&mut self, give: impl Fn(&mut Logs, &mut dyn FnMut(Line))) {
        let Some(splice) = &mut self.splice else { return };
        let out = &mut self.out;
        for logs in self.logs.values_mut().chain(&mut self.said_there) {
            give(logs, &mut |line| splice.add_line(line, out));
        }
    }

    /// The exit code of a program that has ended; all that it said by then was taken.
    pub(crate) const fn exit(&self) -> Option<u8> {
        self.exit
    }

    /// What the program has said so far by semihosting, where the link cannot stand yet.
    pub(crate) fn said_so_far(&self) -> String {
        let pieces = self.options.console.as_ref().map(Console::take).unwrap_or_default();
        let text = pieces.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes));
        let words: Vec<String> = text
            .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        words.join(" ").chars().take(MOST_QUOTED).collect()
    }

    /// Takes what the program says by semihosting.
    pub(super) fn listen_there(&mut self) {
        let (Some(console), Some(splice)) = (&self.options.console, &mut self.splice) else {
            return;
        };
        // Asked first: what it said before its end is there by then.
        self.exit = console.exit();
        let out = &mut self.out;
        for (outlet, bytes) in console.take() {
            let logs = &mut self.said_there[usize::from(outlet == Outlet::Error)];
            logs.feed(&bytes, |line| splice.add_line(line, out));
        }
    }
}
