//! No source: line mode without a program or a recording.
#![allow(clippy::unused_self, reason = "every source has these")]

use std::time::Duration;

use loopscope_model::control::OwnedRequest;
use loopscope_model::stream::Arrived;
use loopscope_protocol::Capabilities;

use super::SourceError;

/// Nothing to look at, for a line mode that only explains.
#[derive(Debug, Default)]
pub struct Nothing(());

impl Nothing {
    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    pub(super) fn request(&mut self, _: OwnedRequest) -> Result<(), SourceError> {
        Err(SourceError("No program is open; `loopscope repl FILE` opens one.".to_owned()))
    }

    /// Nothing comes.
    pub(super) const fn poll(&self, _: Duration) -> Vec<Arrived> {
        Vec::new()
    }

    pub(super) fn name(&self) -> String {
        "(no program)".to_owned()
    }

    pub(super) fn is_ended(&self) -> bool {
        true
    }
}
