//! What a host reads from the program's file: its names, by the rule of `NAMES.md`.

use std::error::Error;

use loopscope_model::Names;
use loopscope_protocol::NameId;
use object::{Object, ObjectSection};

/// Defines the names of the ELF.
pub(crate) fn define(names: &mut Names, elf: &[u8]) -> Result<(), Box<dyn Error>> {
    let file = object::File::parse(elf)?;
    let section = file.section_by_name("loopscope_names").ok_or("the ELF has no names")?;
    let mut number = 1;
    for text in section.data()?.split(|byte| *byte == 0) {
        if !text.is_empty() {
            names.define(NameId(number), &String::from_utf8_lossy(text));
        }
        number += u32::try_from(text.len())? + 1;
    }
    Ok(())
}
