//! File systems. Each has one mount target: the address in a subnet under which it is mounted.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{TAG, access, word, zone};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::regions::is_zone;
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};
use crate::transitions::{
    FILE_SYSTEM_CREATE, FILE_SYSTEM_DELETE, FILE_SYSTEM_EXPAND, Life, SUBNET_RELEASE,
};
use crate::vpc::cidr::Cidr;
use crate::{uses, vpc};

const MOST: i64 = 100;
/// How long a token makes nothing new.
const TOKEN_MS: i64 = 2 * 3600 * 1000;
/// GiB that a turbo file system of a type begins with, and grows by.
const TURBO: [(&str, i64, i64); 3] =
    [("TB", 20_480, 10_240), ("TP", 10_240, 10_240), ("THP", 10_240, 10_240)];
/// The bytes that a file system without a capacity may grow to: 160 TiB.
const SIZE_LIMIT: i64 = 160 << 40;

/// A file system.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileSystem {
    /// Its network, with the address there.
    pub network: Network,
    /// `NFS`, `CIFS` or `TURBO`.
    pub protocol: String,
    name: String,
    life: Life<State>,
    zone: String,
    storage: String,
    group: String,
    encrypted: bool,
    capacity: i64,
    created: Time,
}

/// Where a file system can be mounted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Network {
    /// In a VPC.
    Vpc {
        /// The VPC.
        vpc: String,
        /// The subnet.
        subnet: String,
        /// The address in the subnet.
        address: Ipv4Addr,
    },
    /// In a cloud connect network.
    Ccn {
        /// The network.
        id: String,
        /// The addresses.
        cidr: Cidr,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Creating,
    CreateFailed,
    Available,
    Expanding,
    Deleting,
    DeleteFailed,
    Gone,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::CreateFailed => "create_failed",
            Self::Available => "available",
            Self::Expanding => "expanding",
            Self::Deleting | Self::Gone => "deleting",
            Self::DeleteFailed => "delete_failed",
        }
    }
}

impl Record for FileSystem {
    const KIND: &'static str = "cfs.file_system";
}

/// What a token has made.
#[derive(Debug, Serialize, Deserialize)]
struct Token {
    id: String,
    at: Time,
}

impl Record for Token {
    const KIND: &'static str = "cfs.token";
}

/// The file system with that id, unless it is gone.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, now: Time, id: &str) -> Result<Option<FileSystem>, StoreError> {
    let found = here.get::<FileSystem>(id)?;
    Ok(found.filter(|found| found.life.at(now) != State::Gone))
}

fn all(call: &Call<'_>) -> Result<Vec<(String, FileSystem)>, StoreError> {
    let found = call.store.scan::<FileSystem>("")?.into_iter();
    Ok(found.filter(|(_, found)| found.life.at(call.now) != State::Gone).collect())
}

/// The file systems that a permission group guards.
pub(super) fn bound(call: &Call<'_>, group: &str) -> Result<Vec<String>, StoreError> {
    let found = all(call)?.into_iter();
    Ok(found.filter(|(_, found)| found.group == group).map(|(id, _)| id).collect())
}

fn named(call: &Call<'_>, id: &str) -> Result<FileSystem, Refusal> {
    let text = || format!("There is no file system {id}.");
    let found = find(&call.store, call.now, id)?;
    found.ok_or_else(|| refuse("ResourceNotFound.FileSystemNotFound", text()))
}

impl FileSystem {
    /// Whether it can be used.
    #[must_use]
    pub fn is_available(&self, now: Time) -> bool {
        matches!(self.life.at(now), State::Available | State::Expanding)
    }

