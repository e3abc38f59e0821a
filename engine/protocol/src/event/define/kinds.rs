//! What is made from the table of events about each kind: its number, its name, who sends it, its
//! short forms, and what its fields are called.

macro_rules! kinds {
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
    };
}

pub(crate) use kinds;
