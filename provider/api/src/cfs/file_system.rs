//! File systems and the addresses under which they are mounted.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, TagInfo};
use crate::action::{Action, Answer, Empty, Kind, Service, actions};
use crate::page::{self, paged};
use crate::wait::{self, Step};
use crate::{Client, Result};

/// A new file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCfsFileSystemRequest {
    /// Zone, such as `ap-guangzhou-3`; cannot be changed.
    pub zone: String,
    /// `VPC` or `CCN`.
    pub net_interface: String,
    /// `pgroup-…`.
    pub p_group_id: String,
    /// `NFS`, `CIFS` or `TURBO`.
    pub protocol: Option<String>,
    /// `SD`, `HP`, `TB`, `TP` or `THP`.
    pub storage_type: Option<String>,
    /// `vpc-…`; needed for `VPC`.
    pub vpc_id: Option<String>,
    /// `subnet-…`; needed for `VPC`.
    pub subnet_id: Option<String>,
    /// Address in the subnet.
    #[serde(rename = "MountIP")]
    pub mount_ip: Option<String>,
    /// Name, up to 64.
    pub fs_name: Option<String>,
    /// Whether it is encrypted.
    pub encrypted: Option<bool>,
    /// Tags.
    pub resource_tags: Option<Vec<TagInfo>>,
    /// Up to 64 characters; the same token within two hours makes nothing new.
    pub client_token: Option<String>,
    /// `ccn-…`; needed for `CCN`.
    pub ccn_id: Option<String>,
    /// Addresses in the cloud connect network; needed for `CCN`.
    pub cidr_block: Option<String>,
    /// GiB; needed for a turbo file system.
    pub capacity: Option<i64>,
    /// Snapshot to begin with.
    pub snapshot_id: Option<String>,
    /// Policy of snapshots.
    pub auto_snapshot_policy_id: Option<String>,
    /// Whether it grows by itself.
    pub enable_auto_scale_up: Option<bool>,
    /// Version of the file system.
    pub cfs_version: Option<String>,
    /// Kind of the metadata.
    pub meta_type: Option<String>,
    /// What it is for.
    pub scenario: Option<String>,
}

/// The new file system, which is not ready yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCfsFileSystemResponse {
    /// Time of creation.
    pub creation_time: String,
    /// Its name at first.
    pub creation_token: String,
    /// `cfs-…`.
    pub file_system_id: String,
    /// `creating`.
    pub life_cycle_state: String,
    /// Bytes used.
    pub size_byte: i64,
    /// Number of the zone.
    pub zone_id: i64,
    /// Name.
    pub fs_name: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

/// A file system.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FileSystemInfo {
    /// Time of creation.
    pub creation_time: String,
    /// Its name at first.
    pub creation_token: String,
    /// `cfs-…`.
    pub file_system_id: String,
    /// `creating`, `mounting`, `available`, `create_failed`, `expanding`, `upgrading`, `deleting`,
    /// `delete_failed` or `unserviced`.
    pub life_cycle_state: String,
    /// Bytes used.
    pub size_byte: i64,
    /// Bytes at most.
    pub size_limit: i64,
    /// Number of the zone.
    pub zone_id: i64,
    /// Zone.
    pub zone: String,
    /// `NFS`, `CIFS` or `TURBO`.
    pub protocol: String,
    /// `SD`, `HP`, `TB`, `TP` or `THP`.
    pub storage_type: String,
    /// Package of storage.
    pub storage_resource_pkg: String,
    /// Package of bandwidth.
    pub bandwidth_resource_pkg: String,
    /// Permission group.
    pub p_group: PGroup,
    /// Name.
    pub fs_name: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Key that it is encrypted with.
    pub kms_key_id: String,
    /// The account's APPID.
    pub app_id: i64,
    /// MB a second.
    pub bandwidth_limit: f64,
    /// Policy of snapshots.
    pub auto_snapshot_policy_id: String,
    /// State of snapshots.
    pub snap_status: String,
    /// GiB of a turbo file system.
    pub capacity: i64,
    /// Tags.
    pub tags: Vec<TagInfo>,
    /// State of tiering.
    pub tiering_state: String,
    /// Bytes on slower storage.
    pub tiering_detail: Option<TieringDetailInfo>,
    /// When it grows by itself.
    pub auto_scale_up_rule: Option<AutoScaleUpRule>,
    /// Version of the file system.
    pub version: String,
    /// Paid extra performance.
    pub exstra_performance_info: Vec<ExstraPerformanceInfo>,
    /// Kind of the metadata.
    pub meta_type: String,
    /// What it is for.
    pub scenario: String,
    /// Share of the space at which everything is deleted.
    pub full_delete_capacity_usage: f64,
    /// Least age of what is then deleted.
    pub full_delete_min_ttl: i64,
    /// Age at which files are deleted.
    pub expire_delete_ttl: i64,
}