    /// The id of its one mount target, which is its own.
    #[must_use]
    pub fn mount_target<'a>(&self, id: &'a str) -> &'a str {
        id
    }

    fn must_be_available(&self, id: &str, now: Time) -> Result<(), Refusal> {
        match self.life.at(now) {
            State::Available => Ok(()),
            state => {
                let text = format!("{id} is {}; wait until it is available.", state.name());
                refused("InvalidParameterValue.InvalidFsStatus", text)
            }
        }
    }
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = call.params;
    let token = p.str("ClientToken");
    if token.len() > 64 {
        let text = "ClientToken is longer than 64 letters.";
        return refused("InvalidParameterValue.ClientTokenLimitExceeded", text);
    }
    if let Some(made) = call.store.get::<Token>(token)?.filter(|_| !token.is_empty())
        && call.now < made.at.plus(TOKEN_MS)
        && let Some(found) = find(&call.store, call.now, &made.id)?
    {
        return Ok(found.made(&made.id));
    }
    sweep(call)?;
    let count = all(call)?.len() + 1;
    call.within(&quotas::FILE_SYSTEMS, count, "delete one or raise the quota")?;
    let id = call.new_id("cfs")?;
    let file_system = read(call, &p)?;
    if let Network::Vpc { subnet, .. } = &file_system.network {
        uses::begin(&call.store, subnet, &format!("cfs:{id}"), 1)?;
    }
    tags::set_from(call, tags::FILE_SYSTEM, &id, &p.objects("ResourceTags"), TAG)?;
    call.store.put(&id, &file_system)?;
    if !token.is_empty() {
        call.store.put(token, &Token { id: id.clone(), at: call.now })?;
    }
    let made = call.cloud.files.make(call.store.account(), call.region(), &id);
    made.map_err(|error| refuse("InternalError.CreateFsFailed", error.to_string()))?;
    Ok(file_system.made(&id))
}

/// Clears away file systems that are gone.
fn sweep(call: &Call<'_>) -> Result<(), StoreError> {
    for (id, found) in call.store.scan::<FileSystem>("")? {
        if found.life.at(call.now) == State::Gone {
            call.store.remove::<FileSystem>(&id)?;
        }
    }
    Ok(())
}

fn read(call: &Call<'_>, p: &Params<'_>) -> Result<FileSystem, Refusal> {
    let zone = p.str("Zone");
    if !is_zone(call.region(), zone) {
        let text = format!("`{zone}` is no zone of {}, as {}-1 is.", call.region(), call.region());
        return refused("InvalidParameterValue.InvalidZoneId", text);
    }
    let text = |member, usual| p.text(member).filter(|text| !text.is_empty()).unwrap_or(usual);
    let code = "InvalidParameterValue.InvalidProtocol";
    let protocol = word(text("Protocol", "NFS"), &["NFS", "CIFS", "TURBO"], code)?;
    let code = "InvalidParameterValue.InvalidStorageType";
    let storage = word(text("StorageType", "SD"), &["SD", "HP", "TB", "TP", "THP"], code)?;
    let turbo = TURBO.iter().find(|(kind, ..)| *kind == storage);
    if turbo.is_some() != (protocol == "TURBO") {
        let text = format!("The storage type {storage} does not go with the protocol {protocol}.");
        return refused(code, text);
    }
    let capacity = p.int("Capacity").unwrap_or_default();
    if turbo.is_some() {
        fits(storage, capacity)?;
    }
    let group = p.str("PGroupId");
    access::named(call, group)?;
    Ok(FileSystem {
        network: network(call, p)?,
        protocol: protocol.to_owned(),
        name: name(p.str("FsName"))?,
        life: call.life(
            &FILE_SYSTEM_CREATE,
            State::Creating,
            State::Available,
            State::CreateFailed,
        ),
        zone: zone.to_owned(),
        storage: storage.to_owned(),
        group: group.to_owned(),
        encrypted: p.bool("Encrypted").unwrap_or(false),
        capacity: if turbo.is_some() { capacity } else { 0 },
        created: call.now,
    })
}

fn name(text: &str) -> Result<String, Refusal> {
    if text.chars().count() <= 64 {
        return Ok(text.to_owned());
    }
    let detail = "FsName is longer than 64 letters.";
    refused("InvalidParameterValue.FsNameLimitExceeded", detail)
}

