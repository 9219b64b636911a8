//! Time: the cloud's own clock, which tests can move, and the formats in which it is shown.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

/// What a frozen clock is not.
const RUNNING: i64 = i64::MIN;

/// The clock that objects live by. It follows the machine's clock until a test moves or stops it.
#[derive(Debug)]
pub struct Clock {
    ahead: AtomicI64,
    stopped_at: AtomicI64,
    skew: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            ahead: AtomicI64::new(0),
            stopped_at: AtomicI64::new(RUNNING),
            skew: AtomicI64::new(0),
        }
    }
}

impl Clock {
    /// What time it is in the cloud.
    #[must_use]
    pub fn now(&self) -> Time {
        let ahead = self.ahead.load(Ordering::Relaxed);
        match self.stopped_at.load(Ordering::Relaxed) {
            RUNNING => Time(machine().0 + ahead),
            stopped => Time(stopped + ahead),
        }
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped_at.load(Ordering::Relaxed) != RUNNING
    }

    /// The Unix second against which a request's timestamp is held. Moving the cloud's clock does
    /// not make signatures expire; setting a skew does.
    #[must_use]
    pub fn signature_second(&self) -> i64 {
        (machine().0 + self.skew.load(Ordering::Relaxed)).div_euclid(1000)
    }

    /// Moves the cloud's clock forward (or, with a negative number, back).
    pub fn advance(&self, ms: i64) {
        self.ahead.fetch_add(ms, Ordering::Relaxed);
    }

    /// Stops the cloud's clock where it is, or lets it run on from there.
    pub fn freeze(&self, frozen: bool) {
        let now = self.now();
        let stopped = if frozen { now.0 } else { RUNNING };
        let ahead = if frozen { 0 } else { now.0 - machine().0 };
        self.stopped_at.store(stopped, Ordering::Relaxed);
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    /// How far the clock that checks signatures is ahead of the machine's.
    pub fn set_skew(&self, ms: i64) {
        self.skew.store(ms, Ordering::Relaxed);
    }

    /// Follows the machine's clock again.
    pub fn reset(&self) {
        self.stopped_at.store(RUNNING, Ordering::Relaxed);
        self.ahead.store(0, Ordering::Relaxed);
        self.skew.store(0, Ordering::Relaxed);
    }
}

fn machine() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A moment of the local zone, as a day counted from 1970-01-01 and a second of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The day.
    pub day: i64,
    /// The second of the day.
    pub second: i64,
}

/// How far the local zone is ahead of UTC.
const ZONE_SECONDS: i64 = 8 * 3600;

impl Date {
    /// The moment.
    #[must_use]
    pub fn time(self) -> Time {
        Time((self.day * 86_400 + self.second - ZONE_SECONDS) * 1000)
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn calendar(self) -> [i64; 3] {
        calendar(self.day)
    }
}

impl Time {
    /// This moment in the local zone, its fraction of a second cut off.
    #[must_use]
    pub fn date(self) -> Date {
        let seconds = self.0.div_euclid(1000) + ZONE_SECONDS;
        Date { day: seconds.div_euclid(86_400), second: seconds.rem_euclid(86_400) }
    }

    /// This moment and `ms` more milliseconds.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// `2026-01-31 08:00:00`, in the zone of the vendor's answers (UTC+8).
    #[must_use]
    pub fn local(self) -> String {
        let [date, time] = self.plus(ZONE_SECONDS * 1000).parts();
        format!("{date} {time}")
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// [`Time::local`] and the milliseconds, `2026-01-31 08:00:00.000`.
    #[must_use]
    pub fn local_milliseconds(self) -> String {
        format!("{}.{:03}", self.local(), self.0.rem_euclid(1000))
    }

    /// `2026-01-31T00:00:00Z`.
    #[must_use]
    pub fn iso(self) -> String {
        let [date, time] = self.parts();
        format!("{date}T{time}Z")
    }

    /// `Sat, 31 Jan 2026 00:00:00 GMT`, as HTTP has it.
    #[must_use]
    pub fn http(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let days = self.0.div_euclid(86_400_000);
        let [year, month, date] = calendar(days);
        let (week, month) = (days.rem_euclid(7) as usize, (month - 1) as usize);
        let [_, time] = self.parts();
        format!("{}, {date:02} {} {year:04} {time} GMT", DAYS[week], MONTHS[month])
    }

    /// The moment that [`Time::local`] writes so; `None` when the text is no such time.
    #[must_use]
    pub fn from_local(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let mut d = date.splitn(3, '-').map(str::parse::<i64>);
        let mut t = time.splitn(3, ':').map(str::parse::<i64>);
        let mut day = || d.next()?.ok();
        let days = days_from_date(day()?, day()?, day()?);
        let mut clock = || t.next()?.ok();
        let second = clock()? * 3600 + clock()? * 60 + clock()?;
        Some(Date { day: days, second }.time())
    }

    fn parts(self) -> [String; 2] {
        let seconds = self.0.div_euclid(1000);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        [utc_date(days), format!("{hour:02}:{minute:02}:{second:02}")]
    }
}

/// The UTC date of a Unix second, `2026-01-31`.
#[must_use]
pub fn date_of_second(second: i64) -> String {
    utc_date(second.div_euclid(86_400))
}

fn utc_date(days: i64) -> String {
    let [year, month, date] = calendar(days);
    format!("{year:04}-{month:02}-{date:02}")
}

/// The Gregorian date of a day counted from 1970-01-01: years are counted from 1 March, so that
/// the leap day is a year's last, in eras of 400 years.
fn calendar(days: i64) -> [i64; 3] {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    [year, month, date]
}

/// The inverse of [`calendar`].
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month > 2 { month - 3 } else { month + 9 };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_gregorian() {
        for (second, date) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_700_000_000, "2023-11-14"),
            (4_107_542_400, "2100-03-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date_of_second(second), date);
        }
    }

    #[test]
    fn local_time_is_eight_hours_ahead_and_reads_back() {
        let time = Time(1_700_000_000_000);
        assert_eq!(time.local(), "2023-11-15 06:13:20");
        assert_eq!(time.iso(), "2023-11-14T22:13:20Z");
        assert_eq!(time.http(), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(Time::from_local(&time.local()), Some(time));
        assert_eq!(Time::from_local("yesterday"), None);
    }

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::default();
        clock.freeze(true);
        let start = clock.now();
        clock.advance(5000);
        assert_eq!(clock.now(), start.plus(5000));
        clock.freeze(false);
        assert!(clock.now() >= start.plus(5000));
        clock.reset();
        assert!(clock.now() < start.plus(5000));
    }
}
