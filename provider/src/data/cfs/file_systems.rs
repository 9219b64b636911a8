//! `tencentcloud_cfs_file_systems`: file systems.
//! <https://www.tencentcloud.com/document/product/582/9127>

use tencentcloud_api::cfs::{self, DescribeCfsFileSystemsRequest, FileSystemInfo, MountInfo};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds file systems.
#[derive(Resource, Default)]
pub struct FileSystems {
    /// Only the file system of this id.
    #[tf(optional)]
    pub file_system_id: Value<String>,
    /// Only file systems of this name.
    #[tf(optional)]
    pub name: Value<String>,
    /// Only file systems in this zone.
    #[tf(optional)]
    pub availability_zone: Value<String>,
    /// Only file systems in this network.
    #[tf(optional)]
    pub vpc_id: Value<String>,
    /// Only file systems in this subnet.
    #[tf(optional)]
    pub subnet_id: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// What was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The file systems.
    #[tf(computed)]
    pub file_system_list: Value<Vec<FileSystem>>,
}

/// A file system.
#[derive(Block, Clone)]
pub struct FileSystem {
    /// Id of the file system.
    #[tf(computed)]
    pub file_system_id: Value<String>,
    /// Its name.
    #[tf(computed)]
    pub name: Value<String>,
    /// Its zone.
    #[tf(computed)]
    pub availability_zone: Value<String>,
    /// Id of its permission group.
    #[tf(computed)]
    pub access_group_id: Value<String>,
    /// `NFS`, `CIFS` or `TURBO`.
    #[tf(computed)]
    pub protocol: Value<String>,
    /// `SD`, `HP`, `TB` or `TP`.
    #[tf(computed)]
    pub storage_type: Value<String>,
    /// Its state.
    #[tf(computed)]
    pub status: Value<String>,
    /// Bytes that it may have.
    #[tf(computed)]
    pub size_limit: Value<i64>,
    /// Bytes that it has.
    #[tf(computed)]
    pub size_used: Value<i64>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// Its address.
    #[tf(computed)]
    pub mount_ip: Value<String>,
    /// Name of the root directory in a mount command.
    #[tf(computed)]
    pub fs_id: Value<String>,
}

impl DataSource for FileSystems {
    const TYPE: &'static str = "tencentcloud_cfs_file_systems";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DescribeCfsFileSystemsRequest {
            file_system_id: self.file_system_id.known().cloned(),
            vpc_id: self.vpc_id.known().cloned(),
            subnet_id: self.subnet_id.known().cloned(),
            ..DescribeCfsFileSystemsRequest::default()
        };
        let fits = |wanted: &Value<String>, own: &String| wanted.is_null() || wanted.text() == own;
        let mut rows = page::all_pages(cloud, &request).await?;
        rows.retain(|row| {
            fits(&self.name, &row.fs_name) && fits(&self.availability_zone, &row.zone)
        });
        let mut found = Vec::new();
        for row in rows {
            let target = cfs::find_mount_target(cloud, &row.file_system_id).await?;
            found.push(FileSystem::of(row, target.unwrap_or_default()));
        }
        save(&self.result_output_file, found.clone().write())?;
        let asked = [
            &self.file_system_id,
            &self.name,
            &self.availability_zone,
            &self.vpc_id,
            &self.subnet_id,
        ];
        self.id = asked.map(Value::text).join("/").into();
        self.file_system_list = found.into();
        Ok(())
    }
}

impl FileSystem {
    fn of(found: FileSystemInfo, target: MountInfo) -> FileSystem {
        FileSystem {
            file_system_id: found.file_system_id.into(),
            name: found.fs_name.into(),
            availability_zone: found.zone.into(),
            access_group_id: found.p_group.p_group_id.into(),
            protocol: found.protocol.into(),
            storage_type: found.storage_type.into(),
            status: found.life_cycle_state.into(),
            size_limit: found.size_limit.into(),
            size_used: found.size_byte.into(),
            create_time: found.creation_time.into(),
            mount_ip: target.ip_address.into(),
            fs_id: target.fs_id.into(),
        }
    }
}
