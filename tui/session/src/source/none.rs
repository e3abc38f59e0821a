//! No source: line mode without a program or a recording.

use std::time::Duration;

use loopscope_model::Names;
use loopscope_model::control::OwnedRequest;
use loopscope_model::stream::Arrived;
use loopscope_protocol::Capabilities;

use super::{Source, SourceError};

/// Nothing to look at, for a line mode that only explains.
#[derive(Debug, Default)]
pub struct Nothing(Names);

impl Source for Nothing {
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn request(&mut self, _: OwnedRequest) -> Result<(), SourceError> {
        Err(SourceError("No program is open; `loopscope repl FILE` opens one.".to_owned()))
    }

    fn poll(&mut self, _: Duration) -> Result<Vec<Arrived>, SourceError> {
        Ok(Vec::new())
    }

    fn names(&self) -> &Names {
        &self.0
    }

    fn name(&self) -> String {
        "(no program)".to_owned()
    }

    fn is_ended(&self) -> bool {
        true
    }

    fn is_nothing(&self) -> bool {
        true
    }
}
