//! What is wrong with a lesson, and where: one line an author can click on.

/// Something that a lesson's author has to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct Problem {
    /// The file, relative to the folder of lessons.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem on one line.
    pub fn new(path: impl Into<String>, line: u32, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into() }
    }
}
