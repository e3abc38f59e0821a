//! Who the source is, as it stands in a segment of its own: what [`Hello`] said.
//!
//! ```text
//! body  version, capabilities, ticks a second, dialect, process; each LEB128
//! ```

use loopscope_columns::columns::{Reading, put_var};
use loopscope_protocol::wire::Malformed;
use loopscope_protocol::{Capabilities, Dialect, Word};

use crate::control::Hello;

pub(super) fn bytes(hello: &Hello) -> Vec<u8> {
    let mut to = Vec::new();
    put_var(&mut to, hello.version.into());
    put_var(&mut to, hello.capabilities.0.into());
    put_var(&mut to, hello.ticks_per_second.into());
    put_var(&mut to, hello.dialect.code().into());
    put_var(&mut to, hello.pid.into());
    to
}

pub(super) fn read(bytes: &[u8]) -> Result<Hello, Malformed> {
    let mut from = Reading::new(bytes);
    Ok(Hello {
        version: from.plain_as()?,
        capabilities: Capabilities(from.plain_as()?),
        ticks_per_second: from.plain_as()?,
        dialect: Dialect::from_code(from.plain_as()?).ok_or(Malformed::Bad)?,
        pid: from.plain_as()?,
    })
}
