//! The check of blocks: CRC-32 as in zip files and Ethernet (reflected polynomial 0xEDB88320).

/// The check of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_that_catalogues_print() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
