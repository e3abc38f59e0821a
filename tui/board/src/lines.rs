//! Which line of the source an address of the program is of, by the debug information of its ELF.

use std::path::Path;

use gimli::{DebugLine, Dwarf, EndianSlice, LittleEndian, SectionId, Unit};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// The place of an address, as `src/main.rs:41`; without debug information the function that it is
/// in.
pub(crate) fn place(elf: &[u8], address: u64) -> Option<String> {
    // A Thumb address has its lowest bit set.
    let address = address & !1;
    let file = object::File::parse(elf).ok()?;
    let section = |id: SectionId| -> Result<Reader<'_>, gimli::Error> {
        let section = file.section_by_name(id.name());
        let bytes = section.and_then(|section| section.data().ok()).unwrap_or_default();
        Ok(EndianSlice::new(bytes, LittleEndian))
    };
    let by_line = Dwarf::load(section).ok().and_then(|dwarf| line(&dwarf, address));
    by_line.or_else(|| function(&file, address))
}

/// The line that the line programs of all units have for an address.
fn line(dwarf: &Dwarf<Reader<'_>>, address: u64) -> Option<String> {
    let _: &DebugLine<_> = &dwarf.debug_line;
    let mut headers = dwarf.units();
    while let Ok(Some(header)) = headers.next() {
        let found = dwarf.unit(header).ok().and_then(|unit| line_in(dwarf, &unit, address));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn line_in(dwarf: &Dwarf<Reader<'_>>, unit: &Unit<Reader<'_>>, address: u64) -> Option<String> {
    let mut rows = unit.line_program.clone()?.rows();
    // The row before the present one: it holds up to where the present one begins.
    let mut before: Option<(u64, u64, u64)> = None;
    while let Ok(Some((header, row))) = rows.next_row() {
        if let Some((start, file, line)) = before
            && (start..row.address()).contains(&address)
        {
            let file = header.file(file)?;
            let name = dwarf.attr_string(unit, file.path_name()).ok()?;
            let folder = file.directory(header);
            let folder = folder.and_then(|folder| dwarf.attr_string(unit, folder).ok());
            let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
            let path = Path::new(&folder.unwrap_or_default()).join(&*name.to_string_lossy());
            return Some(format!("{}:{line}", short(&path)));
        }
        let line = row.line().map_or(0, std::num::NonZeroU64::get);
        // Code that the linker has left out is at 0, in a sequence of its own.
        before = (!row.end_sequence() && line > 0).then(|| (row.address(), row.file_index(), line));
    }
    None
}

/// The function that an address is in.
fn function(file: &object::File<'_>, address: u64) -> Option<String> {
    let functions = file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text);
    let has = |symbol: &object::Symbol<'_, '_>| {
        let start = symbol.address() & !1;
        (start..start + symbol.size()).contains(&address)
    };
    let mut found = functions.into_iter().filter(has);
    found.find_map(|symbol| symbol.name().ok().map(|name| format!("`{name}`")))
}

/// The end of a path: the file and the folder it is in.
pub(crate) fn short(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let from = parts.len().saturating_sub(2);
    parts[from..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_in_its_folder() {
        assert_eq!(short(Path::new("/builds/me/firmware/src/main.rs")), "src/main.rs");
        assert_eq!(short(Path::new("main.rs")), "main.rs");
    }

    #[test]
    fn what_is_no_elf_file_has_no_places() {
        assert_eq!(place(b"nonsense", 0x100), None);
    }

    #[test]
    fn an_address_outside_of_the_program_has_no_place() {
        let elf = include_bytes!("demo/firmware.elf");
        assert_eq!(place(elf, 0xffff_fff0), None);
    }
}