/// The permission group of a file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PGroup {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// Name.
    pub name: String,
}

/// Bytes on slower storage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TieringDetailInfo {
    /// On infrequent access storage.
    pub tiering_size_in_bytes: i64,
    /// On cold storage.
    pub secondary_tiering_size_in_bytes: i64,
}

/// When a file system grows by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AutoScaleUpRule {
    /// `open` or `close`.
    pub status: String,
    /// Per cent of the space at which it grows.
    pub scale_threshold: i64,
    /// Per cent of the space that is used afterwards.
    pub target_threshold: i64,
}

/// Paid extra performance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExstraPerformanceInfo {
    /// What it is of.
    #[serde(rename = "Type")]
    pub kind: String,
    /// How much.
    pub performance: i64,
}

/// Which file systems to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsFileSystemsRequest {
    /// `cfs-…`.
    pub file_system_id: Option<String>,
    /// `vpc-…`.
    pub vpc_id: Option<String>,
    /// `subnet-…`.
    pub subnet_id: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// Name at first.
    pub creation_token: Option<String>,
    /// Conditions on `Protocol`, `StorageType`, `LifeCycleState`, `Zone`, `IpAddress`, `PGroupId`
    /// or `PGroupName`.
    pub filters: Option<Vec<Filter>>,
    /// Tags that they have.
    pub tags: Option<Vec<TagInfo>>,
}

/// A page of file systems.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsFileSystemsResponse {
    /// The file systems.
    pub file_systems: Vec<FileSystemInfo>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// Whose mount points to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeMountTargetsRequest {
    /// `cfs-…`.
    pub file_system_id: String,
}

/// The mount points of a file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeMountTargetsResponse {
    /// The mount points.
    pub mount_targets: Vec<MountInfo>,
    /// How many there are.
    pub number_of_mount_targets: i64,
}

/// A mount point: where a network reaches a file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountInfo {
    /// `cfs-…`.
    pub file_system_id: String,
    /// Its id.
    pub mount_target_id: String,
    /// Address.
    pub ip_address: String,
    /// Root of the file system in a mount command.
    #[serde(rename = "FSID")]
    pub fs_id: String,
    /// `creating`, `available`, `create_failed` or `deleting`.
    pub life_cycle_state: String,
    /// `VPC` or `CCN`, also in small letters.
    pub network_interface: String,
    /// `vpc-…`.
    pub vpc_id: String,
    /// Name of the network.
    pub vpc_name: String,
    /// `subnet-…`.
    pub subnet_id: String,
    /// Name of the subnet.
    pub subnet_name: String,
    /// `ccn-…`.
    #[serde(rename = "CcnID")]
    pub ccn_id: String,
    /// Addresses in the cloud connect network.
    pub cidr_block: String,
    /// Servers of a turbo file system.
    pub server_list: Vec<String>,
    /// Whether there are more.
    pub server_list_truncated: bool,
}

/// A new name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsFileSystemNameRequest {
    /// `cfs-…`.
    pub file_system_id: String,
    /// Name.
    pub fs_name: Option<String>,
}

/// The changed name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsFileSystemNameResponse {
    /// Name.
    pub creation_token: String,
    /// `cfs-…`.
    pub file_system_id: String,
    /// Name.
    pub fs_name: String,
}

/// Another permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsFileSystemPGroupRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// `cfs-…`.
    pub file_system_id: String,
}

/// The changed permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsFileSystemPGroupResponse {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// `cfs-…`.
    pub file_system_id: String,
}

/// More space for a turbo file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScaleUpFileSystemRequest {
    /// `cfs-…`.
    pub file_system_id: String,
    /// GiB, more than now.
    pub target_capacity: i64,
}

/// The space that it grows to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScaleUpFileSystemResponse {
    /// `cfs-…`.
    pub file_system_id: String,
    /// GiB.
    pub target_capacity: i64,
}

/// A file system to delete, with all its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCfsFileSystemRequest {
    /// `cfs-…`.
    pub file_system_id: String,
}

