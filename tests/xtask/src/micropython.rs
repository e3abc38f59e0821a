//! Real MicroPython, to compare with: an executable that is named, or the webassembly build of npm.
//!
//! It is optional. The package is put below the build folder, and only where a checkout of
//! MicroPython's sources is named: the package's own asyncio cannot run a program to its end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, cargo, machine};

/// Names an executable.
pub(crate) const EXECUTABLE: &str = "LOOPSCOPE_MICROPYTHON";
/// Names a checkout of MicroPython's sources.
pub(crate) const CHECKOUT: &str = "LOOPSCOPE_MICROPYTHON_CHECKOUT";
/// Names the folder of the npm package, which is installed where this is not set.
pub(crate) const MODULE: &str = "LOOPSCOPE_MICROPYTHON_NPM";

/// The npm package. Its version is the one that the programs' outputs were compared with.
const PACKAGE: &str = "@micropython/micropython-webassembly-pyscript";
const VERSION: &str = "1.27.0";

/// The script that runs a program on the package.
const ORACLE: &str = "tests/programs/micropython/oracle.mjs";

/// The executable, if one is named.
pub(crate) fn executable() -> Option<PathBuf> {
    named(EXECUTABLE)
}

/// The command, but for the program's path, that runs a program on real MicroPython.
pub(crate) fn command(root: &Path) -> Outcome<Vec<OsString>> {
    if let Some(executable) = executable() {
        return Ok(vec![executable.into()]);
    }
    let checkout = named(CHECKOUT).ok_or_else(|| {
        format!("neither {EXECUTABLE} nor {CHECKOUT} is set; see tests/programs/micropython")
    })?;
    let module = module(root)?;
    Ok(vec!["node".into(), root.join(ORACLE).into(), checkout.into(), module.into()])
}

/// The folder of the npm package, which is installed below the build folder if it is not there.
pub(crate) fn module(root: &Path) -> Outcome<PathBuf> {
    if !machine::answers("node", "--version") {
        return Err("node is missing".into());
    }
    if let Some(module) = named(MODULE) {
        return Ok(module);
    }
    let folder = cargo::target(root).join("micropython");
    let module = folder.join("node_modules").join(PACKAGE);
    let has_it = || module.join("micropython.mjs").is_file();
    if !has_it() {
        // npm wants the folder that it installs into to be there.
        std::fs::create_dir_all(&folder)?;
        let _ = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(&folder)
            .arg(format!("{PACKAGE}@{VERSION}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !has_it() {
            return Err(format!("npm cannot install {PACKAGE}").into());
        }
    }
    Ok(module)
}

/// What a variable names.
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
