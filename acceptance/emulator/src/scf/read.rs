//! What a function is: GetFunction and GetFunctionAddress.

use serde_json::{Value, json};

use super::concurrency::Concurrency;
use super::dead_letter::DeadLetters;
use super::function::{self, Function, Kind, Status};
use super::image::Image;
use super::revision::Revision;
use super::version::{self, Version};
use super::{LATEST, TAG, alias, mount, namespace_of, network, package, trigger, word};
use crate::call::Call;
use crate::clock::Time;
use crate::refusal::{Answer, Refusal, refused};
use crate::tags;
use crate::transitions::Reason;

/// A function at one of its versions.
struct View<'a> {
    version: String,
    revision: &'a Revision,
    description: &'a str,
    status: Status,
    reasons: &'a [Reason],
    created: Time,
}

/// The version that a qualifier stands for; `None` for `$LATEST`.
fn published(
    call: &Call<'_>,
    id: &str,
    name: &str,
    qualifier: &str,
) -> Result<Option<(u64, Version)>, Refusal> {
    let here = &call.store;
    let target = match qualifier {
        "" | LATEST => return Ok(None),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => number.to_owned(),
        alias => match alias::find(here, id, alias)? {
            Some(alias) if alias.version == LATEST => return Ok(None),
            Some(alias) => alias.version,
            None => return Err(function::no_version(name, qualifier)),
        },
    };
    let found = version::find(here, id, &target)?;
    found.map(Some).ok_or_else(|| function::no_version(name, qualifier))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let function = function::of_call(call)?;
    let qualifier = p.text("Qualifier").filter(|q| !q.is_empty()).unwrap_or(LATEST);
    let id = function::id(namespace, name);
    let version = published(call, &id, name, qualifier)?;
    let view = match &version {
        None => View {
            version: LATEST.to_owned(),
            revision: &function.latest,
            description: &function.latest.description,
            status: function.status(call.now),
            reasons: function.life.reasons(call.now),
            created: function.created,
        },
        Some((number, version)) => View {
            version: number.to_string(),
            revision: &version.revision,
            description: &version.description,
            status: version.life.at(call.now),
            reasons: version.life.reasons(call.now),
            created: version.created,
        },
    };
    let tags = tags::of(&call.store, tags::FUNCTION, &function::tag_id(namespace, name))?;
    let layers = view.revision.layers.iter().map(|layer| layer.show(&call.store, call.now));
    let mut answer = show(&function, &view);
    extend(&mut answer, network::show(&call.store, view.revision)?);
    extend(&mut answer, mount::show(call, view.revision)?);
    extend(
        &mut answer,
        json!({
            "FunctionName": name,
            "Namespace": namespace,
            "Qualifier": qualifier,
            "Triggers": trigger::shown(&call.store, &id)?,
            "Tags": tags.list(TAG),
            "Layers": layers.collect::<Result<Vec<_>, _>>()?,
        }),
    );
    Ok(answer)
}

fn extend(answer: &mut Value, more: Value) {
    if let (Value::Object(answer), Value::Object(more)) = (answer, more) {
        answer.extend(more);
    }
}

fn show(function: &Function, view: &View<'_>) -> Value {
    let revision = view.revision;
    let mut answer = revision.summary();
    extend(&mut answer, show_state(function, view));
    extend(&mut answer, show_configuration(revision));
    let ws = revision.web_socket_idle.map(|idle| json!({"WSParams": {"IdleTimeOut": idle}}));
    extend(
        &mut answer,
        json!({
            "Description": view.description,
            "AsyncRunEnable": word(function.async_run),
            "TraceEnable": word(function.trace),
            "Type": function.kind.name(),
            "ProtocolType": if function.web_socket { "WS" } else { "" },
            "ProtocolParams": ws,
            "InstanceConcurrencyConfig": revision.concurrency.as_ref().map(Concurrency::show),
            "Handler": match function.kind {
                Kind::Event => &revision.handler,
                Kind::Http => "",
            },
        }),
    );
    answer
}

fn show_state(function: &Function, view: &View<'_>) -> Value {
    let reasons: Vec<_> = view
        .reasons
        .iter()
        .map(|reason| json!({"ErrorCode": reason.code, "ErrorMessage": reason.message}))
        .collect();
    json!({
        "FunctionId": function.id,
        "FunctionVersion": view.version,
        "Status": view.status.name(),
        "StatusDesc": view.reasons.first().map_or("", |reason| &reason.message),
        "StatusReasons": reasons,
        "AvailableStatus": "Available",
        "AddTime": view.created.local(),
        "ModTime": view.revision.modified.local(),
        "CodeInfo": "",
        "CodeResult": "success",
        "CodeError": "",
        "ErrNo": 0,
    })
}

fn show_configuration(revision: &Revision) -> Value {
    let variables: Vec<_> = revision
        .environment
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    json!({
        "Environment": {"Variables": variables},
        "InitTimeout": revision.init_timeout,
        "Role": revision.role,
        "ClsLogsetId": revision.cls_logset,
        "ClsTopicId": revision.cls_topic,
        "InstallDependency": "FALSE",
        "L5Enable": word(revision.l5),
        "DnsCache": word(revision.dns_cache),
        "UseGpu": "FALSE",
        "OnsEnable": "",
        "AccessInfo": {"Host": "", "Vip": ""},
        "DeadLetterConfig": DeadLetters::show(revision.dead_letters.as_ref()),
        "ImageConfig": revision.image.as_ref().map(Image::show),
    })
}

pub(super) fn address(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let function = function::of_call(call)?;
    let id = function::id(namespace, name);
    let version = published(call, &id, name, p.str("Qualifier"))?;
    let revision = version.as_ref().map_or(&function.latest, |(_, version)| &version.revision);
    if revision.image.is_some() {
        let text = format!("The code of {name} is an image; there is no package.");
        return refused("UnsupportedOperation", text);
    }
    Ok(json!({"Url": package::url(call, &revision.code), "CodeSha256": revision.code.sha256}))
}
