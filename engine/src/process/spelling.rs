//! Arguments that are no UTF-8, on their way to the interpreter.
//!
//! A program may be given any bytes as an argument or be called any bytes, and sees them as CPython
//! shows them. But the interpreter gives up where its own command line is not UTF-8. So on that
//! line they are spelled out, and read back before the program sees them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// How an argument begins that is spelled out.
const SPELLED: &str = "bytes:";

/// An argument as it stands on the command line: as it is, where that can be.
pub(crate) fn spell(arg: &OsStr) -> OsString {
    match arg.to_str() {
        Some(text) if !text.starts_with(SPELLED) => arg.to_owned(),
        _ => format!("{SPELLED}{}", percent_encode(arg.as_bytes(), NON_ALPHANUMERIC)).into(),
    }
}

/// The argument that stands on the command line.
pub(crate) fn read(arg: OsString) -> OsString {
    match arg.to_str().and_then(|text| text.strip_prefix(SPELLED)) {
        Some(rest) => OsString::from_vec(percent_decode_str(rest).collect()),
        None => arg,
    }
}

/// Whether this process was started with an argument that the interpreter would give up at.
pub(crate) fn is_needed() -> bool {
    std::env::args_os().any(|arg| arg.to_str().is_none())
}

/// The name by which a process is started: the one that it has, where the interpreter can read it.
pub(crate) fn own_name(name: OsString) -> OsString {
    if name.to_str().is_some() { name } else { "loopscope".into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_spelled_is_read(bytes in prop::collection::vec(1u8.., 0..12), marked in any::<bool>()) {
            let start = if marked { SPELLED.as_bytes().to_vec() } else { Vec::new() };
            let arg = OsString::from_vec([start, bytes].concat());
            let spelled = spell(&arg);
            prop_assert!(spelled.to_str().is_some());
            prop_assert_eq!(read(spelled), arg);
        }
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        for text in ["", "program.py", "päth", "100%", "bytes"] {
            assert_eq!(spell(OsStr::new(text)), text);
        }
    }
}
