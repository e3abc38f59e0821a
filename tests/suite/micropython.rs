//! `--dialect micropython` prints what real MicroPython prints: on programs of our own, and on
//! MicroPython's own tests where a checkout of its sources is named.

use std::fs;
use std::path::{Path, PathBuf};

use loopscope_tests::Scratch;
use loopscope_tests::left_out::mention;
use loopscope_tests::micropython::{Micropython, checkout};
use loopscope_tests::outside::{has_python, python};
use loopscope_tests::programs::{compare, each, file_name, python_files};
use loopscope_tests::run::Ended;

use crate::{forecasts, headless_with, program};

/// MicroPython as documented, which is the default, and as firmware behaves.
const DOCUMENTED: &str = "micropython";
const FIRMWARE: &str = "micropython-firmware";

/// A program with what the comments at its beginning say.
struct Program {
    file: PathBuf,
    /// The dialects under which it prints its output.
    dialects: &'static [&'static str],
    /// Whether the output is real MicroPython's, rather than reasoned from its documentation.
    is_real: bool,
    /// Whether it needs what the webassembly build lacks.
    not_on_webassembly: bool,
}

impl Program {
    fn read(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).expect("a program can be read");
        let heading: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let tagged = |tag: &str| heading.iter().find_map(|line| line.strip_prefix(tag));
        let dialects: &[_] = match tagged("# dialect: ") {
            None => &[DOCUMENTED, FIRMWARE],
            Some(DOCUMENTED) => &[DOCUMENTED],
            Some(FIRMWARE) => &[FIRMWARE],
            Some(other) => panic!("{}: no dialect {other:?}", file.display()),
        };
        let is_real = dialects.contains(&FIRMWARE);
        let not_on_webassembly = tagged("# not on: webassembly").is_some();
        Self { file, dialects, is_real, not_on_webassembly }
    }

    fn name(&self) -> String {
        file_name(&self.file)
    }

    /// What it is to print.
    fn output(&self) -> String {
        fs::read_to_string(self.file.with_extension("out")).unwrap_or_default()
    }
}

fn programs() -> Vec<Program> {
    python_files(&program("micropython")).into_iter().map(Program::read).collect()
}

fn ours(dialect: &str, file: &Path, more: &[&str]) -> Ended {
    let options = [&["--dialect", dialect], more].concat();
    let run = headless_with(&options, file).limit(30);
    match fs::read_to_string(file.with_extension("in")) {
        Ok(input) => run.input(&input).end(),
        Err(_) => run.end(),
    }
}

#[test]
fn there_are_programs_enough() {
    let programs = programs();
    let real = programs.iter().filter(|program| program.is_real).count();
    assert!(real >= 45, "only {real} programs with real MicroPython's output");
    for program in programs {
        assert!(!program.output().is_empty(), "{} has no output", program.name());
        let text = fs::read_to_string(&program.file).expect("a program can be read");
        assert!(text.starts_with("# "), "{} does not say what it shows", program.name());
    }
}

#[test]
fn programs_print_what_is_committed() {
    each(&programs(), Program::name, |program| {
        for dialect in program.dialects {
            // One of the two ways is recorded, and what was to come next is compared.
            let scratch = Scratch::new();
            let recording = scratch.path("run.loop");
            let record = recording.display().to_string();
            let more = if *dialect == FIRMWARE { &["--record", &record][..] } else { &[] };
            let ended = ours(dialect, &program.file, more);
            if recording.is_file() {
                forecasts::came_true(&recording)?;
            }
            compare(&ended.out(), &program.output(), "the committed output").map_err(|text| {
                format!("--dialect {dialect}: {text}\nstandard error:\n{}", ended.err())
            })?;
        }
        Ok(())
    });
}

#[test]
fn a_programs_own_module_comes_before_the_librarys() {
    let folder = Scratch::new();
    let _ = folder.file("secrets.py", "SSID = 'attic'\n");
    let _ = folder.file("queue/__init__.py", "");
    let _ = folder.file("queue/queue.py", "kind = 'own'\n");
    let source =
        "import secrets, queue.queue\nprint(secrets.SSID, queue.queue.kind)\nimport heapq\n";
    let file = folder.file("main.py", source);
    for dialect in [DOCUMENTED, FIRMWARE, "cpython"] {
        let _ = headless_with(&["--dialect", dialect], &file).end().code_is(0).says("attic own");
    }
}