/// Whether a turbo file system can have a capacity.
fn fits(storage: &str, capacity: i64) -> Result<(), Refusal> {
    let Some((_, first, step)) = TURBO.iter().find(|(kind, ..)| *kind == storage) else {
        let text = "Only turbo file systems have a capacity; others grow with their files.";
        return refused("InvalidParameterValue.InvalidStorageType", text);
    };
    if capacity >= *first && (capacity - first) % step == 0 {
        return Ok(());
    }
    let text = format!("Capacity {capacity} must be {first} or more, in steps of {step}.");
    refused("InvalidParameterValue.InvalidTurboCapacity", text)
}

fn network(call: &Call<'_>, p: &Params<'_>) -> Result<Network, Refusal> {
    let code = "InvalidParameterValue.InvalidNetInterface";
    if word(p.str("NetInterface"), &["VPC", "CCN"], code)? == "CCN" {
        let Some(cidr) = Cidr::read(p.str("CidrBlock")).filter(|_| !p.str("CcnId").is_empty())
        else {
            return refused("InvalidParameterValue", "CCN needs a CcnId and a CidrBlock.");
        };
        return Ok(Network::Ccn { id: p.str("CcnId").to_owned(), cidr });
    }
    let (vpc_id, id) = (p.str("VpcId"), p.str("SubnetId"));
    if vpc::vpc::find(&call.store, vpc_id)?.is_none() {
        let text = format!("There is no VPC `{vpc_id}`.");
        return refused("InvalidParameterValue.InvalidVpcId", text);
    }
    let found = vpc::subnet::find(&call.store, id)?;
    let Some(subnet) = found.filter(|subnet| subnet.vpc == vpc_id) else {
        let text = format!("There is no subnet `{id}` in {vpc_id}.");
        return refused("InvalidParameterValue.InvalidSubnetId", text);
    };
    let taken = taken(call, id)?;
    let address = match p.str("MountIP") {
        "" => free(call, id, subnet.cidr, &taken)?,
        text => {
            let address = text
                .parse()
                .ok()
                .filter(|address| subnet.cidr.has(*address) && !taken.contains(address));
            let text = format!("`{text}` is no free address of {id}, {}.", subnet.cidr);
            address.ok_or_else(|| refuse("InvalidParameterValue.InvalidMountTargetIp", text))?
        }
    };
    Ok(Network::Vpc { vpc: vpc_id.to_owned(), subnet: id.to_owned(), address })
}

/// The addresses of a subnet that mount targets have.
fn taken(call: &Call<'_>, subnet: &str) -> Result<Vec<Ipv4Addr>, StoreError> {
    let one = |(_, found): (String, FileSystem)| match found.network {
        Network::Vpc { subnet: other, address, .. } if other == subnet => Some(address),
        _ => None,
    };
    Ok(all(call)?.into_iter().filter_map(one).collect())
}

fn free(
    call: &Call<'_>,
    subnet: &str,
    cidr: Cidr,
    taken: &[Ipv4Addr],
) -> Result<Ipv4Addr, Refusal> {
    let first = call.store.next(&format!("cfs address {subnet}"))?;
    let size = u64::try_from(cidr.size()).unwrap_or_default();
    let mut addresses = (first..first + size).map(|number| cidr.host(number));
    let text = || format!("{subnet} has no free address.");
    let found = addresses.find(|address| !taken.contains(address));
    found.ok_or_else(|| refuse("ResourceInsufficient.SubnetIpAllOccupied", text()))
}

impl FileSystem {
    /// What CreateCfsFileSystem answers.
    fn made(&self, id: &str) -> Value {
        json!({
            "CreationTime": self.created.local(),
            "CreationToken": self.name,
            "FileSystemId": id,
            "LifeCycleState": State::Creating.name(),
            "SizeByte": 0,
            "ZoneId": zone::number(&self.zone),
            "FsName": self.name,
            "Encrypted": self.encrypted,
        })
    }

