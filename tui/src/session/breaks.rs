//! Breakpoints and watches: where a run is to stop.

use loopscope_model::expr::Expr;
use loopscope_protocol::Kind;

/// What a breakpoint waits for.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// A record of this kind, and the condition if there is one.
    Event(Kind, Option<Expr>),
    /// A change of the expression's value.
    Watch(Expr),
}

/// One breakpoint.
#[derive(Clone, Debug)]
pub struct Breakpoint {
    /// Its number, from 1.
    pub number: u32,
    /// What it waits for.
    pub trigger: Trigger,
    /// How the user wrote that.
    pub text: String,
    /// Whether it is deleted once it was hit.
    pub temporary: bool,
    /// Whether it counts.
    pub enabled: bool,
    /// How often it was hit.
    pub hits: u32,
    /// The lines to execute when it is hit.
    pub commands: Vec<String>,
}

/// All breakpoints, in order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Breaks {
    pub(super) list: Vec<Breakpoint>,
    pub(super) last: u32,
}

impl Breaks {
    /// In order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Breakpoint> {
        self.list.iter()
    }
}
