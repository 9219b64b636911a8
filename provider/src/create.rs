//! Creating things without ever losing one.

use std::future::Future;
use std::time::{Duration, SystemTime};

use tencentcloud_api::{Error, Result};
use tf_protocol::Problem;
use tf_schema::Value;

/// Says at which attribute an error of the cloud points: `attributes` pairs the codes of a request,
/// or their beginnings, with the attributes that they are about.
pub fn point_at(error: Error, attributes: &[(&str, &'static str)]) -> Problem {
    let code = error.code().unwrap_or_default().to_owned();
    let found = attributes.iter().find(|(beginning, _)| code.starts_with(beginning));
    match found {
        Some((_, attribute)) => Problem::from(error).at(*attribute),
        None => error.into(),
    }
}

/// Concludes the creation of something that its name identifies.
///
/// `id` is set as soon as the thing may exist. When the cloud's answer was lost, `look` decides:
/// what is there now has been made by the lost request, for the cloud refuses a second one of the
/// same name.
///
/// # Errors
/// The error of the creation, or of looking; `id` then stays set if the thing may exist.
pub async fn named<T>(
    made: Result<T>,
    id: &mut Value<String>,
    name: String,
    look: impl Future<Output = Result<bool>>,
) -> Result<()> {
    match made {
        Ok(_) => {
            *id = Value::Known(name);
            Ok(())
        }
        Err(error) if error.may_have_taken_effect() => {
            *id = Value::Known(name);
            if look.await? {
                return Ok(());
            }
            *id = Value::Null;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// How far the cloud's clock and this machine's may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

/// Concludes the creation of something to which the cloud gives an id.
///
/// When the cloud's answer was lost, so was the id. Then `look` returns what could be the thing (id
/// and time of creation); the only one that was made since `started` is it. An older one belongs
/// to somebody else, and with several it is not known which.
///
/// # Errors
/// The error of the creation, or of looking.
pub async fn nameless(
    made: Result<String>,
    started: SystemTime,
    look: impl Future<Output = Result<Vec<(String, String)>>>,
) -> Result<String> {
    let error = match made {
        Err(error) if error.may_have_taken_effect() => error,
        made => return made,
    };
    let mut found: Vec<_> = look.await?;
    let since = started.checked_sub(CLOCK_TOLERANCE).unwrap_or(started);
    found.retain(|(_, created)| parse_time(created).is_some_and(|created| created >= since));
    match <[(String, String); 1]>::try_from(found) {
        Ok([(id, _)]) => Ok(id),
        Err(_) => Err(error),
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS`, which the cloud writes in its own time zone, UTC+8.
pub fn parse_time(text: &str) -> Option<SystemTime> {
    let numbers: Vec<i64> =
        text.split(['-', ' ', ':']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second] = numbers.try_into().ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let inside = (1..=12).contains(&month) && (1..=last).contains(&day);
    if !inside || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970, counting years from March so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + (hour - 8) * 3600 + minute * 60 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cloud_s_times_are_understood() {
        let at = |text| parse_time(text).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(at("2023-11-15 06:13:20").as_secs(), 1_700_000_000);
        assert_eq!(at("2024-02-29 08:00:00").as_secs(), 1_709_164_800);
        for none in
            ["yesterday", "", "2026-02-29 08:00:00", "2026-13-01 08:00:00", "2026-01-01 24:00:00"]
        {
            assert_eq!(parse_time(none), None, "{none}");
        }
    }
}