    fn show(&self, call: &Call<'_>, id: &str, tags: &Tags) -> Answer {
        let group = access::named(call, &self.group)?;
        let limit = if self.capacity > 0 { self.capacity << 30 } else { SIZE_LIMIT };
        let mut shown = self.made(id);
        let more = json!({
            "LifeCycleState": self.life.at(call.now).name(),
            "SizeByte": call.cloud.files.size(call.store.account(), call.region(), id),
            "SizeLimit": limit,
            "Zone": self.zone,
            "Protocol": self.protocol,
            "StorageType": self.storage,
            "StorageResourcePkg": "",
            "BandwidthResourcePkg": "",
            "PGroup": {"PGroupId": self.group, "Name": group.name},
            "KmsKeyId": "",
            "AppId": call.account.app_id,
            "BandwidthLimit": 100.0,
            "AutoSnapshotPolicyId": "",
            "SnapStatus": "normal",
            "Capacity": self.capacity,
            "Tags": tags.list(TAG),
            "TieringState": "NotAvailable",
            "TieringDetail": {"TieringSizeInBytes": -1, "SecondaryTieringSizeInBytes": -1},
            "AutoScaleUpRule": {"Status": "close", "ScaleThreshold": 0, "TargetThreshold": 0},
            "Version": "v3.1",
        });
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        Ok(shown)
    }

    fn fits(&self, call: &Call<'_>, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "Protocol" => filter.is(&self.protocol),
            "StorageType" => filter.is(&self.storage),
            "LifeCycleState" => filter.is(self.life.at(call.now).name()),
            "Zone" => filter.is(&self.zone),
            "PGroupId" => filter.is(&self.group),
            "PGroupName" => filter.is(&access::named(call, &self.group)?.name),
            "IpAddress" => matches!(&self.network,
                Network::Vpc { address, .. } if filter.is(&address.to_string())),
            other => {
                return refused("InvalidParameterValue", format!("There is no filter `{other}`."));
            }
        })
    }

    /// Whether it is in the VPC and subnet; an empty text stands for any.
    fn is_in(&self, vpc_id: &str, subnet_id: &str) -> bool {
        let (own_vpc, own_subnet) = match &self.network {
            Network::Vpc { vpc, subnet, .. } => (vpc.as_str(), subnet.as_str()),
            Network::Ccn { .. } => ("", ""),
        };
        (vpc_id.is_empty() || vpc_id == own_vpc)
            && (subnet_id.is_empty() || subnet_id == own_subnet)
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let filters = filters(&p)?;
    let page = Page::of_ints(&p, MOST, "InvalidParameterValue")?;
    let id = p.str("FileSystemId");
    let token = p.str("CreationToken");
    let mut found = Vec::new();
    for (own, file_system) in all(call)? {
        let tags = tags::of(&call.store, tags::FILE_SYSTEM, &own)?;
        let tagged = p.objects("Tags").iter().all(|tag| {
            let value = tag.str("TagValue");
            tags.have(tag.str("TagKey"), &[value])
        });
        let fits = (id.is_empty() || id == own)
            && (token.is_empty() || token == file_system.name)
            && file_system.is_in(p.str("VpcId"), p.str("SubnetId"))
            && tagged;
        if fits && fits_all(&filters, |filter| file_system.fits(call, filter))? {
            found.push((file_system.created, file_system.show(call, &own, &tags)?));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"TotalCount": total, "FileSystems": shown}))
}

