//! The table of figures.

use std::fmt;
use std::io::Write;
use std::time::Duration;

/// Figures, in the order in which they were measured.
#[derive(Default)]
pub struct Table(Vec<Row>);

/// A figure, what it should be, and why it is not.
pub struct Row {
    name: String,
    figure: f64,
    spread: Option<(f64, f64)>,
    unit: &'static str,
    goal: Option<Goal>,
    reason: Option<String>,
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

impl Goal {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Goal::AtMost(most) => figure <= most,
            Goal::AtLeast(least) => figure >= least,
        }
    }
}

impl Table {
    /// Adds a figure that was measured once.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        figure: f64,
        unit: &'static str,
        goal: Option<Goal>,
    ) {
        self.add_median(name, vec![figure], unit, goal);
    }

    /// Adds the median of figures, with the least and the greatest of them.
    pub fn add_median(
        &mut self,
        name: impl Into<String>,
        mut figures: Vec<f64>,
        unit: &'static str,
        goal: Option<Goal>,
    ) -> &mut Row {
        figures.sort_by(f64::total_cmp);
        let ends = figures.first().copied().zip(figures.last().copied());
        let (figure, spread) = (median(&figures), ends.filter(|_| figures.len() > 1));
        self.0.push(Row { name: name.into(), figure, spread, unit, goal, reason: None });
        self.0.last_mut().expect("a row has just been added")
    }
}

impl Row {
    /// Finds out why the goal is missed, if it is.
    pub fn because(&mut self, reason: impl FnOnce() -> String) {
        if self.goal.is_some_and(|goal| !goal.is_met(self.figure)) {
            self.reason = Some(reason());
        }
    }
}

/// The middle one of sorted figures.
pub fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = ["figure", "median", "least", "most", "", "goal", ""];
        let rows: Vec<[String; 7]> = std::iter::once(title.map(str::to_owned))
            .chain(self.0.iter().map(Row::cells))
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for row in &rows {
            let mut line = format!("{:width$}", row[0], width = widths[0]);
            for (column, cell) in row.iter().enumerate().skip(1) {
                let width = widths[column];
                // Units and verdicts stand at the left of their columns, figures at the right.
                line += &match column {
                    4 => format!(" {cell:width$}"),
                    6 => format!("  {cell:width$}"),
                    _ => format!("  {cell:>width$}"),
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        for row in &self.0 {
            if let Some(reason) = &row.reason {
                writeln!(f, "\n{}: missed. {reason}", row.name)?;
            }
        }
        Ok(())
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let (least, most) = self.spread.unzip();
        let spread = [least, most].map(|end| end.map(number).unwrap_or_default());
        let (goal, verdict) = match self.goal {
            None => (String::new(), ""),
            Some(goal) => {
                let bound = match goal {
                    Goal::AtMost(most) => format!("<= {most}"),
                    Goal::AtLeast(least) => format!(">= {least}"),
                };
                (bound, if goal.is_met(self.figure) { "met" } else { "missed" })
            }
        };
        let [least, most] = spread;
        let figure = number(self.figure);
        [self.name.clone(), figure, least, most, self.unit.to_owned(), goal, verdict.to_owned()]
    }
}

/// Three digits or more.
fn number(figure: f64) -> String {
    match figure.abs() {
        size if size < 10.0 => format!("{figure:.2}"),
        size if size < 100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

/// Shows something at once.
pub fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What the system says about the memory of a process; only Linux does.
pub fn megabytes(process: u32, field: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

/// The size of a file in megabytes.
pub fn size(file: &std::path::Path) -> f64 {
    let bytes = std::fs::metadata(file).expect("the program has been built").len();
    bytes as f64 / 1e6
}
