//! The pieces that views are made of: text that is never cut without a mark, rows and lists,
//! panels with shared borders, an input line, Python's colours. They know no records.
#![warn(clippy::disallowed_methods, reason = "what is drawn follows from the records alone")]

pub mod frames;
pub mod input;
pub mod list;
pub mod popup;
pub mod python;
pub mod row;
pub mod search;
pub mod searched_list;
pub mod text;
