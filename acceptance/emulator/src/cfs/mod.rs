//! File storage: file systems, the groups of permissions that guard them, and the rules of those.
//! The files themselves are in a folder of this machine.

mod access;
pub mod file_system;
pub mod files;
mod zone;

use crate::call::{Action, read, write};
use crate::refusal::{Refusal, refused};

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("CreateCfsFileSystem", file_system::create),
    read("DescribeCfsFileSystems", file_system::describe),
    read("DescribeMountTargets", file_system::mount_targets),
    write("UpdateCfsFileSystemName", file_system::rename),
    write("UpdateCfsFileSystemPGroup", file_system::regroup),
    write("ScaleUpFileSystem", file_system::scale_up),
    write("DeleteCfsFileSystem", file_system::delete),
    write("CreateCfsPGroup", access::create_group),
    read("DescribeCfsPGroups", access::describe_groups),
    write("UpdateCfsPGroup", access::update_group),
    write("DeleteCfsPGroup", access::delete_group),
    write("CreateCfsRule", access::create_rule),
    read("DescribeCfsRules", access::describe_rules),
    write("UpdateCfsRule", access::update_rule),
    write("DeleteCfsRule", access::delete_rule),
    read("DescribeAvailableZoneInfo", zone::describe),
    write("SignUpCfsService", zone::sign_up),
    read("DescribeCfsServiceStatus", zone::status),
];

/// What tags are called in this service.
const TAG: [&str; 2] = ["TagKey", "TagValue"];

/// One of a few words, in whatever case.
fn word(sent: &str, words: &[&'static str], code: &'static str) -> Result<&'static str, Refusal> {
    match words.iter().find(|word| word.eq_ignore_ascii_case(sent)) {
        Some(word) => Ok(word),
        None => refused(code, format!("`{sent}` is none of {}.", words.join(", "))),
    }
}
