//! The identifiers an event may carry, and the two small values that refer to them.
//!
//! Ids count from 1 within their kind and are never reused by the local engine; 0 means "none".
//! A board may reuse ids after the end of what they named.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The absent id.
            pub const NONE: Self = Self(0);

            /// Whether this names something.
            #[must_use]
            pub const fn is_some(self) -> bool {
                self.0 != 0
            }

            /// The id, or `None` when it is absent.
            #[must_use]
            pub const fn number(self) -> Option<u32> {
                if self.0 == 0 { None } else { Some(self.0) }
            }
        }
    )*};
}

ids! {
    /// An event loop. Shown as `loop 1`.
    LoopId;
    /// A handle: a callback that waits to run. Timers are handles too. Shown as `h4`.
    HandleId;
    /// A task. Shown as `task 3`.
    TaskId;
    /// A future that is not a task. Shown as `f7`.
    FutureId;
    /// A job given to an executor.
    JobId;
    /// A server, a transport, a child process, or a lock, queue or the like (each kind counts on its own).
    ObjectId;
    /// A defined name: a function, a file, a task's label. See [`crate::wire::Item::Name`].
    NameId;
    /// A defined await chain: where a suspended task stands, innermost frame first.
    /// See [`crate::wire::Item::Chain`].
    ChainId;
}

/// A file descriptor, as the operating system numbers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fd(pub i32);

/// A signal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(pub u8);

/// A line of a file. Absent when `file` is [`NameId::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name, relative to the program's folder.
    pub file: NameId,
    /// The line, from 1.
    pub line: u32,
}

impl Place {
    /// No place known.
    pub const NONE: Self = Self { file: NameId::NONE, line: 0 };
}

/// A text that travelled in [`crate::wire::Item::Text`] chunks just before the record.
///
/// The number is the slot: a record with two texts keeps them in slots 1 and 2. 0 means no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub u8);

impl Text {
    /// No text.
    pub const NONE: Self = Self(0);
    /// The record's first text.
    pub const FIRST: Self = Self(1);
    /// The record's second text.
    pub const SECOND: Self = Self(2);
}

/// A point in time in the source's ticks.
///
/// The local engine counts nanoseconds of loop time from 0; a board counts whatever its timer
/// counts, and says how many ticks make a second in [`Reply::Hello`](crate::Reply::Hello).
pub type Ticks = u64;
