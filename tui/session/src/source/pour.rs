//! What a source sends, written to files by somebody who keeps no history of it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use loopscope_files::outputs::Output;
use loopscope_files::store;
use loopscope_model::Names;
use loopscope_model::control::OwnedReply;
use loopscope_model::history::{Piece, Recorder, Store, StoreError};
use loopscope_model::names::Definition;
use loopscope_model::stream::Arrived;
use loopscope_protocol::Event;

use super::outlets::Outlets;

/// Pours what comes into the files.
#[derive(Debug)]
pub struct Pour {
    outlets: Outlets,
    /// Keeps records and names. `None`: there is nothing that these would be needed for.
    recorder: Option<Recorder>,
    /// The recording is what the recorder writes to, and not a copy of that. Nobody asks for names.
    is_alone: bool,
    names: Names,
}

impl Pour {
    /// Begins. The files are in their places from now on. `named`: the names are asked for.
    pub fn begin(mut outlets: Outlets, named: bool) -> Self {
        outlets.begin();
        let output = outlets.take_recording();
        let mut pour = Self { outlets, recorder: None, is_alone: false, names: Names::default() };
        let recorder = match output {
            // Nothing of it has to be read again.
            Some(output) if !pour.outlets.has_events() && !named => {
                pour.is_alone = true;
                Recorder::new(Arc::new(WriteOnly::new(output)))
            }
            output => Recorder::new(store::temporary()).and_then(|mut recorder| {
                if let Some(output) = output {
                    recorder.copy_to(Box::new(output))?;
                }
                Ok(recorder)
            }),
        };
        match recorder {
            Ok(recorder) => {
                pour.names = recorder.names();
                pour.recorder = Some(recorder);
            }
            Err(error) => pour.outlets.recording_failed(&error.into()),
        }
        pour
    }

    /// The files.
    pub const fn outlets(&mut self) -> &mut Outlets {
        &mut self.outlets
    }

    /// What ids stand for.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Writes records as they came, where a recording is all that is written.
    pub fn pass(&mut self, piece: Arc<Piece>) {
        let passed = self.recorder.as_mut().map(|recorder| recorder.pass(piece));
        if let Some(Ok(true) | Err(_)) = passed {
            self.with_recorder(|_| passed.map_or(Ok(()), |passed| passed.map(drop)));
        }
    }

    /// Writes what came.
    pub fn take(&mut self, arrived: &Arrived) {
        match arrived {
            Arrived::Record(record) => {
                if let Event::TaskNew { task, name, place, label, .. } = record.event
                    && !self.is_alone
                {
                    self.names.define_task(task, Definition { name, place, label });
                }
                self.outlets.record(record, &self.names);
                // Whether a file fails shows where something is written to it.
                let pushed = self.recorder.as_mut().map(|recorder| recorder.push(record));
                if let Some(Ok(true) | Err(_)) = pushed {
                    self.with_recorder(|_| pushed.map_or(Ok(()), |pushed| pushed.map(drop)));
                }
            }
            Arrived::Name(id, name) => {
                if !self.is_alone {
                    self.names.define(*id, name);
                }
                self.with_recorder(|recorder| recorder.define(*id, name));
            }
            Arrived::Chain { id, outer, frame } => {
                if !self.is_alone {
                    self.names.define_chain(*id, *outer, *frame);
                }
                self.with_recorder(|recorder| recorder.define_chain(*id, *outer, *frame));
            }
            Arrived::Reply(OwnedReply::Hello(hello)) => {
                self.with_recorder(|recorder| recorder.set_source(*hello));
            }
            Arrived::Reply(_) => {}
        }
    }

    fn with_recorder(&mut self, work: impl FnOnce(&mut Recorder) -> Result<(), StoreError>) {
        let Some(recorder) = &mut self.recorder else { return };
        let done = work(recorder);
        let failed = if self.is_alone { done.err().map(io::Error::from) } else { None };
        let failed = failed.or_else(|| recorder.copy_failed());
        recorder.shrink(&mut self.names);
        if let Some(error) = failed {
            if self.is_alone
                && let Some(recorder) = self.recorder.take()
            {
                recorder.give_up();
            }
            self.outlets.recording_failed(&error);
        }
    }

    /// Brings everything to the files. Called when the stream is idle.
    pub fn flush(&mut self) {
        self.outlets.flush();
        self.with_recorder(Recorder::flush);
    }

    /// Ends the files, with all that came.
    pub fn finish(&mut self) {
        self.outlets.flush();
        let is_alone = self.is_alone;
        self.with_recorder(
            |recorder| {
                if is_alone { recorder.finish() } else { recorder.finish_copy() }
            },
        );
        self.recorder = None;
    }
}

/// A file that is written and not read.
#[derive(Debug)]
struct WriteOnly(Mutex<(Output, u64)>);

impl WriteOnly {
    const fn new(output: Output) -> Self {
        Self(Mutex::new((output, 0)))
    }
}

impl Store for WriteOnly {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        use std::io::Write as _;
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        to.0.write_all(bytes)?;
        to.1 += bytes.len() as u64;
        Ok(())
    }

    fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).1)
    }
}
