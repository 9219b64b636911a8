//! Cron expressions, as timers have them: second, minute, hour, day, month, weekday and year, or
//! the older five, minute, hour, day, month and weekday.

use tf_schema::check::Check;

/// A cron expression by its meaning: two that are written differently and mean the same are equal.
#[derive(Debug, PartialEq, Eq)]
pub struct Cron([Field; 7]);

/// The values of a field; `None` for one that is left open.
type Field = Option<Vec<i64>>;

/// A kind of field: what it is called, its least and greatest value, names of values from the least.
struct Form(&'static str, i64, i64, &'static [&'static str]);

const FORMS: [Form; 7] = [
    Form("second", 0, 59, &[]),
    Form("minute", 0, 59, &[]),
    Form("hour", 0, 23, &[]),
    Form("day", 1, 31, &[]),
    Form(
        "month",
        1,
        12,
        &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ),
    Form("weekday", 0, 6, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    Form("year", 1970, 2099, &[]),
];

impl Cron {
    /// Reads an expression of seven fields, or of five.
    ///
    /// # Errors
    /// What is wrong, in sentences.
    pub fn read(text: &str) -> Result<Cron, String> {
        let mut fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() == 5 {
            fields.insert(0, "0");
            fields.push("*");
        }
        let Ok(fields) = <[&str; 7]>::try_from(fields) else {
            return Err(format!(
                "Expected seven fields, second, minute, hour, day, month, weekday and year, such \
                 as \"0 0 8 * * MON-FRI *\", got {text:?}."
            ));
        };
        let mut read = [const { None }; 7];
        for ((field, form), read) in fields.iter().zip(&FORMS).zip(&mut read) {
            *read = form.read(field)?;
        }
        Ok(Cron(read))
    }
}

/// A cron expression of seven fields, or of five.
pub fn expression(text: &String) -> Check {
    Cron::read(text).map(drop)
}

/// A cron expression of seven fields.
pub fn seven_fields(text: &String) -> Check {
    match text.split_whitespace().count() {
        5 => Err(format!("Expected seven fields, beginning with the second, got {text:?}.")),
        _ => expression(text),
    }
}

impl Form {
    fn read(&self, text: &str) -> Result<Field, String> {
        if text == "*" {
            return Ok(None);
        }
        let mut values = Vec::new();
        for part in text.split(',') {
            values.extend(self.part(part)?);
        }
        values.sort_unstable();
        values.dedup();
        Ok(Some(values))
    }

    /// `*`, `a` or `a-b`, and `/step` after it.
    fn part(&self, text: &str) -> Result<impl Iterator<Item = i64>, String> {
        let Form(name, least, greatest, _) = *self;
        let (span, step) = text.split_once('/').unwrap_or((text, "1"));
        let (low, high) = match span.split_once('-') {
            _ if span == "*" => (least, greatest),
            Some((low, high)) => (self.value(low)?, self.value(high)?),
            None if text.contains('/') => (self.value(span)?, greatest),
            None => (self.value(span)?, self.value(span)?),
        };
        match step.parse::<usize>() {
            Ok(step) if step > 0 && least <= low && low <= high && high <= greatest => {
                Ok((low..=high).step_by(step))
            }
            _ => Err(format!(
                "The {name} must be values from {least} to {greatest}, separated by commas, with \
                 - for ranges and / for steps, or *; got {text:?}."
            )),
        }
    }

    fn value(&self, text: &str) -> Result<i64, String> {
        let Form(name, least, _, names) = *self;
        let named = names.iter().zip(least..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        let read = named.map(|(_, value)| value).or_else(|| text.parse().ok());
        read.ok_or_else(|| format!("{text:?} is no value of the {name}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_equal_when_they_mean_the_same() {
        let read = |text| Cron::read(text).unwrap();
        assert_eq!(read("0 0 8 * * MON-FRI *"), read("00 0  8 * * 1,2,3,4-5 *"));
        assert_eq!(read("*/5 * * * *"), read("0 */5 * * * * *"));
        assert_ne!(read("0 0 8 * * 0-6 *"), read("0 0 8 * * * *"), "days are or-ed with weekdays");
        assert_ne!(read("0 0 8 * * * *"), read("0 0 9 * * * *"));
    }

    #[test]
    fn wrong_expressions_are_explained() {
        for (wrong, word) in [
            ("0 0 8 * * *", "seven fields"),
            ("60 * * * * * *", "second"),
            ("0 0 24 * * * *", "hour"),
            ("0 0 8 0 * * *", "day"),
            ("0 0 8 * 13 * *", "month"),
            ("0 0 8 * * 7 *", "weekday"),
            ("0 0 8 * * * 1969", "year"),
            ("0 0 10-8 * * * *", "hour"),
            ("*/0 * * * * * *", "second"),
            ("0 0 8 * FOO * *", "month"),
        ] {
            let reason = Cron::read(wrong).unwrap_err();
            assert!(reason.contains(word), "{wrong}: {reason}");
        }
        assert!(seven_fields(&"0 8 * * *".to_owned()).is_err());
    }
}
