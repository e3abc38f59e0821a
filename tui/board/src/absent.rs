//! What stands in for debug probes and `defmt` in a build without them.

use super::Refusal;

/// Chips and probes by name.
pub mod chips {
    /// A probe that is plugged in.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Plugged {
        /// What it is.
        pub name: String,
        /// Whether the user may use it.
        pub may_be_used: bool,
    }

    /// The probes that are plugged in: none can be seen.
    pub const fn plugged() -> Vec<Plugged> {
        Vec::new()
    }
}

pub(super) mod probe {
    use super::super::Wired;
    use super::super::host::{End, Host};

    /// Refuses.
    pub(crate) fn attend(_: &mut Host<'_>, _: &Wired) -> End {
        End::Refused(super::refusal())
    }
}

pub(super) mod defmt {
    use crate::splice::Line;

    /// No dictionary.
    pub(crate) struct Dictionary;

    impl Dictionary {
        /// None is read.
        #[allow(clippy::unnecessary_wraps, reason = "as where there are dictionaries")]
        pub(crate) const fn of(_: &[u8]) -> Result<Option<Self>, String> {
            Ok(None)
        }

        pub(crate) const fn decoder(&self) -> Decoder<'_> {
            Decoder(self)
        }
    }

    /// Reads nothing.
    pub(crate) struct Decoder<'a>(#[allow(dead_code, reason = "for its lifetime")] &'a Dictionary);

    impl Decoder<'_> {
        pub(crate) fn feed(&mut self, _: &[u8], _: impl FnMut(Line)) {}
    }
}

fn refusal() -> Refusal {
    Refusal::words(
        "this loopscope was built without debug probes; build it with `--features boards`, or use --tcp with a raw RTT stream",
    )
}
