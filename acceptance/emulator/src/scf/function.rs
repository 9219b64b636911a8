//! Functions: what one is, and how it is created and deleted.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::alias::{self, Alias};
use super::revision::Revision;
use super::trigger;
use super::version::{self, Version};
use super::{LATEST, TAG, event_invoke, flag, image, namespace, namespace_of, network, package};
use super::{provisioned, reserved, rules};
use crate::accounts::Standing;
use crate::call::Call;
use crate::clock::Time;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::runtime::FunctionKey;
use crate::store::{Record, Scope, StoreError};
use crate::tags;
use crate::transitions::{FUNCTION_CREATE, FUNCTION_DELETE, Life};

/// A function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// `lam-xxxxxxxx`.
    pub id: String,
    /// Whether it takes events or HTTP.
    pub kind: Kind,
    pub(super) life: Life<Status>,
    /// What `$LATEST` is set to.
    pub(super) latest: Revision,
    /// What runs while the newest change has not succeeded.
    pub(super) serving: Option<Revision>,
    pub(super) async_run: bool,
    pub(super) trace: bool,
    pub(super) web_socket: bool,
    /// The highest version number so far; numbers are never used again (R274).
    pub(super) published: u64,
    pub(super) created: Time,
}

impl Record for Function {
    const KIND: &'static str = "scf.function";
}

/// R62: the two types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// It takes events.
    Event,
    /// It takes HTTP requests: a web function.
    Http,
}

/// Where a function or a version is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It is being made.
    Creating,
    /// It could not be made; it can only be deleted.
    CreateFailed,
    /// It works.
    Active,
    /// It is being changed; what it was before still works.
    Updating,
    /// It could not be changed; what it was before still works.
    UpdateFailed,
    /// A version is being made of it.
    Publishing,
    /// No version could be made of it; it still works.
    PublishFailed,
    /// It is going.
    Deleting,
    /// It did not go.
    DeleteFailed,
    /// It is no more.
    Gone,
}

impl Status {
    /// As the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::CreateFailed => "CreateFailed",
            Self::Active => "Active",
            Self::Updating => "Updating",
            Self::UpdateFailed => "UpdateFailed",
            Self::Publishing => "Publishing",
            Self::PublishFailed => "PublishFailed",
            Self::Deleting | Self::Gone => "Deleting",
            Self::DeleteFailed => "DeleteFailed",
        }
    }
}

impl Kind {
    /// As the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::Http => "HTTP",
        }
    }
}

impl Function {
    /// Where it is in its life.
    #[must_use]
    pub fn status(&self, now: Time) -> Status {
        self.life.at(now)
    }

    /// The revision that `$LATEST` runs.
    #[must_use]
    pub fn running(&self, now: Time) -> &Revision {
        match self.status(now) {
            Status::Updating | Status::UpdateFailed => {
                self.serving.as_ref().unwrap_or(&self.latest)
            }
            _ => &self.latest,
        }
    }

    /// Refuses new names for what is not there yet, or not for long.
    pub(super) fn must_exist_whole(&self, name: &str, now: Time) -> Result<(), Refusal> {
        match self.status(now) {
            Status::Updating | Status::Publishing => Ok(()),
            _ => self.must_be_settled(name, now),
        }
    }

    /// Refuses changes while it is being made, changed or deleted.
    pub(super) fn must_be_settled(&self, name: &str, now: Time) -> Result<(), Refusal> {
        match self.status(now) {
            Status::Active | Status::UpdateFailed | Status::PublishFailed => Ok(()),
            status => {
                let text = format!("{name} is {}; wait until it is Active.", status.name());
                refused("FailedOperation.FunctionStatusError", text)
            }
        }
    }
}

/// Where a function is stored.
#[must_use]
pub fn id(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}

/// The id under which a function's tags are stored.
pub(super) fn tag_id(namespace: &str, name: &str) -> String {
    format!("{namespace}/function/{name}")
}

/// A function by its name, unless it is gone.
///
/// # Errors
/// When the store fails.
pub fn find(
    here: &Scope<'_>,
    now: Time,
    namespace: &str,
    name: &str,
) -> Result<Option<Function>, StoreError> {
    let found = here.get::<Function>(&id(namespace, name))?;
    Ok(found.filter(|function| function.status(now) != Status::Gone))
}

/// What a qualifier can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// `$LATEST` or a number.
    Version,
    /// A name.
    Alias,
}

/// What a qualifier of a function is; `None` if the function has none of that name.
///
/// # Errors
/// When the store fails.
pub fn qualifier(
    here: &Scope<'_>,
    namespace: &str,
    name: &str,
    qualifier: &str,
) -> Result<Option<Qualifier>, StoreError> {
    let id = id(namespace, name);
    if qualifier == LATEST || version::find(here, &id, qualifier)?.is_some() {
        return Ok(Some(Qualifier::Version));
    }
    Ok(alias::find(here, &id, qualifier)?.map(|_| Qualifier::Alias))
}