actions! { SERVICE;
    /// Lists one page of file systems.
    describe_cfs_file_systems = "DescribeCfsFileSystems", Read: DescribeCfsFileSystemsRequest => DescribeCfsFileSystemsResponse;
    /// Lists the mount points of a file system.
    describe_mount_targets = "DescribeMountTargets", Read: DescribeMountTargetsRequest => DescribeMountTargetsResponse;
    /// Renames a file system.
    update_cfs_file_system_name = "UpdateCfsFileSystemName", Write: UpdateCfsFileSystemNameRequest => UpdateCfsFileSystemNameResponse;
    /// Gives a file system another permission group.
    update_cfs_file_system_p_group = "UpdateCfsFileSystemPGroup", Write: UpdateCfsFileSystemPGroupRequest => UpdateCfsFileSystemPGroupResponse;
    /// Makes a turbo file system larger.
    scale_up_file_system = "ScaleUpFileSystem", Write: ScaleUpFileSystemRequest => ScaleUpFileSystemResponse;
    /// Deletes a file system; [`wait_file_system_gone`] follows it.
    delete_cfs_file_system = "DeleteCfsFileSystem", Delete: DeleteCfsFileSystemRequest => Empty;
}

impl Action for CreateCfsFileSystemRequest {
    type Response = CreateCfsFileSystemResponse;
    const SERVICE: &'static Service = &SERVICE;
    const NAME: &'static str = "CreateCfsFileSystem";
    const KIND: Kind = Kind::Create;

    fn kind(&self) -> Kind {
        // The cloud knows a repeated request by its token.
        if self.client_token.is_some() { Kind::Write } else { Self::KIND }
    }
}

/// Makes a file system; [`wait_file_system`] follows it. A token is added where there is none, so
/// that a lost answer can be asked for again.
///
/// # Errors
/// Those of [`Client::call`].
pub async fn create_cfs_file_system(
    client: &Client,
    request: &CreateCfsFileSystemRequest,
) -> Result<Answer<CreateCfsFileSystemResponse>> {
    let token = request.client_token.clone().unwrap_or_else(|| client.shared.random.token());
    let request = CreateCfsFileSystemRequest { client_token: Some(token), ..request.clone() };
    client.call(&request).await
}

paged! {
    DescribeCfsFileSystemsRequest => file_systems: [FileSystemInfo], by |row| row.file_system_id.clone(), int 100;
}

/// The file system of that id, or `None`.
///
/// # Errors
/// Those of the call.
pub async fn find_file_system(client: &Client, id: &str) -> Result<Option<FileSystemInfo>> {
    let request = DescribeCfsFileSystemsRequest {
        file_system_id: Some(id.to_owned()),
        ..DescribeCfsFileSystemsRequest::default()
    };
    match page::all_pages(client, &request).await {
        Ok(found) => Ok(found.into_iter().find(|found| found.file_system_id == id)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first mount point of a file system, or `None`.
///
/// # Errors
/// Those of the call.
pub async fn find_mount_target(client: &Client, id: &str) -> Result<Option<MountInfo>> {
    let request = DescribeMountTargetsRequest { file_system_id: id.to_owned() };
    match describe_mount_targets(client, &request).await {
        Ok(found) => Ok(found.value.mount_targets.into_iter().next()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until a file system and its mount point can be used.
///
/// # Errors
/// [`Error::Failed`](crate::Error::Failed) when it could not be made or is going, and those of the
/// calls.
pub async fn wait_file_system(client: &Client, id: &str) -> Result<()> {
    let what = format!("file system {id} becoming available");
    wait::until(client, &what, || async {
        // What was just made may not be in the list yet.
        let Some(found) = find_file_system(client, id).await? else {
            return Ok(Step::Pending("not listed".to_owned()));
        };
        let state = found.life_cycle_state;
        match state.as_str() {
            "available" => {}
            "creating" | "mounting" | "expanding" | "upgrading" => return Ok(Step::Pending(state)),
            _ => return Ok(Step::Failed { state, reasons: Vec::new() }),
        }
        match find_mount_target(client, id).await?.map(|target| target.life_cycle_state) {
            Some(state) if state == "available" => Ok(Step::Done(())),
            Some(state) if state == "create_failed" => {
                let state = format!("mount point {state}");
                Ok(Step::Failed { state, reasons: Vec::new() })
            }
            state => Ok(Step::Pending(format!("mount point {}", state.unwrap_or_default()))),
        }
    })
    .await
}

/// Waits until a deleted file system is gone.
///
/// # Errors
/// [`Error::Failed`](crate::Error::Failed) when it could not be deleted, and those of the calls.
pub async fn wait_file_system_gone(client: &Client, id: &str) -> Result<()> {
    let what = format!("file system {id} being gone");
    wait::until(client, &what, || async {
        match find_file_system(client, id).await?.map(|found| found.life_cycle_state) {
            None => Ok(Step::Done(())),
            Some(state) if state == "delete_failed" => {
                Ok(Step::Failed { state, reasons: Vec::new() })
            }
            Some(state) => Ok(Step::Pending(state)),
        }
    })
    .await
}
