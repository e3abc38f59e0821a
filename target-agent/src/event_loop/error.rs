//! How a task ends other than well.

/// What Python would raise.
///
/// Every await of this loop gives a `Result`, so a cancelled task learns of it where it waits, by
/// `Err(Error::Cancelled)`. It may end by `?`, or go on, as a Python task that catches the
/// exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The task was cancelled: `CancelledError`.
    Cancelled,
    /// What was waited for took too long: `TimeoutError`.
    Timeout,
    /// Any other exception.
    Raised {
        /// Its class.
        class: &'static str,
        /// Its text.
        text: &'static str,
    },
}

impl Error {
    /// An exception of the program's: `raise("ValueError", "no reading")`.
    pub const fn raise(class: &'static str, text: &'static str) -> Self {
        Self::Raised { class, text }
    }

    pub(super) const fn runtime(text: &'static str) -> Self {
        Self::raise("RuntimeError", text)
    }

    /// As MicroPython's `repr` shows it, in four pieces.
    pub fn repr(&self) -> [&'static str; 4] {
        match *self {
            Self::Cancelled => ["CancelledError", "(", "", ")"],
            Self::Timeout => ["TimeoutError", "(", "", ")"],
            Self::Raised { class, text: "" } => [class, "(", "", ")"],
            Self::Raised { class, text } => [class, "('", text, "',)"],
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.repr().iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl core::error::Error for Error {}

pub(super) const fn no_loop() -> Error {
    Error::runtime("no running event loop")
}

/// What a task's body may return.
pub trait Outcome {
    /// The value that whoever awaits the task gets.
    type Value: Clone;
    /// How it ended.
    fn outcome(self) -> Result<Self::Value, Error>;
}

impl Outcome for () {
    type Value = ();

    fn outcome(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<T: Clone, E: Into<Error>> Outcome for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<T, Error> {
        self.map_err(Into::into)
    }
}
