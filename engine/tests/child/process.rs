//! Starting a child, and hearing what it says.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use loopscope_engine::child::{AS_PYTHON, Options, Program};
use loopscope_protocol::wire::{Decoder, Encoder, Item, Step};
use loopscope_protocol::{Kind, KindSet, NameId, Request, StopWhen};

use super::received::{Received, understand};

/// Nothing that is asked for here takes longer on a machine that is not stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// The binary.
pub(crate) fn child_binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a file");
    let target = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    target.join("examples").join("child")
}

/// A new folder for one test.
pub(crate) fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nth = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{nth}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder
}

/// A program to run, and how.
pub(crate) struct Plan {
    pub(crate) options: Options,
    pub(crate) folder: PathBuf,
    stdin: Stdio,
}

/// A program from its source.
pub(crate) fn program(source: &str) -> Plan {
    let folder = folder();
    let file = folder.join("program.py");
    std::fs::write(&file, source).expect("the test's folder can be written to");
    Plan { options: Options::new(Program::File(file)), folder, stdin: Stdio::null() }
}

/// What a program leaves that was run to its end.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Plan {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub(crate) fn stdin(mut self, stdin: Stdio) -> Self {
        self.stdin = stdin;
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(child_binary());
        command.arg("__engine").args(self.options.to_args()).env(AS_PYTHON, "1");
        for name in ["PYTHONUNBUFFERED", "PYTHONPATH", "PYTHONWARNINGS", "PYTHONHASHSEED"] {
            command.env_remove(name);
        }
        command.current_dir(&self.folder);
        command
    }

    /// Runs it without records.
    pub(crate) fn leave(self) -> Left {
        let mut command = self.command();
        leave(command.stdin(self.stdin))
    }

    /// Starts it with records.
    pub(crate) fn start(mut self) -> Child {
        self.options.wire = true;
        let mut command = self.command();
        command.stdin(self.stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        Child::start(command)
    }

    /// Starts it, held before its first record, and with its output in records only.
    pub(crate) fn held(self) -> Child {
        self.with(|options| {
            options.paused = true;
            options.capture = true;
        })
        .start()
    }
}

/// Runs a command to its end.
pub(crate) fn leave(command: &mut Command) -> Left {
    let start = Instant::now();
    let output = command.output().expect("the example is built beside the tests");
    Left {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: start.elapsed(),
    }
}

/// A running child.
pub(crate) struct Child {
    pub(crate) process: std::process::Child,
    requests: Option<File>,
    bytes: Receiver<Vec<u8>>,
    encoder: Encoder,
    decoder: Decoder,
    waiting: Vec<u8>,
    texts: Vec<(u8, Vec<u8>)>,
    ran: String,
    names: HashMap<NameId, String>,
    seq: u64,
    ended: bool,
    /// Every byte that came.
    pub(crate) all: Vec<u8>,
}

