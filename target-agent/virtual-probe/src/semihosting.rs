//! The calls by which a program asks its debugger for something: `BKPT 0xab` on a Cortex-M, with the
//! call's number in `r0`, its argument in `r1`, and its answer in `r0`.
//!
//! What is here: output, the end of the program, the time. The program gets no file of the host's
//! and runs no command there: such calls fail, as they may by Arm's specification.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::Error;
use crate::board::Board;
use crate::console::{Console, Outlet};

/// The instruction.
pub(crate) const CALL: u16 = 0xbeab;

/// The most bytes that one call may say; a program that goes wrong may ask for any number.
const LONGEST: u32 = 1 << 16;

/// How much is read at once of a text that ends with a zero byte.
const PIECE: u32 = 64;

/// The handles that are given out.
const INPUT: u32 = 1;
const OUTPUT: u32 = 2;
const ERROR: u32 = 3;
const FEATURES: u32 = 4;

/// The special file that tells what is supported beyond the first version: an end with an exit
/// code, and standard output and standard error as two files.
const FEATURE_BYTES: [u8; 5] = *b"SHFB\x03";

/// The program has ended as it wanted to.
const APPLICATION_EXIT: u32 = 0x2_0026;

/// What a call without an answer gives.
const FAILED: u32 = u32::MAX;

/// `ENOENT`, `EBADF` and `EINVAL`.
const NO_ENTRY: u32 = 2;
const BAD_HANDLE: u32 = 9;
const INVALID: u32 = 22;

/// What follows a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The program goes on with this in `r0`.
    Answer(u32),
    /// The program has ended.
    Ended,
}

/// What answers the calls of one machine.
#[derive(Debug)]
pub(crate) struct Semihosting {
    pub(crate) console: Console,
    began: Instant,
    errno: u32,
    /// How far the special file was read.
    features: u32,
}

