//! From moments and records to columns, and back.

use loopscope_model::record::seconds;

use crate::views::Snapshot;
use crate::views::digest::Span;

/// The columns of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    by_time: bool,
    /// The first moment, or 0.
    start: u64,
    /// How much all columns together stand for; at least 1.
    length: u64,
    columns: u16,
    /// The positions that it may stand for: those since the source last started over.
    first: usize,
    last: usize,
    /// Something lies before it.
    cut: bool,
}

impl Axis {
    /// `times` and `records` are the first and the last moment and position.
    pub(super) fn new(
        by_time: bool,
        times: (u64, u64),
        (first, last): (usize, usize),
        columns: u16,
    ) -> Self {
        let (start, end) = if by_time { times } else { (first as u64, last as u64) };
        let (length, columns) = (end.saturating_sub(start).max(1), columns.max(1));
        Self { by_time, start, length, columns, first, last, cut: false }
    }

    /// A window of it in which each column stands for `unit`, with `here` in sight: the last one
    /// where the cursor follows what comes, otherwise one of fixed places, so that it does not move
    /// with each step.
    pub(super) fn window(self, unit: u64, here: u64, live: bool) -> Self {
        let length = unit.saturating_mul(u64::from(self.columns - 1)).max(1);
        if length >= self.length {
            return self;
        }
        let last = self.length - length;
        let offset = here.saturating_sub(self.start);
        let half = (length / 2).max(1);
        let from = if live {
            // By whole columns, so that what is drawn does not shimmer.
            last.div_ceil(unit) * unit
        } else {
            ((offset / half).saturating_sub(1) * half).min(last)
        };
        Self { start: self.start + from, length, cut: from > 0, ..self }
    }

    pub(super) const fn by_time(&self) -> bool {
        self.by_time
    }

    /// The first and the last point in sight.
    pub(super) const fn ends(&self) -> (u64, u64) {
        (self.start, self.start + self.length)
    }

    /// What a column stands for.
    pub(super) fn range(&self, column: u16) -> std::ops::Range<u64> {
        let begin = self.begin_of(column);
        begin..self.begin_of(column + 1).max(begin + 1)
    }

    pub(super) const fn columns(&self) -> u16 {
        self.columns
    }

    /// The column of a point on the axis. The last column is that of the end.
    pub(super) fn column_of(&self, at: u64) -> u16 {
        let at = u128::from(at.saturating_sub(self.start).min(self.length));
        let column = at * u128::from(self.columns - 1) / u128::from(self.length);
        u16::try_from(column).unwrap_or(self.columns - 1)
    }

    /// The first point that falls in a column.
    fn begin_of(&self, column: u16) -> u64 {
        let last = u128::from(self.columns - 1).max(1);
        let at = (u128::from(column) * u128::from(self.length)).div_ceil(last);
        self.start + u64::try_from(at).unwrap_or(u64::MAX)
    }

    /// The column of a position of the history.
    pub(super) fn column(&self, position: usize, t: Option<u64>) -> u16 {
        if self.by_time {
            t.map_or(0, |t| self.column_of(t))
        } else {
            self.column_of(position as u64)
        }
    }

    fn bounds(&self, span: &Span) -> (u64, u64) {
        let open = self.start + self.length;
        if self.by_time {
            (span.begin, span.end.unwrap_or(open))
        } else {
            (span.from as u64, span.to.map_or(open, |to| to as u64))
        }
    }

    /// Whether a span begins in this column or before it.
    pub(super) fn starts_by(&self, span: &Span, column: u16) -> bool {
        let (begin, _) = self.bounds(span);
        begin <= self.start + self.length && self.column_of(begin) <= column
    }

    /// The column of a moment that is a position as well.
    pub(super) fn column_at(&self, position: usize, t: u64) -> u16 {
        self.column_of(if self.by_time { t } else { position as u64 })
    }

