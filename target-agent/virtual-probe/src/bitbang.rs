//! The face of bare wires: `OpenOCD`'s adapter `remote_bitbang`, a letter for each edge.
//!
//! Releases of `OpenOCD` up to 0.12 speak only JTAG this way, later ones serial wire, too; a client
//! uses the wires of one of them. A wire is read while the clock is low, and the target looks at
//! what it is told when the clock rises.

use std::net::TcpStream;
use std::sync::Arc;

use crate::Error;
use crate::dap::{Access, Ports, Reply};
use crate::jtag::Tap;
use crate::processor::Board;
use crate::server::{Over, Server, Shared, TakenPort, answer, lock};
use crate::swd::Wire;

/// Starts the server of a board's wires.
pub(crate) fn open<B: Board + Send + 'static>(
    taken: TakenPort,
    board: &Shared<B>,
) -> Result<Server, Error> {
    let board = Arc::clone(board);
    taken.open(move |stream, over| serve(stream, over, &board))
}

/// Serves one client until it leaves.
fn serve<B: Board>(stream: TcpStream, over: &Over, board: &Shared<B>) {
    let mut wires = Wires::default();
    answer(stream, over, |bytes, answers| {
        let mut ports = lock(board);
        bytes.iter().all(|letter| wires.take(*letter, &mut ports, answers))
    });
}

/// The wires of one client.
#[derive(Debug, Default)]
struct Wires {
    tap: Tap,
    wire: Wire,
    clock: bool,
    /// The client drives the data wire of serial wire.
    drives: bool,
    /// The next clock only turns the direction of that wire.
    turning: bool,
    /// The bit that the target puts on it until the clock rises.
    bit: Option<bool>,
    in_reset: bool,
}

impl Wires {
    /// Does what a letter says; false when the client leaves.
    fn take<B: Board>(&mut self, letter: u8, ports: &mut Ports<B>, answers: &mut Vec<u8>) -> bool {
        let digit = |bit: bool| if bit { b'1' } else { b'0' };
        match letter {
            b'0'..=b'7' => {
                let bits = letter - b'0';
                if self.rises(bits & 4 != 0) {
                    let mut access = |access: Access| -> Reply { ports.access(access) };
                    self.tap.clock(bits & 2 != 0, bits & 1 != 0, &mut access);
                }
            }
            b'R' => answers.push(digit(self.tap.output())),
            b'd'..=b'g' => {
                let bits = letter - b'd';
                if self.rises(bits & 2 != 0) {
                    self.serial_clock(bits & 1 != 0, ports);
                }
            }
            b'O' | b'o' => self.turn(letter == b'O'),
            b'c' => answers.push(digit(self.serial_bit())),
            b'r'..=b'u' => {
                let pulled = (letter - b'r') & 1 != 0;
                let released = std::mem::replace(&mut self.in_reset, pulled) && !pulled;
                if released && ports.core.reset().is_err() {
                    return false;
                }
                if (letter - b'r') & 2 != 0 {
                    self.tap = Tap::default();
                }
            }
            b'Q' => return false,
            // The light, waiting, and what nobody has thought of yet.
            _ => {}
        }
        true
    }

    /// Whether the clock goes from low to high.
    const fn rises(&mut self, clock: bool) -> bool {
        let before = self.clock;
        self.clock = clock;
        clock && !before
    }

    fn turn(&mut self, drives: bool) {
        // From the client to the target there is a clock in which nobody drives. The way back has
        // one, too, but the client counts it among those in which it does not drive.
        self.turning = self.drives && !drives;
        self.drives = drives;
        self.bit = None;
    }

    fn serial_bit(&mut self) -> bool {
        if self.drives || self.turning {
            return true;
        }
        *self.bit.get_or_insert_with(|| self.wire.read(1) != 0)
    }

    fn serial_clock<B: Board>(&mut self, bit: bool, ports: &mut Ports<B>) {
        if self.drives {
            self.wire.out(u32::from(bit), 1, |access| ports.access(access));
        } else if std::mem::take(&mut self.turning) {
        } else {
            // The bit passes, whether the client has looked at it or not.
            self.serial_bit();
            self.bit = None;
        }
    }
}

#[cfg(test)]
mod tests;
