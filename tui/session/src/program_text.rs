//! The text of a program's files. A recording says what they are called, and may say anything: only
//! files are read, and none without an end.

use std::ffi::OsString;
#[cfg(unix)]
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use loopscope_model::whole;

/// The longest text that is shown.
const LONGEST: u64 = 4 << 20;

/// How Python spells a byte of a file's name that is no UTF-8, but for the byte's two digits.
#[cfg(unix)]
const BYTE: &str = "\\udc";

/// The text of a file in a folder, named as records name it.
pub fn program_text(folder: &Path, name: &str) -> Option<String> {
    let read = |path: PathBuf| whole::read_file(&path, LONGEST).ok();
    let bytes = read(folder.join(name)).or_else(|| read(folder.join(unspelled(name)?)))?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name with its spelled bytes as bytes; `None`: there are none.
#[cfg(unix)]
fn unspelled(name: &str) -> Option<OsString> {
    let (first, rest) = name.split_once(BYTE)?;
    let mut bytes = first.as_bytes().to_vec();
    for part in rest.split(BYTE) {
        let digits = part.get(..2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    Some(OsString::from_vec(bytes))
}

/// Elsewhere a name is text.
#[cfg(not(unix))]
const fn unspelled(_name: &str) -> Option<OsString> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn spelled_bytes_are_bytes() {
        let name = unspelled("a\\udcffb\\udce9.py").unwrap();
        assert_eq!(name.into_vec(), b"a\xffb\xe9.py");
        for name in ["plain.py", "\\udc", "\\udcx\u{e9}", "a\\udcg0"] {
            assert_eq!(unspelled(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        for name in ["/dev/zero", "/dev/null", ".", "/proc/self/mem", "missing"] {
            assert_eq!(program_text(Path::new("/tmp"), name), None, "{name}");
        }
    }
}
