//! A line that may go away and come back: it is opened again and again, as long as the user has patience.

use std::time::{Duration, Instant};

use super::Refusal;
use super::host::{End, Host};

/// How long to wait for bytes before something else is looked at.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// That many looks without a byte are a pause, in which a line without an end is told.
pub(super) const PAUSE: u32 = 40;

/// How long to wait between attempts to open it again.
const AGAIN: Duration = Duration::from_millis(300);

/// How a kind of line is served.
pub(super) trait Line {
    /// What is open.
    type Open;

    /// What the user is told that it is, as the beginning of a sentence.
    fn name(&self) -> String;

    /// What has become of it when it ends: it was lost, or closed.
    fn ended(&self) -> &'static str;

    /// Opens it.
    fn open(&self) -> Result<Self::Open, Refusal>;

    /// Whether nothing may be sent.
    fn is_silent(&self) -> bool;

    /// Reads until it is gone, and tells why it is; `None` if it is to stop.
    fn serve(&self, host: &mut Host<'_>, open: Self::Open) -> Option<String>;
}

/// Serves a line to the end of the link.
pub(super) fn listen(host: &mut Host<'_>, line: &impl Line) -> End {
    let mut lost_since: Option<Instant> = None;
    loop {
        let open = match line.open() {
            Ok(open) => open,
            Err(refusal) if !host.was_up() => return End::Refused(refusal),
            Err(refusal) => {
                let since = *lost_since.get_or_insert_with(Instant::now);
                if since.elapsed() > host.options.patience {
                    return End::Lost(format!(
                        "{} did not come back within {} s: {refusal}.",
                        line.name(),
                        host.options.patience.as_secs()
                    ));
                }
                host.pause(AGAIN);
                if host.is_to_stop() {
                    return End::Asked;
                }
                continue;
            }
        };
        let returned = lost_since.take().is_some();
        if line.is_silent() {
            host.sends_nothing();
        }
        // Who listens to such a line has not seen its beginning.
        host.connected(false);
        if returned {
            host.back(&format!("{} is back.", line.name()));
        }
        let Some(why) = line.serve(host, open) else { return End::Asked };
        lost_since = Some(Instant::now());
        host.away(&format!("{} was {}: {why}.", line.name(), line.ended()));
    }
}
