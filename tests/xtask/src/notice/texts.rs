//! The texts of a licence: from the files of the work that is under it, or the usual one where the
//! work has none.

use std::fs;
use std::path::{Path, PathBuf};

use super::linked::Linked;
use super::policy::Policy;
use crate::Outcome;

/// How deep the licences of other's sources are looked for.
const DEPTH: u32 = 4;

/// How the names of files with licences begin, in small letters.
const NAMES: [&str; 6] = ["license", "licence", "copying", "unlicense", "copyright", "notice"];

/// What a text of each licence says, so that it is known by its text: files are called anything.
const SAYS: [(&str, &str); 14] = [
    ("Apache-2.0", "Apache License Version 2.0"),
    ("MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("Zlib", "This software is provided 'as-is', without any express or implied warranty"),
    ("ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"),
    ("ISC", "Permission to use, copy, modify, and distribute this software for any purpose"),
    ("BSD-", "Redistribution and use in source and binary forms"),
    ("BSL-1.0", "Boost Software License"),
    ("bzip2-1.0.6", "Redistribution and use in source and binary forms"),
    ("CC0-1.0", "CC0 1.0 Universal"),
    ("Unicode-3.0", "UNICODE LICENSE V3"),
    ("Unicode-DFS-2016", "UNICODE, INC. LICENSE AGREEMENT - DATA FILES AND SOFTWARE"),
    ("PSF-2.0", "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
    ("Python-2.0.1", "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
    ("MPL-2.0", "Mozilla Public License"),
];

/// The text by which a work is under a licence.
pub(super) fn of(work: &Linked, id: &str, policy: &Policy) -> Outcome<String> {
    if let Some(file) = policy.file(&work.name) {
        return Ok(tidy(&read(&work.folder.join(file))?));
    }
    for path in files(&work.folder)? {
        let text = read(&path)?;
        if is_of(&text, id) {
            return Ok(tidy(&text));
        }
    }
    usual(work, id)
}

/// The notices that a work wants to be passed on, and licences of sources of others within it.
pub(super) fn more(work: &Linked) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for path in files(&work.folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if name.starts_with("notice") {
            found.push(tidy(&read(&path)?));
        }
    }
    if work.has_c {
        for folder in folders(&work.folder)? {
            inner(&folder, DEPTH, &mut found)?;
        }
    }
    Ok(found)
}

fn inner(folder: &Path, depth: u32, found: &mut Vec<String>) -> Outcome {
    if depth == 0 {
        return Ok(());
    }
    for path in files(folder)? {
        // One of several to choose from, and that of tools that build it.
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if !name.contains("gpl") && !name.contains("buildtools") {
            found.push(tidy(&read(&path)?));
        }
    }
    folders(folder)?.iter().try_for_each(|folder| inner(folder, depth - 1, found))
}

fn folders(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut folders: Vec<_> = entries(folder)?.into_iter().filter(|p| p.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// The files in a folder whose names are those of licences.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && NAMES.iter().any(|start| name.starts_with(start))
    };
    let mut files: Vec<PathBuf> = entries(folder)?.into_iter().filter(is_one).collect();
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}; run `cargo fetch`", folder.display()))?;
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

fn read(path: &Path) -> Outcome<String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a text is that of a licence.
fn is_of(text: &str, id: &str) -> bool {
    let flat = flat(text);
    SAYS.iter().any(|(licence, says)| {
        let is_it = *licence == id || licence.ends_with('-') && id.starts_with(licence);
        is_it && flat.contains(&self::flat(says))
    })
}

/// A text without its line breaks and the difference between small and large letters.
fn flat(text: &str) -> String {
    let text = text.replace('’', "'").replace(['“', '”'], "\"").to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The usual text, with the authors' names where it asks for them.
fn usual(work: &Linked, id: &str) -> Outcome<String> {
    let licence = spdx::license_id(id.split_whitespace().next().unwrap_or_default());
    let text = licence.ok_or_else(|| format!("{id} is in no list of licences"))?.text();
    let authors = if work.authors.is_empty() {
        format!("the authors of {}", work.name)
    } else {
        work.authors.join(", ")
    };
    let text = text
        .replace("<year> <copyright holders>", &authors)
        .replace("<year> <owner>", &authors)
        .replace("[year] [fullname]", &authors);
    Ok(tidy(&text))
}

/// A text without blanks at the ends of lines, and with one line's end at its own end.
pub(super) fn tidy(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let mut whole = lines.join("\n").trim_matches('\n').to_owned();
    whole.push('\n');
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_what_it_says() {
        let apache = "                              Apache License\n   Version 2.0, January 2004";
        assert!(is_of(apache, "Apache-2.0"));
        assert!(!is_of(apache, "MIT"));
        let bsd = "Redistribution and use in source\n and binary forms, with or without";
        assert!(is_of(bsd, "BSD-3-Clause") && is_of(bsd, "BSD-2-Clause-Views"));
    }

    #[test]
    fn a_work_without_a_text_has_the_usual_one() {
        let authors = vec!["A. Uthor".to_owned()];
        let work = Linked { name: "work".to_owned(), authors, ..Linked::default() };
        let text = usual(&work, "MIT").unwrap();
        assert!(text.contains("A. Uthor") && is_of(&text, "MIT"), "{text}");
    }

    #[test]
    fn texts_that_differ_in_blanks_are_the_same() {
        assert_eq!(tidy("\u{feff}\r\n\r\nMIT  \r\nyes"), "MIT\nyes\n");
    }
}
