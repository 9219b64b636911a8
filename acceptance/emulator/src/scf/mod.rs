//! Serverless cloud functions: namespaces, functions, versions, aliases, triggers, invocations.

pub mod account;
pub mod alias;
mod async_event;
mod concurrency;
mod copy;
pub mod dead_letter;
mod domain;
mod event_invoke;
pub mod function;
mod hosting;
mod image;
pub mod invoke;
mod layer;
mod list;
mod load;
pub mod log;
mod mount;
pub mod namespace;
mod network;
mod package;
mod provisioned;
pub mod queue;
mod read;
mod reserved;
pub mod revision;
mod routing;
mod rules;
mod total;
mod tracking;
pub mod trigger;
mod update;
pub mod version;

use crate::call::{Action, live, read, write};
use crate::params::Params;
use crate::refusal::{Refusal, refused};

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("CreateNamespace", namespace::create),
    read("ListNamespaces", namespace::list),
    write("UpdateNamespace", namespace::update),
    write("DeleteNamespace", namespace::delete),
    write("CreateFunction", function::create),
    read("GetFunction", read::get),
    read("GetFunctionAddress", read::address),
    read("ListFunctions", list::list),
    write("UpdateFunctionCode", update::code),
    write("UpdateFunctionConfiguration", update::configuration),
    write("DeleteFunction", function::delete),
    write("CopyFunction", copy::copy),
    write("PublishVersion", version::publish),
    read("ListVersionByFunction", version::list),
    write("DeleteFunctionVersion", version::delete),
    write("PublishLayerVersion", layer::publish),
    read("GetLayerVersion", layer::get),
    write("DeleteLayerVersion", layer::delete),
    read("ListLayerVersions", layer::versions),
    read("ListLayers", layer::list),
    write("CreateAlias", alias::create),
    read("GetAlias", alias::get),
    read("ListAliases", alias::list),
    write("UpdateAlias", alias::update),
    write("DeleteAlias", alias::delete),
    write("PutTotalConcurrencyConfig", total::put),
    write("PutReservedConcurrencyConfig", reserved::put),
    read("GetReservedConcurrencyConfig", reserved::get),
    write("DeleteReservedConcurrencyConfig", reserved::delete),
    write("PutProvisionedConcurrencyConfig", provisioned::put),
    read("GetProvisionedConcurrencyConfig", provisioned::get),
    write("DeleteProvisionedConcurrencyConfig", provisioned::delete),
    write("UpdateFunctionEventInvokeConfig", event_invoke::update),
    read("GetFunctionEventInvokeConfig", event_invoke::get),
    read("ListTriggers", trigger::list),
    write("CreateCustomDomain", domain::create),
    read("GetCustomDomain", domain::get),
    read("ListCustomDomains", domain::list),
    write("UpdateCustomDomain", domain::update),
    write("DeleteCustomDomain", domain::delete),
    write("CreateTrigger", trigger::create),
    write("UpdateTrigger", trigger::update),
    write("UpdateTriggerStatus", trigger::update_status),
    write("DeleteTrigger", trigger::delete),
    live("Invoke", invoke::invoke_action),
    live("InvokeFunction", invoke::invoke_function_action),
    read("ListAsyncEvents", async_event::list),
    read("GetAsyncEventStatus", async_event::status),
    live("TerminateAsyncEvent", async_event::terminate),
    read("GetFunctionLogs", log::function_logs),
    read("GetRequestStatus", log::request_status),
    read("GetAccount", account::get),
];

/// The version that can be edited (R271).
pub const LATEST: &str = "$LATEST";
/// The alias that calls without a qualifier go through (R293).
pub const DEFAULT_ALIAS: &str = "$DEFAULT";
/// The namespace that always exists (R57).
pub const DEFAULT_NAMESPACE: &str = "default";

const TAG: [&str; 2] = ["Key", "Value"];
/// The longest page of a list.
const MOST: i64 = 100;

/// The namespace that a request is about.
fn namespace_of<'a>(p: &Params<'a>) -> &'a str {
    p.text("Namespace").filter(|name| !name.is_empty()).unwrap_or(DEFAULT_NAMESPACE)
}

/// `TRUE` and `FALSE`, as this service's requests carry them.
fn flag(p: &Params<'_>, member: &str, code: &'static str) -> Result<Option<bool>, Refusal> {
    match p.text(member) {
        None | Some("") => Ok(None),
        Some("TRUE") => Ok(Some(true)),
        Some("FALSE") => Ok(Some(false)),
        Some(other) => refused(code, format!("{member} is `{other}`; it must be TRUE or FALSE.")),
    }
}

/// The inverse of [`flag`].
fn word(flag: bool) -> &'static str {
    if flag { "TRUE" } else { "FALSE" }
}

/// The order of a list: descending unless the request says `ASC`.
fn descending(p: &Params<'_>, usual: bool) -> Result<bool, Refusal> {
    match p.str("Order") {
        "" => Ok(usual),
        "ASC" => Ok(false),
        "DESC" => Ok(true),
        other => {
            let text = format!("Order is `{other}`; it must be ASC or DESC.");
            refused("InvalidParameterValue.Order", text)
        }
    }
}
