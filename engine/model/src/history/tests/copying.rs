//! A history is written to a second place: all that there is, and what comes.

use std::sync::Arc;

use super::files::{check, read, story};
use super::*;
use crate::recording::Damage;

/// A sink whose bytes can be read afterwards.
#[derive(Clone, Default)]
struct Pipe(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_recording_that_is_asked_for_late_has_everything() {
    let story = story();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    let arrived: Vec<_> = ingest.collect();
    for begin in [0, 10, 5000, arrived.len()] {
        let (mut history, pipe) = (History::new(), Pipe::default());
        arrived[..begin].iter().for_each(|each| history.take(each.clone()));
        history.copy_to(Box::new(pipe.clone())).unwrap();
        arrived[begin..].iter().for_each(|each| history.take(each.clone()));
        history.flush();
        let unfinished = pipe.0.lock().unwrap().clone();
        check(&read(unfinished), &story, true);
        history.finish_copy().unwrap();
        check(&read(pipe.0.lock().unwrap().clone()), &story, false);
        assert!(history.copy_failed().is_none());
        assert!(history.records().eq(story.records().iter().cloned()));
    }
}

/// A disk with little room. What does not fit as a whole is taken back, as files of ours do it.
#[derive(Clone, Debug)]
struct Small {
    file: Arc<std::sync::Mutex<Vec<u8>>>,
    room: usize,
}

impl Small {
    fn new(room: usize) -> Self {
        Self { file: Arc::default(), room }
    }

    fn add(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = self.file.lock().unwrap();
        if file.len() + bytes.len() > self.room {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        file.extend_from_slice(bytes);
        Ok(())
    }
}

impl std::io::Write for Small {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.add(bytes).map(|()| bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Store for Small {
    fn append(&self, bytes: &[u8]) -> std::io::Result<()> {
        self.add(bytes)
    }
    fn read_at(&self, _: u64, _: &mut [u8]) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.file.lock().unwrap().len() as u64)
    }
}

#[test]
fn what_a_full_disk_has_is_whole_and_has_an_end() {
    let story = story();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    let arrived: Vec<_> = ingest.collect();
    let check = |disk: &Small, flushed: usize| {
        let file = disk.file.lock().unwrap().clone();
        let left = disk.room - file.len();
        let read = read(file);
        let endless = read.damage().endless;
        assert_eq!(read.damage(), Damage { endless, ..Damage::default() }, "{}", disk.room);
        assert!(!endless || left < segment::HEAD, "{left} bytes are left");
        assert!(read.len() >= flushed, "{} of {flushed} at {}", read.len(), disk.room);
        assert!(read.records().eq(story.records()[..read.len()].iter().cloned()));
        endless
    };
    let mut with_end = 0;
    for room in (500..60_000).step_by(2777) {
        // Written beside a history that somebody looks at.
        let (disk, mut history) = (Small::new(room), History::new());
        history.copy_to(Box::new(disk.clone())).unwrap();
        let mut flushed = 0;
        for (n, each) in arrived.iter().enumerate() {
            history.take(each.clone());
            if n % 30 == 0 {
                history.flush();
            }
            if history.copy_failed().is_some() {
                break;
            }
            flushed = if n % 30 == 0 { history.len() } else { flushed };
        }
        assert!(flushed < history.len(), "there is little room");
        with_end += u32::from(!check(&disk, flushed));
        // And by itself.
        let disk = Small::new(room);
        let mut recorder = Recorder::new(Arc::new(disk.clone())).unwrap();
        let mut flushed = 0;
        let failed = story.records().iter().enumerate().any(|(n, record)| {
            if recorder.push(record).is_err() || (n % 30 == 0 && recorder.flush().is_err()) {
                return true;
            }
            flushed = if n % 30 == 0 { n + 1 } else { flushed };
            false
        });
        assert!(failed, "there is little room");
        recorder.give_up();
        with_end += u32::from(!check(&disk, flushed));
    }
    assert!(with_end > 20, "{with_end} have an end");
}

#[test]
fn a_recording_of_what_is_kept_begins_with_the_state_there() {
    let story = story();
    let (mut history, pipe) = (History::new(), Pipe::default());
    history.set_keep(Keep::Records(3000));
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    ingest.for_each(|arrived| history.take(arrived));
    assert!(history.first() > 0);
    history.copy_to(Box::new(pipe.clone())).unwrap();
    history.finish_copy().unwrap();
    let read = read(pipe.0.lock().unwrap().clone());
    assert_eq!((read.damage(), read.first()), (Damage::default(), history.first()));
    assert!(read.records().eq(history.records()));
    assert_eq!(read.live(), history.live());
    assert_eq!(read.at(read.first() + 7), history.at(read.first() + 7));
}

#[test]
fn a_copy_in_portions_has_what_came_meanwhile() {
    let story = story();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    let arrived: Vec<_> = ingest.collect();
    let half = arrived.len() / 2;
    for keep in [Keep::All, Keep::Records(3000)] {
        let (mut history, pipe) = (History::new(), Pipe::default());
        history.set_keep(keep);
        arrived[..half].iter().for_each(|each| history.take(each.clone()));
        let mut later = arrived[half..].iter();
        let first = history.first();
        let mut copying = history.begin_copy(Box::new(pipe.clone())).unwrap();
        let mut portions = 0;
        while !history.copy_on(&mut copying, 1).unwrap() {
            let (done, all) = copying.progress();
            assert!(done <= all);
            later.by_ref().take(200).for_each(|each| history.take(each.clone()));
            portions += 1;
        }
        assert_eq!(history.first(), first, "what is copied is not dropped");
        assert!(portions > 10, "{portions}");
        history.end_copy(copying).unwrap();
        later.for_each(|each| history.take(each.clone()));
        history.finish_copy().unwrap();
        let read = read(pipe.0.lock().unwrap().clone());
        assert_eq!((read.damage(), read.first()), (Damage::default(), first));
        assert!(read.records().eq(story.records()[first..].iter().cloned()));
        assert_eq!(read.live(), history.live());
        for record in read.records().step_by(41) {
            assert_eq!(read.names().line(&record), story.names().line(&record));
        }
    }
}

#[test]
fn a_copy_that_is_left_lets_old_records_go_again() {
    let story = story();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    let arrived: Vec<_> = ingest.collect();
    let (before, after) = arrived.split_at(arrived.len() / 2);
    let (mut history, pipe) = (History::new(), Pipe::default());
    for each in before {
        history.take(each.clone());
    }
    let mut copying = history.begin_copy(Box::new(pipe.clone())).unwrap();
    assert!(!history.copy_on(&mut copying, 1).unwrap());
    history.set_keep(Keep::Records(1000));
    assert_eq!(history.first(), 0);
    drop(copying);
    let written = pipe.0.lock().unwrap().len();
    for each in after {
        history.take(each.clone());
    }
    assert!(history.first() > 0);
    assert_eq!(pipe.0.lock().unwrap().len(), written, "nothing more goes there");
}

#[test]
fn a_copy_that_cannot_be_written_any_further_is_told_once() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if bytes.len() < 100 {
                Ok(bytes.len())
            } else {
                Err(std::io::ErrorKind::StorageFull.into())
            }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let story = story();
    let mut history = History::new();
    history.copy_to(Box::new(Full)).unwrap();
    let mut ingest = crate::Ingest::new();
    ingest.feed(story.bytes());
    ingest.for_each(|arrived| history.take(arrived));
    let error = history.copy_failed().expect("it was full at once");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(history.copy_failed().is_none() && history.trouble().is_none());
    assert!(history.records().eq(story.records().iter().cloned()));
}
