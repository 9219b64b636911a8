//! What is sold where.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;

/// All regions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeAvailableZoneInfoRequest {}

/// What is sold in each region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeAvailableZoneInfoResponse {
    /// The regions.
    pub region_zones: Vec<AvailableRegion>,
}

/// A region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableRegion {
    /// Name, such as `ap-guangzhou`.
    pub region: String,
    /// Short name, such as `gz`.
    pub region_name: String,
    /// Whether anything is sold there.
    pub region_status: String,
    /// Its zones.
    pub zones: Vec<AvailableZone>,
    /// Name in Chinese.
    pub region_cn_name: String,
}

/// A zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableZone {
    /// Name, such as `ap-guangzhou-3`.
    pub zone: String,
    /// Number.
    pub zone_id: i64,
    /// Name in Chinese.
    pub zone_cn_name: String,
    /// What is sold.
    pub types: Vec<AvailableType>,
    /// Name in words.
    pub zone_name: String,
}

/// A storage type that is sold in a zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableType {
    /// Protocols of it.
    pub protocols: Vec<AvailableProtoStatus>,
    /// `SD`, `HP`, `TB`, `TP` or `THP`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Whether it can be paid in advance.
    pub prepayment: bool,
    /// Version of the file system.
    pub version: String,
}

/// A protocol of a storage type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableProtoStatus {
    /// Whether it is sold, such as `saling`.
    pub sale_status: String,
    /// `NFS`, `CIFS` or `TURBO`.
    pub protocol: String,
}

actions! { SERVICE;
    /// Tells what is sold in which zone.
    describe_available_zone_info = "DescribeAvailableZoneInfo", Read: DescribeAvailableZoneInfoRequest => DescribeAvailableZoneInfoResponse;
}
