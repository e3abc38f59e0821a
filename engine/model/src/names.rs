//! The tables that a stream builds up: names, await chains, and what tasks are called.
//!
//! What a number stands for does not change, so one table serves every position in a history. What
//! was defined last is kept here. What is older is found in the history's store, so that the tables
//! need not grow with it.
//!
//! Names come from whoever wrote the program, and may hold anything. What is for people comes from
//! [`Names::name`] and [`Names::place`], which cannot steer a terminal or break a line; what is for
//! programs, and is compared, comes from [`Names::exact`] and [`Names::exact_place`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use loopscope_protocol::{ChainId, NameId, Place, TaskId, Text, text};

use crate::record::{Record, Texts};
use crate::safe_text;

/// What ids stand for. Kept by `stream::Ingest` as definitions arrive.
///
/// ```
/// use loopscope_model::Names;
/// use loopscope_protocol::{NameId, Place};
///
/// let mut names = Names::default();
/// names.define(NameId(1), "display_date");
/// names.define(NameId(2), "date.py");
/// assert_eq!(names.name(NameId(1)), "display_date");
/// assert_eq!(names.place(Place { file: NameId(2), line: 5 }).unwrap(), "date.py:5");
/// // Its definition was lost.
/// assert_eq!(names.name(NameId(7)), "?7");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: HashMap<NameId, Name>,
    chains: HashMap<ChainId, ChainLink>,
    tasks: HashMap<TaskId, Definition>,
    /// The most entries of each table; `None`: any number.
    most: Option<usize>,
    /// Where the others are.
    older: Option<Arc<dyn Defined>>,
    /// What was found there last.
    found: Found,
}

#[derive(Clone, Debug)]
struct Name {
    exact: Box<str>,
    /// As it may be shown, where that is something else.
    shown: Option<Box<str>>,
}

/// Where definitions are found that are not kept here.
pub(crate) trait Defined: fmt::Debug + Send + Sync {
    /// The name with that number.
    fn name(&self, id: NameId) -> Option<String>;
    /// The frame of an await chain with that number, and the chain around it.
    fn chain(&self, id: ChainId) -> Option<(ChainId, Frame)>;
    /// What a task is called.
    fn task(&self, id: TaskId) -> Option<Definition>;
}

/// One frame of an await chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The coroutine's qualified name.
    pub name: NameId,
    /// Where it stands.
    pub place: Place,
}

#[derive(Clone, Copy, Debug)]
struct ChainLink {
    frame: Frame,
    outer: ChainId,
}

/// What `task-new` said for good about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The coroutine's qualified name.
    pub name: NameId,
    /// Where the coroutine is defined.
    pub place: Place,
    /// The task's own name.
    pub label: NameId,
}

/// The most frames of a chain that are followed. The engine sends 64 at most.
const DEEPEST: usize = 256;

impl Names {
    /// From now on the tables take no entries beyond `most` each.
    pub const fn keep_at_most(&mut self, most: usize) {
        self.most = Some(most);
    }

    /// Those of a history, with what its store has.
    pub(crate) fn of(older: Arc<impl Defined + 'static>) -> Self {
        Self { older: Some(older), ..Self::default() }
    }

    /// How many things are kept here.
    pub fn kept(&self) -> usize {
        self.texts.len() + self.chains.len() + self.tasks.len()
    }

    /// Keeps names and chains here no more: they are in the store of the history.
    pub fn forget_definitions(&mut self) {
        self.texts.clear();
        self.chains.clear();
    }

    /// Keeps what tasks are called here no more: it is in the store of the history.
    pub fn forget_tasks(&mut self) {
        self.tasks.clear();
        // A number may stand for something else by now.
        self.found = Found::default();
    }

