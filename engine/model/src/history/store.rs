//! Where a history keeps what does not stay in memory: a file, or whatever else bytes can be added
//! to and read from.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Bytes that only grow. Who reads and who writes may be two.
pub trait Store: fmt::Debug + Send + Sync {
    /// Adds bytes at the end: all of them or, where that fails, as many as there was room for.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Reads exactly as many bytes as `to` has room for.
    fn read_at(&self, at: u64, to: &mut [u8]) -> io::Result<()>;

    /// How many bytes there are.
    fn len(&self) -> io::Result<u64>;

    /// Whether there are none.
    fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|len| len == 0)
    }

    /// These bytes will not be read again: what they take may be given back.
    fn forget(&self, bytes: Range<u64>) {
        let _ = bytes;
    }
}

/// A store in memory.
#[derive(Default)]
pub struct InMemory(Mutex<Vec<u8>>);

impl InMemory {
    /// With bytes that are there already.
    pub fn holding(bytes: Vec<u8>) -> Self {
        Self(Mutex::new(bytes))
    }

    /// All its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.all().clone()
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        // Whoever panicked did not leave half an append behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InMemory({} bytes)", self.all().len())
    }
}

impl Store for InMemory {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.all().extend_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, at: u64, to: &mut [u8]) -> io::Result<()> {
        let all = self.all();
        let from = usize::try_from(at).ok().and_then(|at| all.get(at..)?.get(..to.len()));
        to.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.all().len() as u64)
    }
}
