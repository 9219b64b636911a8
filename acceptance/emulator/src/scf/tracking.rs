//! Provisioned concurrency of the dynamic type: a number of instances that follows how busy they are.

use serde::{Deserialize, Serialize};

use super::load::{Load, PERIOD_MS, period};
use crate::clock::Time;

/// R253: how long nothing goes after the number has changed, in milliseconds.
const WINDOW_MS: i64 = 600_000;

/// What the number follows, and its bounds (R242, R250).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tracking {
    /// The share of the instances that are to be busy.
    pub target: f64,
    pub least: i64,
    pub most: i64,
}

/// A change of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub from: i64,
    pub to: i64,
    pub at: Time,
}

impl Tracking {
    /// The number that it begins with where `from` instances are ready.
    pub(super) fn first(&self, from: i64) -> i64 {
        from.clamp(self.least, self.most)
    }

    /// R248: the number for so many calls at a time.
    fn wanted(&self, calls: i64) -> i64 {
        let calls = f64::from(i32::try_from(calls).unwrap_or(i32::MAX));
        let mut wanted = self.least;
        let enough = |number: i64| {
            let number = f64::from(i32::try_from(number).unwrap_or(i32::MAX));
            // What is left of rounding, such as 0.1 + 0.2, is not worth an instance.
            number * self.target + 1e-9 >= calls
        };
        let mut beyond = self.most;
        while wanted < beyond {
            let middle = wanted + (beyond - wanted) / 2;
            if enough(middle) { beyond = middle } else { wanted = middle + 1 }
        }
        wanted
    }

    /// R252, R253: the last change of the number before `now`, of a configuration that began at
    /// `asked` with `first` instances; `None` where there was none. At the end of each period it
    /// grows at once, and shrinks where the last change is ten minutes ago.
    pub(super) fn last_step(
        &self,
        load: &Load,
        asked: Time,
        first: i64,
        now: Time,
    ) -> Option<Step> {
        let mut last: Option<Step> = None;
        for number in period(asked)..period(now) {
            let at = Time((number + 1) * PERIOD_MS);
            let from = last.map_or(first, |step| step.to);
            let to = self.wanted(load.peak(number));
            let may_shrink = last.is_none_or(|step| at.0 - step.at.0 >= WINDOW_MS);
            if to > from || (to < from && may_shrink) {
                last = Some(Step { from, to, at });
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracking(target: f64) -> Tracking {
        Tracking { target, least: 1, most: 1000 }
    }

    #[test]
    fn r248_the_number_is_that_of_the_calls_by_the_target() {
        assert_eq!(tracking(0.8).wanted(100), 125);
        assert_eq!(tracking(0.1).wanted(3), 30);
        assert_eq!(tracking(0.3).wanted(1), 4);
        assert_eq!((tracking(0.5).wanted(0), tracking(0.5).wanted(501)), (1, 1000));
    }
}
