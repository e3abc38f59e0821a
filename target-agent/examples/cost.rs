//! Measures what the agent costs, and writes the table into `COST.md`: `cargo run --example cost`.
//!
//! It builds the programs of `cost/`, runs some of them in QEMU, and compares the sizes of the
//! others. With `--check` it writes nothing and fails where a figure is above its limit.
#![allow(clippy::cast_precision_loss, reason = "sizes of a small program")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};

// The agent is linked too, so it needs a clock.
loopscope_agent::clock!(1_000_000, || 0);

const TARGET: &str = "thumbv7m-none-eabi";

/// The limits: instructions and bytes an event, bytes of flash and of RAM.
const LIMITS: [f64; 4] = [130.0, 8.0, 3072.0, 256.0];

/// The rings of the two programs that are compared, in bytes.
const RINGS: u64 = 1024 + 64;

fn main() -> Result<(), Box<dyn Error>> {
    let check = env::args().any(|argument| argument == "--check");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = build(&here.join("cost"))?;
    let ours = run(&programs.join("emitter"))?;
    let defmt = run(&programs.join("defmt_same"))?;
    let none = size(&programs.join("size_none"))?;
    let emitter = size(&programs.join("size_emitter"))?;
    let all = size(&programs.join("size_all"))?;
    let flash = emitter.0 - none.0;
    let ram = emitter.1 - none.1 - RINGS;
    let one = run(&programs.join("embassy_one"))?;
    let sixteen = run(&programs.join("embassy_sixteen"))?;
    let embassy = size(&programs.join("size_embassy"))?;
    let embassy = (embassy.0 - none.0, embassy.1 - none.1 - RINGS);
    let with_control = (all.0 - none.0, all.1 - none.1 - RINGS);
    let table = format!(
        "| | Loopscope's emitter | stock defmt, the same events | limit |\n\
         |---|---|---|---|\n\
         | instructions an event | {:.1} | {:.1} | {} |\n\
         | bytes an event | {:.2} | {:.2} | {} |\n\
         | flash, bytes | {flash} | | {} |\n\
         | RAM beyond the rings, bytes | {ram} | | {} |\n\
         | flash with the control channel, bytes | {} | | |\n\
         | RAM with the control channel, bytes | {} | | |\n\
         \n\
         | embassy's adapter, `tasks: 16` | |\n\
         |---|---|\n\
         | instructions a step, 1 task | {:.0} |\n\
         | instructions a step, 16 tasks | {:.0} |\n\
         | bytes a step | {:.1} |\n\
         | flash with everything, bytes | {} |\n\
         | RAM beyond the rings, bytes | {} |\n",
        ours.0,
        defmt.0,
        LIMITS[0],
        ours.1,
        defmt.1,
        LIMITS[1],
        LIMITS[2],
        LIMITS[3],
        with_control.0,
        with_control.1,
        one.0,
        sixteen.0,
        sixteen.1,
        embassy.0,
        embassy.1,
    );
    print!("{table}");
    let found = [ours.0, ours.1, flash as f64, ram as f64];
    if let Some((found, limit)) = found.iter().zip(LIMITS).find(|(found, limit)| *found > limit) {
        return Err(format!("{found} is above its limit, {limit}").into());
    }
    if !check {
        write(&here.join("COST.md"), &table)?;
    }
    Ok(())
}

/// Builds the programs and says where they are.
fn build(package: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| package.join("target"), |target| PathBuf::from(target).join("cost"));
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--locked", "--features", "defmt", "--target", TARGET])
        .current_dir(package)
        .env("CARGO_TARGET_DIR", &target)
        .env("DEFMT_LOG", "trace")
        .status()?;
    if !built.success() {
        return Err(format!("`cargo build` in {} failed", package.display()).into());
    }
    Ok(target.join(TARGET).join("release"))
}

/// Runs a program in QEMU and reads the two figures at the end of its line.
fn run(program: &Path) -> Result<(f64, f64), Box<dyn Error>> {
    let run = Command::new("qemu-system-arm")
        .args(["-machine", "lm3s6965evb", "-nographic", "-monitor", "none", "-serial", "null"])
        .args(["-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel"])
        .arg(program)
        .output()
        .map_err(|error| format!("qemu-system-arm: {error}; install qemu-system-arm"))?;
    let said =
        String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    let line = said.lines().find(|line| line.contains(" instructions and")).ok_or(said.clone())?;
    println!("{line}");
    let number = |before: &str| {
        let (left, _) = line.split_once(before)?;
        left.rsplit(' ').next()?.parse().ok()
    };
    let found = (number(" instructions and"), number(" bytes a"));
    let (Some(instructions), Some(bytes)) = found else { return Err(said.into()) };
    Ok((instructions, bytes))
}

/// Bytes of flash and of RAM that a program takes.
fn size(program: &Path) -> Result<(u64, u64), Box<dyn Error>> {
    const ALLOCATED: u64 = 2;
    let bytes = fs::read(program)?;
    let file = object::File::parse(&*bytes)?;
    let (mut flash, mut ram) = (0, 0);
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        if sh_flags & ALLOCATED == 0 {
            continue;
        }
        let in_ram = section.address() >= 0x2000_0000;
        let is_zero = section.kind().is_bss();
        if in_ram {
            ram += section.size();
        }
        // What starts with a value in RAM stands in flash as well.
        if !is_zero {
            flash += section.size();
        }
    }
    // A program is linked whole if it has its entry.
    file.symbols().find(|symbol| symbol.name() == Ok("Reset")).ok_or("no entry")?;
    Ok((flash, ram))
}

/// Puts the table between its marks.
fn write(page: &Path, table: &str) -> Result<(), Box<dyn Error>> {
    let (begin, end) = ("<!-- measured -->\n", "<!-- end -->\n");
    let text = fs::read_to_string(page)?;
    let (before, rest) = text.split_once(begin).ok_or("COST.md has no place for the table")?;
    let (_, after) = rest.split_once(end).ok_or("COST.md has no end of the table")?;
    fs::write(page, format!("{before}{begin}{table}{end}{after}"))?;
    Ok(())
}
