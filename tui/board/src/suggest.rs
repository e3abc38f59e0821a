//! Names that are near to what was written.

/// The names that are nearest to `word`, the nearest first, at most `most` of them. A name that
/// begins with it or holds it is nearer than one that is only spelled alike.
pub(super) fn suggestions<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let limit = word.len() / 3 + 1;
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let distance = if lower.starts_with(&word) || word.starts_with(&lower) {
                0
            } else if lower.contains(&word) {
                1
            } else {
                1 + strsim::levenshtein(&word, &lower)
            };
            (distance <= limit).then_some((distance, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_in_order() {
        let names = ["STM32F405RGTx", "STM32F407VGTx", "nRF52840_xxAA", "RP2040", "Cortex-M4"];
        assert_eq!(suggestions("nrf52840", names, 3), ["nRF52840_xxAA"]);
        assert_eq!(suggestions("RP2O40", names, 3)[0], "RP2040");
        assert_eq!(suggestions("STM32F4O5RGTx", names, 1), ["STM32F405RGTx"]);
        assert!(suggestions("toaster", names, 3).is_empty());
    }
}
