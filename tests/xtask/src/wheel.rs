//! `cargo xtask wheel`: the binary and the module for real Pythons as a wheel, so that `pip install`
//! brings both without a compiler.
//!
//! A wheel is a zip file whose names say where things go, with a list of what it holds. The binary is
//! a script of it, which pip puts beside `python`; the module lies where modules do.

mod sha256;
mod zip;

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use toml::{Table, Value};

use crate::report::Report;
use crate::{Outcome, cargo, machine};
use zip::Zip;

/// The folder for what is handed out.
const FOLDER: &str = "dist";

/// The oldest Python whose loops are told.
const PYTHON: &str = ">=3.8";

/// Texts that go with the binary.
const LICENCES: [&str; 4] = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "THIRD-PARTY"];

pub(crate) fn run(root: &Path, arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(format!("`wheel` takes no `{unknown}`").into());
    }
    if !cargo::build_binary(root).status()?.success() {
        return Err("the binary does not build; see above".into());
    }
    let wheel = build(root)?;
    println!("{}", wheel.display());
    Ok(())
}

/// Makes the wheel of the binary that is built.
fn build(root: &Path) -> Outcome<PathBuf> {
    let about = About::read(root)?;
    let binary = fs::read(cargo::binary(root))?;
    let tag = format!("py3-none-{}", platform(&binary)?);
    let name = format!("loopscope-{}", about.version);
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}-{tag}.whl"));
    let mut zip = Zip::new(BufWriter::new(File::create(&path)?));
    write(root, &mut zip, &about, &tag, &binary)?;
    zip.finish()?;
    Ok(path)
}

fn write(
    root: &Path,
    zip: &mut Zip<impl io::Write>,
    about: &About,
    tag: &str,
    binary: &[u8],
) -> Outcome {
    let name = format!("loopscope-{}", about.version);
    let info = |file: &str| format!("{name}.dist-info/{file}");
    let mut record = String::new();
    let mut add = |zip: &mut Zip<_>, path: String, bytes: &[u8], mode: u32| -> io::Result<()> {
        let hash = sha256::url_safe(&sha256::of(bytes));
        record.push_str(&format!("{path},sha256={hash},{}\n", bytes.len()));
        zip.add(&path, bytes, mode)
    };
    let module = fs::read(root.join("engine/recorder/loopscope.py"))?;
    add(zip, "loopscope.py".to_owned(), &module, 0o644)?;
    add(zip, format!("{name}.data/scripts/loopscope"), binary, 0o755)?;
    for file in LICENCES {
        add(zip, info(&format!("licenses/{file}")), &fs::read(root.join(file))?, 0o644)?;
    }
    add(
        zip,
        info("METADATA"),
        about.metadata(&fs::read_to_string(root.join("README.md"))?).as_bytes(),
        0o644,
    )?;
    let wheel =
        format!("Wheel-Version: 1.0\nGenerator: loopscope\nRoot-Is-Purelib: false\nTag: {tag}\n");
    add(zip, info("WHEEL"), wheel.as_bytes(), 0o644)?;
    let path = info("RECORD");
    record.push_str(&format!("{path},,\n"));
    zip.add(&path, record.as_bytes(), 0o644)?;
    Ok(())
}

/// What the workspace says of itself.
struct About {
    version: String,
    license: String,
    description: String,
}

impl About {
    fn read(root: &Path) -> Outcome<Self> {
        let text = |path: &str, of: [&str; 3]| -> Outcome<String> {
            let table: Table = fs::read_to_string(root.join(path))?.parse()?;
            let mut value = Value::Table(table);
            for key in of.into_iter().filter(|key| !key.is_empty()) {
                value = value.get(key).ok_or_else(|| format!("{path} has no {key}"))?.clone();
            }
            Ok(value.as_str().ok_or_else(|| format!("{path}: {of:?} is no text"))?.to_owned())
        };
        Ok(Self {
            version: text("Cargo.toml", ["workspace", "package", "version"])?,
            license: text("Cargo.toml", ["workspace", "package", "license"])?,
            description: text("tui/Cargo.toml", ["package", "description", ""])?,
        })
    }

