//! A lesson asks for a record: what was named, which hints were given, and whether it is found.

use loopscope_lessons::{Found, Placed};

use super::{LessonProgress, pieces};
use crate::theme::Role;
use crate::views::lesson::Piece;

/// A record that is to be found.
#[derive(Clone, Debug, Default)]
pub(super) struct LookedFor {
    /// The last record that was named, and what is said to it if it is another one.
    pub(super) named: Option<(u64, Option<String>)>,
    pub(super) hints: usize,
    pub(super) is_over: bool,
    /// The record that it is, where the learner has gone on without it.
    pub(super) told: Option<u64>,
}

impl LessonProgress {
    /// The number of the item that asks for a record, from the moment on at which the cursor comes to
    /// its place until the record is named.
    pub(in crate::app) fn open_find(&self) -> Option<usize> {
        let is_open = |placed: &&Placed<'_>| {
            let looked_for = self.looked_for.get(&placed.number);
            placed.item.find().is_some()
                && placed.seq <= self.reached
                && looked_for.is_none_or(|looked_for| !looked_for.is_over)
        };
        let open = self.resolved.places.iter().find(is_open)?;
        // Where several texts belong to one place, they come one after the other.
        let page = self.resolved.current(open.seq).iter().position(|p| p.number == open.number)?;
        let is_turned_to = self.place != open.seq || self.page >= page;
        is_turned_to.then_some(open.number)
    }

    /// A record was named.
    pub(in crate::app) fn found(&mut self, number: usize, seq: u64, found: Found) {
        let looked_for = self.looked_for.entry(number).or_default();
        match found {
            Found::Right => {
                looked_for.named = Some((seq, None));
                self.give_up(number);
            }
            Found::Wrong(text) => looked_for.named = Some((seq, Some(text))),
        }
    }

    /// The learner goes on without it, and is told which it is.
    pub(in crate::app) fn tell_record(&mut self, number: usize, seq: Option<u64>) {
        self.looked_for.entry(number).or_default().told = seq;
        self.give_up(number);
    }

    /// The record is looked for no longer.
    fn give_up(&mut self, number: usize) {
        self.looked_for.entry(number).or_default().is_over = true;
        self.told = Some(number);
    }

    /// Where the record was asked for whose explanation is shown.
    pub(in crate::app) fn told_at(&self) -> Option<u64> {
        self.place_of(self.told?)
    }

    /// One hint more. False: there is none.
    pub(in crate::app) fn hint(&mut self, number: usize) -> bool {
        let all = self.hints_for_find(number);
        let looked_for = self.looked_for.entry(number).or_default();
        let more = looked_for.hints < all;
        looked_for.hints += usize::from(more);
        more
    }

    /// How many hints there are for what is to be found.
    pub(in crate::app) fn hints_for_find(&self, number: usize) -> usize {
        self.lesson().items[number].find().map_or(0, |find| find.hints.len())
    }

    /// What is said where a record is looked for.
    pub(super) fn search(&self, number: usize) -> Vec<Piece> {
        let item = &self.lesson().items[number];
        let Some(find) = item.find() else { return Vec::new() };
        let looked_for = self.looked_for.get(&number).cloned().unwrap_or_default();
        let mut body = Vec::new();
        let mut say = |role: Role, text: String| {
            body.push(Piece::Words(vec![(role, text)]));
            body.push(Piece::Gap);
        };
        match (looked_for.told, &looked_for.named) {
            (Some(seq), _) => {
                say(Role::Title, format!("It is record {seq}; `:goto {seq}` goes there."));
            }
            (None, Some((seq, None))) => say(Role::Good, format!("Right: record {seq}.")),
            (None, Some((seq, Some(text)))) => say(Role::Error, format!("Not {seq}. {text}")),
            (None, None) => {}
        }
        if looked_for.is_over {
            body.extend(pieces(&item.text));
            return body;
        }
        for hint in find.hints.iter().take(looked_for.hints) {
            say(Role::Title, format!("Hint: {}", hint.marked()));
        }
        body.extend(pieces(&find.ask));
        body
    }
}