    /// Whether that lies before what is in sight, in it, or behind.
    pub(super) fn side(&self, position: usize, t: u64) -> std::cmp::Ordering {
        let at = if self.by_time { t } else { position as u64 };
        if at < self.start {
            std::cmp::Ordering::Less
        } else if at > self.start + self.length {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }

    /// The same axis, so much longer or shorter as `zoom` halvings of its length say, with `here` in
    /// sight and moved on by `pan` halves of what is in sight.
    pub(super) fn zoomed(self, zoom: u8, here: u64, pan: i64) -> Self {
        if zoom == 0 {
            return self;
        }
        let unit = (self.length >> zoom) / u64::from(self.columns).max(1);
        let half = i64::try_from(self.length >> (zoom + 1)).unwrap_or(i64::MAX);
        let here = here.saturating_add_signed(pan.saturating_mul(half));
        self.window(unit.max(1), here.clamp(self.start, self.start + self.length), false)
    }

    /// The columns' first and last moment or record, in words.
    pub(super) fn words(&self) -> String {
        let (from, to) = self.ends();
        if self.by_time {
            let step = round((to - from).div_ceil(10).max(1));
            format!("{} to {}", moment(from, step), moment(to, step))
        } else {
            format!("#{from} to #{to}")
        }
    }

    fn is_in_sight(&self, begin: u64, end: u64) -> bool {
        end >= self.start && begin <= self.start + self.length
    }

    /// How much of the time of a column spans take, in thousandths. They are in order, none goes on
    /// while another does, and one that lasts ends at `now`.
    pub(super) fn permille<'a>(
        &self,
        spans: impl DoubleEndedIterator<Item = &'a Span>,
        column: u16,
        now: u64,
    ) -> u64 {
        let (begin, end) = (self.begin_of(column), self.begin_of(column + 1));
        let spans = spans.rev().skip_while(|span| span.begin >= end);
        let spans = spans.map(|span| (span.begin, span.end.unwrap_or(now)));
        let spans = spans.take_while(|(_, to)| *to > begin);
        let busy: u64 = spans.map(|(from, to)| to.min(end).saturating_sub(from.max(begin))).sum();
        busy.saturating_mul(1000) / end.saturating_sub(begin).max(1)
    }

    /// The columns of a span, at least one.
    pub(super) fn columns_of(&self, span: &Span) -> std::ops::Range<u16> {
        let (begin, end) = self.bounds(span);
        if !self.is_in_sight(begin, end) {
            return 0..0;
        }
        let (first, last) = (self.column_of(begin), self.column_of(end));
        first..last.max(first + 1)
    }

    /// Whether a span is in this column; every span is in at least one.
    pub(super) fn touches(&self, span: &Span, column: u16) -> bool {
        let (begin, end) = self.bounds(span);
        let (first, last) = (self.column_of(begin), self.column_of(end));
        if !self.is_in_sight(begin, end) {
            return false;
        }
        // The column in which it ends belongs to what comes next, unless there is no other.
        first == column || (first < column && column < last)
    }

    /// The position of the history that a column stands for.
    pub(super) fn position(&self, snapshot: &Snapshot<'_>, column: u16) -> usize {
        let (first, last) = (self.first, self.last);
        let at = if column + 1 >= self.columns {
            (self.start + self.length).saturating_add(1)
        } else {
            self.begin_of(column)
        };
        if self.by_time {
            if column == 0 && !self.cut {
                first
            } else {
                snapshot.history.position_at_time(last, at).unwrap_or(last)
            }
        } else {
            usize::try_from(at).unwrap_or(last).clamp(first, last)
        }
    }

    /// A position before this column, in the nearest column in which something happened.
    pub(super) fn before(&self, snapshot: &Snapshot<'_>, column: u16) -> usize {
        let position = self.position(snapshot, column).min(snapshot.position);
        if position < snapshot.position { position } else { position.saturating_sub(1) }
    }

    /// A position after this column.
    pub(super) fn after(&self, snapshot: &Snapshot<'_>, column: u16) -> usize {
        let position = self.position(snapshot, column.saturating_add(1));
        position.max(snapshot.position + 1).min(snapshot.history.len())
    }

    /// Columns with what to write there.
    pub(super) fn ticks(&self) -> Vec<(u16, String)> {
        let wanted = u64::from(self.columns / 16).max(1);
        let step = round(self.length.div_ceil(wanted));
        let mut at = self.start.div_ceil(step) * step;
        let mut ticks = Vec::new();
        while at <= self.start + self.length && ticks.len() < 64 {
            let text = if self.by_time { moment(at, step) } else { format!("#{at}") };
            let column = self.column_of(at);
            if usize::from(column) + text.len() + 1 < usize::from(self.columns) {
                ticks.push((column, text));
            }
            at += step;
        }
        ticks
    }
}

