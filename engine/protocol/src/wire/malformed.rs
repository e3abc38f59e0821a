//! What is wrong with bytes that are read.

/// Bytes that do not hold what they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// They end too early; more may come.
    Short,
    /// They say something that the format does not have.
    Bad,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Short => "the bytes end inside a frame",
            Self::Bad => "the bytes are not a frame of this format",
        })
    }
}

impl core::error::Error for Malformed {}
