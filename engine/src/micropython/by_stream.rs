//! What is known of streams, in the order in which they came, and found by the stream.

use std::collections::{BTreeMap, HashMap};

use rustpython_vm::builtins::PyInt;
use rustpython_vm::{AsObject as _, PyObject, PyObjectRef};

/// What a stream is known by: a number is the same whatever object has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Number(i64),
    Object(usize),
}

fn key(stream: &PyObject) -> Key {
    let number = stream.downcast_ref::<PyInt>().and_then(|it| it.as_bigint().try_into().ok());
    number.map_or(Key::Object(stream.get_id()), Key::Number)
}

/// Values by stream. Each keeps its stream alive, so that no other object can have its address.
#[derive(Debug)]
pub(super) struct ByStream<V> {
    entries: BTreeMap<u64, (PyObjectRef, V)>,
    /// Where a stream stands among the entries.
    places: HashMap<Key, u64>,
    came: u64,
}

impl<V> Default for ByStream<V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), places: HashMap::new(), came: 0 }
    }
}

impl<V> ByStream<V> {
    /// How many streams there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Where `stream` stands; a number that later ones are above of.
    pub(super) fn place(&self, stream: &PyObject) -> Option<u64> {
        self.places.get(&key(stream)).copied()
    }

    /// Adds a stream that is not there yet, at the end. Gives its place.
    pub(super) fn push(&mut self, stream: PyObjectRef, value: V) -> u64 {
        self.came += 1;
        self.places.insert(key(&stream), self.came);
        self.entries.insert(self.came, (stream, value));
        self.came
    }

    /// What is known of the stream at a place.
    pub(super) fn at(&self, place: u64) -> Option<&V> {
        self.entries.get(&place).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub(super) fn at_mut(&mut self, place: u64) -> Option<&mut V> {
        self.entries.get_mut(&place).map(|(_, value)| value)
    }

    /// What is known of `stream`, to be changed.
    pub(super) fn get_mut(&mut self, stream: &PyObject) -> Option<&mut V> {
        let place = self.place(stream)?;
        self.at_mut(place)
    }

    /// Takes out what stands at a place. Dropping it may run code.
    pub(super) fn remove(&mut self, place: u64) -> Option<(PyObjectRef, V)> {
        let (stream, value) = self.entries.remove(&place)?;
        self.places.remove(&key(&stream));
        Some((stream, value))
    }

    /// All of them, in order, with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &PyObjectRef, &V)> {
        self.entries.iter().map(|(&place, (stream, value))| (place, stream, value))
    }

    /// What is known of each, in order, to be changed.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut().map(|(_, value)| value)
    }
}
