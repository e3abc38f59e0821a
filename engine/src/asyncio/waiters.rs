//! Who awaits a future: a set of tasks and futures, in the order in which they came.

use std::collections::HashMap;

use rustpython_derive::Traverse;
use rustpython_vm::{AsObject as _, PyObject, PyObjectRef};

/// Up to this many are looked through; beyond it each is found by its address.
const FEW: usize = 16;

/// The set. Most futures have one member in it, some have a hundred thousand.
#[derive(Debug, Default, Traverse)]
pub(super) struct Waiters {
    /// `None` where one has left.
    places: Vec<Option<PyObjectRef>>,
    /// The place of each, by address, once there are many.
    #[pytraverse(skip)]
    found: HashMap<usize, usize>,
    #[pytraverse(skip)]
    holes: usize,
}

impl Waiters {
    fn place(&self, waiter: &PyObject) -> Option<usize> {
        if self.places.len() > FEW {
            return self.found.get(&waiter.get_id()).copied();
        }
        self.places.iter().position(|known| known.as_ref().is_some_and(|known| known.is(waiter)))
    }

    /// Adds one, unless it is there already.
    pub(super) fn insert(&mut self, waiter: PyObjectRef) {
        if self.place(&waiter).is_some() {
            return;
        }
        self.places.push(Some(waiter));
        match self.places.len() {
            len if len == FEW + 1 => self.find_anew(),
            len if len > FEW => {
                let last = self.places[len - 1].as_deref().map(PyObject::get_id);
                self.found.extend(last.map(|address| (address, len - 1)));
            }
            _ => {}
        }
    }

    /// Takes one out. It is given back because dropping it may run code.
    pub(super) fn remove(&mut self, waiter: &PyObject) -> Option<PyObjectRef> {
        let place = self.place(waiter)?;
        let gone = self.places[place].take();
        self.found.remove(&waiter.get_id());
        self.holes += 1;
        if self.holes > self.places.len() / 2 {
            self.places.retain(Option::is_some);
            self.holes = 0;
            self.find_anew();
        }
        gone
    }

    fn find_anew(&mut self) {
        self.found.clear();
        if self.places.len() > FEW {
            let each = self.places.iter().enumerate();
            self.found
                .extend(each.filter_map(|(at, waiter)| Some((waiter.as_ref()?.get_id(), at))));
        }
    }

    /// All of them, in the order in which they came.
    pub(super) fn all(&self) -> Vec<PyObjectRef> {
        self.places.iter().flatten().cloned().collect()
    }
}