pub(super) fn mount_targets(call: &Call<'_>) -> Answer {
    let id = call.params.str("FileSystemId");
    let found = named(call, id)?;
    let state = match found.life.at(call.now) {
        State::Expanding => State::Available,
        state => state,
    };
    let mut target = json!({
        "FileSystemId": id,
        "MountTargetId": found.mount_target(id),
        // The root of the file system in a mount command.
        "FSID": id.strip_prefix("cfs-").unwrap_or(id),
        "LifeCycleState": state.name(),
        "VpcId": "", "VpcName": "", "SubnetId": "", "SubnetName": "", "CcnID": "", "CidrBlock": "",
        "ServerList": [],
        "ServerListTruncated": false,
    });
    let place = match &found.network {
        Network::Vpc { vpc: vpc_id, subnet, address } => {
            let vpc_name = vpc::vpc::find(&call.store, vpc_id)?.map(|vpc| vpc.name);
            let subnet_name = vpc::subnet::find(&call.store, subnet)?.map(|subnet| subnet.name);
            json!({
                "NetworkInterface": "VPC",
                "IpAddress": address,
                "VpcId": vpc_id, "VpcName": vpc_name.unwrap_or_default(),
                "SubnetId": subnet, "SubnetName": subnet_name.unwrap_or_default(),
            })
        }
        Network::Ccn { id, cidr } => json!({
            "NetworkInterface": "CCN",
            "IpAddress": cidr.host(0),
            "CcnID": id,
            "CidrBlock": cidr,
        }),
    };
    if let (Value::Object(target), Value::Object(place)) = (&mut target, place) {
        target.extend(place);
    }
    Ok(json!({"MountTargets": [target], "NumberOfMountTargets": 1}))
}

pub(super) fn rename(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("FileSystemId");
    let mut found = named(call, id)?;
    found.must_be_available(id, call.now)?;
    if let Some(text) = p.text("FsName") {
        found.name = name(text)?;
    }
    call.store.put(id, &found)?;
    Ok(json!({"FileSystemId": id, "CreationToken": found.name, "FsName": found.name}))
}

pub(super) fn regroup(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (id, group) = (p.str("FileSystemId"), p.str("PGroupId"));
    let mut found = named(call, id)?;
    found.must_be_available(id, call.now)?;
    access::named(call, group)?;
    group.clone_into(&mut found.group);
    call.store.put(id, &found)?;
    Ok(json!({"FileSystemId": id, "PGroupId": group}))
}

pub(super) fn scale_up(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (id, capacity) = (p.str("FileSystemId"), p.int("TargetCapacity").unwrap_or_default());
    let mut found = named(call, id)?;
    found.must_be_available(id, call.now)?;
    fits(&found.storage, capacity)?;
    if capacity <= found.capacity {
        let text = format!("{id} has {} GiB and can only grow.", found.capacity);
        return refused("InvalidParameterValue.InvalidTurboCapacity", text);
    }
    found.capacity = capacity;
    found.life =
        call.life(&FILE_SYSTEM_EXPAND, State::Expanding, State::Available, State::Available);
    call.store.put(id, &found)?;
    Ok(json!({"FileSystemId": id, "TargetCapacity": capacity}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("FileSystemId");
    let mut found = named(call, id)?;
    match found.life.at(call.now) {
        State::Deleting => return Ok(json!({})),
        State::CreateFailed | State::DeleteFailed => {}
        _ => found.must_be_available(id, call.now)?,
    }
    if let Some(user) = uses::of(&call.store, id, call.now)?.pop() {
        let text = format!("{} still mounts {id}.", user.name);
        return refused("FailedOperation.MountTargetExists", text);
    }
    found.life = call.life(&FILE_SYSTEM_DELETE, State::Deleting, State::Gone, State::DeleteFailed);
    if found.life.end() == State::Gone {
        if let Network::Vpc { subnet, .. } = &found.network {
            let released = call.now.plus(call.cloud.transitions.lasts(&SUBNET_RELEASE));
            uses::end(&call.store, subnet, &format!("cfs:{id}"), released)?;
        }
        uses::forget(&call.store, id)?;
        tags::forget(&call.store, tags::FILE_SYSTEM, id)?;
        let (account, region) = (call.store.account().to_owned(), call.region().to_owned());
        let own = id.to_owned();
        call.after(move |cloud| cloud.files.remove(&account, &region, &own));
    }
    call.store.put(id, &found)?;
    Ok(json!({}))
}
