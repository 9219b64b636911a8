//! `tencentcloud_cfs_available_zone`: which file systems are sold in which zone.
//! <https://www.tencentcloud.com/document/product/582/9127>

use tencentcloud_api::cfs::{
    self, AvailableProtoStatus, AvailableRegion, AvailableType, AvailableZone as SoldZone,
    DescribeAvailableZoneInfoRequest,
};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds which kinds of file systems are sold in which zone.
#[derive(Resource, Default)]
pub struct AvailableZone {
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Always `zones`.
    #[tf(computed)]
    pub id: Value<String>,
    /// The regions.
    #[tf(computed)]
    pub region_zones: Value<Vec<Region>>,
}

/// A region.
#[derive(Block, Clone)]
pub struct Region {
    /// Name of the region, such as `ap-guangzhou`.
    #[tf(computed)]
    pub region: Value<String>,
    /// Its short name, such as `gz`.
    #[tf(computed)]
    pub region_name: Value<String>,
    /// Whether anything is sold there.
    #[tf(computed)]
    pub region_status: Value<String>,
    /// Its name in Chinese.
    #[tf(computed)]
    pub region_cn_name: Value<String>,
    /// Its zones.
    #[tf(computed)]
    pub zones: Value<Vec<Zone>>,
}

/// A zone.
#[derive(Block, Clone)]
pub struct Zone {
    /// Name of the zone, such as `ap-guangzhou-3`.
    #[tf(computed)]
    pub zone: Value<String>,
    /// Its number.
    #[tf(computed)]
    pub zone_id: Value<i64>,
    /// Its name in Chinese.
    #[tf(computed)]
    pub zone_cn_name: Value<String>,
    /// Its name in words.
    #[tf(computed)]
    pub zone_name: Value<String>,
    /// What is sold there.
    #[tf(computed)]
    pub types: Value<Vec<Kind>>,
}

/// A storage type.
#[derive(Block, Clone)]
pub struct Kind {
    /// `SD`, `HP`, `TB` or `TP`.
    #[tf(computed)]
    pub r#type: Value<String>,
    /// Whether it can be paid in advance.
    #[tf(computed)]
    pub prepayment: Value<bool>,
    /// Its protocols.
    #[tf(computed)]
    pub protocols: Value<Vec<Protocol>>,
}

/// A protocol.
#[derive(Block, Clone)]
pub struct Protocol {
    /// `NFS`, `CIFS` or `TURBO`.
    #[tf(computed)]
    pub protocol: Value<String>,
    /// Whether it is sold.
    #[tf(computed)]
    pub sale_status: Value<String>,
}

impl DataSource for AvailableZone {
    const TYPE: &'static str = "tencentcloud_cfs_available_zone";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DescribeAvailableZoneInfoRequest::default();
        let answer = cfs::describe_available_zone_info(cloud, &request).await?;
        let found: Vec<_> = answer.value.region_zones.into_iter().map(Region::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = "zones".into();
        self.region_zones = found.into();
        Ok(())
    }
}

/// The blocks of what the cloud lists.
fn each<T, B: From<T>>(rows: Vec<T>) -> Value<Vec<B>>
where
    Value<Vec<B>>: From<Vec<B>>,
{
    rows.into_iter().map(B::from).collect::<Vec<_>>().into()
}

impl From<AvailableRegion> for Region {
    fn from(found: AvailableRegion) -> Self {
        Region {
            region: found.region.into(),
            region_name: found.region_name.into(),
            region_status: found.region_status.into(),
            region_cn_name: found.region_cn_name.into(),
            zones: each(found.zones),
        }
    }
}

impl From<SoldZone> for Zone {
    fn from(found: SoldZone) -> Self {
        Zone {
            zone: found.zone.into(),
            zone_id: found.zone_id.into(),
            zone_cn_name: found.zone_cn_name.into(),
            zone_name: found.zone_name.into(),
            types: each(found.types),
        }
    }
}

impl From<AvailableType> for Kind {
    fn from(found: AvailableType) -> Self {
        Kind {
            r#type: found.kind.into(),
            prepayment: found.prepayment.into(),
            protocols: each(found.protocols),
        }
    }
}

impl From<AvailableProtoStatus> for Protocol {
    fn from(found: AvailableProtoStatus) -> Self {
        Protocol { protocol: found.protocol.into(), sale_status: found.sale_status.into() }
    }
}
