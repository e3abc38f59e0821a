//! The macro that declares all events once, and all that is made from the table: the event and its
//! kinds, the families, the wire form, the short forms, the fields, their texts and names, who
//! sends what, and the descriptions.
//!
//! ```text
//! /// What the family is about.
//! family Family FamilyEvent {
//!     /// When it fires.
//!     number Name "name-in-json" from Sender | Sender short code Form | code Form {
//!         /// What the field says.
//!         field as "name in JSON" (varies) [later]: Type,
//!     }
//! }
//! retired number "name-in-json",
//! ```
//!
//! `short`, `as`, `(varies)` and `[later]` may be left out. `(varies)` says that a field may be another
//! each time although the program did the same, so that whoever compares two runs looks past it.
//! `[later]` stands at the last fields of an event that was sent without them once: where they are
//! missing, as in old recordings, they are what zeros mean. The numbers and names behind `retired`
//! belonged to events that are no more: the compiler refuses another one that takes them.

mod kinds;
mod values;

macro_rules! field_name {
    ($field:ident $json:literal) => {
        $json
    };
    ($field:ident) => {
        stringify!($field)
    };
}

macro_rules! varies {
    () => {
        false
    };
    (varies) => {
        true
    };
}

/// The next field; one that was not sent yet is what zeros mean.
macro_rules! before {
    ($from:ident, later) => {
        $crate::wire::Coded::get(&mut $crate::wire::Reader::new(&[0; 16]))?
    };
    ($from:ident,) => {
        $crate::wire::Coded::get($from)?
    };
}

/// All that is made from the table, which both of these read.
macro_rules! events {
    ($($table:tt)*) => {
        $crate::event::define::kinds! { $($table)* }
        $crate::event::define::values! { $($table)* }
    };
}

pub(crate) use kinds::kinds;
pub(crate) use values::values;
pub(crate) use {before, events, field_name, varies};

/// Whether two texts are the same, for the compiler.
pub(crate) const fn same(one: &str, two: &str) -> bool {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    if one.len() != two.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != two[at] {
            return false;
        }
        at += 1;
    }
    true
}
