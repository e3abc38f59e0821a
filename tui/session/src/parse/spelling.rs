//! What a mistyped word may have meant.

/// How many letters of a word are compared; no name is longer.
const LONGEST: usize = 40;

/// The name that is most like a mistyped one, if any is near.
pub(super) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word.chars().take(LONGEST).collect();
    let near = word.chars().count().div_ceil(3);
    names
        .map(|name| (strsim::levenshtein(&word, name), name))
        .filter(|(distance, _)| *distance <= near)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
