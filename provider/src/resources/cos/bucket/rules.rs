//! What does not go together.

use tf_schema::{Diagnostics, Value};

use super::Bucket;

pub(super) fn check(config: &Bucket, problems: &mut Diagnostics) {
    let other = config.encryption_algorithm.is_null()
        || config.encryption_algorithm.is_known_and(|algorithm| algorithm != "KMS");
    if config.kms_id.is_known_and(|id| !id.is_empty()) && other {
        let detail = "kms_id needs encryption_algorithm = \"KMS\".";
        problems.error("kms_id", "Nothing to encrypt with the key", detail);
    }
    let on = |value: &Value<bool>| value.is_known_and(|on| *on);
    if on(&config.chdfs_ofs) {
        for name in not_of_files(config) {
            let detail = format!("A bucket with chdfs_ofs = true has no {name}.");
            problems.error(name, "Not for a bucket that is a file system", detail);
        }
    }
    if config.cdc_id.is_known_and(|id| !id.is_empty()) {
        let given = [
            ("multi_az", on(&config.multi_az)),
            ("website", some(&config.website)),
            ("replica_role", config.replica_role.is_known()),
            ("replica_rules", some(&config.replica_rules)),
        ];
        for (name, _) in given.into_iter().filter(|(_, given)| *given) {
            let detail = format!("A bucket with cdc_id has no {name}.");
            problems.error(name, "Not for a bucket in a dedicated zone", detail);
        }
    }
}

fn some<T>(blocks: &Value<Vec<T>>) -> bool {
    blocks.is_known_and(|blocks| !blocks.is_empty())
}

/// What is configured that a file system does not have.
fn not_of_files(config: &Bucket) -> impl Iterator<Item = &'static str> {
    let on = |value: &Value<bool>| value.is_known_and(|on| *on);
    let given = [
        ("acl", config.acl.is_known_and(|acl| acl != "private")),
        ("acl_body", config.acl_body.is_known()),
        ("origin_pull_rules", some(&config.origin_pull_rules)),
        ("origin_domain_rules", some(&config.origin_domain_rules)),
        ("website", some(&config.website)),
        ("encryption_algorithm", config.encryption_algorithm.is_known()),
        ("kms_id", config.kms_id.is_known()),
        ("versioning_enable", on(&config.versioning_enable)),
        ("acceleration_enable", on(&config.acceleration_enable)),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
}
