//! The monitor: metrics of functions.

pub mod figures;
mod metric;

use serde_json::{Value, json};

use crate::call::{Action, Call, read};
use crate::clock::Time;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::scf::function;
use figures::{MINUTE_MS, Series};
use metric::{METRICS, Metric};

/// What this service carries out.
pub const ACTIONS: &[Action] =
    &[read("GetMonitorData", data), read("DescribeBaseMetrics", metrics)];

/// Where the metrics of functions are.
const NAMESPACE: &str = "QCE/SCF_V2";
/// R326.
const PERIODS: [i64; 2] = [60, 300];
const USUAL_PERIOD: i64 = 300;
/// How many numbers one request may ask for.
const POINTS: i64 = 1440;
const INSTANCES: usize = 10;
/// How the time zone of answers is written.
const ZONE: &str = "+08:00";
const ZONE_MS: i64 = 8 * 3600 * 1000;

fn wrong<T>(text: impl Into<String>) -> Result<T, Refusal> {
    refused("InvalidParameterValue", text)
}

fn must_be_functions(p: &Params<'_>) -> Result<(), Refusal> {
    match p.str("Namespace") {
        name if name.eq_ignore_ascii_case(NAMESPACE) => Ok(()),
        name => wrong(format!("The local cloud has metrics of {NAMESPACE} only, not of `{name}`.")),
    }
}

fn named(name: &str) -> Result<&'static Metric, Refusal> {
    let names = || METRICS.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ");
    let text = || format!("There is no metric `{name}` of functions; there are {}.", names());
    metric::find(name).ok_or_else(|| refuse("InvalidParameterValue", text()))
}

fn data(call: &Call<'_>) -> Answer {
    let p = &call.params;
    must_be_functions(p)?;
    let metric = named(p.str("MetricName"))?;
    let period = p.int("Period").unwrap_or(USUAL_PERIOD);
    if !PERIODS.contains(&period) {
        return wrong("Period must be 60 or 300 seconds.");
    }
    let (start, end) = span(call)?;
    let instances = p.objects("Instances");
    if !(1..=INSTANCES).contains(&instances.len()) {
        return wrong("One request is about 1 to 10 Instances.");
    }
    let first = start.0.div_euclid(period * 1000);
    if (end.0.div_euclid(period * 1000) - first + 1) * size(instances.len()) > POINTS {
        return wrong(format!("One request gives at most {POINTS} numbers: ask for less time."));
    }
    // R126: a period is told of when it is over.
    let over = call.now.0.div_euclid(period * 1000) - 1;
    let last = over.min(end.0.div_euclid(period * 1000));
    let points = instances.iter().map(|one| points(call, metric, one, period, first..=last));
    Ok(json!({
        "Period": period,
        "MetricName": p.str("MetricName"),
        "DataPoints": points.collect::<Result<Vec<_>, _>>()?,
        "StartTime": iso(start),
        "EndTime": iso(end),
        "Msg": "",
    }))
}

