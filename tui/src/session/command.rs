//! The commands, and one table that names, explains and completes them.

/// A command as the parser understood it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// `step [N]`: records.
    Step(u64),
    /// `next`: handles.
    Next(u64),
    /// `turn [N]`.
    Turn(u64),
    /// `continue`.
    Continue,
    /// `rstep [N]`.
    BackStep(u64),
    /// `rnext [N]`.
    BackNext(u64),
    /// `rturn [N]`.
    BackTurn(u64),
    /// `rcontinue`.
    BackContinue,
}
