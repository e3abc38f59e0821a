//! What is made from the table of events for one that happened: the event with its fields, alone
//! and as one of its family, and its form on the wire and in columns.

macro_rules! values {
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

            /// Whether texts of which this is the first belong to its record: it refers to them,
            /// or they are a value beside it.
            #[inline]
            #[must_use]
            pub fn has_texts(&self, first: &str) -> bool {
                let has_value = self.kind().has_value() && !first.is_empty();
                has_value || self.texts() != [$crate::Text::NONE; 2]
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
            pub fn put_cells(&self, to: &mut impl $crate::cells::CellWriter) {
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
                from: &mut impl $crate::cells::CellReader,
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

        // A record has room for two texts.
        $($(const _: () = assert!(
            0 $(+ <$ty as $crate::field::AsField>::IS_TEXT as usize)* <= 2,
            concat!("`", $word, "` has more than two texts"),
        );)*)*
    };
}

pub(crate) use values;
