//! The check of blocks: CRC-32 as in zip files and Ethernet (reflected polynomial 0xEDB88320).

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "i is below 256")]
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ 0xedb8_8320 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// The check of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes
        .iter()
        .fold(u32::MAX, |crc, byte| TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8));
    !crc
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_that_catalogues_print() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
