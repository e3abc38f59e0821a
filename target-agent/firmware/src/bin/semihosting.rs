//! A program that prints by semihosting and ends with an exit code, as programs for emulators do.
#![no_std]
#![no_main]

use loopscope_agent::event_loop::{self as asyncio, Error};
use loopscope_agent::task;
use loopscope_demos::{self as demos, board, entry};

/// The calls' numbers: open a file, write a text, write to a file, end.
const OPEN: usize = 0x01;
const WRITE_TEXT: usize = 0x04;
const WRITE: usize = 0x05;
const END: usize = 0x20;

/// The reason for an end that is nobody's fault.
const APPLICATION_EXIT: usize = 0x2_0026;

/// The mode in which the console is opened to be standard error.
const TO_ERROR: usize = 8;

/// Prints a text to standard output.
fn print(text: &core::ffi::CStr) {
    board::ask_debugger(WRITE_TEXT, text.as_ptr().expose_provenance());
}

/// Prints a line to standard error.
fn complain(text: &str) {
    let name = c":tt";
    let open = [name.as_ptr().expose_provenance(), TO_ERROR, 3];
    let handle = board::ask_debugger(OPEN, open.as_ptr().expose_provenance());
    let write = [handle, text.as_ptr().expose_provenance(), text.len()];
    board::ask_debugger(WRITE, write.as_ptr().expose_provenance());
}

task! {
    async fn count() -> Result<(), Error> {
        for line in [c"one\n", c"two\n", c"three\n"] {
            asyncio::sleep_ms(100).await?;
            print(line);
        }
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    demos::start_loop();
    print(c"it counts ");
    print(c"to three\n");
    let ended = asyncio::run(count());
    complain("that was all\n");
    let end = [APPLICATION_EXIT, if ended.is_ok() { 3 } else { 4 }];
    board::ask_debugger(END, end.as_ptr().expose_provenance());
    demos::end()
}