impl Semihosting {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, began: Instant::now(), errno: 0, features: 0 }
    }

    /// The machine begins anew.
    pub(crate) fn begin(&mut self) {
        *self = Self::new(self.console.clone());
        self.console.begin();
    }

    /// Answers a call.
    pub(crate) fn call<B: Board>(
        &mut self,
        board: &mut B,
        number: u32,
        argument: u32,
    ) -> Result<Then, Error> {
        let answer = match number {
            0x01 => self.open(board, argument)?,
            0x02 => self.on_handle(words::<1, B>(board, argument)?[0], 0),
            0x03 => {
                let byte = bytes(board, argument, 1)?;
                self.console.say(Outlet::Output, &byte);
                0
            }
            0x04 => {
                let text = text(board, argument)?;
                self.console.say(Outlet::Output, &text);
                0
            }
            0x05 => self.write(board, argument)?,
            0x06 => self.read(board, argument)?,
            // Nobody types anything.
            0x07 => FAILED,
            0x08 => u32::from(words::<1, B>(board, argument)?[0].cast_signed() < 0),
            0x09 => {
                let [handle] = words(board, argument)?;
                self.on_handle(handle, u32::from(handle != FEATURES))
            }
            0x0a => self.seek(board, argument)?,
            0x0c => {
                let [handle] = words(board, argument)?;
                let length = if handle == FEATURES { FEATURE_BYTES.len() } else { 0 };
                self.on_handle(handle, u32::try_from(length).unwrap_or(0))
            }
            0x10 => u32::try_from(self.began.elapsed().as_millis() / 10).unwrap_or(FAILED),
            0x11 => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u32::try_from(since.as_secs()).unwrap_or(FAILED)
            }
            0x13 => self.errno,
            0x15 => command_line(board, argument)?,
            0x16 => {
                // The heap and the stack are the program's own matter: all four are unknown.
                let [block] = words(board, argument)?;
                board.write(block, &[0; 16])?;
                0
            }
            0x18 => return Ok(self.end(u8::from(argument != APPLICATION_EXIT))),
            0x20 => {
                let [reason, code] = words(board, argument)?;
                let low = u8::try_from(code & 0xff).unwrap_or(1);
                // What does not fit into an exit code is still no success.
                let code = if low == 0 && code != 0 { 1 } else { low };
                return Ok(self.end(if reason == APPLICATION_EXIT { code } else { 1 }));
            }
            0x30 => {
                let passed = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
                board.write(argument, &passed.to_le_bytes())?;
                0
            }
            // Microseconds.
            0x31 => 1_000_000,
            // Files of the host's, its commands, and what is not known.
            _ => self.fail(INVALID),
        };
        Ok(Then::Answer(answer))
    }

    fn end(&self, code: u8) -> Then {
        self.console.end(code);
        Then::Ended
    }

    fn fail(&mut self, errno: u32) -> u32 {
        self.errno = errno;
        FAILED
    }

    fn on_handle(&mut self, handle: u32, answer: u32) -> u32 {
        if (INPUT..=FEATURES).contains(&handle) { answer } else { self.fail(BAD_HANDLE) }
    }

    fn open<B: Board>(&mut self, board: &mut B, block: u32) -> Result<u32, Error> {
        let [name, mode, length] = words(board, block)?;
        let name = bytes(board, name, length.min(PIECE))?;
        Ok(match (&*name, mode) {
            (b":tt", 0..=3) => INPUT,
            (b":tt", 4..=7) => OUTPUT,
            (b":tt", 8..=11) => ERROR,
            (b":semihosting-features", 0 | 1) => {
                self.features = 0;
                FEATURES
            }
            _ => self.fail(NO_ENTRY),
        })
    }

    /// Gives how many bytes were not written.
    fn write<B: Board>(&mut self, board: &mut B, block: u32) -> Result<u32, Error> {
        let [handle, from, length] = words(board, block)?;
        let outlet = match handle {
            OUTPUT => Outlet::Output,
            ERROR => Outlet::Error,
            _ => {
                self.errno = BAD_HANDLE;
                return Ok(length);
            }
        };
        let said = bytes(board, from, length.min(LONGEST))?;
        self.console.say(outlet, &said);
        Ok(length.saturating_sub(LONGEST))
    }

    /// Gives how many bytes were not read: all of them at the end.
    fn read<B: Board>(&mut self, board: &mut B, block: u32) -> Result<u32, Error> {
        let [handle, into, length] = words(board, block)?;
        if handle != FEATURES {
            return Ok(length);
        }
        let from = usize::try_from(self.features).unwrap_or(usize::MAX);
        let rest = FEATURE_BYTES.get(from..).unwrap_or_default();
        let count = rest.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        board.write(into, &rest[..count])?;
        let count = u32::try_from(count).unwrap_or(0);
        self.features += count;
        Ok(length - count)
    }

    fn seek<B: Board>(&mut self, board: &mut B, block: u32) -> Result<u32, Error> {
        let [handle, to] = words(board, block)?;
        if handle != FEATURES {
            return Ok(self.fail(INVALID));
        }
        self.features = to;
        Ok(0)
    }
}

/// There is no command line: the text is empty.
fn command_line<B: Board>(board: &mut B, block: u32) -> Result<u32, Error> {
    let [into, room] = words(board, block)?;
    if room == 0 {
        return Ok(FAILED);
    }
    board.write(into, &[0])?;
    board.write(block.wrapping_add(4), &[0; 4])?;
    Ok(0)
}

/// The words of a call's argument.
fn words<const N: usize, B: Board>(board: &mut B, at: u32) -> Result<[u32; N], Error> {
    let mut found = [0; N];
    for (word, at) in found.iter_mut().zip((0..).map(|n| at.wrapping_add(4 * n))) {
        let mut bytes = [0; 4];
        board.read(at, &mut bytes)?;
        *word = u32::from_le_bytes(bytes);
    }
    Ok(found)
}

fn bytes<B: Board>(board: &mut B, at: u32, length: u32) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    board.read(at, &mut bytes)?;
    Ok(bytes)
}

