//! Where a history is kept: in a file, and where there are none in memory.

#[cfg(unix)]
mod file;

use std::io;
use std::path::Path;
use std::sync::Arc;

use loopscope_model::history::{InMemory, Store};

/// What is in a file; nothing can be added. What is no file, such as a pipe, is read to its end
/// first if it holds a recording.
#[cfg(unix)]
pub fn open(path: &Path) -> io::Result<Arc<dyn Store>> {
    Ok(Arc::new(file::FileStore::open(path)?))
}

/// What is in a file.
#[cfg(not(unix))]
pub fn open(path: &Path) -> io::Result<Arc<dyn Store>> {
    Ok(Arc::new(InMemory::holding(std::fs::read(path)?)))
}

/// An empty store that goes away with us: a file that nobody else sees, or memory where no file can
/// be made.
pub fn temporary() -> Arc<dyn Store> {
    #[cfg(unix)]
    if let Ok(file) = file::FileStore::temporary() {
        return Arc::new(file);
    }
    Arc::new(InMemory::default())
}
