//! Where accesses to a bucket are logged.

use tencentcloud_api::cos::{LoggingEnabled, LoggingStatus};
use tf_schema::{Diagnostics, Value};

use super::Bucket;

/// A log has a bucket and a prefix; none has neither.
pub(super) fn check(config: &Bucket, problems: &mut Diagnostics) {
    let parts =
        [("log_target_bucket", &config.log_target_bucket), ("log_prefix", &config.log_prefix)];
    for (name, value) in parts {
        let unset = value.is_null() || value.is_known_and(String::is_empty);
        match config.log_enable.known() {
            Some(true) if unset => {
                let detail = "log_enable = true needs both log_target_bucket and log_prefix.";
                problems.error(name, "Where the log goes is not clear", detail);
            }
            Some(true) => {}
            None if config.log_enable.is_unknown() => {}
            _ if unset || value.is_unknown() => {}
            _ => {
                let detail = format!("{name} needs log_enable = true.");
                problems.error(name, "Nothing is logged", detail);
            }
        }
    }
}

/// What is asked for; `None` for no log.
pub(super) fn to_api(bucket: &Bucket) -> LoggingStatus {
    let enabled = bucket.log_enable.is_known_and(|on| *on).then(|| LoggingEnabled {
        bucket: bucket.log_target_bucket.or_default(),
        prefix: bucket.log_prefix.or_default(),
    });
    LoggingStatus { enabled }
}

pub(super) fn adopt(bucket: &mut Bucket, found: LoggingStatus) {
    bucket.log_enable = found.enabled.is_some().into();
    let (target, prefix) = match found.enabled {
        Some(LoggingEnabled { bucket, prefix }) => (bucket.into(), prefix.into()),
        None => (Value::Null, Value::Null),
    };
    (bucket.log_target_bucket, bucket.log_prefix) = (target, prefix);
}
