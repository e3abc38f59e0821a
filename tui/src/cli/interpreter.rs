//! The user's own Python: where it is, and whether it can be watched.

use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopscope_protocol::Dialect;

/// What it is asked: everything that any Python understands.
const QUESTION: &str = "import sys\n\
v = sys.version_info\n\
i = getattr(sys, 'implementation', None)\n\
n = i[0] if i and isinstance(i, tuple) else i.name if i else 'cpython'\n\
try:\n\
\x20if n == 'cpython':\n\
\x20 import importlib.util\n\
\x20 a = importlib.util.find_spec('asyncio') is not None\n\
\x20else:\n\
\x20 import asyncio.core\n\
\x20 v, a = i[1], 1\n\
except Exception:\n\
\x20a = False\n\
sys.stdout.write('python %s %d %d %d' % (n, v[0], v[1], a))\n";

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first version whose loop can be watched.
const OLDEST: (u32, u32) = (3, 8);

/// The first MicroPython whose loop is called `asyncio`.
const OLDEST_MICROPYTHON: (u32, u32) = (1, 21);

/// An interpreter that can be watched.
#[derive(Debug)]
pub(super) struct Interpreter {
    /// Its file.
    pub(super) path: PathBuf,
    is_micropython: bool,
}

impl Interpreter {
    /// Whether it is the unix port of MicroPython.
    pub(super) const fn is_micropython(&self) -> bool {
        self.is_micropython
    }

    /// Whose rules a program has in it, where those of `asked` are asked for.
    pub(super) const fn rules(&self, asked: Dialect) -> Dialect {
        match (self.is_micropython, asked) {
            (true, _) => Dialect::MicropythonFirmware,
            (false, Dialect::Micropython | Dialect::MicropythonFirmware) => Dialect::Cpython,
            (false, asked) => asked,
        }
    }
}

/// The interpreter that the user names, if it can be watched. The error says why not.
pub(super) fn find(named: &Path) -> Result<Interpreter, String> {
    let shown = named.display();
    let path = in_path(named).ok_or_else(|| {
        format!(
            "there is no Python `{shown}`; name a file or a command, such as `python3` or \
             `venv/bin/python`"
        )
    })?;
    let said = ask(&path).map_err(|error| {
        format!("`{shown}` cannot be started: {error}; name another Python with --python")
    })?;
    let words: Vec<&str> = said.split_whitespace().collect();
    let number = |word: &str| word.parse::<u32>().unwrap_or(0);
    let ["python", name, major, minor, asyncio] = words[..] else {
        return Err(format!(
            "`{shown}` does not answer as a Python does; name a CPython of 3.8 or later"
        ));
    };
    let version = (number(major), number(minor));
    if name == "micropython" {
        return micropython(path, &shown.to_string(), version, asyncio == "1");
    }
    if name != "cpython" {
        return Err(format!(
            "`{shown}` is {name}, and only CPython and MicroPython can be watched; name a CPython of \
             3.8 or later"
        ));
    }
    if version < OLDEST {
        return Err(format!(
            "`{shown}` is Python {major}.{minor}, whose loop cannot be watched; name a CPython of \
             3.8 or later"
        ));
    }
    if asyncio != "1" {
        return Err(format!(
            "`{shown}` has no asyncio in its library; install the whole of it (Debian's package \
             libpython{major}.{minor}-stdlib, for one), or name another Python"
        ));
    }
    Ok(Interpreter { path, is_micropython: false })
}

/// Whether what the user names is a MicroPython that can be watched.
pub(super) fn is_micropython(named: &Path) -> bool {
    find(named).is_ok_and(|found| found.is_micropython)
}

fn micropython(
    path: PathBuf,
    shown: &str,
    version: (u32, u32),
    has_asyncio: bool,
) -> Result<Interpreter, String> {
    let (major, minor) = version;
    if has_asyncio && version < OLDEST_MICROPYTHON {
        return Err(format!(
            "`{shown}` is MicroPython {major}.{minor}, whose loop cannot be watched; name one of 1.21 \
             or later"
        ));
    }
    if !has_asyncio {
        return Err(format!(
            "`{shown}` is a MicroPython without asyncio; name one with it, such as the standard \
             variant of the unix port from 1.21 on"
        ));
    }
    Ok(Interpreter { path, is_micropython: true })
}

/// The version of the interpreter that the user names, as (3, 12).
pub(super) fn version(named: &Path) -> Result<(u32, u32), String> {
    let path = in_path(named).ok_or_else(|| format!("there is no `{}`", named.display()))?;
    let said = ask(&path)?;
    let mut numbers = said.split_whitespace().skip(2).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(format!("`{}` does not say which version it is", named.display())),
    }
}

/// As a shell finds a command.
fn in_path(named: &Path) -> Option<PathBuf> {
    if named.components().count() > 1 || named.is_absolute() {
        return env::current_dir().ok().map(|here| here.join(named)).filter(|path| path.is_file());
    }
    let all = env::var_os("PATH")?;
    env::split_paths(&all).map(|folder| folder.join(named)).find(|path| path.is_file())
}

/// What it says of itself.
fn ask(path: &Path) -> Result<String, String> {
    let said = answer(path, &["-S", "-c", QUESTION])?;
    // MicroPython takes no `-S`, and says so.
    if said.starts_with("python ") { Ok(said) } else { answer(path, &["-c", QUESTION]) }
}

/// What it answers to these arguments.
fn answer(path: &Path, args: &[&str]) -> Result<String, String> {
    let mut child = Command::new(path)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| super::os_error::why(&error))?;
    let out = child.stdout.take();
    let (sender, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut said = String::new();
        if let Some(out) = out {
            let _ = out.take(1 << 12).read_to_string(&mut said);
        }
        let _ = sender.send(said);
    });
    let until = Instant::now() + PATIENCE;
    let said = answer.recv_timeout(PATIENCE).ok();
    while said.is_some() && Instant::now() < until {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            _ => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    said.ok_or_else(|| format!("it gave no answer for {} s", PATIENCE.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_python_is_refused_with_a_reason() {
        let missing = find(Path::new("no-such-python")).unwrap_err();
        assert!(missing.starts_with("there is no Python `no-such-python`"), "{missing}");
        let missing = find(Path::new("/nowhere/python3")).unwrap_err();
        assert!(missing.contains("name a file or a command"), "{missing}");
        let other = find(Path::new("true")).unwrap_err();
        assert!(other.contains("does not answer as a Python does"), "{other}");
    }
}
