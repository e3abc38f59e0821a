//! The processes that run the tests: as many at once as there are processors, each watched.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::results::{Lines, Result, Word};
use super::suite::Suite;
use crate::{Outcome, cargo};

/// How long a test may take. The longest takes some seconds on an idle machine.
const LIMIT: Duration = Duration::from_mins(1);

/// How long the import of a module and the end of a process may take.
const START: Duration = Duration::from_mins(2);

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The binary that is named to be tested in place of the one that is built, as in the suite.
pub(super) fn named_binary() -> Option<PathBuf> {
    std::env::var_os("LOOPSCOPE_BIN").map(PathBuf::from)
}

/// A module, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) module: String,
    pub(super) part: usize,
    pub(super) parts: usize,
}

impl Job {
    fn name(&self) -> String {
        match self.parts {
            1 => self.module.clone(),
            parts => format!("{}-{}-of-{parts}", self.module, self.part + 1),
        }
    }
}

/// What all workers have in common.
pub(super) struct Runner {
    binary: PathBuf,
    driver: PathBuf,
    /// Where results, records and what the tests print go.
    folder: PathBuf,
    recorded: bool,
}

impl Runner {
    /// Makes the folder for it, with nothing of CPython's in it but the tests.
    pub(super) fn new(root: &Path, suite: &Suite, recorded: bool) -> Outcome<Self> {
        let folder = cargo::target(root).join("conformance");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        fs::create_dir_all(folder.join("path"))?;
        std::os::unix::fs::symlink(&suite.tests, folder.join("path").join("test"))?;
        let driver = root.join("tests/conformance/driver.py");
        let binary = named_binary().unwrap_or_else(|| cargo::binary(root));
        Ok(Self { binary, driver, folder, recorded })
    }

    /// Runs all jobs and gives back what became of each test.
    pub(super) fn run(&self, jobs: Vec<Job>, words: &[String]) -> Vec<Result> {
        let at_once = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
        let (left, done) = (Mutex::new(jobs.into_iter()), Mutex::new(Vec::new()));
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    while let Some(job) = next() {
                        let results = self.job(&job, words);
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.extend(results);
                    }
                });
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs these tests one by one and takes over how they end now. Gives back how many pass.
    pub(super) fn once_more(&self, tests: &[String], results: &mut [Result]) -> usize {
        let mut mended = 0;
        for (number, test) in tests.iter().enumerate() {
            let Some(found) = results.iter_mut().find(|result| result.test == *test) else {
                continue;
            };
            let job = Job { module: found.module.clone(), part: 0, parts: 1 };
            let words = [format!("test.test_asyncio.{test}")];
            let name = format!("again-{}-{}", number + 1, found.module);
            let now = self.named(&job, &name, &words);
            if let Some(now) = now.into_iter().find(|result| result.test == *test) {
                mended += usize::from(now.word == Word::Pass);
                *found = now;
            }
        }
        mended
    }

    fn job(&self, job: &Job, words: &[String]) -> Vec<Result> {
        let began = Instant::now();
        let results = self.named(job, &job.name(), words);
        let passed = results.iter().filter(|result| result.word == Word::Pass).count();
        let took = began.elapsed().as_secs_f64();
        println!("{:<28}{passed:>5} of {:<5}{took:>6.1} s", job.name(), results.len());
        results
    }

    /// Runs a job to its end, however often its process has to be started.
    fn named(&self, job: &Job, name: &str, words: &[String]) -> Vec<Result> {
        let file = self.folder.join(name);
        let result = |test: String, word, why: String| Result {
            module: job.module.clone(),
            test,
            word,
            why,
        };
        loop {
            let before = read(&file).ended.len();
            let end = self.watch(job, name, words, &file);
            let lines = read(&file);
            if let Some(why) = lines.broken {
                return vec![result(job.module.clone(), Word::Error, why)];
            }
            if let Some(test) = &lines.running {
                let word = if end == End::Silent { "hung" } else { "crashed" };
                append(&file, &format!("{word}\ttest.test_asyncio.{test}\t{}\n", end.why()));
                continue;
            }
            let stuck = lines.ended.len() == before && !lines.is_through;
            if lines.is_through || stuck {
                let mut results: Vec<_> = lines
                    .ended
                    .into_iter()
                    .map(|(test, word, why)| result(test, word, why))
                    .collect();
                if stuck {
                    results.push(result(job.module.clone(), Word::Crashed, end.why()));
                }
                return results;
            }
        }
    }

    /// One process: until it ends, or a test of it takes too long.
    fn watch(&self, job: &Job, name: &str, words: &[String], file: &Path) -> End {
        let mut child = match self.start(job, name, words, file) {
            Ok(child) => child,
            Err(error) => return End::NotStarted(error.to_string()),
        };
        let (mut length, mut since) = (0, Instant::now());
        loop {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return End::Over(status.to_string()),
                Err(error) => return End::NotStarted(error.to_string()),
            }
            let now = fs::metadata(file).map_or(0, |file| file.len());
            if now != length {
                (length, since) = (now, Instant::now());
            }
            let limit = if read(file).running.is_some() { LIMIT } else { START };
            if since.elapsed() > limit {
                let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
                let _ = child.wait();
                return End::Silent;
            }
            thread::sleep(LOOK);
        }
    }

    fn start(&self, job: &Job, name: &str, words: &[String], file: &Path) -> Outcome<Child> {
        let printed = self.folder.join(format!("{name}.log"));
        let printed = File::options().create(true).append(true).open(printed)?;
        // A folder of its own, since the tests leave files where they run.
        let home = self.folder.join(format!("{name}.home"));
        fs::create_dir_all(&home)?;
        let mut command = Command::new(&self.binary);
        command.args(["run", "--headless"]);
        if self.recorded {
            command.arg("--events").arg(self.folder.join(format!("{name}.jsonl")));
        }
        command.arg(&self.driver).arg(format!("{}/{}", job.part, job.parts));
        command.arg(self.folder.join("path")).arg(&job.module).arg(file).args(words);
        command.current_dir(&home).env("HOME", &home).env("PYTHONDONTWRITEBYTECODE", "1");
        for variable in ["PYTHONASYNCIODEBUG", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONDEVMODE"] {
            command.env_remove(variable);
        }
        command.process_group(0).stdin(Stdio::null());
        command.stdout(printed.try_clone()?).stderr(printed);
        Ok(command.spawn()?)
    }
}

/// How a process came to its end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Over(String),
    Silent,
    NotStarted(String),
}

impl End {
    fn why(&self) -> String {
        match self {
            Self::Over(status) => format!("the process ended: {status}"),
            Self::Silent => format!("no end within {} s", LIMIT.as_secs()),
            Self::NotStarted(error) => format!("it could not be started: {error}"),
        }
    }
}

fn read(file: &Path) -> Lines {
    Lines::read(&String::from_utf8_lossy(&fs::read(file).unwrap_or_default()))
}

fn append(file: &Path, line: &str) {
    let opened = File::options().create(true).append(true).open(file);
    let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
}
