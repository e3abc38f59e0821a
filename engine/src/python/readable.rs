//! Texts of the program's as text of ours. Python's strings may hold what Unicode does not allow to
//! stand alone, and file names any bytes; both are spelled here as Python spells them on its
//! standard error, so that two that differ still do.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustpython_vm::builtins::PyStr;

/// A string.
pub(crate) fn readable(string: &PyStr) -> Cow<'_, str> {
    if let Some(text) = string.to_str() {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for point in string.as_wtf8().code_points() {
        match point.to_char() {
            Some(character) => text.push(character),
            None => text.push_str(&format!("\\u{:04x}", point.to_u32())),
        }
    }
    text.into()
}

/// A file's name: what is no UTF-8 in it as `sys.argv` has it.
pub(crate) fn readable_name(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str() {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\udc{byte:02x}"));
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};

    use super::*;

    #[test]
    fn what_cannot_stand_alone_is_spelled() {
        let mut string = Wtf8Buf::from("a");
        string.push(CodePoint::from_u32(0xd800).unwrap());
        string.push(CodePoint::from_u32(0xe9).unwrap());
        assert_eq!(readable(&PyStr::from(string)), "a\\ud800\u{e9}");
        assert_eq!(readable(&PyStr::from("plain")), "plain");
        assert_eq!(readable_name(OsStr::from_bytes(b"a\xff\xc3\xa9\xc3")), "a\\udcff\u{e9}\\udcc3");
        assert_eq!(readable_name(OsStr::new("plain")), "plain");
    }
}
