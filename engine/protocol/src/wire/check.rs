//! The frame check: CRC-8, polynomial 0x2F.

const POLYNOMIAL: u8 = 0x2f;

const TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "i is below 256")]
        let mut crc = i as u8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ POLYNOMIAL };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// The check of no bytes yet.
pub const CRC8_START: u8 = 0xff;

/// The check of the bytes that `crc` is the check of, and of `byte` behind them.
#[inline]
#[must_use]
pub const fn crc8_add(crc: u8, byte: u8) -> u8 {
    TABLE[(crc ^ byte) as usize]
}

/// The check of `bytes`.
///
/// ```
/// // The check value that catalogues of CRCs print for "123456789" with a final inversion is 0xDF.
/// assert_eq!(loopscope_protocol::wire::crc8(b"123456789") ^ 0xff, 0xdf);
/// ```
#[must_use]
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(CRC8_START, |crc, byte| crc8_add(crc, *byte))
}
