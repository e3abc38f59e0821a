//! The embedded interpreter: how it starts, what time it sees, where its output goes and how it is
//! interrupted. It knows no event loop; `asyncio` does.

pub(crate) mod fd;
