//! Things that are read whole, such as a script or a firmware: never more of them than there is
//! room for, whatever they are. A device may have no end, and a file may be of any size.

use std::fs::{self, File};
use std::io::{self, BufRead, ErrorKind, Read};
use std::path::Path;

/// Reads everything, unless that is more than `most` bytes. The error then completes a sentence, as
/// any other error of reading does.
///
/// ```
/// use loopscope_model::whole;
///
/// assert_eq!(whole::read(&b"step"[..], 4).unwrap(), b"step");
/// let error = whole::read(std::io::repeat(0), 4 << 20).unwrap_err();
/// assert_eq!(error.to_string(), "it is larger than 4 MB");
/// ```
pub fn read(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large(most));
    }
    Ok(bytes)
}

/// Reads everything as text, in the same way.
pub fn read_text(from: impl Read, most: u64) -> io::Result<String> {
    text(read(from, most)?)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// The next line, without its end; `None` when there are no more. A line longer than `most` bytes is
/// an error.
///
/// ```
/// use loopscope_model::whole;
///
/// let mut input = &b"step\nend\n"[..];
/// assert_eq!(whole::read_line(&mut input, 100).unwrap().as_deref(), Some("step"));
/// assert_eq!(whole::read_line(&mut input, 100).unwrap().as_deref(), Some("end"));
/// assert_eq!(whole::read_line(&mut input, 100).unwrap(), None);
/// ```
pub fn read_line(from: &mut impl BufRead, most: u64) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if from.by_ref().take(most.saturating_add(1)).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
    if bytes.len() as u64 > most {
        let text = format!("a line of it is longer than {}", size(most));
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    text(bytes).map(Some)
}

/// Reads a file that is to be nothing but a file: not a pipe, which may have nobody at its other
/// end, and not a device, which may have no end at all.
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Asked before it is opened, since opening a pipe waits for its other end.
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !about.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, NOT_A_FILE));
    }
    // Not read in vain where the file says its size itself.
    if about.len() > most {
        return Err(too_large(most));
    }
    read(File::open(path)?, most)
}

/// Reads such a file as text.
pub fn read_text_file(path: &Path, most: u64) -> io::Result<String> {
    text(read_file(path, most)?)
}

/// What is said of a pipe, a device or a socket.
pub const NOT_A_FILE: &str = "it is a pipe or a device and not a file";

fn too_large(most: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {}", size(most)))
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MB", bytes >> 20) } else { format!("{} kB", bytes >> 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused_at_the_limit() {
        let mut read_so_far = 0_u64;
        let endless = std::iter::repeat_with(|| {
            read_so_far += 1;
            b'x'
        });
        let error = read(Bytes(endless), 5000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "it is larger than 4 kB");
        assert_eq!(read_so_far, 5001);
    }

    #[test]
    fn text_is_utf8() {
        assert_eq!(read_text("grün".as_bytes(), 100).unwrap(), "grün");
        let error = read_text(&b"\xff"[..], 100).unwrap_err();
        assert_eq!(error.to_string(), "it is not UTF-8");
    }

    #[test]
    fn a_line_that_has_no_end_is_refused() {
        let mut input = io::BufReader::new(io::repeat(b'x'));
        let error = read_line(&mut input, 2048).unwrap_err();
        assert_eq!(error.to_string(), "a line of it is longer than 2 kB");
        let mut input = &b"\r\nxy\nxyz"[..];
        let mut next = || read_line(&mut input, 3).unwrap();
        assert_eq!(
            [next(), next(), next(), next()].map(|line| line.unwrap_or("none".into())),
            ["", "xy", "xyz", "none"]
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_device_and_a_folder_are_not_files() {
        let read = |path| read_file(Path::new(path), 1 << 20);
        assert_eq!(read("/dev/zero").unwrap_err().to_string(), NOT_A_FILE);
        assert_eq!(read("/dev").unwrap_err().to_string(), "it is a folder");
    }

    /// Gives out bytes one by one, so that each that is asked for is counted.
    struct Bytes<I>(I);

    impl<I: Iterator<Item = u8>> Read for Bytes<I> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.iter_mut().zip(&mut self.0).map(|(place, byte)| *place = byte).count())
        }
    }
}
