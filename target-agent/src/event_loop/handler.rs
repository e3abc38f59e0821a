//! The exception handler: what is called for a task whose exception nobody retrieved.

use loopscope_protocol::{NameId, TaskId, Which};

use super::task::AnyTask;
use super::{Error, Loop, core};
use crate::emit;

/// The message about a task that ended by an exception which nobody retrieved.
pub(super) const NOT_RETRIEVED: &str = "Task exception wasn't retrieved";

/// What a handler is called with.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// A sentence.
    pub message: &'static str,
    /// The exception.
    pub exception: Option<Error>,
    /// The task.
    pub future: Option<AnyTask>,
}

/// A function of the program's, with its name for the records.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    name: NameId,
    call: fn(&Context),
}

impl Handler {
    /// The handler `call`; [`handler!`](crate::handler) gives the name too.
    pub const fn new(name: NameId, call: fn(&Context)) -> Self {
        Self { name, call }
    }

    pub(super) const fn name(self) -> NameId {
        self.name
    }
}

/// A handler from a function: `handler!(on_error)`.
#[macro_export]
macro_rules! handler {
    ($function:ident) => {
        $crate::event_loop::Handler::new($crate::name!(stringify!($function)), $function)
    };
}

/// Where the default handler prints its lines: the pieces of a line, to be joined. Without it they
/// are only in the record.
///
/// ```
/// # example_board::start();
/// use loopscope_agent::event_loop::{self as asyncio, Error};
/// use loopscope_agent::task;
///
/// task! {
///     async fn fails() -> Result<(), Error> {
///         Err(Error::raise("ValueError", "no sensor"))
///     }
/// }
/// task! {
///     async fn program() -> Result<(), Error> {
///         asyncio::create_task(fails())?; // Nobody awaits it.
///         asyncio::sleep_ms(1).await
///     }
/// }
/// asyncio::set_printer(|pieces| println!("{}", pieces.concat()));
/// // Task exception wasn't retrieved
/// // ValueError('no sensor',)
/// assert_eq!(asyncio::run(program()), Ok(()));
/// ```
pub fn set_printer(printer: fn(&[&str])) {
    critical_section::with(|cs| core(cs).printer.set(Some(printer)));
}

impl Loop {
    /// The program's handler, if it has set one.
    pub fn get_exception_handler(self) -> Option<Handler> {
        critical_section::with(|cs| core(cs).handler.get())
    }

    /// Sets the handler, or takes it away.
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{self as asyncio, Error, Context};
    /// use loopscope_agent::{handler, task};
    ///
    /// fn on_error(context: &Context) {
    ///     assert_eq!(context.message, "Task exception wasn't retrieved");
    ///     assert_eq!(context.exception, Some(Error::raise("ValueError", "no sensor")));
    /// }
    /// task! {
    ///     async fn fails() -> Result<(), Error> {
    ///         Err(Error::raise("ValueError", "no sensor"))
    ///     }
    /// }
    /// task! {
    ///     async fn program() -> Result<(), Error> {
    ///         let event_loop = asyncio::get_event_loop();
    ///         event_loop.set_exception_handler(Some(handler!(on_error)));
    ///         event_loop.create_task(fails())?; // Nobody awaits it.
    ///         asyncio::sleep_ms(1).await?;
    ///         event_loop.set_exception_handler(None);
    ///         Ok(())
    ///     }
    /// }
    /// assert_eq!(asyncio::run(program()), Ok(()));
    /// assert!(asyncio::get_event_loop().get_exception_handler().is_none());
    /// ```
    pub fn set_exception_handler(self, handler: Option<Handler>) {
        critical_section::with(|cs| {
            core(cs).handler.set(handler);
            match handler {
                Some(handler) => emit::handler_set(Which::Custom, handler.name),
                None => emit::handler_set(Which::Default, NameId::NONE),
            }
        });
    }

    /// Calls the handler that is in force.
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{Context, Error, get_event_loop, set_printer};
    ///
    /// set_printer(|pieces| println!("{}", pieces.concat()));
    /// // The board gets too hot
    /// get_event_loop().call_exception_handler(&Context {
    ///     message: "The board gets too hot",
    ///     exception: None,
    ///     future: None,
    /// });
    /// ```
    pub fn call_exception_handler(self, context: &Context) {
        let handler = self.get_exception_handler();
        let which = if handler.is_some() { Which::Custom } else { Which::Default };
        let exception = context.exception.map_or([""; 4], |error| error.repr());
        let task = context.future.map_or(TaskId::NONE, AnyTask::id);
        emit::handler_call(which, context.message, &exception, task);
        match handler {
            Some(handler) => (handler.call)(context),
            None => self.default_exception_handler(context),
        }
    }

    /// Prints the context: what a handler of the program's does for what it does not know.
    ///
    /// ```
    /// # example_board::start();
    /// use loopscope_agent::event_loop::{Context, Error, get_event_loop};
    ///
    /// fn on_error(context: &Context) {
    ///     match context.exception {
    ///         Some(Error::Timeout) => {} // It will be tried again.
    ///         _ => get_event_loop().default_exception_handler(context),
    ///     }
    /// }
    /// get_event_loop().set_exception_handler(Some(loopscope_agent::handler!(on_error)));
    /// ```
    pub fn default_exception_handler(self, context: &Context) {
        let Some(print) = critical_section::with(|cs| core(cs).printer.get()) else { return };
        print(&[context.message]);
        if let Some(error) = context.exception {
            print(&error.repr());
        }
    }
}
