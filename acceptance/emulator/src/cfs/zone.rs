//! Where the service is sold, and that it is.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Answer;
use crate::regions::{self, REGIONS};

/// What every zone sells: storage type and protocols.
const SOLD: [(&str, &[&str]); 4] =
    [("SD", &["NFS", "CIFS"]), ("HP", &["NFS"]), ("TB", &["TURBO"]), ("TP", &["TURBO"])];
const ZONES: i64 = 9;

/// The number of a zone.
pub(super) fn number(zone: &str) -> i64 {
    let (region, zone) = zone.rsplit_once('-').unwrap_or((zone, ""));
    let index = REGIONS.iter().position(|name| *name == region).unwrap_or_default();
    let index = i64::try_from(index).unwrap_or_default() + 1;
    index * 10_000 + zone.parse::<i64>().unwrap_or_default()
}

pub(super) fn describe(_: &Call<'_>) -> Answer {
    let regions: Vec<_> = REGIONS.iter().map(|region| shown(region)).collect();
    Ok(json!({"RegionZones": regions}))
}

fn shown(region: &str) -> Value {
    let kind = |(kind, protocols): &(&str, &[&str])| {
        let protocol = |name: &&str| json!({"Protocol": name, "SaleStatus": "saling"});
        json!({
            "Type": kind,
            "Protocols": protocols.iter().map(protocol).collect::<Vec<_>>(),
            "Prepayment": false,
            "Version": "v3.1",
        })
    };
    let zone = |n: i64| {
        let name = format!("{region}-{n}");
        json!({
            "Zone": name,
            "ZoneId": number(&name),
            "ZoneCnName": name,
            "ZoneName": name,
            "Types": SOLD.iter().map(kind).collect::<Vec<_>>(),
        })
    };
    json!({
        "Region": region,
        "RegionName": regions::short(region),
        "RegionStatus": "saling",
        "RegionCnName": region,
        "Zones": (1..=ZONES).map(zone).collect::<Vec<_>>(),
    })
}

pub(super) fn sign_up(_: &Call<'_>) -> Answer {
    Ok(json!({"CfsServiceStatus": "created"}))
}

pub(super) fn status(_: &Call<'_>) -> Answer {
    Ok(json!({"CfsServiceStatus": "created"}))
}
