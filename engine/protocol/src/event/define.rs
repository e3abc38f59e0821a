//! The macro that declares all events once: the enum, the kinds, the wire form and the fields.

macro_rules! field_name {
    ($field:ident $json:literal) => {
        $json
    };
    ($field:ident) => {
        stringify!($field)
    };
}

macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $code:literal $name:ident $word:literal {
            $($(#[$fdoc:meta])* $field:ident $(as $json:literal)? : $ty:ty,)*
        }
    )*) => {
        /// One thing that happened. See the module's documentation for the life cycles.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $name { $($(#[$fdoc])* $field: $ty,)* },)*
        }

        /// The kind of an event, without its fields. The number is the one on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = concat!("`", $word, "`; see [`Event::", stringify!($name), "`].")] $name = $code,)*
        }

        impl Kind {
            /// Every kind, in wire order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in JSON, in the text form and in the REPL.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The kind with that number on the wire.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// The kind with that name.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }

            /// The names of the fields that an event of this kind has beyond the common ones.
            #[must_use]
            pub const fn field_names(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($crate::event::define::field_name!($field $($json)?),)*],)*
                }
            }
        }

        impl Event {
            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name { .. } => Kind::$name,)* }
            }

            /// Its fields by name, in the order of their declaration.
            #[must_use]
            pub fn fields(&self) -> $crate::field::Fields {
                #[allow(unused_mut, reason = "some events have no fields")]
                let mut list = $crate::field::Fields::new();
                match self {
                    $(Self::$name { $($field,)* } => {
                        $(list.push(
                            $crate::event::define::field_name!($field $($json)?),
                            $crate::field::AsField::as_field($field),
                        );)*
                    })*
                }
                list
            }

            pub(crate) fn put(&self, out: &mut $crate::wire::Writer<'_>) {
                match self {
                    $(Self::$name { $($field,)* } => {
                        $($crate::wire::Coded::put($field, out);)*
                        let _ = out;
                    })*
                }
            }

            pub(crate) fn get(
                kind: Kind,
                from: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::Malformed> {
                let _ = &from;
                Ok(match kind {
                    $(Kind::$name => Self::$name {
                        $($field: $crate::wire::Coded::get(from)?,)*
                    },)*
                })
            }

            /// One event of every kind with made-up fields, for tests of whatever must handle all.
            #[must_use]
            pub fn sample(kind: Kind, bytes: &[u8]) -> Option<Self> {
                Self::get(kind, &mut $crate::wire::Reader::new(bytes)).ok()
            }
        }
    };
}

pub(crate) use {events, field_name};
