//! CopyFunction (R91): `$LATEST` into another name, namespace or region.

use serde_json::json;

use super::function::{self, Function, Status};
use super::revision::Revision;
use super::{namespace, namespace_of, package, rules};
use crate::call::Call;
use crate::refusal::{Answer, refuse, refused};
use crate::transitions::{FUNCTION_CREATE, Life};

pub(super) fn copy(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let source = function::of_call(call)?;
    source.must_be_settled(p.str("FunctionName"), call.now)?;
    if p.text("TargetRegion").is_some_and(|region| !["", call.region()].contains(&region)) {
        let text = "The local cloud copies functions within a region only.";
        return refused("UnsupportedOperation.CopyFunction", text);
    }
    let target = p.text("TargetNamespace").filter(|name| !name.is_empty());
    let target = target.unwrap_or(namespace_of(p));
    let name = p.str("NewFunctionName");
    namespace::must_be_ready(call, target)?;
    rules::function_name(target, name)?;
    let existing = function::find(&call.store, call.now, target, name)?;
    match existing {
        Some(_) if (target, name) == (namespace_of(p), p.str("FunctionName")) => {
            return refused("FailedOperation.CopyFunction", "A function is no copy of itself.");
        }
        Some(other) if p.bool("Override") == Some(true) => {
            other.must_be_settled(name, call.now)?;
            function::empty(call, target, name, &other)?;
        }
        _ => function::must_be_free(call, target, name)?,
    }
    let function = copied(call, source)?;
    if function.latest.image.is_none() {
        let bytes = call.store.blob(&function.latest.code.sha256)?;
        let missing = || refuse("InternalError", "The code of the function is not stored.");
        package::check_entry(&bytes.ok_or_else(missing)?, function.kind, &function.latest)?;
    }
    function::settle_new(call, target, name, &function)?;
    Ok(json!({}))
}

/// The copy: never versions, triggers or log settings; and without `CopyConfiguration` only what
/// the code needs to run.
fn copied(call: &Call<'_>, source: Function) -> Result<Function, crate::refusal::Refusal> {
    let p = &call.params;
    let number = call.store.next("scf revision")?;
    let mut revision = if p.bool("CopyConfiguration").unwrap_or(true) {
        source.latest
    } else {
        let Revision { code, image, handler, runtime, .. } = source.latest;
        Revision { code, image, handler, runtime, ..Revision::new(call) }
    };
    revision.number = number;
    revision.modified = call.now;
    revision.cls_logset.clear();
    revision.cls_topic.clear();
    revision.deliver_logs(call)?;
    if let Some(text) = p.text("Description") {
        revision.description = rules::description(text)?;
    }
    let life: Life<Status> =
        call.life(&FUNCTION_CREATE, Status::Creating, Status::Active, Status::CreateFailed);
    Ok(Function {
        id: call.new_id("lam")?,
        life,
        latest: revision,
        serving: None,
        published: 0,
        created: call.now,
        ..source
    })
}