    /// Adds a name.
    pub fn define(&mut self, id: NameId, name: &str) {
        if id.is_some() {
            let shown = match safe_text::line(name) {
                Cow::Borrowed(_) => None,
                Cow::Owned(shown) => Some(shown.into()),
            };
            let name = Name { exact: name.into(), shown };
            insert(&mut self.texts, id, name, self.most);
        }
    }

    /// Adds a frame of an await chain.
    pub fn define_chain(&mut self, id: ChainId, outer: ChainId, frame: Frame) {
        if id.is_some() {
            insert(&mut self.chains, id, ChainLink { frame, outer }, self.most);
        }
    }

    /// Adds what a task is called.
    pub fn define_task(&mut self, id: TaskId, definition: Definition) {
        if id.is_some() {
            insert(&mut self.tasks, id, definition, self.most);
        }
    }

    /// A name as it is, if it is known.
    pub fn get(&self, id: NameId) -> Option<Cow<'_, str>> {
        match self.texts.get(&id) {
            Some(name) => Some(Cow::Borrowed(&name.exact)),
            None => self.older_name(id).map(Cow::Owned),
        }
    }

    fn older_name(&self, id: NameId) -> Option<String> {
        let older = self.older.as_ref()?;
        self.found.get(|found| &mut found.texts, id, || older.name(id))
    }

    /// A name to show within a line: `?id` where its definition was lost, empty where there is none.
    pub fn name(&self, id: NameId) -> Cow<'_, str> {
        if let Some(name) = self.texts.get(&id) {
            return Cow::Borrowed(name.shown.as_ref().unwrap_or(&name.exact));
        }
        self.older_name(id)
            .map_or_else(|| missing(id), |name| Cow::Owned(safe_text::line(&name).into_owned()))
    }

    /// A name as it is, to be compared and for other programs; where it is not known, as
    /// [`Names::name`] has it.
    pub fn exact(&self, id: NameId) -> Cow<'_, str> {
        self.get(id).unwrap_or_else(|| missing(id))
    }

    /// A place to show, as `file:line`; `None` where there is none.
    pub fn place(&self, place: Place) -> Option<String> {
        place.file.is_some().then(|| format!("{}:{}", self.name(place.file), place.line))
    }

    /// A place as it is, to be compared and for other programs.
    pub fn exact_place(&self, place: Place) -> Option<String> {
        place.file.is_some().then(|| format!("{}:{}", self.exact(place.file), place.line))
    }

    /// What a task is called, from its `task-new`.
    pub fn task(&self, id: TaskId) -> Option<Definition> {
        if let Some(definition) = self.tasks.get(&id) {
            return Some(*definition);
        }
        let older = self.older.as_ref()?;
        self.found.get(|found| &mut found.tasks, id, || older.task(id))
    }

    /// An await chain, innermost frame first. Ends early where a definition was lost.
    pub fn chain(&self, id: ChainId) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut at = id;
        // A corrupt definition may point at itself, and what a stranger wrote may be of any length.
        while frames.len() < DEEPEST
            && let Some(link) = self.link(at)
        {
            frames.push(link.frame);
            at = link.outer;
            if at == id {
                break;
            }
        }
        frames
    }

    fn link(&self, id: ChainId) -> Option<ChainLink> {
        if let Some(link) = self.chains.get(&id) {
            return Some(*link);
        }
        let older = self.older.as_ref()?;
        let look = || older.chain(id).map(|(outer, frame)| ChainLink { frame, outer });
        self.found.get(|found| &mut found.chains, id, look)
    }

    /// A record's event in the text form, with names and texts.
    pub fn line(&self, record: &Record) -> String {
        let lookup = Lookup { names: self, texts: &record.texts };
        let mut line = text::Line { event: &record.event, names: &lookup }.to_string();
        if let Some(value) = record.value() {
            line.push_str(" value=");
            line.push_str(&safe_text::line(value));
        }
        line
    }
}

/// What stands for a name whose definition was lost, or that is none.
fn missing(id: NameId) -> Cow<'static, str> {
    if id.is_some() { Cow::Owned(format!("?{}", id.0)) } else { Cow::Borrowed("") }
}

