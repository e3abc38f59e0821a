//! What just happened and what happens next, each in one plain sentence.
//!
//! This is the text that learners read: on the status line, in answers and in lessons. It is
//! computed from records and state alone.

mod happened;
mod next;
#[cfg(test)]
mod tests;
mod waking;

pub use happened::happened;
pub use next::next;