/// A function by its name, or the refusal of a caller who named none.
///
/// # Errors
/// `ResourceNotFound.Namespace`, `ResourceNotFound.Function`.
pub fn named(
    here: &Scope<'_>,
    now: Time,
    namespace: &str,
    name: &str,
) -> Result<Function, Refusal> {
    if let Some(function) = find(here, now, namespace, name)? {
        return Ok(function);
    }
    namespace::must_exist(here, namespace)?;
    let text = format!("There is no function {name} in the namespace {namespace}.");
    refused("ResourceNotFound.Function", text)
}

/// The function that a call is about.
pub(super) fn of_call(call: &Call<'_>) -> Result<Function, Refusal> {
    let name = call.params.str("FunctionName");
    named(&call.store, call.now, namespace_of(&call.params), name)
}

/// Every function of a namespace that is not gone, with its name.
pub(super) fn all(
    here: &Scope<'_>,
    now: Time,
    namespace: &str,
) -> Result<Vec<(String, Function)>, StoreError> {
    let prefix = id(namespace, "");
    let found = here.scan::<Function>(&prefix)?.into_iter();
    let alive = found.filter(|(_, function)| function.status(now) != Status::Gone);
    Ok(alive.map(|(id, function)| (id[prefix.len()..].to_owned(), function)).collect())
}

/// Clears away what is left of functions that are gone.
fn sweep(call: &Call<'_>, namespace: &str) -> Result<(), StoreError> {
    for (key, function) in call.store.scan::<Function>(&id(namespace, ""))? {
        if function.status(call.now) == Status::Gone {
            call.store.remove::<Function>(&key)?;
        }
    }
    Ok(())
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    namespace::must_be_ready(call, namespace)?;
    rules::function_name(namespace, name)?;
    must_be_free(call, namespace, name)?;
    let kind = match p.str("Type") {
        "" | "Event" => Kind::Event,
        "HTTP" => Kind::Http,
        other => {
            let text = format!("Type `{other}` must be Event or HTTP.");
            return refused("InvalidParameterValue.Type", text);
        }
    };
    let mut function = unmade(call, kind)?;
    // The shape makes Code a required member.
    let code = p.object("Code");
    let image = code.as_ref().and_then(|code| code.object("ImageConfig"));
    let revision = &mut function.latest;
    match &image {
        Some(config) => {
            package::only_image(code.as_ref())?;
            revision.handler.clear();
            revision.init_timeout = image::INIT_TIMEOUT;
            revision.take_image(call, config)?;
            if !["", image::RUNTIME].contains(&p.str("Runtime")) {
                let text =
                    format!("An image is its own runtime: leave it out or say {}.", image::RUNTIME);
                return refused("InvalidParameterValue.Runtime", text);
            }
        }
        None => identify(revision, call, kind)?,
    }
    let code = match (&image, code) {
        (None, Some(code)) => package::sent(call, &code)?,
        _ => Vec::new(),
    };
    revision.apply(call, kind, function.async_run, function.web_socket)?;
    if image.is_none() {
        revision.take_code(call, kind, &code)?;
    }
    tags::set_from(call, tags::FUNCTION, &tag_id(namespace, name), &p.objects("Tags"), TAG)?;
    settle_new(call, namespace, name, &function)?;
    let runtime = function.latest.runtime;
    call.after(move |cloud| cloud.runtime.prepare(&runtime));
    Ok(json!({}))
}

/// Takes over the runtime of a new function, and its handler (R66 to R70).
fn identify(revision: &mut Revision, call: &Call<'_>, kind: Kind) -> Result<(), Refusal> {
    let p = &call.params;
    if let Some(runtime) = p.text("Runtime").filter(|runtime| !runtime.is_empty()) {
        revision.runtime = rules::runtime(runtime)?.name.to_owned();
    }
    if let Some(handler) = p.text("Handler") {
        handler.clone_into(&mut revision.handler);
    }
    if kind == Kind::Event {
        rules::handler(rules::runtime(&revision.runtime)?, &revision.handler)?;
    }
    Ok(())
}

/// A function that has nothing but its type yet, with what cannot be changed later.
fn unmade(call: &Call<'_>, kind: Kind) -> Result<Function, Refusal> {
    let p = &call.params;
    let async_run =
        flag(p, "AsyncRunEnable", "InvalidParameterValue.AsyncRunEnable")?.unwrap_or(false);
    let trace = flag(p, "TraceEnable", "InvalidParameterValue.TraceEnable")?.unwrap_or(false);
    if trace && !async_run {
        // R85.
        let text = "TraceEnable needs AsyncRunEnable.";
        return refused("InvalidParameterValue.TraceEnable", text);
    }
    let web_socket = match p.str("ProtocolType") {
        "" => false,
        "WS" if kind == Kind::Http => true,
        _ => {
            let text = "ProtocolType may be WS, for functions of the type HTTP.";
            return refused("InvalidParameterValue.ProtocolType", text);
        }
    };
    // Both are what happens anyway (R195, R201).
    for member in ["AutoDeployClsTopicIndex", "AutoCreateClsTopic"] {
        flag(p, member, "InvalidParameterValue.Cls")?;
    }
    Ok(Function {
        id: call.new_id("lam")?,
        kind,
        life: call.life(&FUNCTION_CREATE, Status::Creating, Status::Active, Status::CreateFailed),
        latest: Revision { number: call.store.next("scf revision")?, ..Revision::new(call) },
        serving: None,
        async_run,
        trace,
        web_socket,
        published: 0,
        created: call.now,
    })
}

