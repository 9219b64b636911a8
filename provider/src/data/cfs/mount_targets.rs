//! `tencentcloud_cfs_mount_targets`: where a file system is mounted from.
//! <https://www.tencentcloud.com/document/product/582/9127>

use tencentcloud_api::cfs::{self, DescribeMountTargetsRequest, MountInfo};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds the mount points of a file system.
#[derive(Resource, Default)]
pub struct MountTargets {
    /// Id of the file system.
    #[tf(required)]
    pub file_system_id: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Id of the file system.
    #[tf(computed)]
    pub id: Value<String>,
    /// The mount points.
    #[tf(computed)]
    pub mount_targets: Value<Vec<MountTarget>>,
}

/// A mount point of a file system.
#[derive(Block, Clone)]
pub struct MountTarget {
    /// Id of the file system.
    #[tf(computed)]
    pub file_system_id: Value<String>,
    /// Id of the mount point.
    #[tf(computed)]
    pub mount_target_id: Value<String>,
    /// Its address.
    #[tf(computed)]
    pub ip_address: Value<String>,
    /// Name of the root directory in a mount command.
    #[tf(computed)]
    pub fs_id: Value<String>,
    /// State of the mount point.
    #[tf(computed)]
    pub life_cycle_state: Value<String>,
    /// `VPC` or `CCN`.
    #[tf(computed)]
    pub network_interface: Value<String>,
    /// Id of the network.
    #[tf(computed)]
    pub vpc_id: Value<String>,
    /// Name of the network.
    #[tf(computed)]
    pub vpc_name: Value<String>,
    /// Id of the subnet.
    #[tf(computed)]
    pub subnet_id: Value<String>,
    /// Name of the subnet.
    #[tf(computed)]
    pub subnet_name: Value<String>,
    /// Id of the cloud connect network.
    #[tf(computed)]
    pub ccn_id: Value<String>,
    /// Addresses in the cloud connect network.
    #[tf(computed)]
    pub cidr_block: Value<String>,
}

impl DataSource for MountTargets {
    const TYPE: &'static str = "tencentcloud_cfs_mount_targets";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request =
            DescribeMountTargetsRequest { file_system_id: self.file_system_id.or_default() };
        let rows = cfs::describe_mount_targets(cloud, &request).await?.value.mount_targets;
        let found: Vec<_> = rows.into_iter().map(MountTarget::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = self.file_system_id.text().into();
        self.mount_targets = found.into();
        Ok(())
    }
}

impl From<MountInfo> for MountTarget {
    fn from(found: MountInfo) -> Self {
        MountTarget {
            file_system_id: found.file_system_id.into(),
            mount_target_id: found.mount_target_id.into(),
            ip_address: found.ip_address.into(),
            fs_id: found.fs_id.into(),
            life_cycle_state: found.life_cycle_state.into(),
            network_interface: found.network_interface.into(),
            vpc_id: found.vpc_id.into(),
            vpc_name: found.vpc_name.into(),
            subnet_id: found.subnet_id.into(),
            subnet_name: found.subnet_name.into(),
            ccn_id: found.ccn_id.into(),
            cidr_block: found.cidr_block.into(),
        }
    }
}
