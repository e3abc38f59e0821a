//! The index at the end of a file: where everything is, so that opening it takes no longer than that.
//!
//! ```text
//! body  for each segment: how far its beginning is behind that of the one before, its head, its
//!       summary
//! ```
//!
//! The index is believed as a whole or not at all. Whether the segments themselves are sound shows
//! when they are read.

use loopscope_columns::columns::{Reading, put_var};
use loopscope_protocol::wire::Malformed;

use super::segment::{HEAD, Head, Kind};
use super::store::Store;
use super::{StoreError, source};
use crate::control::Hello;

/// A segment as the index has it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) at: u64,
    pub(super) head: Head,
    pub(super) summary: Vec<u8>,
}

pub(super) fn body(hello: Option<&Hello>, listed: &[Listed]) -> Vec<u8> {
    let mut to = Vec::new();
    let hello = hello.map(source::bytes).unwrap_or_default();
    put_var(&mut to, hello.len() as u64);
    to.extend_from_slice(&hello);
    let mut before = 0;
    for Listed { at, head, summary } in listed {
        put_var(&mut to, at - before);
        to.extend_from_slice(&head.bytes());
        to.extend_from_slice(summary);
        before = *at;
    }
    to
}

/// Who the source is, and what the index lists.
type Index = (Option<Hello>, Vec<Listed>);

/// What the index at the end of a file lists, and who the source is; `None`: there is none that can
/// be believed.
pub(super) fn read(store: &dyn Store) -> Result<Option<Index>, StoreError> {
    let Some(at) = store.len()?.checked_sub(HEAD as u64) else { return Ok(None) };
    let Some(end) = head_at(store, at)?.filter(|end| end.kind == Kind::End) else {
        return Ok(None);
    };
    let Some(head) = head_at(store, end.first)?.filter(|head| head.kind == Kind::Index) else {
        return Ok(None);
    };
    if end.first + head.size() != at {
        return Ok(None);
    }
    match head.read(store, end.first) {
        Ok(body) => Ok(parse(&body, end.first).ok()),
        Err(StoreError::Harmed) => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse(body: &[u8], end: u64) -> Result<(Option<Hello>, Vec<Listed>), Malformed> {
    let mut from = Reading::new(body);
    let length = from.plain_as()?;
    let hello = from.bytes(length)?;
    let hello = if hello.is_empty() { None } else { Some(source::read(hello)?) };
    let mut listed: Vec<Listed> = Vec::new();
    let mut at = 0;
    while !from.is_at_end() {
        at = from.plain()?.checked_add(at).filter(|at| *at < end).ok_or(Malformed::Bad)?;
        let head = from.bytes(HEAD)?.first_chunk().and_then(Head::parse).ok_or(Malformed::Bad)?;
        let summary = from.bytes(head.summary as usize)?.to_vec();
        // Segments lie one behind the other, before the index.
        let before = listed.last().map_or(0, |before| before.at + before.head.size());
        if at < before || at + head.size() > end || !head.fits_summary(&summary) {
            return Err(Malformed::Bad);
        }
        listed.push(Listed { at, head, summary });
    }
    Ok((hello, listed))
}

/// The head of a segment that begins there, if one does.
pub(super) fn head_at(store: &dyn Store, at: u64) -> Result<Option<Head>, StoreError> {
    let len = store.len()?;
    if at.checked_add(HEAD as u64).is_none_or(|end| end > len) {
        return Ok(None);
    }
    let mut bytes = [0; HEAD];
    store.read_at(at, &mut bytes)?;
    Ok(Head::parse(&bytes).filter(|head| head.size() <= len - at))
}