fn size(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The numbers of one function, version or region.
fn points(
    call: &Call<'_>,
    metric: &Metric,
    instance: &Params<'_>,
    period: i64,
    periods: std::ops::RangeInclusive<i64>,
) -> Answer {
    let series = series(call, metric, instance)?;
    let minutes = period * 1000 / MINUTE_MS;
    let figures = &call.cloud.figures;
    let numbers = periods.filter_map(|number| {
        let tally = figures.of(&series, number * minutes, minutes)?;
        Some((number * period, (metric.value)(&tally)))
    });
    let (times, values): (Vec<_>, Vec<_>) = numbers.unzip();
    let dimensions = instance.objects("Dimensions");
    let dimensions: Vec<_> = dimensions
        .iter()
        .map(|one| json!({"Name": one.str("Name"), "Value": one.str("Value")}))
        .collect();
    Ok(json!({"Dimensions": dimensions, "Timestamps": times, "Values": values}))
}

/// What the dimensions of an instance name.
fn series(call: &Call<'_>, metric: &Metric, instance: &Params<'_>) -> Result<Series, Refusal> {
    let (mut namespace, mut function, mut version) = ("default", "", "");
    for dimension in instance.objects("Dimensions") {
        let value = dimension.str("Value");
        match dimension.str("Name") {
            "functionName" => function = value,
            // The vendor's pages spell it in both ways.
            "namespace" | "namspace" => namespace = value,
            "version" => version = value,
            "appid" if value == call.account.app_id.to_string() => {}
            "appid" => return wrong(format!("The appid is {}.", call.account.app_id)),
            "alias" => {
                let text = "The local cloud counts calls by version, not by alias.";
                return refused("UnsupportedOperation", text);
            }
            name => {
                let text = format!(
                    "There is no dimension `{name}`: there are functionName, namespace, version \
                     and appid."
                );
                return wrong(text);
            }
        }
    }
    if function.is_empty() && !metric.of_regions {
        return wrong(format!("{} is a metric of functions: name one.", metric.name));
    }
    Ok(Series {
        uin: call.account.uin.clone(),
        region: call.region().to_owned(),
        function: match function {
            "" => String::new(),
            name => function::id(namespace, name),
        },
        // Pages write it in small letters.
        version: match version {
            "$latest" => "$LATEST".to_owned(),
            version => version.to_owned(),
        },
    })
}

/// From when to when: usually from midnight until now.
fn span(call: &Call<'_>) -> Result<(Time, Time), Refusal> {
    let time = |member: &str, usual: Time| match call.params.text(member) {
        None | Some("") => Ok(usual),
        Some(text) => read_time(text).map_or_else(
            || wrong(format!("{member} `{text}` is not like 2026-01-31T08:00:00+08:00.")),
            Ok,
        ),
    };
    let midnight = call.now.0 - (call.now.0 + ZONE_MS).rem_euclid(24 * 3600 * 1000);
    let (start, end) = (time("StartTime", Time(midnight))?, time("EndTime", call.now)?);
    match start <= end {
        true => Ok((start, end)),
        false => wrong("StartTime is after EndTime."),
    }
}

/// `2026-01-31T08:00:00+08:00`, or the same with a blank and without a zone.
fn read_time(text: &str) -> Option<Time> {
    let (date, rest) = text.split_once(['T', ' '])?;
    let (clock, zone) = rest.split_at_checked(8)?;
    let local = Time::from_local(&format!("{date} {clock}"))?;
    let ahead = match zone {
        "" => ZONE_MS,
        "Z" => 0,
        zone => {
            let sign = match zone.get(..1)? {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            sign * (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?) * 60_000
        }
    };
    Some(local.plus(ZONE_MS - ahead))
}

fn iso(time: Time) -> String {
    format!("{}{ZONE}", time.local().replace(' ', "T"))
}

fn metrics(call: &Call<'_>) -> Answer {
    let p = &call.params;
    must_be_functions(p)?;
    let shown: Vec<_> = match p.text("MetricName").filter(|name| !name.is_empty()) {
        Some(name) => vec![show(named(name)?)],
        None => METRICS.iter().map(show).collect(),
    };
    Ok(json!({"MetricSet": shown}))
}

fn show(metric: &Metric) -> Value {
    let periods =
        PERIODS.map(|period| json!({"Period": period.to_string(), "StatType": [metric.statistic]}));
    let mut dimensions = vec![
        json!({"Dimensions": ["functionName", "namespace"]}),
        json!({"Dimensions": ["functionName", "namespace", "version"]}),
    ];
    if metric.of_regions {
        dimensions.push(json!({"Dimensions": ["appid"]}));
    }
    json!({
        "Namespace": NAMESPACE,
        "MetricName": metric.name,
        "Unit": metric.unit,
        "UnitCname": metric.unit,
        "Period": PERIODS,
        "Periods": periods,
        "Meaning": {"En": metric.meaning, "Zh": metric.meaning},
        "Dimensions": dimensions,
        "MetricCName": metric.name,
        "MetricEName": metric.name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_any_zone() {
        let time = Time(1_700_000_000_000);
        for text in [
            "2023-11-15T06:13:20+08:00",
            "2023-11-15 06:13:20",
            "2023-11-14T22:13:20Z",
            "2023-11-14T20:43:20-01:30",
        ] {
            assert_eq!(read_time(text), Some(time), "{text}");
        }
        assert_eq!(iso(time), "2023-11-15T06:13:20+08:00");
        for text in ["", "yesterday", "2023-11-15", "2023-11-15T06:13", "2023-11-15T06:13:20*08:00"]
        {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