    fn metadata(&self, readme: &str) -> String {
        let files: String = LICENCES.map(|file| format!("License-File: {file}\n")).concat();
        format!(
            "Metadata-Version: 2.4\nName: loopscope\nVersion: {}\nSummary: {}\n\
             License-Expression: {}\n{files}Requires-Python: {PYTHON}\n\
             Description-Content-Type: text/markdown\n\n{readme}",
            self.version, self.description, self.license
        )
    }
}

/// Where the binary runs, in the words of wheels: on Linux from that version of the C library on whose
/// functions it names.
fn platform(binary: &[u8]) -> Outcome<String> {
    let arch = std::env::consts::ARCH;
    match std::env::consts::OS {
        "linux" => Ok(match newest_glibc(binary) {
            Some(minor) => format!("manylinux_2_{minor}_{arch}"),
            None => format!("linux_{arch}"),
        }),
        "macos" => {
            let arch = if arch == "aarch64" { "arm64" } else { arch };
            Ok(format!("macosx_11_0_{arch}"))
        }
        other => Err(format!("wheels are made on Linux and macOS, and this is {other}").into()),
    }
}

/// The newest minor version of glibc that an executable asks for.
fn newest_glibc(binary: &[u8]) -> Option<u32> {
    const ASKS: &[u8] = b"GLIBC_2.";
    binary
        .windows(ASKS.len())
        .enumerate()
        .filter(|(_, window)| *window == ASKS)
        .filter_map(|(at, _)| {
            let rest = &binary[at + ASKS.len()..];
            let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
            std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
        })
        .max()
}

/// The step: a wheel is installed in a fresh environment, and what it brings is tried.
pub(crate) fn step(root: &Path, report: &mut Report) {
    let folder = cargo::target(root).join("tmp").join("wheel");
    let _ = fs::remove_dir_all(&folder);
    let made =
        Command::new("python3").args(["-m", "venv"]).arg(&folder).stdout(Stdio::null()).status();
    if !made.is_ok_and(|status| status.success()) {
        let missing = "there is no python3 with venv: the wheel cannot be installed";
        return if machine::is_ci() { report.fail(missing) } else { report.leave_out(missing) };
    }
    match build(root).and_then(|wheel| tried(&folder, &wheel)) {
        Ok(()) => report.pass(),
        Err(error) => report.fail(format!("wheel: {error}")),
    }
    let _ = fs::remove_dir_all(&folder);
}

fn tried(folder: &Path, wheel: &Path) -> Outcome {
    let bin = folder.join("bin");
    let python = bin.join("python");
    let says = |program: &Path, arguments: &[&str], wanted: &str| -> Outcome {
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() && said.contains(wanted) {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} {arguments:?} said {said:?} and {errors:?}", program.display()).into())
    };
    let wheel = wheel.to_str().ok_or("the wheel's path is no text")?;
    let quiet = "--disable-pip-version-check";
    says(&python, &["-m", "pip", "install", quiet, "--no-index", "--no-deps", wheel], "")?;
    says(&python, &["-m", "pip", "show", quiet, "--files", "loopscope"], "loopscope.py")?;
    says(&bin.join("loopscope"), &["--version"], "loopscope")?;
    let program = "import asyncio, loopscope; print(asyncio.run(asyncio.sleep(0, 'works')))";
    says(&python, &["-m", "loopscope", "-c", program], "works")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_that_is_asked_for_counts() {
        let binary = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0GLIBC_PRIVATE\0";
        assert_eq!(newest_glibc(binary), Some(34));
        assert_eq!(newest_glibc(b"no libc"), None);
    }

    #[test]
    fn the_list_names_every_file_with_its_sum() {
        let root = crate::root();
        let about = About::read(&root).expect("the workspace says what it is");
        let mut bytes = Vec::new();
        let mut zip = Zip::new(&mut bytes);
        write(&root, &mut zip, &about, "py3-none-any", b"binary").expect("it is written");
        zip.finish().expect("it is written");
        let text = String::from_utf8_lossy(&bytes);
        // The sum of "binary", as `sha256sum` gives it, and its length.
        let line = format!(
            "loopscope-{0}.data/scripts/loopscope,sha256=mjpF0BUxog6JrGrhCwsL6wSSrNchajaKoGLRpf7K-c0,6\n",
            about.version
        );
        assert!(text.contains(&line), "no {line}");
        assert!(text.contains("loopscope.py,sha256="));
        assert!(text.contains(&format!("loopscope-{}.dist-info/RECORD,,\n", about.version)));
    }
}
