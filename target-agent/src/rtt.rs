//! The RTT control block `_LOOPSCOPE_RTT` and its two rings, in SEGGER's layout.
//!
//! The host finds the block through the ELF's symbol, so it lives beside the block of `defmt-rtt`
//! or `rtt-target`, whose symbol is `_SEGGER_RTT`. It is empty until [`ControlBlock::open`] has
//! filled it in; the text by which a host knows it comes last. One up channel carries records, one
//! down channel carries requests; both are named `loopscope`. The mode flags of a channel are for
//! other libraries: whatever a host writes there, this ring never waits and never overwrites.
//!
//! The `unsafe` code of this file is the symbol's fixed name, and [`Window`], which writes a frame
//! through a pointer because a check of the bounds at each byte would cost a fifth of an event.
#![allow(clippy::inline_always, reason = "a call would cost as much as what is called")]
#![allow(
    unsafe_code,
    reason = "a symbol's fixed name, and writes whose bounds are checked once a frame"
)]

use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, Ordering, fence};

use loopscope_protocol::wire::crc8_add;

/// The name of both channels, ended by a zero byte.
static CHANNEL_NAME: [u8; 10] = *b"loopscope\0";

/// What a host looks for, backwards, so that the image of the program does not hold it.
const ID_BACKWARDS: [u8; 16] = *b"\0\0\0\0\0\0TTR REGGES";

/// The memory of a ring; one byte of it always stays free.
#[derive(Debug)]
pub struct Ring<const N: usize>([AtomicU8; N]);

impl<const N: usize> Ring<N> {
    /// A ring of `N` bytes.
    pub const fn new() -> Self {
        const {
            assert!(N >= 64, "a ring has room for at least one gap and one event");
            assert!(N < 1 << 24, "a ring is smaller than 16 MB");
        }
        Self([const { AtomicU8::new(0) }; N])
    }

    /// Its bytes.
    pub const fn bytes(&'static self) -> &'static [AtomicU8] {
        &self.0
    }
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// One direction, as SEGGER's layout has it.
#[derive(Debug)]
#[repr(C)]
pub struct Channel {
    name: AtomicPtr<u8>,
    buffer: AtomicPtr<u8>,
    size: AtomicU32,
    /// Where the writer writes next. A writer of ours only tells it here: whoever has a probe may
    /// write to this memory, so it is never read back.
    write: AtomicU32,
    /// Where the reader reads next.
    read: AtomicU32,
    flags: AtomicU32,
}

impl Channel {
    pub(crate) const fn new() -> Self {
        Self {
            name: AtomicPtr::new(core::ptr::null_mut()),
            buffer: AtomicPtr::new(core::ptr::null_mut()),
            size: AtomicU32::new(0),
            write: AtomicU32::new(0),
            read: AtomicU32::new(0),
            flags: AtomicU32::new(0),
        }
    }

    pub(crate) fn open(&self, buffer: &'static [AtomicU8]) {
        self.name.store(CHANNEL_NAME.as_ptr().cast_mut(), Ordering::Relaxed);
        self.buffer.store(buffer.as_ptr().cast_mut().cast(), Ordering::Relaxed);
        #[allow(clippy::cast_possible_truncation, reason = "a ring is smaller than 16 MB")]
        self.size.store(buffer.len() as u32, Ordering::Relaxed);
        self.write.store(0, Ordering::Relaxed);
        self.read.store(0, Ordering::Relaxed);
        self.flags.store(0, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn write_offset(&self) -> u32 {
        self.write.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn read_offset(&self) -> u32 {
        self.read.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn set_write_offset(&self, offset: u32) {
        self.write.store(offset, Ordering::Release);
    }

    #[inline]
    pub(crate) fn set_read_offset(&self, offset: u32) {
        self.read.store(offset, Ordering::Release);
    }
}

/// The whole block.
#[derive(Debug)]
#[repr(C)]
pub struct ControlBlock {
    id: [AtomicU8; 16],
    up_channels: AtomicU32,
    down_channels: AtomicU32,
    /// Records.
    pub(crate) up: Channel,
    /// Requests.
    pub(crate) down: Channel,
}

/// The block that a host finds by this name in the ELF.
#[unsafe(no_mangle)]
#[used]
pub static _LOOPSCOPE_RTT: ControlBlock = ControlBlock {
    id: [const { AtomicU8::new(0) }; 16],
    up_channels: AtomicU32::new(0),
    down_channels: AtomicU32::new(0),
    up: Channel::new(),
    down: Channel::new(),
};

impl ControlBlock {
    /// Fills the block in. A host that looks at any moment sees no block or the whole one.
    pub(crate) fn open(&self, up: &'static [AtomicU8], down: &'static [AtomicU8]) {
        self.id[0].store(0, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.up.open(up);
        self.down.open(down);
        self.up_channels.store(1, Ordering::Relaxed);
        self.down_channels.store(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        // From the last byte to the first, each in its own store.
        for (place, byte) in self.id.iter().rev().zip(&ID_BACKWARDS) {
            place.store(*byte, Ordering::Release);
        }
        fence(Ordering::SeqCst);
    }
}

/// A place in a ring with room for a whole frame in one piece. Bytes written here are seen by nobody
/// until the ring's write offset is moved behind them.
pub(crate) struct Window {
    at: *mut u8,
    /// The check so far, in its low byte.
    check: u32,
}

impl Window {
    /// At `offset` of `ring`, with the frame's first byte; `code` has the check after it in its
    /// second byte. Whoever calls has made sure that the whole frame fits before the ring's end.
    #[inline(always)]
    pub(crate) fn new(ring: &'static [AtomicU8], offset: u32, code: u32) -> Self {
        let at = ring.as_ptr().wrapping_add(offset as usize).cast_mut().cast();
        let mut window = Self { at, check: code >> 8 };
        window.raw(code as u8);
        window
    }

    /// Adds a byte.
    #[inline(always)]
    pub(crate) fn byte(&mut self, byte: u32) {
        self.check = u32::from(crc8_add(self.check as u8, byte as u8));
        self.raw(byte as u8);
    }

    /// Adds a number as LEB128: at most five bytes.
    #[inline(always)]
    pub(crate) fn var(&mut self, value: u32) {
        if value < 0x80 {
            self.byte(value);
        } else if value < 0x4000 {
            self.byte(value & 0x7f | 0x80);
            self.byte(value >> 7);
        } else {
            *self = long(Self { ..*self }, value);
        }
    }

    /// Adds the check, and says where in the ring the frame ends.
    #[inline(always)]
    pub(crate) fn close(mut self, ring: &'static [AtomicU8]) -> u32 {
        self.raw(self.check as u8);
        (self.at as usize - ring.as_ptr() as usize) as u32
    }

    #[inline(always)]
    fn raw(&mut self, byte: u8) {
        // SAFETY: `new`'s caller made sure that the frame lies in the ring, which is static and
        // made of atomics, so that writing through a shared pointer is allowed. The host reads
        // only up to the write offset.
        unsafe {
            self.at.write(byte);
            self.at = self.at.add(1);
        }
    }
}

/// Adds a number of more than two bytes. Apart, so that the usual case stays small.
#[inline(never)]
fn long(mut window: Window, mut value: u32) -> Window {
    while value >= 0x80 {
        window.byte(value & 0x7f | 0x80);
        value >>= 7;
    }
    window.byte(value);
    window
}