/// R311, R59, R33: functions can be made, the name is unused and there is room for one more.
pub(super) fn must_be_free(call: &Call<'_>, namespace: &str, name: &str) -> Result<(), Refusal> {
    if !Standing::of(call)?.function_role {
        let text = "The function platform may not act for this account yet: with the main account, \
                    authorise the role SCF_QcsRole in the console of the function platform.";
        return refused("FailedOperation.QcsRoleNotFound", text);
    }
    sweep(call, namespace)?;
    let others = all(&call.store, call.now, namespace)?;
    if others.iter().any(|(other, _)| other == name) {
        let text = format!("There is a function {name} in the namespace {namespace} already.");
        return refused("ResourceInUse.Function", text);
    }
    let remedy = "use another namespace, split the function or raise the quota";
    call.within(&quotas::FUNCTIONS, others.len() + 1, remedy)
}

/// Stores a new function with the alias that every function has (R294).
pub(super) fn settle_new(
    call: &Call<'_>,
    namespace: &str,
    name: &str,
    function: &Function,
) -> Result<(), Refusal> {
    let id = id(namespace, name);
    network::settle(call, &id, &[], &[&function.latest])?;
    function.latest.hold(&call.store)?;
    call.store.put(&id, function)?;
    Ok(alias::put_default(call, &id)?)
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let function = of_call(call)?;
    match p.text("Qualifier") {
        None | Some("") => {}
        Some(LATEST) => {
            let text = "$LATEST goes with the function; leave the Qualifier out.";
            return refused("InvalidParameterValue.Qualifier", text);
        }
        Some(qualifier) => return version::remove(call, &function, qualifier),
    }
    match function.status(call.now) {
        Status::Creating | Status::Updating | Status::Publishing => {
            function.must_be_settled(name, call.now)?;
        }
        Status::Deleting => return Ok(json!({})),
        _ => {}
    }
    let life = call.life(&FUNCTION_DELETE, Status::Deleting, Status::Gone, Status::DeleteFailed);
    let mut function = Function { life, ..function };
    if function.life.end() == Status::Gone {
        empty(call, namespace, name, &function)?;
        function.serving = None;
    }
    call.store.put(&id(namespace, name), &function)?;
    Ok(json!({}))
}

/// Takes away everything that a function has: versions, aliases, triggers, tags, code, addresses.
pub(super) fn empty(
    call: &Call<'_>,
    namespace: &str,
    name: &str,
    function: &Function,
) -> Result<(), Refusal> {
    let (id, here) = (id(namespace, name), &call.store);
    trigger::remove_all(call, &id, None)?;
    let versions = version::all(here, &id)?;
    let mut held: Vec<_> = versions.iter().map(|(_, version)| &version.revision).collect();
    held.push(&function.latest);
    network::settle(call, &id, &held, &[])?;
    for revision in held.into_iter().chain(&function.serving) {
        revision.release(here)?;
    }
    for (key, _) in here.scan::<Version>(&format!("{id}/"))? {
        here.remove::<Version>(&key)?;
    }
    for (key, _) in here.scan::<Alias>(&format!("{id}/"))? {
        here.remove::<Alias>(&key)?;
    }
    reserved::forget(here, &id)?;
    provisioned::forget(here, &id, None)?;
    event_invoke::forget(here, &id)?;
    tags::forget(here, tags::FUNCTION, &tag_id(namespace, name))?;
    let key = runtime_key(call, namespace, name, LATEST);
    call.after(move |cloud| cloud.called.forget(&cloud.runtime, &key));
    Ok(())
}

/// The name by which the runtime knows a version.
pub(super) fn runtime_key(
    call: &Call<'_>,
    namespace: &str,
    name: &str,
    version: &str,
) -> FunctionKey {
    FunctionKey {
        appid: call.account.app_id.to_string(),
        region: call.region().to_owned(),
        namespace: namespace.to_owned(),
        function: name.to_owned(),
        version: version.to_owned(),
    }
}

/// The refusal for a qualifier that names nothing.
pub(super) fn no_version(name: &str, qualifier: &str) -> Refusal {
    let code = if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        "ResourceNotFound.Version"
    } else {
        "ResourceNotFound.Qualifier"
    };
    refuse(code, format!("The function {name} has no version or alias {qualifier}."))
}