impl Child {
    pub(crate) fn start(mut command: Command) -> Self {
        let (records, records_end) = rustix_pipe();
        let (requests_end, requests) = rustix_pipe();
        command
            .fd_mappings(vec![
                FdMapping { parent_fd: records_end, child_fd: 3 },
                FdMapping { parent_fd: requests_end, child_fd: 4 },
            ])
            .expect("two descriptors with two numbers");
        let process = command.spawn().expect("the example is built beside the tests");
        drop(command);
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut records = File::from(records);
            let mut chunk = vec![0; 1 << 16];
            loop {
                match records.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(got) if sender.send(chunk[..got].to_vec()).is_ok() => {}
                    Ok(_) => return,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => panic!("the records cannot be read: {error}"),
                }
            }
        });
        Self {
            process,
            requests: Some(File::from(requests)),
            bytes,
            encoder: Encoder::new(),
            decoder: Decoder::new(),
            waiting: Vec::new(),
            texts: Vec::new(),
            ran: String::new(),
            names: HashMap::new(),
            seq: 0,
            ended: false,
            all: Vec::new(),
        }
    }

    /// Asks for something.
    pub(crate) fn ask(&mut self, request: Request<'_>) {
        let frame = self.encoder.item(&Item::Request(request)).to_vec();
        let mut requests = self.requests.as_ref().expect("not closed yet");
        requests.write_all(&frame).expect("the child listens");
    }

    /// Closes the way to the child, as a host does that goes away.
    pub(crate) fn close(&mut self) {
        self.requests = None;
    }

    /// The next thing that the child says.
    pub(crate) fn hear(&mut self) -> Received {
        self.hear_within(PATIENCE).expect("the child said nothing for a minute")
    }

    pub(crate) fn hear_within(&mut self, patience: Duration) -> Option<Received> {
        let deadline = Instant::now() + patience;
        loop {
            let (said, used) = match self.decoder.next(&self.waiting, self.ended) {
                Step::Frame { item, used, skipped } => {
                    assert_eq!(skipped, 0, "a record is missing");
                    (
                        understand(item, self.seq, &mut self.names, &mut self.texts, &mut self.ran),
                        used,
                    )
                }
                Step::Garbage => panic!("bytes that are no frame: {:?}", self.waiting),
                Step::More if self.ended => return Some(Received::End),
                Step::More => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    match self.bytes.recv_timeout(left) {
                        Ok(bytes) => {
                            self.all.extend_from_slice(&bytes);
                            self.waiting.extend_from_slice(&bytes);
                        }
                        Err(RecvTimeoutError::Disconnected) => self.ended = true,
                        Err(RecvTimeoutError::Timeout) => return None,
                    }
                    continue;
                }
            };
            self.waiting.drain(..used);
            if let Some(said) = said {
                if let Received::Record { seq, .. } = said {
                    self.seq = seq;
                }
                return Some(said);
            }
        }
    }

    /// Everything up to the next hold, which is left out.
    pub(crate) fn until_held(&mut self) -> Vec<Received> {
        let mut said = Vec::new();
        loop {
            match self.hear() {
                Received::Held(seq) => {
                    assert_eq!(u64::from(seq), self.seq, "it holds at the last record");
                    return said;
                }
                Received::End => {
                    let status = self.process.wait();
                    let mut stderr = String::new();
                    if let Some(pipe) = &mut self.process.stderr {
                        let _ = pipe.read_to_string(&mut stderr);
                    }
                    panic!("it ended instead of holding: {status:?}, {stderr:?}, after {said:?}");
                }
                other => said.push(other),
            }
        }
    }

    /// Runs on until `until`; gives the records that come.
    pub(crate) fn run(&mut self, until: StopWhen) -> Vec<Received> {
        self.ask(Request::Run { until });
        self.until_held()
    }

    /// Runs on by `n` records.
    pub(crate) fn step(&mut self, n: u32) -> Vec<Received> {
        self.run(StopWhen::after(n))
    }

    /// Runs on to the next record of `kind`.
    pub(crate) fn until(&mut self, kind: Kind) -> Vec<Received> {
        self.run(StopWhen::at(KindSet::NONE.with(kind)))
    }

    /// Runs a statement at the pause: what it says, and what is recorded meanwhile.
    pub(crate) fn py(&mut self, code: &str) -> (Vec<Received>, Received) {
        let pieces: Vec<&[u8]> = code.as_bytes().chunks(200).collect();
        for (at, piece) in pieces.iter().enumerate() {
            self.ask(Request::Python { more: at + 1 < pieces.len(), code: piece });
        }
        let mut before = Vec::new();
        loop {
            match self.hear() {
                said @ (Received::Ran { .. } | Received::Refused(_)) => return (before, said),
                Received::End => panic!("it ended during {code}: {before:?}"),
                other => before.push(other),
            }
        }
    }

    /// Everything until the child is gone.
    pub(crate) fn rest(&mut self) -> Vec<Received> {
        let mut said = Vec::new();
        loop {
            match self.hear() {
                Received::End => return said,
                other => said.push(other),
            }
        }
    }

    /// Waits for the process to be gone, and gives what it leaves.
    pub(crate) fn left(mut self) -> Left {
        let start = Instant::now();
        let mut stdout = String::new();
        let mut stderr = String::new();
        let read = |text: &mut String, pipe: Option<&mut dyn Read>| {
            let mut bytes = Vec::new();
            if let Some(pipe) = pipe {
                let _ = pipe.read_to_end(&mut bytes);
            }
            *text = String::from_utf8_lossy(&bytes).into_owned();
        };
        read(&mut stdout, self.process.stdout.as_mut().map(|pipe| pipe as &mut dyn Read));
        read(&mut stderr, self.process.stderr.as_mut().map(|pipe| pipe as &mut dyn Read));
        let status = self.process.wait().expect("it was started");
        let took = start.elapsed();
        Left { code: status.code(), signal: status.signal(), stdout, stderr, took }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn rustix_pipe() -> (std::os::fd::OwnedFd, std::os::fd::OwnedFd) {
    let (read, write) = std::io::pipe().expect("descriptors are left");
    (read.into(), write.into())
}

/// Runs `python3` made of our binary.
pub(crate) fn as_python<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(child_binary());
    command.args(args.into_iter().map(Into::into)).env(AS_PYTHON, "1");
    command.env_remove("PYTHONUNBUFFERED").env_remove("PYTHONPATH").stdin(Stdio::null());
    command
}
