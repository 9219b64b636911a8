//! Changes to `$LATEST`: its code, and its configuration (R272).

use serde_json::json;

use super::function::{self, Function, Kind, Status};
use super::revision::Revision;
use super::{flag, namespace_of, network, package, rules, trigger, version};
use crate::call::Call;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::transitions::FUNCTION_UPDATE;

/// Where UpdateFunctionCode takes code from, beside the object `Code`.
const OLD_SOURCES: [&str; 2] = ["ZipFile", "CosBucketName"];

pub(super) fn code(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let function = settled(call)?;
    let mut revision = function.latest.clone();
    let inside = p.object("Code");
    let image = inside.as_ref().and_then(|code| code.object("ImageConfig"));
    if image.is_some() != revision.image.is_some() {
        let text = "A function of an image stays one, and one of a package too.";
        return refused("InvalidParameterValue.Code", text);
    }
    if let Some(image) = image {
        package::only_image(inside.as_ref())?;
        revision.take_image(call, &image)?;
        return change(call, function, revision);
    }
    if let Some(handler) = p.text("Handler") {
        handler.clone_into(&mut revision.handler);
    }
    if function.kind == Kind::Event {
        rules::handler(rules::runtime(&revision.runtime)?, &revision.handler)?;
    }
    let outside = OLD_SOURCES.iter().any(|name| p.has(name));
    if inside.is_none() && !outside && p.has("Handler") {
        // The handler alone changes; the code that is there must have it.
        let text = "The code of the function is not stored.";
        let stored = call.store.blob(&revision.code.sha256)?;
        let stored = stored.ok_or_else(|| refuse("InternalError", text))?;
        package::check_entry(&stored, function.kind, &revision)?;
    } else {
        if inside.is_some() && outside {
            let text = "Code comes from one source: either Code or the members beside it.";
            return refused("InvalidParameterValue.Code", text);
        }
        let bytes = match &inside {
            Some(code) => package::sent(call, code)?,
            None => package::sent_by(call, p, &OLD_SOURCES)?,
        };
        revision.take_code(call, function.kind, &bytes)?;
    }
    change(call, function, revision)
}

pub(super) fn configuration(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let function = settled(call)?;
    let mut revision = function.latest.clone();
    if p.text("Runtime").is_some_and(|runtime| !["", &revision.runtime].contains(&runtime)) {
        let text = format!("The runtime of a function stays what it is, {}.", revision.runtime);
        return refused("InvalidParameterValue.Runtime", text);
    }
    revision.apply(call, function.kind, function.async_run, function.web_socket)?;
    if let Some(on) = flag(p, "L5Enable", "InvalidParameterValue.L5Enable")? {
        revision.l5 = on;
    }
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    let topic = &revision.cls_topic;
    if *topic != function.latest.cls_topic && trigger::would_loop_into(call, topic, &id)? {
        let text = format!(
            "Lines in the topic {topic} call this function, directly or by way of others: it would \
             call itself for ever. Write its logs elsewhere."
        );
        return refused("InvalidParameterValue.Cls", text);
    }
    revision.ignore_sys_log = p.bool("IgnoreSysLog").unwrap_or(revision.ignore_sys_log);
    change(call, function, revision)
}

fn settled(call: &Call<'_>) -> Result<Function, Refusal> {
    let function = function::of_call(call)?;
    function.must_be_settled(call.params.str("FunctionName"), call.now)?;
    Ok(function)
}

/// Puts a revision in the place of `$LATEST`'s; what ran so far runs until the change succeeds.
fn change(call: &Call<'_>, mut function: Function, mut revision: Revision) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let id = function::id(namespace, name);
    let publish = flag(p, "Publish", "InvalidParameterValue")?.unwrap_or(false);
    revision.number = call.store.next("scf revision")?;
    revision.modified = call.now;
    let failed_before = function.status(call.now) == Status::UpdateFailed;
    let versions = version::all(&call.store, &id)?;
    let with =
        |latest| versions.iter().map(|(_, v)| &v.revision).chain([latest]).collect::<Vec<_>>();
    network::settle(call, &id, &with(&function.latest), &with(&revision))?;
    let replaced = std::mem::replace(&mut function.latest, revision);
    let dropped = match function.serving.take() {
        // The last change never worked, so what ran before it goes on running.
        Some(serving) if failed_before => {
            function.serving = Some(serving);
            Some(replaced)
        }
        before => {
            function.serving = Some(replaced);
            before
        }
    };
    function.latest.hold(&call.store)?;
    if let Some(dropped) = &dropped {
        dropped.release(&call.store)?;
    }
    function.life =
        call.life(&FUNCTION_UPDATE, Status::Updating, Status::Active, Status::UpdateFailed);
    if publish {
        version::add(call, &id, &mut function, "")?;
    }
    call.store.put(&id, &function)?;
    Ok(json!({}))
}