/// The output is that of MicroPython 1.29.
#[test]
fn files_called_as_modules_of_firmware_come_first_where_they_may() {
    let folder = Scratch::new();
    for name in ["errno", "gc", "deflate", "vfs", "ujson", "uasyncio", "locale", "threading"] {
        let _ = folder.file(&format!("{name}.py"), "own = True\n");
    }
    // What the library itself is made of must not find these.
    for name in ["functools", "enum", "abc", "types", "collections", "warnings", "os"] {
        let _ = folder.file(&format!("{name}.py"), "own = True\n");
    }
    let extends = "import sys\npath = sys.path\nsys.path = ()\ntry:\n    from time import *\nfinally:\n    \
                   sys.path = path\n\ndef extra():\n    return 'more'\n";
    let _ = folder.file("time.py", extends);
    let _ = folder
        .file("json.py", "from ujson import *\n\ndef twice(it):\n    return dumps([it, it])\n");
    let source = "
import asyncio, random, re, select, struct, time, json
async def main():
    await asyncio.sleep_ms(1)
    print(time.extra(), time.ticks_diff(5, 3), json.twice(1), re.match('a', 'a').group(0))
asyncio.run(main())
for name in ('errno gc deflate vfs ujson uasyncio locale threading functools enum abc types '
             'collections warnings os').split():
    if hasattr(__import__(name), 'own'):
        print(name, end=' ')
print()
import uerrno
sys = __import__('sys')
sys.path, path = [], sys.path
import errno
print(errno.ENOENT, errno is uerrno)
sys.path = path
import errno
print(errno.own)
print(len(open(__file__).read()) > 9)
";
    let file = folder.file("main.py", source);
    let expected = "more 2 [1, 1] a\nerrno uasyncio locale threading functools enum abc types \
                    collections warnings os \n2 True\nTrue\nTrue\n";
    for dialect in [DOCUMENTED, FIRMWARE] {
        let ended = headless_with(&["--dialect", dialect], &file).end().code_is(0);
        assert_eq!(ended.out(), expected, "{dialect}: {}", ended.err());
    }
}

#[test]
fn a_package_imports_its_parts_without_a_namespace() {
    let folder = Scratch::new();
    let package = "def __getattr__(name):\n    home = {'Lamp': 'lamp', 'Horn': 'horn'}.get(name)\n    \
                   if home is None:\n        raise AttributeError(name)\n    \
                   return getattr(__import__(home, None, None, True, 1), name)\n";
    let _ = folder.file("lazy/__init__.py", package);
    let _ = folder.file("lazy/lamp.py", "class Lamp:\n    n = 1\n");
    let _ = folder.file("lazy/horn.py", "from . import Lamp\nclass Horn(Lamp):\n    n = 2\n");
    let up = "def lamp():\n    return __import__('lamp', None, None, ['Lamp'], 2).Lamp\n";
    let _ = folder.file("lazy/deep/__init__.py", up);
    let source = "import lazy\nfrom lazy import Horn, Lamp\nfrom lazy.deep import lamp\n\
                  print(Lamp.n, Horn.n, lazy.Lamp is Lamp, lamp().n)\n";
    let file = folder.file("main.py", source);
    for dialect in [DOCUMENTED, FIRMWARE] {
        let _ = headless_with(&["--dialect", dialect], &file).end().code_is(0).says("1 2 True 1");
    }
}

