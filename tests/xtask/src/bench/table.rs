//! The table of results: seconds, and each as a multiple of the first column.

use std::fmt::Write as _;
use std::time::Duration;

/// Rows of times below the names of who took them.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let heads = std::iter::once(String::new()).chain(names.map(str::to_owned));
        Self { rows: vec![heads.collect()] }
    }

    /// Adds a row. The first time is ours; the others are told as multiples of it.
    pub(super) fn row(&mut self, title: &str, times: &[Duration]) {
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
    }
}
