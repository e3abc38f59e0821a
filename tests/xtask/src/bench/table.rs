//! The table of results: seconds, and each as a multiple of the first column.

use std::fmt::Write as _;
use std::time::Duration;

/// Rows of times below the names of who took them.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// What each row was about, and the seconds of each column.
    seconds: Vec<(String, Vec<f64>)>,
}

impl Table {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let heads = std::iter::once(String::new()).chain(names.map(str::to_owned));
        Self { rows: vec![heads.collect()], seconds: Vec::new() }
    }

    /// Adds a row. The first time is ours; the others are told as multiples of it.
    pub(super) fn row(&mut self, title: &str, times: &[Duration]) {
        self.seconds.push((title.to_owned(), times.iter().map(Duration::as_secs_f64).collect()));
        let ours = times.first().map_or(0.0, Duration::as_secs_f64);
        let mut row = vec![title.to_owned()];
        for (column, time) in times.iter().enumerate() {
            let seconds = time.as_secs_f64();
            row.push(match column {
                0 => format!("{seconds:.2}"),
                _ => format!("{seconds:.2} ({:.2}x)", seconds / ours.max(f64::MIN_POSITIVE)),
            });
        }
        self.rows.push(row);
    }

    /// How many times the time of each of `others` ours is, a line each.
    pub(super) fn ratios(&self, others: &[&str]) -> String {
        let mut text = String::new();
        for other in others {
            let Some(column) = self.rows[0].iter().skip(1).position(|name| name == other) else {
                continue;
            };
            let each = self.seconds.iter().filter_map(|(title, seconds)| {
                let (ours, theirs) = (seconds.first()?, seconds.get(column)?);
                Some(format!("{title} {:.2}", ours / theirs.max(f64::MIN_POSITIVE)))
            });
            let each: Vec<_> = each.collect();
            let _ = writeln!(text, "ours / {other}: {}", each.join(", "));
        }
        text
    }

    /// The table as text, its columns aligned.
    pub(super) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(text, "{cell:<width$}  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_compared_with_the_first() {
        let mut table = Table::new(["ours", "asyncio"].into_iter());
        table.row("call_soon", &[Duration::from_millis(500), Duration::from_millis(1500)]);
        let expected = "           ours  asyncio\ncall_soon  0.50  1.50 (3.00x)\n";
        assert_eq!(table.text(), expected);
        assert_eq!(table.ratios(&["asyncio", "uvloop"]), "ours / asyncio: call_soon 0.33\n");
    }
}
