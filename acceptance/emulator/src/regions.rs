//! Regions and zones.

/// Every region that the services of this cloud are sold in.
pub const REGIONS: &[&str] = &[
    "ap-bangkok",
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-guangzhou",
    "ap-hongkong",
    "ap-jakarta",
    "ap-mumbai",
    "ap-nanjing",
    "ap-seoul",
    "ap-shanghai",
    "ap-shanghai-fsi",
    "ap-shenzhen-fsi",
    "ap-singapore",
    "ap-tokyo",
    "eu-frankfurt",
    "na-ashburn",
    "na-siliconvalley",
    "na-toronto",
    "sa-saopaulo",
];

/// R30: the regions where an account has more concurrency than elsewhere.
const LARGE: &[&str] = &["ap-beijing", "ap-chengdu", "ap-guangzhou", "ap-hongkong", "ap-shanghai"];

/// The short names of regions, as resource names and events have them.
const SHORT: &[(&str, &str)] = &[
    ("ap-bangkok", "th"),
    ("ap-beijing", "bj"),
    ("ap-chengdu", "cd"),
    ("ap-chongqing", "cq"),
    ("ap-guangzhou", "gz"),
    ("ap-hongkong", "hk"),
    ("ap-jakarta", "jkt"),
    ("ap-mumbai", "in"),
    ("ap-nanjing", "nj"),
    ("ap-seoul", "kr"),
    ("ap-shanghai", "sh"),
    ("ap-shanghai-fsi", "shjr"),
    ("ap-shenzhen-fsi", "szjr"),
    ("ap-singapore", "sg"),
    ("ap-tokyo", "jp"),
    ("eu-frankfurt", "de"),
    ("na-ashburn", "use"),
    ("na-siliconvalley", "usw"),
    ("na-toronto", "ca"),
    ("sa-saopaulo", "sao"),
];

/// Services whose objects belong to no region; calls may name any region or none.
const GLOBAL: &[&str] = &["cam", "sts", "tag"];

/// The highest zone number that any region has.
const ZONES: u8 = 9;

/// Whether a service's objects belong to no region.
#[must_use]
pub fn is_global(service: &str) -> bool {
    GLOBAL.contains(&service)
}

/// The short name of a region, as `gz`.
#[must_use]
pub fn short(region: &str) -> &str {
    SHORT.iter().find(|(name, _)| *name == region).map_or(region, |(_, short)| short)
}

/// Whether a region exists.
#[must_use]
pub fn is_region(name: &str) -> bool {
    REGIONS.contains(&name)
}

/// Whether accounts have the larger quotas in a region.
#[must_use]
pub fn is_large(name: &str) -> bool {
    LARGE.contains(&name)
}

/// Whether `zone` is one of the region's, as `ap-guangzhou-3`.
#[must_use]
pub fn is_zone(region: &str, zone: &str) -> bool {
    let number = zone.strip_prefix(region).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| {
        number.parse::<u8>().is_ok_and(|n| (1..=ZONES).contains(&n) && number.len() == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_a_short_name() {
        assert!(REGIONS.iter().all(|region| short(region) != *region));
    }

    #[test]
    fn zones_belong_to_their_region() {
        assert!(is_zone("ap-guangzhou", "ap-guangzhou-3"));
        for zone in ["ap-guangzhou", "ap-guangzhou-", "ap-guangzhou-0", "ap-shanghai-2", "x"] {
            assert!(!is_zone("ap-guangzhou", zone), "{zone}");
        }
    }
}
