//! Keywords that came after 3.6.

use rustpython_vm::function::{ArgumentError, FromArgs, FuncArgs, Param};
use rustpython_vm::{PyObjectRef, VirtualMachine};

use crate::dialect::Rules;

/// In 3.6 there is nothing of what makes a task or adds a callback but the loop.
const LATER: [&str; 3] = ["name", "context", "eager_start"];

/// A part of a call's arguments that takes none, and in 3.6 refuses keywords that came later.
#[derive(Debug)]
pub(super) struct NothingElse;

impl FromArgs for NothingElse {
    const PARAMS: Option<&'static [Param]> = Some(&[]);

    fn from_args(_: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
        if args.kwargs.is_empty() || !Rules::is_3_6() {
            return Ok(Self);
        }
        match LATER.into_iter().find(|name| args.kwargs.contains_key(name)) {
            Some(name) => Err(ArgumentError::InvalidKeywordArgument(name.into())),
            None => Ok(Self),
        }
    }
}

/// What a call of 3.14 gives by these keywords, as it gives it: a task factory gets that.
#[derive(Debug, Default)]
pub(super) struct AsGiven(pub(super) Vec<(&'static str, PyObjectRef)>);

impl FromArgs for AsGiven {
    const PARAMS: Option<&'static [Param]> = Some(&[]);

    fn from_args(_: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
        if args.kwargs.is_empty() || !Rules::is_3_14() {
            return Ok(Self::default());
        }
        let given = |name: &'static str| args.kwargs.get(name).map(|value| (name, value.clone()));
        Ok(Self(LATER.into_iter().filter_map(given).collect()))
    }
}
