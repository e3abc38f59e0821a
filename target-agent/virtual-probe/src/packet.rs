//! The packets of the remote protocol, version 3: a request is `!`, letters and hexadecimal
//! numbers, `#`; an answer is `&`, a letter, data, `#`.
//!
//! Numbers have a fixed width and no separators. Words that a debug register was read into or is
//! written from travel with their bytes in the order of memory, except in `AR`.

/// The longest request that is accepted; a real probe has a buffer of this size.
pub const LONGEST: usize = 1024;

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `GA`: who are you?
    Version,
    /// `HC`: which version of the remote protocol?
    Protocol,
    /// `GV`: the target's voltage.
    Voltage,
    /// `Gf`: the clock's frequency.
    Frequency,
    /// Something about pins, power or clocks that means nothing to an emulated machine.
    Electrical,
    /// `GZ`: pull the reset line, or let go of it.
    ResetLine(bool),
    /// `SS`: serial wire from here on.
    SerialWire,
    /// `So`, `SO`: shift bits out, perhaps with their parity after them.
    BitsOut {
        /// The bits, the first one lowest.
        bits: u32,
        /// How many.
        length: u32,
        /// Whether the parity bit follows.
        parity: bool,
    },
    /// `Si`, `SI`: shift bits in, perhaps with their parity after them.
    BitsIn {
        /// How many.
        length: u32,
        /// Whether the parity bit follows.
        parity: bool,
    },
    /// `Ad`: read a register of the debug port.
    ReadDebugPort {
        /// Its address.
        address: u8,
    },
    /// `AR`: write (or read) a register of the debug port without interpretation.
    Raw {
        /// Whether it is a read.
        read: bool,
        /// Bit 8: access port; below: the register.
        address: u16,
        /// What to write.
        value: u32,
    },
    /// `Aa`: read a register of an access port.
    ReadAccessPort {
        /// Which access port.
        port: u8,
        /// Its address.
        address: u8,
    },
    /// `AA`: write a register of an access port.
    WriteAccessPort {
        /// Which access port.
        port: u8,
        /// Its address.
        address: u8,
        /// What to write.
        value: u32,
    },
    /// `Am`: read memory.
    ReadMemory {
        /// From where.
        address: u32,
        /// How many bytes.
        length: u32,
    },
    /// `AM`: write memory.
    WriteMemory {
        /// To where.
        address: u32,
        /// Width of an access: 1, 2, 4 or 8 bytes.
        width: u8,
        /// What.
        data: Vec<u8>,
    },
    /// Something that exists in the protocol, or might, and that we do not do.
    Unknown,
    /// A known command whose numbers make no sense.
    Malformed,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// A number.
    Number(u32),
    /// A word, its bytes in the order of memory.
    Word(u32),
    /// Bytes of memory.
    Bytes(Vec<u8>),
    /// A text without `#`.
    Text(String),
    /// It went wrong.
    Failed,
    /// The parity of what came in was wrong.
    BadParity,
    /// The numbers of the request make no sense.
    BadParameter,
    /// There is no such command here.
    NotSupported,
}

/// Puts requests together from the bytes of a connection.
#[derive(Debug, Default)]
pub struct Assembler {
    bytes: Vec<u8>,
    open: bool,
    too_long: bool,
}

impl Assembler {
    /// Takes one byte; gives a request when this byte ends it. Bytes between requests mean nothing.
    pub fn push(&mut self, byte: u8) -> Option<Request> {
        match byte {
            b'!' => {
                self.bytes.clear();
                self.open = true;
                self.too_long = false;
                None
            }
            b'#' if self.open => {
                self.open = false;
                Some(if self.too_long { Request::Malformed } else { parse(&self.bytes) })
            }
            _ if self.open => {
                if self.bytes.len() < LONGEST {
                    self.bytes.push(byte);
                } else {
                    self.too_long = true;
                }
                None
            }
            _ => None,
        }
    }
}

