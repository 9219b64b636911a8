//! `tencentcloud_cfs_file_system`: files that functions and machines share.
//! <https://www.tencentcloud.com/document/product/582/9127>

use tencentcloud_api::cfs::{
    self, CreateCfsFileSystemRequest, DeleteCfsFileSystemRequest, FileSystemInfo, MountInfo,
    ScaleUpFileSystemRequest, TagInfo, UpdateCfsFileSystemNameRequest,
    UpdateCfsFileSystemPGroupRequest,
};
use tencentcloud_api::{tag, wait};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{Check, length, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use crate::{Cloud, create, tags};

/// A file system that functions and machines of a network share.
#[derive(Resource, Default)]
pub struct FileSystem {
    /// Zone of the file system, such as `ap-guangzhou-3`. It cannot be changed.
    #[tf(required, force_new)]
    pub availability_zone: Value<String>,
    /// Id of the permission group that guards it; `pgroupbasic` is there in every account.
    #[tf(required)]
    pub access_group_id: Value<String>,
    /// Name of the file system, at most 64 characters.
    #[tf(optional, computed, stable, validate(length(1, 64)))]
    pub name: Value<String>,
    /// `VPC`, which functions need, or `CCN`. It cannot be changed.
    #[tf(optional, default = "VPC", force_new, validate(one_of(&["VPC", "CCN"])))]
    pub net_interface: Value<String>,
    /// Id of the network, for `VPC`. It cannot be changed.
    #[tf(optional, computed, force_new, stable)]
    pub vpc_id: Value<String>,
    /// Id of the subnet, for `VPC`. It cannot be changed.
    #[tf(optional, computed, force_new, stable)]
    pub subnet_id: Value<String>,
    /// Address of the file system, by default a free one of the subnet. It cannot be changed.
    #[tf(optional, computed, force_new, stable, validate(address))]
    pub mount_ip: Value<String>,
    /// Id of the cloud connect network, for `CCN`. It cannot be changed.
    #[tf(optional, computed, force_new, stable)]
    pub ccn_id: Value<String>,
    /// Addresses that the file system has in the cloud connect network, for `CCN`. They cannot be
    /// changed.
    #[tf(optional, computed, force_new, stable)]
    pub cidr_block: Value<String>,
    /// `NFS`, which functions need, `CIFS` or `TURBO`. It cannot be changed.
    #[tf(optional, default = "NFS", force_new, validate(one_of(&["NFS", "CIFS", "TURBO"])))]
    pub protocol: Value<String>,
    /// `SD` standard, `HP` performance, `TB` standard turbo, `TP` performance turbo. It cannot be
    /// changed.
    #[tf(optional, default = "SD", force_new, validate(one_of(&["SD", "HP", "TB", "TP"])))]
    pub storage_type: Value<String>,
    /// GiB of a turbo file system: 20480 or more for `TB`, 10240 or more for `TP`, in steps of 10240.
    /// It can grow; a smaller one is another file system.
    #[tf(optional, computed, stable)]
    pub capacity: Value<i64>,
    /// Tags of the file system.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the file system, `cfs-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Name of the root directory in a mount command.
    #[tf(computed, stable)]
    pub fs_id: Value<String>,
    /// When the file system was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 10] = [
    ("InvalidParameterValue.InvalidZoneId", "availability_zone"),
    ("InvalidParameterValue.InvalidPgroup", "access_group_id"),
    ("ResourceNotFound.PgroupNotFound", "access_group_id"),
    ("InvalidParameterValue.InvalidVpcId", "vpc_id"),
    ("InvalidParameterValue.InvalidSubnetId", "subnet_id"),
    ("InvalidParameterValue.InvalidMountTargetIp", "mount_ip"),
    ("InvalidParameterValue.InvalidStorageType", "storage_type"),
    ("InvalidParameterValue.InvalidTurboCapacity", "capacity"),
    ("InvalidParameterValue.FsNameLimitExceeded", "name"),
    ("InvalidParameterValue.InvalidFsName", "name"),
];

impl Lifecycle for FileSystem {
    const TYPE: &'static str = "tencentcloud_cfs_file_system";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(20).update(20).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        // A repeated request is known by its token, so a lost answer makes no second one.
        let made = cfs::create_cfs_file_system(cloud, &self.to_create()).await;
        let made = made.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        self.id = made.value.file_system_id.into();
        cfs::wait_file_system(cloud, self.id.text()).await?;
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = cfs::find_file_system(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        let Some(target) = cfs::find_mount_target(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found, target);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let id = self.id.or_default();
        if self.name != prior.name {
            let request = UpdateCfsFileSystemNameRequest {
                file_system_id: id.clone(),
                fs_name: self.name.known().cloned(),
            };
            cfs::update_cfs_file_system_name(cloud, &request).await?;
        }
        if self.access_group_id != prior.access_group_id {
            let request = UpdateCfsFileSystemPGroupRequest {
                file_system_id: id.clone(),
                p_group_id: self.access_group_id.or_default(),
            };
            let updated = cfs::update_cfs_file_system_p_group(cloud, &request).await;
            updated.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        }
        if self.capacity != prior.capacity {
            let request = ScaleUpFileSystemRequest {
                file_system_id: id.clone(),
                target_capacity: self.capacity.or_default(),
            };
            let grown = cfs::scale_up_file_system(cloud, &request).await;
            grown.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
            cfs::wait_file_system(cloud, &id).await?;
        }
        let resource = tag::resource_name("cfs", cloud.region(), &format!("filesystem/{id}"));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteCfsFileSystemRequest { file_system_id: self.id.or_default() };
        // Functions leave it some time after they are gone.
        let what = format!("{} being free", self.id.text());
        let passes = |error: &tencentcloud_api::Error| error.is_conflict() || error.is_busy();
        let deleted = wait::retry(cloud, &what, passes, || async {
            cfs::delete_cfs_file_system(cloud, &request).await
        });
        match deleted.await {
            Err(error) if error.is_not_found() => return Ok(()),
            outcome => outcome?,
        };
        cfs::wait_file_system_gone(cloud, self.id.text()).await?;
        Ok(())
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(FileSystem { id: id.into(), ..FileSystem::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check_network(config, problems);
        check_capacity(config, problems);
    }

    async fn plan(change: &mut Change<Self>, _: &Cloud) -> Result<(), Problem> {
        let before = change.prior.as_ref().and_then(|prior| prior.capacity.known().copied());
        let after = change.config.capacity.known().copied();
        if before.zip(after).is_some_and(|(before, after)| after < before) {
            change.replace("capacity");
        }
        Ok(())
    }
}

fn check_network(config: &FileSystem, problems: &mut Diagnostics) {
    let Some(interface) = config
        .net_interface
        .known()
        .map(String::as_str)
        .or_else(|| config.net_interface.is_null().then_some("VPC"))
    else {
        return;
    };
    let vpc = [("vpc_id", &config.vpc_id), ("subnet_id", &config.subnet_id)];
    let ccn = [("ccn_id", &config.ccn_id), ("cidr_block", &config.cidr_block)];
    let (needed, others) = if interface == "CCN" { (ccn, vpc) } else { (vpc, ccn) };
    for (name, value) in needed {
        if value.is_null() {
            let detail = format!("net_interface = {interface:?} needs {name}.");
            problems.error(name, format!("Missing {name}"), detail);
        }
    }
    for (name, value) in others {
        if !value.is_null() {
            let detail = format!("{name} does not go together with net_interface = {interface:?}.");
            problems.error(name, format!("Superfluous {name}"), detail);
        }
    }
}

fn check_capacity(config: &FileSystem, problems: &mut Diagnostics) {
    if config.storage_type.is_unknown() || config.protocol.is_unknown() {
        return;
    }
    let storage = config.storage_type.or("SD");
    let first = match storage.as_str() {
        "TB" => Some(20_480),
        "TP" => Some(10_240),
        _ => None,
    };
    let protocol = config.protocol.or("NFS");
    if first.is_some() != (protocol == "TURBO") {
        let detail = format!(
            "The storage type {storage:?} does not go together with the protocol {protocol:?}: TB and \
             TP are for TURBO, SD and HP for the others."
        );
        problems.error("storage_type", "Storage type of another protocol", detail);
        return;
    }
    match (first, config.capacity.known()) {
        (Some(first), Some(gib)) if *gib < first || (gib - first) % 10_240 != 0 => {
            let detail = format!("Expected {first} or more in steps of 10240, got {gib}.");
            problems.error("capacity", "Invalid capacity", detail);
        }
        (Some(_), None) if config.capacity.is_null() => {
            problems.error("capacity", "Missing capacity", "A turbo file system needs a capacity.");
        }
        (None, Some(gib)) if *gib != 0 => {
            let detail = "Only turbo file systems have a capacity; others grow with their files.";
            problems.error("capacity", "Superfluous capacity", detail);
        }
        _ => {}
    }
}

fn address(text: &String) -> Check {
    match text.parse::<std::net::Ipv4Addr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("Expected an IPv4 address such as 10.0.1.8, got {text:?}.")),
    }
}

impl FileSystem {
    fn to_create(&self) -> CreateCfsFileSystemRequest {
        CreateCfsFileSystemRequest {
            zone: self.availability_zone.or_default(),
            net_interface: self.net_interface.or_default(),
            p_group_id: self.access_group_id.or_default(),
            protocol: self.protocol.known().cloned(),
            storage_type: self.storage_type.known().cloned(),
            vpc_id: self.vpc_id.known().cloned(),
            subnet_id: self.subnet_id.known().cloned(),
            mount_ip: self.mount_ip.known().cloned(),
            fs_name: self.name.known().cloned(),
            resource_tags: self.tags.is_known().then(|| {
                let pairs = tags::pairs(&self.tags).into_iter();
                pairs.map(|(tag_key, tag_value)| TagInfo { tag_key, tag_value }).collect()
            }),
            ccn_id: self.ccn_id.known().cloned(),
            cidr_block: self.cidr_block.known().cloned(),
            capacity: self.capacity.known().copied(),
            ..CreateCfsFileSystemRequest::default()
        }
    }

    fn adopt(&mut self, found: FileSystemInfo, target: MountInfo) {
        self.id = found.file_system_id.into();
        self.name = found.fs_name.into();
        self.availability_zone = found.zone.into();
        self.access_group_id = found.p_group.p_group_id.into();
        // The cloud answers these in small letters at times.
        self.protocol = found.protocol.to_uppercase().into();
        self.storage_type = found.storage_type.to_uppercase().into();
        self.net_interface = target.network_interface.to_uppercase().into();
        self.capacity = found.capacity.into();
        self.create_time = found.creation_time.into();
        let pairs = found.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value));
        self.tags = tags::adopt(&self.tags, pairs);
        self.vpc_id = target.vpc_id.into();
        self.subnet_id = target.subnet_id.into();
        self.mount_ip = target.ip_address.into();
        self.ccn_id = target.ccn_id.into();
        self.cidr_block = target.cidr_block.into();
        self.fs_id = target.fs_id.into();
    }
}
