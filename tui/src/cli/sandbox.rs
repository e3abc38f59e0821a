//! The options of the sandbox, and the folder that a program in it may write into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use loopscope_engine::child::{Sandbox, no_sandbox};
use loopscope_session::source::kept::Scratch;

use super::os_error::why;

/// Where the options stand in the help.
const HEADING: &str = "Sandbox (Linux)";

/// The options of the sandbox.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SandboxArgs {
    /// Run the program in a sandbox: it may write only in FOLDER, or in a temporary one that is its
    /// $TMPDIR; it reaches no network but the loopback, starts no processes, and sends signals to
    /// nobody else
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, help_heading = HEADING)]
    sandbox: Option<Option<PathBuf>>,
    /// What a program in the sandbox may do all the same
    #[arg(long, value_name = "WHAT", value_delimiter = ',', help_heading = HEADING)]
    sandbox_allow: Vec<Allow>,
    /// Run without a sandbox what is in one unless you say so: a lesson that is not built in, and
    /// whatever `lesson check` runs
    #[arg(long, conflicts_with_all = ["sandbox", "sandbox_allow"], help_heading = HEADING)]
    no_sandbox: bool,
}

/// What can be allowed in a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Allow {
    /// Start processes; the same bounds hold for them
    Processes,
    /// Reach all of the network
    Network,
}

impl SandboxArgs {
    /// The same, for a program that is put into a sandbox unless something else is said.
    pub(super) fn by_default(mut self) -> Self {
        if !self.no_sandbox {
            self.sandbox.get_or_insert(None);
        }
        self
    }

    /// The same, for a program of ours that starts others.
    pub(super) fn with_processes(mut self) -> Self {
        if self.sandbox.is_some() && !self.sandbox_allow.contains(&Allow::Processes) {
            self.sandbox_allow.push(Allow::Processes);
        }
        self
    }

    /// Whether there is to be one in which no other program is started.
    pub(super) fn starts_nothing(&self) -> bool {
        (self.sandbox.is_some() || !self.sandbox_allow.is_empty())
            && !self.sandbox_allow.contains(&Allow::Processes)
    }

    /// The sandbox, if there is to be one.
    pub(super) fn open(&self) -> Result<Option<Arc<Scratch>>, String> {
        let wanted = self.sandbox.is_some() || !self.sandbox_allow.is_empty();
        if !wanted {
            return Ok(None);
        }
        if let Some(why) = no_sandbox() {
            return Err(format!(
                "there is no sandbox here, because {why}; without it (--no-sandbox where it is the default) \
                 the program may do whatever you may"
            ));
        }
        let named = self.sandbox.as_ref().and_then(Option::as_deref);
        let folder = match named {
            Some(folder) => Scratch::named(&checked(folder)?),
            None => Scratch::temporary().map_err(|error| {
                format!(
                    "a temporary folder for the sandbox cannot be made: {}; set TMPDIR to a folder that can be written",
                    why(&error)
                )
            })?,
        };
        Ok(Some(Arc::new(folder)))
    }

    /// What the engine is to be told of it.
    pub(super) fn bounds(&self, scratch: &Scratch) -> Sandbox {
        Sandbox {
            scratch: scratch.path().to_owned(),
            processes: self.sandbox_allow.contains(&Allow::Processes),
            network: self.sandbox_allow.contains(&Allow::Network),
        }
    }
}

/// A folder that the user has named, as the kernel knows it.
fn checked(folder: &Path) -> Result<PathBuf, String> {
    let shown = folder.display();
    let real = folder.canonicalize().map_err(|error| {
        format!("--sandbox={shown} cannot be used: {}; name a folder that is there", why(&error))
    })?;
    if real.is_dir() {
        return Ok(real);
    }
    Err(format!("--sandbox={shown} is no folder; name one that the program may write into"))
}
