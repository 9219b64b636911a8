//! Zones as this service numbers them.

use serde_json::{Value, json};

use crate::refusal::{Refusal, refused};
use crate::regions::is_zone;

/// The zone numbers of each region begin with these digits; the last digit is the zone's.
const NUMBERS: &[(&str, u64)] = &[
    ("ap-bangkok", 23_000),
    ("ap-beijing", 80_000),
    ("ap-chengdu", 16_000),
    ("ap-chongqing", 19_000),
    ("ap-guangzhou", 10_000),
    ("ap-hongkong", 30_000),
    ("ap-jakarta", 72_000),
    ("ap-mumbai", 21_000),
    ("ap-nanjing", 33_000),
    ("ap-seoul", 18_000),
    ("ap-shanghai", 20_000),
    ("ap-shanghai-fsi", 70_000),
    ("ap-shenzhen-fsi", 11_000),
    ("ap-singapore", 90_000),
    ("ap-tokyo", 25_000),
    ("eu-frankfurt", 17_000),
    ("na-ashburn", 22_000),
    ("na-siliconvalley", 15_000),
    ("na-toronto", 40_000),
    ("sa-saopaulo", 74_000),
];

fn number(region: &str, zone: &str) -> Option<u64> {
    let (_, first) = NUMBERS.iter().find(|(name, _)| *name == region)?;
    Some(first * 10 + zone.strip_prefix(region)?.strip_prefix('-')?.parse::<u64>().ok()?)
}

/// The name of a zone that a request gives by its name or by its number.
pub(super) fn read(member: &str, region: &str, text: &str) -> Result<String, Refusal> {
    if is_zone(region, text) {
        return Ok(text.to_owned());
    }
    let mut zones = (1..=9).map(|n| format!("{region}-{n}"));
    match zones.find(|zone| number(region, zone).is_some_and(|n| n.to_string() == text)) {
        Some(zone) => Ok(zone),
        None => {
            let text = format!("{member} `{text}` is no zone of {region}, as {region}-1 is.");
            refused("InvalidParameterValue", text)
        }
    }
}

/// A zone as answers show it.
pub(super) fn show(region: &str, zone: &str) -> Value {
    json!({
        "ZoneId": number(region, zone).unwrap_or_default(),
        "Zone": zone,
        "ZoneName": zone,
        "ZoneRegion": region,
        "LocalZone": false,
        "EdgeZone": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::REGIONS;

    #[test]
    fn every_region_has_numbers_and_zones_are_read_by_either() {
        for region in REGIONS {
            let zone = format!("{region}-3");
            let number = number(region, &zone).unwrap().to_string();
            assert_eq!(read("ZoneId", region, &number).unwrap(), zone);
            assert_eq!(read("ZoneId", region, &zone).unwrap(), zone);
        }
        assert_eq!(number("ap-guangzhou", "ap-guangzhou-3"), Some(100_003));
        assert!(read("ZoneId", "ap-guangzhou", "ap-shanghai-2").is_err());
    }
}
