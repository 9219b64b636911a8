//! Six-segment names: `qcs::SERVICE:REGION:uin/UIN:PREFIX/ID`.

use crate::call::Call;
use crate::refusal::{Refusal, refused};
use crate::tags::{TAGGABLES, Taggable};

/// An object that can be tagged, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resource<'a> {
    /// What it is.
    pub(super) kind: Taggable,
    /// The region; empty for what has none.
    pub(super) region: &'a str,
    /// The id.
    pub(super) id: &'a str,
}

impl<'a> Resource<'a> {
    /// Reads a six-segment name. The UIN may be left out.
    ///
    /// # Errors
    /// `InvalidParameterValue.*` for a name of nothing, `FailedOperation.ResourceAppIdNotSame` for
    /// another account's.
    pub(super) fn read(call: &Call<'_>, name: &'a str) -> Result<Self, Refusal> {
        let segments: Vec<_> = name.splitn(6, ':').collect();
        let [qcs, "", service, region, owner, object] = segments[..] else {
            return malformed(name);
        };
        let (Some(uin), Some((prefix, id)), "qcs") =
            (owner.strip_prefix("uin/"), object.split_once('/'), qcs)
        else {
            return malformed(name);
        };
        if !uin.is_empty() && uin != call.account.uin {
            let text = format!("{name} belongs to another account.");
            return refused("FailedOperation.ResourceAppIdNotSame", text);
        }
        Self::of(service, region, prefix, id)
    }

    /// A resource by the parts of its name.
    ///
    /// # Errors
    /// `InvalidParameterValue.ServiceTypeInvalid`, `InvalidParameterValue.ResourcePrefixInvalid`.
    pub(super) fn of(
        service: &str,
        region: &'a str,
        prefix: &str,
        id: &'a str,
    ) -> Result<Self, Refusal> {
        let of_service = || TAGGABLES.iter().filter(|kind| kind.service == service);
        if let Some(kind) = of_service().find(|kind| kind.prefix == prefix) {
            return Ok(Self { kind: *kind, region, id });
        }
        if of_service().next().is_none() {
            let text = format!("The local cloud has no tagged objects of the service `{service}`.");
            return refused("InvalidParameterValue.ServiceTypeInvalid", text);
        }
        let text = format!("The service {service} has no tagged objects under `{prefix}`.");
        refused("InvalidParameterValue.ResourcePrefixInvalid", text)
    }

    /// The resource whose tags lie under that key.
    pub(super) fn of_key(region: &'a str, key: &'a str) -> Option<Self> {
        let (service, object) = key.split_once(':')?;
        let (prefix, id) = object.split_once('/')?;
        Self::of(service, region, prefix, id).ok()
    }

    /// Where its tags lie.
    pub(super) fn key(&self) -> String {
        self.kind.key(self.id)
    }

    /// Refuses names of nothing.
    ///
    /// # Errors
    /// `InvalidParameterValue.ResourceIdInvalid`.
    pub(super) fn must_exist(&self, call: &Call<'_>) -> Result<(), Refusal> {
        if self.kind.exists(&call.store.in_region(self.region), self.id)? {
            return Ok(());
        }
        let text = format!("There is no {} {} in `{}`.", self.kind.prefix, self.id, self.region);
        refused("InvalidParameterValue.ResourceIdInvalid", text)
    }
}

fn malformed<T>(name: &str) -> Result<T, Refusal> {
    let text = format!("`{name}` is not of the form qcs::service:region:uin/number:prefix/id.");
    refused("InvalidParameterValue.ResourceDescriptionError", text)
}

/// The name of the object whose tags lie under a key.
pub(super) fn name(uin: &str, region: &str, key: &str) -> String {
    let (service, object) = key.split_once(':').unwrap_or((key, ""));
    format!("qcs::{service}:{region}:uin/{uin}:{object}")
}

/// Whether two names are of one object; the UIN may be missing in the first.
pub(super) fn same(one: &str, full: &str) -> bool {
    let without_uin = |name: &str| {
        let segments: Vec<_> = name.splitn(6, ':').collect();
        match segments[..] {
            [_, _, service, region, _, object] => format!("{service}:{region}:{object}"),
            _ => name.to_owned(),
        }
    };
    one == full || (one.contains(":uin/:") && without_uin(one) == without_uin(full))
}