#[test]
fn programs_print_what_real_micropython_prints_now() {
    let programs = programs();
    let oracles = Micropython::all();
    let real = programs.iter().filter(|program| program.is_real);
    if oracles.is_empty() {
        mention(&format!(
            "no real MicroPython is named (LOOPSCOPE_MICROPYTHON): 0 programs ran live, {} were \
             compared with its committed output",
            real.clone().count()
        ));
    }
    for oracle in oracles {
        let live = |program: &&&Program| !(program.not_on_webassembly && oracle.is_webassembly());
        let live: Vec<_> = real.clone().filter(|program| live(&program)).collect();
        let name = |program: &&Program| program.name();
        each(&live, name, |program| {
            oracle.prints(&program.file, &ours(FIRMWARE, &program.file, &[]).out())
        });
        mention(&format!(
            "{}: {} of {} programs ran live; what cannot run there was compared with committed \
             output",
            oracle.name(),
            live.len(),
            real.clone().count()
        ));
    }
}

/// A lost exception, for the default handler.
const LOST: &str = "\
import asyncio
async def inner():
    raise ValueError('lost', 5)
async def fail():
    await inner()
async def main():
    asyncio.create_task(fail())
    await asyncio.sleep_ms(60)
asyncio.run(main())
";

/// What the default handler writes to standard error, without what is no interpreter's business to
/// be equal in: addresses, the program's folder, and the frames of asyncio's own files.
fn report(ended: &Ended) -> Vec<String> {
    let text = ended.err();
    let lines = text.lines().filter(|line| !line.contains("File \"asyncio/"));
    let plain = |line: &str| match (line.split_once(" at "), line.rsplit_once('/')) {
        (Some((before, _)), _) => format!("{before} at ADDRESS>"),
        (_, Some((_, after))) => format!("  File \"{after}"),
        _ => line.to_owned(),
    };
    lines.map(plain).collect()
}

#[test]
fn the_default_handler_writes_what_micropythons_does() {
    let scratch = Scratch::new();
    let file = scratch.file("lost.py", LOST);
    let told = report(&ours(DOCUMENTED, &file, &[]));
    let expected = [
        "Task exception wasn't retrieved",
        "future: <Task> coro= <generator object 'fail' at ADDRESS>",
        "Traceback (most recent call last):",
        "  File \"lost.py\", line 5, in fail",
        "  File \"lost.py\", line 3, in inner",
        "ValueError: ('lost', 5)",
    ];
    assert_eq!(told, expected);
    // The webassembly build has the program as a text, with no name of a file.
    for oracle in Micropython::all().into_iter().filter(|oracle| !oracle.is_webassembly()) {
        let theirs = oracle.run(&file).limit(60).end();
        assert_eq!(told, report(&theirs), "{}", oracle.name());
    }
}

/// MicroPython's own tests of asyncio that need more than asyncio has: what each needs.
const NOT_PORTABLE: [&str; 5] = [
    "asyncio_as_uasyncio.py",
    "asyncio_event_queue.py",
    "asyncio_heaplock.py",
    "asyncio_iterator_event.py",
    "asyncio_threadsafeflag.py",
];

/// MicroPython's own tests, and whether each is portable.
fn own_tests(checkout: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let all = python_files(&checkout.join("tests/extmod"));
    let all = all.into_iter().filter(|file| file_name(file).starts_with("asyncio_"));
    all.partition(|file| !NOT_PORTABLE.contains(&file_name(file).as_str()))
}

/// One of MicroPython's own tests: its `.exp`, or, where there is none, what CPython prints.
fn passes(file: &PathBuf) -> Result<(), String> {
    let expected = file.with_extension("py.exp");
    let expected = match fs::read_to_string(expected) {
        Ok(text) => text,
        Err(_) => python().arg(file).limit(60).end().out(),
    };
    let ended = ours(DOCUMENTED, file, &[]);
    compare(&ended.out(), &expected, "expected")
        .map_err(|text| format!("{text}\nstandard error:\n{}", ended.err()))
}

#[test]
fn micropythons_own_tests_pass() {
    let Some(checkout) = checkout() else {
        mention(
            "no checkout of MicroPython is named (LOOPSCOPE_MICROPYTHON_CHECKOUT): its own tests \
             of asyncio",
        );
        return;
    };
    if !has_python() {
        return;
    }
    let (portable, others) = own_tests(&checkout);
    assert!(portable.len() >= 28, "only {} portable tests in the checkout", portable.len());
    each(&portable, file_name, passes);
    each(&others, file_name, passes);
}
