//! The Python that runs in a process, found in its memory: which version, and where what we need is.
//!
//! CPython puts a table of offsets at the beginning of its runtime, in a section of its own, for tools
//! like this one. Where the table's own fields are is different for each minor version.

use std::io;
use std::path::Path;

use object::read::elf::{ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSection as _, ReadCache};

use crate::memory::Memory;
use crate::target::{Mapping, Target};

/// What the table begins with.
const COOKIE: &[u8; 8] = b"xdebugpy";

/// The section that the runtime is in.
const SECTION: &str = ".PyRuntime";

/// Where the fields of the table are, in one minor version.
#[derive(Clone, Copy, Debug)]
struct Table {
    version: (u8, u8),
    /// The first of those about debugging; the others follow it.
    debugging: u64,
}

/// Versions whose table is known. The fields before those about debugging are where they were.
const TABLES: [Table; 2] =
    [Table { version: (3, 14), debugging: 712 }, Table { version: (3, 15), debugging: 840 }];

const FREE_THREADED: u64 = 16;
const INTERPRETERS_HEAD: u64 = 40;
const THREADS_MAIN: u64 = 80;

/// The first version that can be asked to run a script.
pub const FIRST: (u8, u8) = (3, 14);

/// A Python that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Its version; `None`: it is too old to tell.
    pub version: Option<(u8, u8, u8)>,
    /// Whether it has no lock around its interpreter.
    pub free_threaded: bool,
    /// Where it can be asked to run a script; `None`: it is of a version that cannot be asked.
    pub door: Option<Door>,
}

/// The places in a process's memory by which it is asked to run a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Whether it may be asked at all.
    pub enabled: bool,
    /// The byte of flags that make the main thread look up.
    pub(crate) breaker: u64,
    /// A number that is 1 while a script is to be run.
    pub(crate) pending: u64,
    /// The script's path, and how long it may be.
    pub(crate) path: u64,
    pub(crate) room: u64,
}

/// Why no Python was found.
#[derive(Debug)]
pub enum NotFound {
    /// The process's memory may not be read.
    Denied(io::Error),
    /// There is none in it.
    NoPython,
}

impl Python {
    /// The Python in a process.
    pub fn of(target: &Target) -> Result<Self, NotFound> {
        let mappings = target.mappings().map_err(NotFound::Denied)?;
        let memory = Memory::of(target.pid, false).map_err(NotFound::Denied)?;
        let mut named = None;
        let mut last = Path::new("");
        for mapping in &mappings {
            if mapping.offset != 0 || mapping.file == last {
                continue;
            }
            last = &mapping.file;
            let name = mapping.file.file_name().unwrap_or_default().to_string_lossy();
            let is_program = target.program.as_deref() == Some(&mapping.file);
            if !is_program && !name.starts_with("libpython") && !name.starts_with("python") {
                continue;
            }
            named = named.or_else(|| version_in(&name));
            if let Some(runtime) = runtime_of(target, mapping) {
                return Self::at(&memory, runtime, named);
            }
        }
        match named {
            Some((major, minor)) => {
                Ok(Self { version: Some((major, minor, 0)), free_threaded: false, door: None })
            }
            None => Err(NotFound::NoPython),
        }
    }

    /// The Python whose runtime is at a place.
    fn at(memory: &Memory, runtime: u64, named: Option<(u8, u8)>) -> Result<Self, NotFound> {
        let read = |at: u64| memory.word(at).map_err(NotFound::Denied);
        if memory.bytes::<8>(runtime).map_err(NotFound::Denied)? != *COOKIE {
            let version = named.map(|(major, minor)| (major, minor, 0));
            return Ok(Self { version, free_threaded: false, door: None });
        }
        // As `PY_VERSION_HEX` has it: 0x030E0AF0 is 3.14.10.
        let [_, micro, minor, major, ..] = read(runtime + 8)?.to_le_bytes();
        let free_threaded = read(runtime + FREE_THREADED)? != 0;
        let mut found = Self { version: Some((major, minor, micro)), free_threaded, door: None };
        let Some(table) = TABLES.iter().find(|table| table.version == (major, minor)) else {
            return Ok(found);
        };
        let interpreter = read(runtime + read(runtime + INTERPRETERS_HEAD)?)?;
        if interpreter == 0 {
            return Ok(found);
        }
        let thread = read(interpreter + read(runtime + THREADS_MAIN)?)?;
        let field = |number: u64| read(runtime + table.debugging + 8 * number);
        let enabled = read(interpreter + field(2)?)? & 0xffff_ffff;
        let support = thread + field(1)?;
        found.door = (thread != 0).then_some(Door {
            enabled: enabled == 1,
            breaker: thread + field(0)?,
            pending: support + field(3)?,
            path: support + field(4)?,
            room: field(5)?,
        });
        Ok(found)
    }
}

/// Where the runtime of a file that is mapped lies in memory, if it has one.
fn runtime_of(target: &Target, mapping: &Mapping) -> Option<u64> {
    let file = target.open(&mapping.file).ok()?;
    let cache = ReadCache::new(file);
    let elf = ElfFile64::<Endianness, _>::parse(&cache).ok()?;
    let section = elf.section_by_name(SECTION)?.address();
    let endian = elf.endian();
    // The file's beginning is at the address that its first loaded part asks for, moved by where it
    // was put.
    let headers = elf.elf_header().program_headers(endian, &cache).ok()?;
    let first = headers.iter().find(|header| {
        header.p_type(endian) == object::elf::PT_LOAD && header.p_offset(endian) == 0
    })?;
    section.checked_sub(first.p_vaddr(endian)).map(|inside| mapping.start.wrapping_add(inside))
}

/// The version that a file's name tells, as `libpython3.12.so.1.0` and `python3.11` do.
fn version_in(name: &str) -> Option<(u8, u8)> {
    let at = name.find("python")?;
    let mut parts = name[at + "python".len()..].split('.');
    let minor: String = {
        let major = parts.next()?.parse::<u8>().ok()?;
        if major != 3 {
            return None;
        }
        parts.next()?.chars().take_while(char::is_ascii_digit).collect()
    };
    Some((3, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_tells_the_version() {
        assert_eq!(version_in("libpython3.12.so.1.0"), Some((3, 12)));
        assert_eq!(version_in("python3.8"), Some((3, 8)));
        assert_eq!(version_in("python3.13t"), Some((3, 13)));
        assert_eq!(version_in("python3"), None);
        assert_eq!(version_in("bash"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_without_python_has_none() {
        let me = Target::of(std::process::id()).expect("it is there");
        assert!(matches!(Python::of(&me), Err(NotFound::NoPython)));
    }
}
