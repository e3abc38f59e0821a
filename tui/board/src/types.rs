//! The types of a firmware, by the debug information of its ELF: as much of them as tells where a
//! suspended future stands.

use std::collections::HashMap;
use std::path::Path;

use gimli::{
    AttributeValue, DebugInfoOffset, DebuggingInformationEntry, Dwarf, EndianSlice,
    EntriesTreeNode, LittleEndian, SectionId, Unit,
};
use object::{Object as _, ObjectSection as _};

use super::lines::short;

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// Where a type stands in the debug information.
pub(crate) type TypeId = usize;

/// How deep types lie in each other at most.
const DEEPEST: usize = 64;

/// A part of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Where in the type it begins, in bytes.
    pub(crate) offset: u64,
    pub(crate) kind: Option<TypeId>,
    /// The line of the source that it comes from.
    pub(crate) place: Option<String>,
}

/// A type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Type {
    /// The modules and functions that it is in, and its own name.
    pub(crate) path: Vec<String>,
    pub(crate) size: u64,
    pub(crate) members: Vec<Member>,
    /// What says which of its variants it is.
    pub(crate) discriminant: Option<Member>,
    /// Its variants, each by that value.
    pub(crate) variants: Vec<(u64, Member)>,
    /// Its first type parameter.
    pub(crate) parameter: Option<TypeId>,
}

impl Type {
    /// Its own name.
    pub(crate) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// A member by its name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// All types of a firmware.
#[derive(Clone, Debug, Default)]
pub(crate) struct Types(HashMap<TypeId, Type>);

impl Types {
    /// Reads them. None where there is no debug information, or it cannot be read.
    pub(crate) fn read(elf: &[u8]) -> Self {
        let mut types = Self::default();
        let Ok(file) = object::File::parse(elf) else { return types };
        let section = |id: SectionId| -> Result<Reader<'_>, gimli::Error> {
            let section = file.section_by_name(id.name());
            let bytes = section.and_then(|section| section.data().ok()).unwrap_or_default();
            Ok(EndianSlice::new(bytes, LittleEndian))
        };
        let Ok(dwarf) = Dwarf::load(section) else { return types };
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = dwarf.unit(header) {
                // What cannot be read is left out.
                let _ = Walk { dwarf: &dwarf, unit: &unit, types: &mut types }.all();
            }
        }
        types
    }

    pub(crate) fn get(&self, id: TypeId) -> Option<&Type> {
        self.0.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Type> {
        self.0.values()
    }
}

/// The walk through one unit.
struct Walk<'a, 'b> {
    dwarf: &'b Dwarf<Reader<'a>>,
    unit: &'b Unit<Reader<'a>>,
    types: &'b mut Types,
}