/// Inserts, unless the table is full and the entry a new one.
fn insert<K: Eq + Hash, V>(table: &mut HashMap<K, V>, key: K, value: V, most: Option<usize>) {
    if most.is_none_or(|most| table.len() < most || table.contains_key(&key)) {
        table.insert(key, value);
    }
}

/// How many things of each kind are kept that were found in the store.
const MOST_FOUND: usize = 4096;

/// What was found in the store of a history: a frame asks for the same again and again.
#[derive(Debug, Default)]
struct Found(Mutex<FoundTables>);

#[derive(Debug, Default)]
struct FoundTables {
    texts: HashMap<NameId, String>,
    chains: HashMap<ChainId, ChainLink>,
    tasks: HashMap<TaskId, Definition>,
}

impl Found {
    /// What is found there, by looking where it is not kept.
    fn get<K: Copy + Eq + Hash, V: Clone>(
        &self,
        table: impl Fn(&mut FoundTables) -> &mut HashMap<K, V>,
        key: K,
        look: impl FnOnce() -> Option<V>,
    ) -> Option<V> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let table = table(&mut tables);
        if let Some(found) = table.get(&key) {
            return Some(found.clone());
        }
        let found = look()?;
        if table.len() >= MOST_FOUND {
            table.clear();
        }
        table.insert(key, found.clone());
        Some(found)
    }
}

impl Clone for Found {
    /// It is found again where it is asked for.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Names and one record's texts together, for the text form of the protocol.
struct Lookup<'a> {
    names: &'a Names,
    texts: &'a Texts,
}

impl text::Lookup for Lookup<'_> {
    fn name(&self, id: NameId, out: &mut dyn Write) -> fmt::Result {
        out.write_str(&self.names.name(id))
    }

    fn text(&self, text: Text, out: &mut dyn Write) -> fmt::Result {
        write!(out, "{:?}", self.texts.get(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_people_cannot_steer_a_terminal_or_begin_a_line() {
        let mut names = Names::default();
        names.define(NameId(1), "a\x1b[2J\n#9  b");
        let place = Place { file: NameId(1), line: 5 };
        assert_eq!(names.name(NameId(1)), "a^[[2J^J#9  b");
        assert_eq!(names.place(place).unwrap(), "a^[[2J^J#9  b:5");
        assert_eq!(names.exact(NameId(1)), "a\x1b[2J\n#9  b");
        assert_eq!(names.exact_place(place).unwrap(), "a\x1b[2J\n#9  b:5");
    }

    #[test]
    fn a_chain_that_bites_its_tail_ends() {
        let mut names = Names::default();
        let frame = Frame { name: NameId(1), place: Place::NONE };
        names.define_chain(ChainId(1), ChainId(2), frame);
        names.define_chain(ChainId(2), ChainId(1), frame);
        assert_eq!(names.chain(ChainId(1)).len(), 2);
        assert_eq!(names.chain(ChainId(9)).len(), 0);
    }

    #[test]
    fn a_chain_without_end_is_followed_only_so_far() {
        let mut names = Names::default();
        let frame = Frame { name: NameId(1), place: Place::NONE };
        for id in 1..=100_000 {
            names.define_chain(ChainId(id), ChainId(id + 1), frame);
        }
        assert_eq!(names.chain(ChainId(1)).len(), DEEPEST);
        assert_eq!(names.chain(ChainId(99_991)).len(), 10);
    }

    #[test]
    fn a_full_table_takes_nothing_new() {
        let mut names = Names::default();
        names.keep_at_most(2);
        for id in 1..5 {
            names.define(NameId(id), "name");
        }
        names.define(NameId(2), "renamed");
        let known = [1, 2, 3].map(|id| names.name(NameId(id)).into_owned());
        assert_eq!(known, ["name", "renamed", "?3"]);
    }
}
