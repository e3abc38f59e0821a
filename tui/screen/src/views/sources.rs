//! The texts of the program's files, read once each.

use std::collections::HashMap;

use crate::widgets::python::Colored;

/// The texts of the program's files. What is not here was not found.
#[derive(Clone, Debug, Default)]
pub struct SourceTexts {
    files: HashMap<String, Option<Colored>>,
    main: String,
}

impl SourceTexts {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the program itself.
    pub fn set_main(&mut self, name: impl Into<String>, text: Option<&str>) {
        self.main = name.into();
        let name = self.main.clone();
        self.set(name, text);
    }

    /// Adds a file; `None`: it cannot be read.
    pub fn set(&mut self, name: impl Into<String>, text: Option<&str>) {
        self.files.insert(name.into(), text.map(Colored::new));
    }

    /// Whether it is known if this file can be read.
    pub fn knows(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// A file's text.
    pub fn get(&self, name: &str) -> Option<&Colored> {
        self.files.get(name).and_then(Option::as_ref)
    }

    /// The program's own file name.
    pub fn main(&self) -> &str {
        &self.main
    }
}
