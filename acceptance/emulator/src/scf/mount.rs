//! The file systems that functions mount.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::revision::Revision;
use crate::call::Call;
use crate::cfs::file_system::{self, FileSystem, Network};
use crate::cloud::Cloud;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refused};
use crate::runtime::Mount;

/// R388: where directories of functions begin.
const LOCAL: &str = "/mnt/";
/// R385.
const USUAL_USER: &str = "10000";

/// A directory of a file system that a function mounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mounted {
    pub(super) file_system: String,
    pub(super) target: String,
    user: String,
    group: String,
    local: String,
    remote: String,
}

impl Mounted {
    fn read(p: &Params<'_>) -> Result<Self, Refusal> {
        let id = |member| match p.str(member) {
            "" => Ok(USUAL_USER.to_owned()),
            text if text.parse::<u32>().is_ok() => Ok(text.to_owned()),
            text => {
                let text = format!("{member} `{text}` is no number of a user or group.");
                refused("InvalidParameterValue.CfsParameterError", text)
            }
        };
        let (local, remote) = (p.str("LocalMountDir"), p.str("RemoteMountDir"));
        if !local.strip_prefix(LOCAL).is_some_and(|rest| is_path(rest) && !rest.is_empty()) {
            // R388.
            let text = format!("LocalMountDir `{local}` must be a directory below /mnt/.");
            return refused("InvalidParameterValue.CfsLocalMountDir", text);
        }
        if !remote.strip_prefix('/').is_some_and(is_path) {
            // R387.
            let text = format!("RemoteMountDir `{remote}` must be a directory from the root, /.");
            return refused("InvalidParameterValue.CfsParameterError", text);
        }
        Ok(Self {
            file_system: p.str("CfsId").to_owned(),
            target: p.str("MountInsId").to_owned(),
            user: id("UserId")?,
            group: id("UserGroupId")?,
            local: local.to_owned(),
            remote: remote.to_owned(),
        })
    }

    /// What the runtime mounts.
    pub(super) fn to_runtime(&self, cloud: &Cloud, account: &str, region: &str) -> Mount {
        Mount {
            root: cloud.files.of(account, region, &self.file_system),
            remote: self.remote.clone(),
            local: PathBuf::from(&self.local),
        }
    }
}

/// Whether a text is a path without detours; a slash at its end is none.
fn is_path(text: &str) -> bool {
    let text = text.strip_suffix('/').unwrap_or(text);
    text.is_empty() || text.split('/').all(|part| !["", ".", ".."].contains(&part))
}

/// Whether one directory is the other, or inside it.
fn meet(one: &Mounted, other: &Mounted) -> bool {
    let path = |mount: &Mounted| PathBuf::from(&mount.local);
    path(one).starts_with(path(other)) || path(other).starts_with(path(one))
}

/// Takes over CfsConfig of a call. What is mounted must fit the function's network also when that
/// changes.
pub(super) fn apply(revision: &mut Revision, call: &Call<'_>) -> Result<(), Refusal> {
    if let Some(config) = call.params.object("CfsConfig") {
        let list = config.objects("CfsInsList");
        revision.mounts = list.iter().map(Mounted::read).collect::<Result<_, _>>()?;
    }
    for (index, mount) in revision.mounts.iter().enumerate() {
        if let Some(other) = revision.mounts[..index].iter().find(|other| meet(other, mount)) {
            let text = format!("{} and {} are in each other's way.", other.local, mount.local);
            return refused("InvalidParameterValue.CfsParameterDuplicate", text);
        }
        let Some((vpc, _)) = &revision.vpc else {
            // R384.
            let text = "A function mounts file systems only with a VpcConfig.";
            return refused("InvalidParameterValue.VpcNotSetWhenOpenCfs", text);
        };
        check(call, mount, vpc)?;
    }
    Ok(())
}

fn check(call: &Call<'_>, mount: &Mounted, vpc: &str) -> Result<(), Refusal> {
    let id = &mount.file_system;
    let Some(found) = file_system::find(&call.store, call.now, id)? else {
        let text = format!("There is no file system {id}.");
        return refused("ResourceNotFound.GetCfsNotMatch", text);
    };
    if found.mount_target(id) != mount.target {
        // R389.
        let text = format!("The file system {id} has no mount point {}.", mount.target);
        return refused("ResourceNotFound.CfsMountInsNotMatch", text);
    }
    if !found.is_available(call.now) {
        return refused("ResourceNotFound.CfsStatusError", format!("{id} is not available."));
    }
    if found.protocol != "NFS" {
        let text = format!("Functions mount NFS, and {id} is {}.", found.protocol);
        return refused("ResourceNotFound.CfsProtocolError", text);
    }
    match &found.network {
        Network::Vpc { vpc: own, .. } if own == vpc => Ok(()),
        // R382, R383.
        _ => {
            let text = format!("The file system {id} is not in the function's VPC {vpc}.");
            refused("ResourceNotFound.CfsVpcNotMatch", text)
        }
    }
}

/// The members of GetFunction that are about file systems.
pub(super) fn show(call: &Call<'_>, revision: &Revision) -> Answer {
    let mut list = Vec::new();
    for mount in &revision.mounts {
        let found = file_system::find(&call.store, call.now, &mount.file_system)?;
        let (address, vpc, subnet) = found.as_ref().map_or_else(Default::default, place);
        list.push(json!({
            "UserId": mount.user,
            "UserGroupId": mount.group,
            "CfsId": mount.file_system,
            "MountInsId": mount.target,
            "LocalMountDir": mount.local,
            "RemoteMountDir": mount.remote,
            "IpAddress": address,
            "MountVpcId": vpc,
            "MountSubnetId": subnet,
        }));
    }
    Ok(json!({"CfsConfig": {"CfsInsList": list}}))
}

fn place(found: &FileSystem) -> (Value, Value, Value) {
    match &found.network {
        Network::Vpc { vpc, subnet, address } => (json!(address), json!(vpc), json!(subnet)),
        Network::Ccn { .. } => Default::default(),
    }
}