impl<'a> Walk<'a, '_> {
    fn all(&mut self) -> Result<(), gimli::Error> {
        let unit = self.unit;
        let mut tree = unit.entries_tree(None)?;
        let root = tree.root()?;
        self.children(root, &mut Vec::new())
    }

    /// Namespaces and types below an entry.
    fn children(
        &mut self,
        node: EntriesTreeNode<'_, '_, '_, Reader<'a>>,
        path: &mut Vec<String>,
    ) -> Result<(), gimli::Error> {
        if path.len() > DEEPEST {
            return Ok(());
        }
        let mut children = node.children();
        while let Some(child) = children.next()? {
            match child.entry().tag() {
                gimli::DW_TAG_namespace => {
                    path.push(self.name(child.entry()));
                    self.children(child, path)?;
                    path.pop();
                }
                gimli::DW_TAG_structure_type | gimli::DW_TAG_union_type => {
                    self.structure(child, path)?;
                }
                gimli::DW_TAG_base_type => {
                    let size = number(child.entry(), gimli::DW_AT_byte_size).unwrap_or(0);
                    let path = vec![self.name(child.entry())];
                    self.add(child.entry(), Type { path, size, ..Type::default() });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn structure(
        &mut self,
        node: EntriesTreeNode<'_, '_, '_, Reader<'a>>,
        path: &mut Vec<String>,
    ) -> Result<(), gimli::Error> {
        let offset = self.id(node.entry());
        let size = number(node.entry(), gimli::DW_AT_byte_size).unwrap_or(0);
        path.push(self.name(node.entry()));
        let mut found = Type { path: path.clone(), size, ..Type::default() };
        let mut children = node.children();
        while let Some(child) = children.next()? {
            match child.entry().tag() {
                gimli::DW_TAG_member => found.members.push(self.member(child.entry())),
                gimli::DW_TAG_template_type_parameter if found.parameter.is_none() => {
                    found.parameter = self.kind(child.entry());
                }
                gimli::DW_TAG_variant_part => self.variants(child, &mut found)?,
                gimli::DW_TAG_structure_type if path.len() < DEEPEST => {
                    self.structure(child, path)?;
                }
                _ => {}
            }
        }
        path.pop();
        if let Some(offset) = offset {
            self.types.0.insert(offset, found);
        }
        Ok(())
    }

    fn variants(
        &mut self,
        node: EntriesTreeNode<'_, '_, '_, Reader<'a>>,
        to: &mut Type,
    ) -> Result<(), gimli::Error> {
        let mut children = node.children();
        while let Some(child) = children.next()? {
            match child.entry().tag() {
                // It says which one it is.
                gimli::DW_TAG_member => to.discriminant = Some(self.member(child.entry())),
                gimli::DW_TAG_variant => {
                    let value = number(child.entry(), gimli::DW_AT_discr_value);
                    let mut parts = child.children();
                    while let Some(part) = parts.next()? {
                        if part.entry().tag() == gimli::DW_TAG_member
                            && let Some(value) = value
                        {
                            to.variants.push((value, self.member(part.entry())));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn member(&self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>) -> Member {
        Member {
            name: self.name(entry),
            offset: number(entry, gimli::DW_AT_data_member_location).unwrap_or(0),
            kind: self.kind(entry),
            place: self.place(entry),
        }
    }

    fn add(&mut self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>, found: Type) {
        if let Some(id) = self.id(entry) {
            self.types.0.insert(id, found);
        }
    }

    fn id(&self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>) -> Option<TypeId> {
        entry.offset().to_debug_info_offset(&self.unit.header).map(|DebugInfoOffset(at)| at)
    }

    fn name(&self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>) -> String {
        let value = entry.attr_value(gimli::DW_AT_name).ok().flatten();
        let text = value.and_then(|value| self.dwarf.attr_string(self.unit, value).ok());
        text.map_or_else(String::new, |text| text.to_string_lossy().into_owned())
    }

    /// The type that an entry names.
    fn kind(&self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>) -> Option<TypeId> {
        match entry.attr_value(gimli::DW_AT_type).ok()?? {
            AttributeValue::UnitRef(offset) => {
                offset.to_debug_info_offset(&self.unit.header).map(|DebugInfoOffset(at)| at)
            }
            AttributeValue::DebugInfoRef(DebugInfoOffset(at)) => Some(at),
            _ => None,
        }
    }

    /// Where an entry was declared.
    fn place(&self, entry: &DebuggingInformationEntry<'_, '_, Reader<'a>>) -> Option<String> {
        let line = number(entry, gimli::DW_AT_decl_line)?;
        let AttributeValue::FileIndex(number) = entry.attr_value(gimli::DW_AT_decl_file).ok()??
        else {
            return None;
        };
        let header = self.unit.line_program.as_ref()?.header();
        let file = header.file(number)?;
        let name = self.dwarf.attr_string(self.unit, file.path_name()).ok()?;
        let folder = file.directory(header);
        let folder = folder.and_then(|folder| self.dwarf.attr_string(self.unit, folder).ok());
        let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
        let path = Path::new(&folder.unwrap_or_default()).join(&*name.to_string_lossy());
        Some(format!("{}:{line}", short(&path)))
    }
}

fn number(entry: &DebuggingInformationEntry<'_, '_, Reader<'_>>, what: gimli::DwAt) -> Option<u64> {
    entry.attr_value(what).ok()??.udata_value()
}
