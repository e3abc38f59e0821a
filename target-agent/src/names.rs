//! Names: texts in a section of the program's file, numbered by where they stand in it.
//!
//! A name costs nothing on the wire but its number: the host reads the texts from the ELF. The rule
//! is in `NAMES.md` beside this crate.
//!
//! The `unsafe` code of this file is the section's fixed name, and the symbol of its beginning,
//! which the linker defines.
#![allow(unsafe_code, reason = "a section's fixed name, and a symbol that the linker defines")]

use loopscope_protocol::NameId;

/// It makes sure that the section exists, in a program without names too.
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "loopscope_names"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__TEXT,loopscope_names"))]
#[used]
static FIRST: [u8; 1] = [0];

// Where the section begins. Apple's linker, for the tests on a Mac, has another name for that.
unsafe extern "C" {
    #[cfg_attr(not(target_vendor = "apple"), link_name = "__start_loopscope_names")]
    #[cfg_attr(target_vendor = "apple", link_name = "\x01section$start$__TEXT$loopscope_names")]
    static START: u8;
}

/// The number of a text in the section. Use [`name!`](crate::name), which puts one there.
#[doc(hidden)]
#[inline]
pub fn number(text: &'static [u8]) -> NameId {
    number_at(text.as_ptr() as usize)
}

/// The number of the text at that address.
#[inline]
pub(crate) fn number_at(address: usize) -> NameId {
    let start = &raw const START as usize;
    NameId(address.wrapping_sub(start) as u32 + 1)
}

/// All texts with their numbers, as a host finds them in the ELF.
#[cfg(test)]
pub(crate) fn all() -> std::vec::Vec<(u32, std::string::String)> {
    unsafe extern "C" {
        #[cfg_attr(not(target_vendor = "apple"), link_name = "__stop_loopscope_names")]
        #[cfg_attr(target_vendor = "apple", link_name = "\x01section$end$__TEXT$loopscope_names")]
        static STOP: u8;
    }
    let (start, stop) = (&raw const START, &raw const STOP);
    // SAFETY: the linker puts the two symbols around the section.
    let bytes = unsafe { core::slice::from_raw_parts(start, stop as usize - start as usize) };
    let mut number = 1;
    let mut names = std::vec::Vec::new();
    for text in bytes.split(|byte| *byte == 0) {
        names.push((number, std::string::String::from_utf8_lossy(text).into_owned()));
        number += text.len() as u32 + 1;
    }
    names
}

/// A text with a zero byte behind it. Zero bytes in it become question marks.
#[doc(hidden)]
pub const fn ended<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    while at < text.len() && at + 1 < N {
        let byte = text.as_bytes()[at];
        bytes[at] = if byte == 0 { b'?' } else { byte };
        at += 1;
    }
    bytes
}

/// A name that the host knows from the program's file.
///
/// ```
/// # use example_board as _;
/// use loopscope_agent::name;
/// assert_ne!(name!("blink"), name!("sleeper"));
/// ```
#[macro_export]
macro_rules! name {
    ($text:expr) => {{
        const TEXT: &str = $text;
        #[allow(unsafe_code, reason = "a section's fixed name")]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "loopscope_names"))]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__TEXT,loopscope_names"))]
        static NAME: [u8; TEXT.len() + 1] = $crate::names::ended(TEXT);
        $crate::names::number(&NAME)
    }};
}

/// The line of the source where this stands.
///
/// ```
/// let place = loopscope_agent::here!();
/// assert_eq!(place.line, line!() - 1);
/// ```
#[macro_export]
macro_rules! here {
    () => {
        $crate::protocol::Place { file: $crate::name!(file!()), line: line!() }
    };
}
