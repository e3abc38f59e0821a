//! Tables by ids: what is looked up some times for each of millions of records.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// A table by ids. It is hashed with less work than the standard library does; a recording cannot
/// know how, so it cannot make all its ids fall together.
pub type IdMap<K, V> = HashMap<K, V, RandomState>;
