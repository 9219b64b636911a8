//! The file systems that a function mounts.

use std::collections::BTreeSet;

use tencentcloud_api::scf::{CfsConfig, CfsInsInfo};
use tf_schema::check::Check;
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Function;

/// A directory of a file system that the function mounts.
#[derive(Block, Clone, PartialEq)]
pub struct Mount {
    /// Number of the user as whom the function works on the files, usually `10000`. The files' own
    /// permissions must let that user in.
    #[tf(required, validate(number))]
    pub user_id: Value<String>,
    /// Number of the group as which the function works on the files, usually `10000`.
    #[tf(required, validate(number))]
    pub user_group_id: Value<String>,
    /// Id of the file system, which is an NFS one in the function's network.
    #[tf(required)]
    pub cfs_id: Value<String>,
    /// Id of the file system's mount point, which is the same as `cfs_id`.
    #[tf(required)]
    pub mount_ins_id: Value<String>,
    /// Directory in the function, below `/mnt/`.
    #[tf(required, validate(local))]
    pub local_mount_dir: Value<String>,
    /// Directory in the file system; `/` for all of it.
    #[tf(required, validate(remote))]
    pub remote_mount_dir: Value<String>,
    /// Address of the file system.
    #[tf(computed)]
    pub ip_address: Value<String>,
    /// Network of the file system.
    #[tf(computed)]
    pub mount_vpc_id: Value<String>,
    /// Subnet of the file system.
    #[tf(computed)]
    pub mount_subnet_id: Value<String>,
}

impl Mount {
    fn to_api(&self) -> CfsInsInfo {
        CfsInsInfo {
            user_id: self.user_id.or_default(),
            user_group_id: self.user_group_id.or_default(),
            cfs_id: self.cfs_id.or_default(),
            mount_ins_id: self.mount_ins_id.or_default(),
            local_mount_dir: self.local_mount_dir.or_default(),
            remote_mount_dir: self.remote_mount_dir.or_default(),
            ..CfsInsInfo::default()
        }
    }
}

impl From<CfsInsInfo> for Mount {
    fn from(found: CfsInsInfo) -> Self {
        Mount {
            user_id: found.user_id.into(),
            user_group_id: found.user_group_id.into(),
            cfs_id: found.cfs_id.into(),
            mount_ins_id: found.mount_ins_id.into(),
            local_mount_dir: found.local_mount_dir.into(),
            remote_mount_dir: found.remote_mount_dir.into(),
            ip_address: found.ip_address.unwrap_or_default().into(),
            mount_vpc_id: found.mount_vpc_id.unwrap_or_default().into(),
            mount_subnet_id: found.mount_subnet_id.unwrap_or_default().into(),
        }
    }
}

fn requested(blocks: &Value<Vec<Mount>>) -> Vec<CfsInsInfo> {
    blocks.known().into_iter().flatten().map(Mount::to_api).collect()
}

/// All mounts, where they differ from `prior`; none at all unmount everything.
pub fn to_api(blocks: &Value<Vec<Mount>>, prior: &Value<Vec<Mount>>) -> Option<CfsConfig> {
    let cfs_ins_list = requested(blocks);
    (cfs_ins_list != requested(prior)).then_some(CfsConfig { cfs_ins_list })
}

/// What the cloud says.
pub fn adopt(found: CfsConfig) -> Value<Vec<Mount>> {
    found.cfs_ins_list.into_iter().map(Mount::from).collect::<Vec<_>>().into()
}

/// R384, and that no directory is mounted inside another one.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    let Some(mounts) = config.cfs_config.known() else { return };
    let mut places = BTreeSet::new();
    for (index, mount) in mounts.iter().enumerate() {
        let path = Path::attribute("cfs_config").index(index);
        if config.vpc_id.is_null() {
            let detail = "A function reaches file systems through its network: set vpc_id and \
                          subnet_id.";
            problems.error(path.clone(), "File system without a network", detail);
        }
        let Some(local) = mount.local_mount_dir.known() else { continue };
        let place = format!("{}/", local.trim_end_matches('/'));
        let meets = |other: &&String| place.starts_with(*other) || other.starts_with(&place);
        if let Some(other) = places.iter().find(meets) {
            let detail = format!("{local} and {other} are in each other's way.");
            problems.error(path.name("local_mount_dir"), "Directories overlap", detail);
        }
        places.insert(place);
    }
}

/// R388: a directory below /mnt/.
fn local(text: &String) -> Check {
    match text.strip_prefix("/mnt/") {
        Some(rest) if !rest.is_empty() && is_path(rest) => Ok(()),
        _ => Err(format!("Expected a directory below /mnt/, such as /mnt/data, got {text:?}.")),
    }
}

/// R387: a directory, from the root.
fn remote(text: &String) -> Check {
    match text.strip_prefix('/') {
        Some(rest) if is_path(rest) => Ok(()),
        _ => Err(format!("Expected a directory that begins with /, such as /data, got {text:?}.")),
    }
}

/// Whether a text is a path without detours; a slash at its end is none.
fn is_path(text: &str) -> bool {
    let text = text.strip_suffix('/').unwrap_or(text);
    text.is_empty() || text.split('/').all(|part| !["", ".", ".."].contains(&part))
}

fn number(text: &String) -> Check {
    match text.parse::<u32>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("Expected a number such as 10000, got {text:?}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r387_a_remote_directory_begins_at_the_root() {
        for good in ["/", "/a", "/a/b/"] {
            assert_eq!(remote(&good.to_owned()), Ok(()), "{good}");
        }
        for bad in ["", "a", "/../a", "//"] {
            assert!(remote(&bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn r388_a_local_directory_is_below_mnt() {
        for good in ["/mnt/a", "/mnt/a/b", "/mnt/a/"] {
            assert_eq!(local(&good.to_owned()), Ok(()), "{good}");
        }
        for bad in ["", "/mnt", "/mnt/", "/data", "/mnt/../etc", "mnt/a"] {
            assert!(local(&bad.to_owned()).is_err(), "{bad}");
        }
    }
}
