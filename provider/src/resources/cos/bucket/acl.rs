//! Who may read and write a bucket, as a document.

use tencentcloud_api::cos::Acl;
use tf_protocol::Change;
use tf_schema::check::Check;
use tf_schema::{Diagnostics, Value};

use super::Bucket;

/// The form of a document.
pub(super) fn check(text: &String) -> Check {
    match Acl::read(text) {
        Ok(_) => Ok(()),
        Err(why) => Err(format!("Expected an XML document AccessControlPolicy: {why}.")),
    }
}

/// Whether two documents mean the same.
pub(super) fn mean_same(one: &String, other: &String) -> bool {
    match (Acl::read(one), Acl::read(other)) {
        (Ok(one), Ok(other)) => one.means_same(&other),
        _ => false,
    }
}

/// A document and a canned ACL may not contradict each other.
pub(super) fn check_pair(config: &Bucket, problems: &mut Diagnostics) {
    let (Some(canned), Some(body)) = (config.acl.known(), config.acl_body.known()) else { return };
    let Ok(body) = Acl::read(body) else { return };
    if body.open_to() != canned {
        let detail = format!(
            "acl is {canned:?}, and acl_body makes the bucket {:?}. Leave acl out: acl_body says \
             everything.",
            body.open_to()
        );
        problems.error("acl", "acl and acl_body contradict each other", detail);
    }
}

/// A document that is configured decides `acl`; where none is, `acl` decides everything.
pub(super) fn plan(change: &mut Change<Bucket>) {
    match &change.config.acl_body {
        Value::Known(body) => {
            if let Ok(body) = Acl::read(body)
                && change.config.acl.is_null()
            {
                change.set::<String>("acl", body.open_to().to_owned());
            }
        }
        Value::Unknown if change.config.acl.is_null() => change.set_unknown("acl"),
        Value::Unknown => {}
        Value::Null => {
            let prior = change.prior.as_ref().and_then(|prior| prior.acl_body.known());
            let stands = prior.and_then(|body| Acl::read(body).ok()).is_some_and(|body| {
                let canned = Acl::canned(&body.owner, change.planned.acl.text());
                change.planned.acl.is_known() && body.means_same(&canned)
            });
            if !stands && !change.planned.chdfs_ofs.is_known_and(|on| *on) {
                change.set_unknown("acl_body");
            }
        }
    }
}

/// What the cloud holds, in the words of the user where they mean the same.
pub(super) fn adopt(current: &Value<String>, found: &Acl) -> Value<String> {
    match current {
        Value::Known(text) if Acl::read(text).is_ok_and(|own| own.means_same(found)) => {
            current.clone()
        }
        _ => found.text().into(),
    }
}
