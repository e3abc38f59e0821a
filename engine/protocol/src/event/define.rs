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

macro_rules! events {
    (
        $(
            $(#[doc = $family_doc:literal])*
            family $family:ident $family_event:ident {
                $(
                    $(#[doc = $doc:literal])*
                    $code:literal $name:ident $word:literal
                        from $($sender:ident)|+ $(short $($short_code:literal $short:ident)|+)? {
                        $(
                            $(#[doc = $field_doc:literal])*
                            $field:ident $(as $json:literal)? $(($varies:ident))? $([$later:ident])?
                                : $ty:ty,
                        )*
                    }
                )*
            }
        )*
        $(retired $old_code:literal $old_word:literal,)*
    ) => {
        /// One thing that happened. See the module's documentation for the life cycles.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Event {
            $($(
                $(#[doc = $doc])*
                $name { $($(#[doc = $field_doc])* $field: $ty,)* },
            )*)*
        }

        /// The kind of an event, without its fields. The number is the one on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $($(
                #[doc = concat!("`", $word, "`; see [`Event::", stringify!($name), "`].")]
                $name = $code,
            )*)*
        }

        const FAMILY_DOCS: &[&[&str]] = &[$(&[$($family_doc,)*],)*];

        enum FamilyIndex { $($family,)* }

        /// An event as one of its family, so that whoever reads one family can answer for each
        /// event of it, and the compiler tells where an answer is missing.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Family {
            $($(#[doc = $family_doc])* $family($family_event),)*
        }

        $(
            $(#[doc = $family_doc])*
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub enum $family_event {
                $($(#[doc = $doc])* $name { $($(#[doc = $field_doc])* $field: $ty,)* },)*
            }
        )*

        /// A short form of an event, by its code; see [`crate::wire::short`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Short {
            $($($($(
                #[doc = concat!("A form of `", $word, "`.")]
                $short = $short_code,
            )+)?)*)*
        }

        impl Short {
            /// Every short form, in the order of the table of events.
            pub const ALL: &'static [Self] = &[$($($($(Self::$short,)+)?)*)*];

            /// The form with that code.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($($($($short_code => Some(Self::$short),)+)?)*)* _ => None }
            }

            /// The kind of event that it stands for.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $($($($(Self::$short => Kind::$name,)+)?)*)* }
            }
        }

        impl Kind {
            /// Every kind, in the order of the table of events.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The numbers and names of kinds that are no more. Nothing else gets them.
            pub const RETIRED: &'static [(u8, &'static str)] = &[$(($old_code, $old_word),)*];

            /// Its name in JSON, in the text form and in the REPL.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($(Self::$name => $word,)*)* }
            }

            /// The kind with that number on the wire.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($($code => Some(Self::$name),)*)* _ => None }
            }

            /// The kind with that name.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($($word => Some(Self::$name),)*)* _ => None }
            }

            /// The name of its family.
            #[must_use]
            pub const fn family_name(self) -> &'static str {
                match self { $($(Self::$name => stringify!($family),)*)* }
            }

            /// What its family is about: the lines of its documentation.
            #[must_use]
            pub const fn family_doc(self) -> &'static [&'static str] {
                match self { $($(Self::$name => FAMILY_DOCS[FamilyIndex::$family as usize],)*)* }
            }

            /// Whether `sender` sends it.
            #[must_use]
            pub const fn is_from(self, sender: $crate::Sender) -> bool {
                let senders: &[$crate::Sender] = match self {
                    $($(Self::$name => &[$($crate::Sender::$sender,)+],)*)*
                };
                let mut at = 0;
                while at < senders.len() {
                    if senders[at] as u8 == sender as u8 {
                        return true;
                    }
                    at += 1;
                }
                false
            }

            /// Whether it was sent with fewer fields once.
            pub(crate) const fn has_grown(self) -> bool {
                let later: &[&str] = match self {
                    $($(Self::$name => &[$($(stringify!($later),)?)*],)*)*
                };
                !later.is_empty()
            }

            /// Its short forms.
            #[must_use]
            pub const fn short_forms(self) -> &'static [Short] {
                match self { $($(Self::$name => &[$($(Short::$short,)+)?],)*)* }
            }

            /// Its fields, each with how many columns it has; see [`crate::cells`].
            #[must_use]
            pub const fn columns(self) -> &'static [(&'static str, usize)] {
                match self {
                    $($(Self::$name => &[$((
                        $crate::event::define::field_name!($field $($json)?),
                        <$ty as $crate::cells::Cells>::COLUMNS,
                    ),)*],)*)*
                }
            }

            /// The names of the fields that an event of this kind has beyond the common ones.
            #[must_use]
            pub const fn field_names(self) -> &'static [&'static str] {
                match self {
                    $($(Self::$name => {
                        &[$($crate::event::define::field_name!($field $($json)?),)*]
                    })*)*
                }
            }

            /// Whether its fields are these, by their names in Rust and in this order. For whoever
            /// writes the numbers of an event by hand, and lets the compiler compare.
            #[must_use]
            pub const fn has_fields(self, names: &[&str]) -> bool {
                let own = self.described_fields();
                if own.len() != names.len() {
                    return false;
                }
                let mut at = 0;
                while at < own.len() {
                    if !$crate::event::define::same(own[at].rust_name, names[at]) {
                        return false;
                    }
                    at += 1;
                }
                true
            }

            /// When it fires: the lines of its documentation.
            #[must_use]
            pub const fn doc(self) -> &'static [&'static str] {
                match self { $($(Self::$name => &[$($doc,)*],)*)* }
            }

            /// What its fields are, in the order of their declaration.
            #[must_use]
            pub const fn described_fields(self) -> &'static [$crate::field::Described] {
                match self {
                    $($(Self::$name => &[$($crate::field::Described {
                        name: $crate::event::define::field_name!($field $($json)?),
                        rust_name: stringify!($field),
                        doc: &[$($field_doc,)*],
                        varies: $crate::event::define::varies!($($varies)?),
                        shape: <$ty as $crate::field::AsField>::shape,
                    },)*],)*)*
                }
            }
        }

        $($(const _: () = assert!(
            0 $(+ <$ty as $crate::cells::Cells>::COLUMNS)* < 1 + $crate::cells::MOST_COLUMNS,
            "an event with more columns than a kind may have"
        );)*)*

        impl Event {
            /// The most fields that an event has.
            pub(crate) const MAX_FIELDS: usize = {
                let counts: &[usize] = &[$($(<[&str]>::len(&[$(stringify!($field),)*]),)*)*];
                let (mut most, mut at) = (0, 0);
                while at < counts.len() {
                    if counts[at] > most {
                        most = counts[at];
                    }
                    at += 1;
                }
                most
            };

            /// Its kind.
            #[inline]
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $($(Self::$name { .. } => Kind::$name,)*)* }
            }

            /// The event as one of its family.
            #[must_use]
            #[inline]
            pub const fn family(&self) -> Family {
                match *self {
                    $($(Self::$name { $($field,)* } => {
                        Family::$family($family_event::$name { $($field,)* })
                    })*)*
                }
            }

            /// Its fields by name, in the order of their declaration.
            #[must_use]
            pub fn fields(&self) -> $crate::field::Fields {
                #[allow(unused_mut, reason = "some events have no fields")]
                let mut list = $crate::field::Fields::new();
                match self {
                    $($(Self::$name { $($field,)* } => {
                        $(list.push(
                            $crate::event::define::field_name!($field $($json)?),
                            $crate::field::AsField::as_field($field),
                        );)*
                    })*)*
                }
                list
            }

            /// The texts that it refers to: those of slots 1 and 2, [`Text::NONE`] for none.
            ///
            /// [`Text::NONE`]: crate::Text::NONE
            #[must_use]
            pub fn texts(&self) -> [$crate::Text; 2] {
                let mut texts = [$crate::Text::NONE; 2];
                match self {
                    $($(Self::$name { $($field,)* } => {
                        let mut _at = 0;
                        $(if <$ty as $crate::field::AsField>::IS_TEXT {
                            texts[_at] = $crate::field::AsField::text($field);
                            _at += 1;
                        })*
                        $(let _ = $field;)*
                    })*)*
                }
                texts
            }

            /// Goes through the names that it refers to, those of files included.
            pub fn each_name(&mut self, mut take: impl FnMut(&mut $crate::NameId)) {
                match self {
                    $($(Self::$name { $($field,)* } => {
                        $(if let Some(name) = $crate::field::AsField::name($field) {
                            take(name);
                        })*
                    })*)*
                }
            }

            pub(crate) fn put(&self, out: &mut $crate::wire::Writer<'_>) {
                match self {
                    $($(Self::$name { $($field,)* } => {
                        $($crate::wire::Coded::put($field, out);)*
                        let _ = out;
                    })*)*
                }
            }

            pub(crate) fn get(
                kind: Kind,
                from: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::Malformed> {
                let _ = &from;
                Ok(match kind {
                    $($(Kind::$name => Self::$name {
                        $($field: $crate::wire::Coded::get(from)?,)*
                    },)*)*
                })
            }

            /// The same, as it was sent before it had the fields that are marked `later`.
            pub(crate) fn get_before(
                kind: Kind,
                from: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::Malformed> {
                let _ = &from;
                Ok(match kind {
                    $($(Kind::$name => Self::$name {
                        $($field: $crate::event::define::before!(from, $($later)?),)*
                    },)*)*
                })
            }

            /// Hands out its cells; see [`crate::cells`].
            #[inline]
            #[allow(unused_assignments, unused_mut, reason = "some events have no fields")]
            pub fn put_cells(&self, to: &mut impl $crate::cells::CellSink) {
                match self {
                    $($(Self::$name { $($field,)* } => {
                        let mut column = const { $crate::cells::first_column(Kind::$name) };
                        $(
                            $crate::cells::Cells::put_cells($field, column, to);
                            column += <$ty as $crate::cells::Cells>::COLUMNS;
                        )*
                        let _ = column;
                    })*)*
                }
            }

            /// Becomes the event whose cells these are. It is written in its place, since a move of
            /// what was just written field by field takes longer than all the rest.
            #[inline]
            #[allow(unused_assignments, unused_mut, reason = "some events have no fields")]
            pub fn read_cells(
                &mut self,
                kind: Kind,
                from: &mut impl $crate::cells::CellSource,
            ) -> Result<(), $crate::wire::Malformed> {
                match kind {
                    $($(Kind::$name => {
                        let mut column = const { $crate::cells::first_column(Kind::$name) };
                        let _ = column;
                        *self = Self::$name {
                            $($field: {
                                let at = column;
                                column += <$ty as $crate::cells::Cells>::COLUMNS;
                                <$ty as $crate::cells::Cells>::get_cells(at, from)?
                            },)*
                        };
                    })*)*
                }
                Ok(())
            }

            /// One event of every kind with made-up fields, for tests of whatever must handle all.
            #[must_use]
            pub fn sample(kind: Kind, bytes: &[u8]) -> Option<Self> {
                Self::get(kind, &mut $crate::wire::Reader::new(bytes)).ok()
            }
        }

        // Items begin at 0x61, and what a kind was called once it is not called again.
        const _: () = {
            let mut at = 0;
            while at < Kind::ALL.len() {
                let kind = Kind::ALL[at];
                assert!(kind as u8 > 0 && (kind as u8) < 0x60, "a kind's number is below 0x60");
                let mut old = 0;
                while old < Kind::RETIRED.len() {
                    let (code, word) = Kind::RETIRED[old];
                    assert!(kind as u8 != code, "this number belonged to another event");
                    assert!(
                        !$crate::event::define::same(kind.word(), word),
                        "this name belonged to another event"
                    );
                    old += 1;
                }
                at += 1;
            }
        };

        // A record has room for two texts.
        $($(const _: () = assert!(
            0 $(+ <$ty as $crate::field::AsField>::IS_TEXT as usize)* <= 2,
            concat!("`", $word, "` has more than two texts"),
        );)*)*
    };
}

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
