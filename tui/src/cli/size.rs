//! The amount of memory that a user writes for `--memory`.

/// A number of bytes; `None`: no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size(pub(super) Option<u64>);

/// Reads `512M`, `4G`, `1.5GiB`, a number of bytes, or `none`.
pub(super) fn parse(text: &str) -> Result<Size, String> {
    if text == "none" {
        return Ok(Size(None));
    }
    let bad = || "write a size as 512M or 4G, or `none`".to_owned();
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let number: f64 = text[..unit].trim().parse().map_err(|_| bad())?;
    let scale = match text[unit..].to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "K" | "KB" | "KIB" => 1024.0,
        "M" | "MB" | "MIB" => 1024.0 * 1024.0,
        "G" | "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(bad()),
    };
    let bytes = number * scale;
    if !(1.0..1e15).contains(&bytes) {
        return Err(bad());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(Size(Some(bytes as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse("512M"), Ok(Size(Some(512 << 20))));
        assert_eq!(parse("1.5GiB"), Ok(Size(Some(1536 << 20))));
        assert_eq!(parse("4096"), Ok(Size(Some(4096))));
        assert_eq!(parse("none"), Ok(Size(None)));
        for text in ["", "x", "4X", "-1", "0", "1e30G", "NaN"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