/// A text up to its zero byte.
fn text<B: Board>(board: &mut B, at: u32) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    for start in (0..LONGEST).step_by(PIECE as usize) {
        // Up to a multiple of the piece, so that no memory behind the text's own is touched.
        let from = at.wrapping_add(start);
        let piece = bytes(board, from, PIECE)?;
        match piece.iter().position(|byte| *byte == 0) {
            Some(end) => {
                text.extend_from_slice(&piece[..end]);
                break;
            }
            None => text.extend_from_slice(&piece),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::made_up::MadeUp;

    const BLOCK: u32 = 0x2000_0100;
    const DATA: u32 = 0x2000_0200;

    fn asked(words: &[u32], data: &[u8], number: u32) -> (Then, Console, MadeUp) {
        let mut board = MadeUp::default();
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        board.write(BLOCK, &bytes).unwrap();
        board.write(DATA, data).unwrap();
        let console = Console::default();
        let mut semihosting = Semihosting::new(console.clone());
        let argument = if words.is_empty() { DATA } else { BLOCK };
        let then = semihosting.call(&mut board, number, argument).unwrap();
        (then, console, board)
    }

    fn said(console: &Console) -> Vec<(Outlet, String)> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        console.take().into_iter().map(|(outlet, bytes)| (outlet, text(bytes))).collect()
    }

    #[test]
    fn what_is_written_is_said_whole_whichever_call_writes_it() {
        let long = "long ".repeat(50);
        let (then, console, _) = asked(&[], format!("{long}\0no more").as_bytes(), 0x04);
        assert_eq!((then, said(&console)), (Then::Answer(0), vec![(Outlet::Output, long)]));
        let (then, console, _) = asked(&[ERROR, DATA, 3], b"oops", 0x05);
        let expected = vec![(Outlet::Error, "oop".to_owned())];
        assert_eq!((then, said(&console)), (Then::Answer(0), expected));
        let (_, console, _) = asked(&[], b"x", 0x03);
        assert_eq!(said(&console), [(Outlet::Output, "x".to_owned())]);
    }

    #[test]
    fn a_program_may_not_write_more_than_it_opened() {
        let (then, console, _) = asked(&[7, DATA, 3], b"abc", 0x05);
        assert_eq!((then, console.take()), (Then::Answer(3), vec![]));
    }

    #[test]
    fn the_console_is_three_files_and_nothing_of_the_host_is_one() {
        let open = |name: &[u8], mode| {
            asked(&[DATA, mode, u32::try_from(name.len()).unwrap()], name, 0x01).0
        };
        assert_eq!(open(b":tt", 0), Then::Answer(INPUT));
        assert_eq!(open(b":tt", 4), Then::Answer(OUTPUT));
        assert_eq!(open(b":tt", 8), Then::Answer(ERROR));
        assert_eq!(open(b"/etc/passwd", 0), Then::Answer(FAILED));
        assert_eq!(asked(&[DATA, 4], b"true", 0x12).0, Then::Answer(FAILED));
    }

    #[test]
    fn the_end_has_the_code_that_the_program_gives() {
        let ended = |argument| {
            let console = Console::default();
            let mut semihosting = Semihosting::new(console.clone());
            let then = semihosting.call(&mut MadeUp::default(), 0x18, argument).unwrap();
            (then, console.exit())
        };
        assert_eq!(ended(APPLICATION_EXIT), (Then::Ended, Some(0)));
        assert_eq!(ended(0x2_0023), (Then::Ended, Some(1)));
        let code = |code| asked(&[APPLICATION_EXIT, code], b"", 0x20).1.exit();
        assert_eq!([code(0), code(42), code(256)], [Some(0), Some(42), Some(1)]);
    }

    #[test]
    fn what_is_supported_can_be_read_from_its_special_file() {
        let mut board = MadeUp::default();
        let mut semihosting = Semihosting::new(Console::default());
        let name = b":semihosting-features";
        board.write(DATA, name).unwrap();
        let mut call = |board: &mut MadeUp, number, words: [u32; 3]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            board.write(BLOCK, &bytes).unwrap();
            semihosting.call(board, number, BLOCK).unwrap()
        };
        let length = u32::try_from(name.len()).unwrap();
        assert_eq!(call(&mut board, 0x01, [DATA, 0, length]), Then::Answer(FEATURES));
        assert_eq!(call(&mut board, 0x06, [FEATURES, DATA, 4]), Then::Answer(0));
        assert_eq!(call(&mut board, 0x06, [FEATURES, DATA + 4, 4]), Then::Answer(3));
        let mut read = [0; 5];
        board.read(DATA, &mut read).unwrap();
        assert_eq!(read, FEATURE_BYTES);
    }

    #[test]
    fn the_time_passes_in_microseconds() {
        assert_eq!(asked(&[], b"", 0x31).0, Then::Answer(1_000_000));
        let (then, _, mut board) = asked(&[], &[0xff; 8], 0x30);
        let mut ticks = [0; 8];
        board.read(DATA, &mut ticks).unwrap();
        assert_eq!(then, Then::Answer(0));
        assert!(u64::from_le_bytes(ticks) < 60_000_000);
    }
}
