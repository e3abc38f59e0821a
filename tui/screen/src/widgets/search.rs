//! What a list is searched for: only the rows with that text stay. Of a long list as many rows
//! are looked at as a frame has time for.

use ratatui::text::Span;

use super::list::Scroll;
use crate::keys::Action;
use crate::theme::{Role, Theme};

/// At most this many rows are looked at for one frame.
const REACH: usize = 5_000;

/// What a list is searched for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    text: String,
}

/// The rows that are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// All.
    All(usize),
    /// Those with the text, by their numbers, of how many; and whether all were looked at.
    Some(Vec<usize>, usize, bool),
}

impl Search {
    /// Looks for a text from now on; empty: for nothing.
    pub fn set(&mut self, text: &str) {
        self.text = text.trim().to_lowercase();
    }

    /// Whether something is searched for.
    pub const fn is_on(&self) -> bool {
        !self.text.is_empty()
    }

    /// The rows of a list of `len` rows that are listed; `row` is what stands in one.
    pub fn listed(&self, len: usize, row: impl Fn(usize) -> String) -> Listed {
        if !self.is_on() {
            return Listed::All(len);
        }
        let fits = |number: &usize| row(*number).to_lowercase().contains(&self.text);
        Listed::Some((0..len.min(REACH)).filter(fits).collect(), len, len <= REACH)
    }

    /// What the title of the list says of it.
    pub fn title(&self, listed: &Listed, theme: &Theme) -> Vec<Span<'static>> {
        let Listed::Some(rows, of, is_all) = listed else { return Vec::new() };
        let more = if *is_all { "" } else { "+" };
        vec![
            Span::styled(format!(", {}{more} of {of} with ", rows.len()), theme.style(Role::Text)),
            Span::styled(self.text.clone(), theme.style(Role::Changed)),
        ]
    }

    /// Takes an action of moving in the list, or of listing all rows again. False: it is neither.
    pub fn update(
        &mut self,
        scroll: &mut Scroll,
        action: Action,
        listed: &Listed,
        page: usize,
    ) -> bool {
        if action == Action::Close && self.is_on() {
            // The row that was found stays the selected one.
            let found = scroll.selected(listed.len()).and_then(|at| listed.at(at));
            self.text.clear();
            scroll.select(found);
            return true;
        }
        scroll.update(action, listed.len(), page, 0)
    }
}

impl Listed {
    /// How many are listed.
    pub const fn len(&self) -> usize {
        match self {
            Self::All(len) => *len,
            Self::Some(rows, ..) => rows.len(),
        }
    }

    /// Whether none is.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the row that is listed in a place.
    pub fn at(&self, place: usize) -> Option<usize> {
        match self {
            Self::All(len) => (place < *len).then_some(place),
            Self::Some(rows, ..) => rows.get(place).copied(),
        }
    }

    /// The place at which a row is listed.
    pub fn place(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(len) => (row < *len).then_some(row),
            Self::Some(rows, ..) => rows.binary_search(&row).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_the_text_stay_and_what_was_found_stays_selected() {
        let rows = ["main waits", "Worker 1", "worker 2", "tick"];
        let (mut search, mut scroll) = (Search::default(), Scroll::default());
        let listed = |search: &Search| search.listed(rows.len(), |n| rows[n].to_owned());
        assert_eq!(listed(&search), Listed::All(4));
        search.set(" WORKER ");
        let found = listed(&search);
        assert_eq!(found, Listed::Some(vec![1, 2], 4, true));
        assert_eq!((found.at(1), found.place(2), found.place(3)), (Some(2), Some(1), None));
        let title: String =
            search.title(&found, &Theme::default()).iter().map(|span| &*span.content).collect();
        assert_eq!(title, ", 2 of 4 with worker");
        assert!(search.update(&mut scroll, Action::Bottom, &found, 5));
        assert!(search.update(&mut scroll, Action::Close, &found, 5) && !search.is_on());
        assert_eq!(scroll.selected(4), Some(2));
        search.set("nobody");
        assert!(listed(&search).is_empty());
    }
}
