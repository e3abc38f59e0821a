//! What a trace's events look like, out of its `metadata`: the part of TSDL that Zephyr uses.

use std::collections::BTreeMap;

/// A field of a structure: an integer, or an array of them, which may be a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Bytes of one.
    pub(super) size: usize,
    /// How many of them stand in a row.
    pub(super) count: usize,
    pub(super) is_text: bool,
}

/// What stands one after the other.
pub(super) type Layout = Vec<Field>;

/// A trace's description.
#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    pub(super) is_big_endian: bool,
    /// What stands before each packet; empty: there are no packets.
    pub(super) packet: Layout,
    /// What stands before each event.
    pub(super) header: Layout,
    /// The events by their numbers, with what follows their headers.
    pub(super) events: BTreeMap<u64, (String, Layout)>,
}

/// An integer's type: its size in bytes, and whether it is a letter.
type Integer = (usize, bool);

/// The longest field that is believed.
const MOST: usize = 1 << 16;

impl Metadata {
    /// Reads it. The error says what is not known.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: words(text)?, ..Parser::default() };
        parser.rest.reverse();
        let mut found = Self::default();
        while let Some(word) = parser.rest.pop() {
            match &*word {
                "typealias" => parser.alias()?,
                "struct" => {
                    let name = parser.word()?;
                    let layout = parser.layout()?;
                    parser.structures.insert(name, layout);
                }
                "trace" | "stream" | "event" => parser.block(&word, &mut found)?,
                "env" | "clock" => parser.skip_block()?,
                ";" => {}
                other => return Err(format!("`{other}` is not known here")),
            }
        }
        if !found.header.iter().any(|field| field.name == "id") {
            return Err("no header with an `id` is described".to_owned());
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct Parser {
    /// What is still to be read, from its end.
    rest: Vec<String>,
    integers: BTreeMap<String, Integer>,
    structures: BTreeMap<String, Layout>,
}

impl Parser {
    fn word(&mut self) -> Result<String, String> {
        self.rest.pop().ok_or_else(|| "it ends in the middle of a block".to_owned())
    }

    fn is_next(&self, word: &str) -> bool {
        self.rest.last().is_some_and(|next| next == word)
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        let found = self.word()?;
        if found == word { Ok(()) } else { Err(format!("`{found}` stands where `{word}` belongs")) }
    }

    /// `integer { ... } := NAME`.
    fn alias(&mut self) -> Result<(), String> {
        self.expect("integer")?;
        let integer = self.integer()?;
        self.expect(":=")?;
        let name = self.word()?;
        self.integers.insert(name, integer);
        Ok(())
    }

    fn integer(&mut self) -> Result<Integer, String> {
        self.expect("{")?;
        let (mut bits, mut is_text) = (0, false);
        while !self.is_next("}") {
            let name = self.word()?;
            self.expect("=")?;
            let value = self.word()?;
            self.expect(";")?;
            match &*name {
                "size" => bits = usize::try_from(number(&value)?).unwrap_or(0),
                "encoding" => is_text = value != "none",
                _ => {}
            }
        }
        self.expect("}")?;
        match bits {
            8 | 16 | 32 | 64 => Ok((bits / 8, is_text)),
            _ => Err(format!("an integer of {bits} bits is not known")),
        }
    }

    /// `{ TYPE name; TYPE name[count]; }`.
    fn layout(&mut self) -> Result<Layout, String> {
        let mut layout = Layout::new();
        self.expect("{")?;
        while !self.is_next("}") {
            let kind = self.word()?;
            let (size, is_letter) = match self.integers.get(&kind) {
                Some(known) => *known,
                None if kind == "integer" => self.integer()?,
                None => return Err(format!("a field of type `{kind}` is not known")),
            };
            let name = self.word()?;
            let is_array = self.is_next("[");
            let mut count = 1;
            if is_array {
                self.expect("[")?;
                let word = self.word()?;
                count = usize::try_from(number(&word)?).unwrap_or(usize::MAX);
                self.expect("]")?;
            }
            self.expect(";")?;
            if count == 0 || count > MOST {
                return Err(format!("`{name}` is {count} long"));
            }
            layout.push(Field { name, size, count, is_text: is_letter && is_array && size == 1 });
        }
        self.expect("}")?;
        Ok(layout)
    }

    /// `struct { ... }` or `struct NAME`.
    fn structure(&mut self) -> Result<Layout, String> {
        self.expect("struct")?;
        if self.is_next("{") {
            return self.layout();
        }
        let name = self.word()?;
        self.structures.get(&name).cloned().ok_or_else(|| format!("there is no struct `{name}`"))
    }

    fn block(&mut self, what: &str, found: &mut Metadata) -> Result<(), String> {
        let (mut name, mut id, mut layout) = (String::new(), 0, Layout::new());
        self.expect("{")?;
        while !self.is_next("}") {
            let key = self.word()?;
            match &*self.word()? {
                ":=" => {
                    let structure = self.structure()?;
                    match &*key {
                        // The context follows the header.
                        "packet.header" | "packet.context" => found.packet.extend(structure),
                        "event.header" => found.header = structure,
                        "fields" => layout = structure,
                        other => return Err(format!("`{other}` is not known here")),
                    }
                }
                "=" => {
                    let value = self.word()?;
                    match (what, &*key) {
                        ("trace", "byte_order") => found.is_big_endian = value == "be",
                        ("event", "name") => name = value,
                        ("event", "id") => id = number(&value)?,
                        _ => {}
                    }
                }
                other => return Err(format!("`{other}` is not known after `{key}`")),
            }
            self.expect(";")?;
        }
        self.expect("}")?;
        if what == "event" {
            found.events.insert(id, (name, layout));
        }
        Ok(())
    }

    fn skip_block(&mut self) -> Result<(), String> {
        while self.word()? != "}" {}
        Ok(())
    }
}

fn number(word: &str) -> Result<u64, String> {
    let parsed = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    parsed.map_err(|_| format!("`{word}` stands where a number belongs"))
}

/// The words and signs, without comments.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = if let Some(comment) = rest.strip_prefix("/*") {
            let (_, after) = comment.split_once("*/").ok_or("a comment has no end")?;
            (None, after)
        } else if rest.starts_with("//") {
            (None, rest.split_once('\n').map_or("", |(_, after)| after))
        } else if let Some(text) = rest.strip_prefix('"') {
            let (text, after) = text.split_once('"').ok_or("a text has no end")?;
            (Some(text), after)
        } else {
            let is_word = |c: char| c.is_alphanumeric() || "._-+".contains(c);
            let long = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let long = match long {
                0 if rest.starts_with(":=") => 2,
                0 => first.len_utf8(),
                long => long,
            };
            let (word, after) = rest.split_at(long);
            (Some(word), after)
        };
        found.extend(word.map(str::to_owned));
        rest = after.trim_start();
    }
    Ok(found)
}