/// Reads the inside of a request: what stands between `!` and `#`.
///
/// ```
/// use loopscope_virtual_probe::packet::{Request, parse};
///
/// let request = parse(b"Am0000a30000402000000000000fff");
/// assert_eq!(request, Request::Malformed);
/// let request = parse(b"Am0000a30000402000000000000010");
/// assert_eq!(request, Request::ReadMemory { address: 0x2000_0000, length: 16 });
/// ```
#[must_use]
pub fn parse(inside: &[u8]) -> Request {
    let (Some(group), Some(command)) = (inside.first(), inside.get(1)) else {
        return Request::Unknown;
    };
    let mut rest = Numbers(&inside[2..]);
    let request = match (group, command) {
        (b'G', b'A') => Some(Request::Version),
        (b'H', b'C') => Some(Request::Protocol),
        (b'G', b'V') => Some(Request::Voltage),
        (b'G', b'f') => Some(Request::Frequency),
        (b'G', b'Z') => rest.digit().map(|on| Request::ResetLine(on != 0)),
        (b'G', b'F' | b'E' | b'P') => return Request::Electrical,
        (b'S', b'S') => Some(Request::SerialWire),
        (b'S', b'o' | b'O') => rest.bits_out(*command == b'O'),
        (b'S', b'i' | b'I') => {
            rest.length().map(|length| Request::BitsIn { length, parity: *command == b'I' })
        }
        (b'A', b'd') => rest.read_debug_port(),
        (b'A', b'R') => rest.raw(),
        (b'A', b'a') => rest.read_access_port(),
        (b'A', b'A') => rest.write_access_port(),
        (b'A', b'm') => rest.read_memory(),
        (b'A', b'M') => rest.write_memory(),
        _ => return Request::Unknown,
    };
    match request {
        Some(request) if rest.0.is_empty() => request,
        _ => Request::Malformed,
    }
}

/// The hexadecimal numbers of a request that are still to be read.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn digit(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let digit = char::from(*first).to_digit(16)?;
        u8::try_from(digit).ok()
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        (0..digits).try_fold(0_u32, |value, _| Some(value << 4 | u32::from(self.digit()?)))
    }

    fn byte(&mut self) -> Option<u8> {
        self.number(2).and_then(|value| u8::try_from(value).ok())
    }

    fn length(&mut self) -> Option<u32> {
        self.number(2).filter(|length| (1..=32).contains(length))
    }

    fn bits_out(&mut self, parity: bool) -> Option<Request> {
        let length = self.length()?;
        // The value has as many digits as it needs.
        let digits = self.0.len();
        if digits == 0 || digits > 8 {
            return None;
        }
        let bits = self.number(digits)?;
        Some(Request::BitsOut { bits, length, parity })
    }

    fn read_debug_port(&mut self) -> Option<Request> {
        let (_device, _port) = (self.byte()?, self.byte()?);
        Some(Request::ReadDebugPort { address: low(self.number(4)?) })
    }

    fn raw(&mut self) -> Option<Request> {
        let (_device, read) = (self.byte()?, self.byte()? != 0);
        let address = u16::try_from(self.number(4)?).ok()?;
        Some(Request::Raw { read, address, value: self.number(8)? })
    }

    fn read_access_port(&mut self) -> Option<Request> {
        let (_device, port) = (self.byte()?, self.byte()?);
        Some(Request::ReadAccessPort { port, address: low(self.number(4)?) })
    }

    fn write_access_port(&mut self) -> Option<Request> {
        let (_device, port) = (self.byte()?, self.byte()?);
        let address = low(self.number(4)?);
        Some(Request::WriteAccessPort { port, address, value: self.number(8)?.swap_bytes() })
    }

    fn read_memory(&mut self) -> Option<Request> {
        let (_device, _port, _csw) = (self.byte()?, self.byte()?, self.number(8)?);
        let (address, length) = (self.number(8)?, self.number(8)?);
        // The answer has to fit into the client's buffer.
        let fits = length as usize * 2 + 4 <= LONGEST;
        fits.then_some(Request::ReadMemory { address, length })
    }

    fn write_memory(&mut self) -> Option<Request> {
        let (_device, _port, _csw) = (self.byte()?, self.byte()?, self.number(8)?);
        let width = self.byte().filter(|align| *align < 4).map(|align| 1 << align)?;
        let (address, length) = (self.number(8)?, self.number(8)? as usize);
        if self.0.len() != length * 2 || !length.is_multiple_of(usize::from(width)) {
            return None;
        }
        let data = (0..length).map(|_| self.byte()).collect::<Option<Vec<u8>>>()?;
        Some(Request::WriteMemory { address, width, data })
    }
}

/// The register's address without the bit that tells the two ports apart.
const fn low(address: u32) -> u8 {
    (address & 0xff) as u8
}

impl Answer {
    /// The packet.
    #[must_use]
    pub fn packet(&self) -> String {
        match self {
            Self::Done => "&K0#".to_owned(),
            Self::Number(value) => format!("&K{value:x}#"),
            Self::Word(value) => format!("&K{:08x}#", value.swap_bytes()),
            Self::Bytes(bytes) => {
                let mut text = String::with_capacity(3 + 2 * bytes.len());
                text.push_str("&K");
                for byte in bytes {
                    text.push(hex(byte >> 4));
                    text.push(hex(byte & 15));
                }
                text.push('#');
                text
            }
            Self::Text(text) => format!("&K{text}#"),
            Self::Failed => "&E1#".to_owned(),
            Self::BadParity => "&C0#".to_owned(),
            Self::BadParameter => "&P0#".to_owned(),
            Self::NotSupported => "&N0#".to_owned(),
        }
    }
}

fn hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests;
