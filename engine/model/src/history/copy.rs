//! A second place to which a history is written while it grows: the file of a recording that was
//! asked for, whatever the history itself is kept in. It need not be readable, so it may be a pipe.

use std::fmt;
use std::io::{self, Write};

use super::index;
use super::segment::{HEAD, Head, Kind};
use super::{HEADER, StoreError};
use crate::control::Hello;

/// What was written there.
pub(super) struct Copy {
    to: Box<dyn Write + Send>,
    at: u64,
    hello: Option<Hello>,
    listed: Vec<index::Listed>,
}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copy").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Copy {
    /// Begins one.
    pub(super) fn begin(mut to: Box<dyn Write + Send>) -> io::Result<Self> {
        to.write_all(HEADER.as_bytes())?;
        Ok(Self { to, at: HEADER.len() as u64, hello: None, listed: Vec::new() })
    }

    /// Notes what the source has said about itself.
    pub(super) const fn set_source(&mut self, hello: Hello) {
        self.hello = Some(hello);
    }

    /// Adds a segment.
    pub(super) fn add(&mut self, segment: &[u8]) -> io::Result<()> {
        self.to.write_all(segment)?;
        let at = self.at;
        self.at += segment.len() as u64;
        if let Some(head) = segment.first_chunk().and_then(Head::parse)
            && matches!(head.kind, Kind::Block | Kind::Definitions | Kind::Checkpoint)
        {
            let summary = segment[HEAD..HEAD + head.summary as usize].to_vec();
            self.listed.push(index::Listed { at, head, summary });
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Ends it where it is, since no more can be written to it. Where even that cannot be, it has no
    /// end.
    pub(super) fn give_up(mut self) {
        let end = Head { first: self.at, ..Head::of(Kind::End) };
        let _ = self.to.write_all(&end.segment(&[], &[])).and_then(|()| self.to.flush());
    }

    /// Ends it, with an index.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        let body = index::body(self.hello.as_ref(), &self.listed);
        if let Err(error) = self.to.write_all(&Head::of(Kind::Index).segment(&[], &body)) {
            self.give_up();
            return Err(error.into());
        }
        let end = Head { first: self.at, ..Head::of(Kind::End) };
        self.to.write_all(&end.segment(&[], &[]))?;
        Ok(self.to.flush()?)
    }
}