/// The next of 1, 2, 5, 10, 20, 50 and so on.
fn round(length: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            match power.checked_mul(factor) {
                Some(step) if step < length => {}
                Some(step) => return step,
                None => return length.max(1),
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A moment with as many decimals as the step between two of them needs.
fn moment(at: u64, step: u64) -> String {
    if step >= 1_000_000_000 {
        format!("{:.0} s", seconds(at))
    } else if step >= 100_000_000 {
        format!("{:.1} s", seconds(at))
    } else if step >= 1_000_000 {
        format!("{:.0} ms", seconds(at) * 1e3)
    } else {
        format!("{:.0} us", seconds(at) * 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!([1, 2, 3, 7, 11, 60, 400].map(round), [1, 2, 5, 10, 20, 100, 500]);
        assert!(round(u64::MAX) >= u64::MAX / 2);
    }

    #[test]
    fn ticks_stand_where_they_say() {
        let axis = Axis::new(true, (0, 3_000_000_000), (0, 50), 61);
        let ticks = axis.ticks();
        assert_eq!(ticks[0], (0, "0 s".to_owned()));
        assert_eq!(ticks[1], (20, "1 s".to_owned()));
        assert_eq!(ticks[2], (40, "2 s".to_owned()));
        assert_eq!(ticks.len(), 3, "no room for the last one");
    }

    #[test]
    fn columns_and_moments_fit() {
        let axis = Axis::new(true, (500, 10_500), (0, 0), 40);
        for column in 0..40 {
            assert_eq!(axis.column_of(axis.begin_of(column)), column);
        }
        assert_eq!(axis.column_of(0), 0);
        assert_eq!(axis.column_of(u64::MAX), 39);
    }

    #[test]
    fn a_window_holds_the_cursor_and_stays_while_one_steps() {
        let all = Axis::new(true, (1_000, 101_000), (0, 0), 11);
        let window = |here, live| all.window(100, here, live);
        assert_eq!(window(101_000, true).start, 100_000);
        assert_eq!(window(101_000, true).column(0, Some(101_000)), 10);
        for here in (1_000..=101_000).step_by(70) {
            let axis = window(here, false);
            assert!(axis.start <= here && here <= axis.start + axis.length, "{here}");
        }
        assert_eq!(window(50_100, false), window(50_300, false), "a step moves the cursor alone");
        let axis = window(50_100, false);
        let span = |begin, end| Span {
            from: 1,
            to: Some(2),
            begin,
            end: Some(end),
            handle: loopscope_protocol::HandleId(1),
        };
        let seen = |span: &Span| (0..11).any(|column| axis.touches(span, column));
        assert!(!seen(&span(2_000, 3_000)) && !seen(&span(90_000, 91_000)));
        assert!(seen(&span(50_100, 50_200)) && seen(&span(2_000, 99_000)));
        assert_eq!(all.window(20_000, 50_000, true), all, "all of it has room");
    }

    #[test]
    fn a_column_knows_how_much_of_it_is_taken() {
        let axis = Axis::new(true, (0, 1_000), (0, 0), 11);
        let span = |begin, end| Span {
            from: 1,
            to: Some(2),
            begin,
            end,
            handle: loopscope_protocol::HandleId(1),
        };
        let spans = [span(0, Some(10)), span(50, Some(60)), span(190, Some(220)), span(480, None)];
        let taken: Vec<u64> = (0..6).map(|c| axis.permille(spans.iter(), c, 520)).collect();
        assert_eq!(taken, [200, 100, 200, 0, 200, 200]);
    }

    #[test]
    fn the_shortest_run_is_seen() {
        let span = Span {
            from: 3,
            to: Some(4),
            begin: 1_000_000_000,
            end: Some(1_000_001_000),
            handle: loopscope_protocol::HandleId(1),
        };
        let axis = Axis::new(true, (0, 3_000_000_000), (0, 0), 61);
        let seen: Vec<u16> = (0..61).filter(|column| axis.touches(&span, *column)).collect();
        assert_eq!(seen, [20]);
    }
}
