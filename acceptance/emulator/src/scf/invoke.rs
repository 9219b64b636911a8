//! Calls of functions: by the API, by a load balancer, by a trigger, all on one way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use serde_json::{Map, Value, json};

use super::function::{self, Function, Kind, Status};
use super::load::{Loads, Running};
use super::queue::{self, Asked, Queues};
use super::revision::Revision;
use super::trigger::topic::Topic;
use super::{
    DEFAULT_ALIAS, LATEST, alias, async_event, log, namespace_of, network, reserved, total, version,
};
use crate::accounts::{Account, SECRET_KEY};
use crate::call::{Call, Live, LiveAnswer};
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::cls::logs::{self, Logs, Written};
use crate::refusal::{Answer, Refusal, refused};
use crate::runtime::{
    Credentials, FunctionKey, FunctionSpec, Invocation, Outcome, Package, Quota, Reach, Runtime,
    Status as Ended, Stops, WebBody, WebCall,
};
use crate::store::Scope;

/// R53.
pub(super) const ASYNC_EVENT_BYTES: usize = 128 << 10;
const ROUTING_KEY_BYTES: usize = 1024;
/// The kind of calls that come through the API, as the lists of events say it.
const API: &str = "API";
/// How much of a log goes into an answer.
const LOG_TAIL_BYTES: usize = 4096;

/// What a call is for.
#[derive(Debug, Clone)]
pub struct Target {
    /// Whose function.
    pub account: Arc<Account>,
    /// The region.
    pub region: String,
    /// The namespace.
    pub namespace: String,
    /// The function's name.
    pub function: String,
    /// A version, an alias, or `$LATEST`.
    pub qualifier: String,
    /// R295: the values by which an alias may choose, a JSON object.
    pub routing_key: Option<String>,
}

/// What is known of functions that were called: what the runtime needs of each version, and how the
/// calls went.
#[derive(Default)]
pub struct Called {
    specs: Mutex<HashMap<FunctionKey, Arc<FunctionSpec>>>,
    /// How the calls went.
    pub records: log::Records,
    /// What they wrote into topics of the log service.
    pub logs: Logs,
    /// The events of asynchronous run mode.
    pub(super) events: async_event::Events,
    /// How busy versions are.
    pub(super) loads: Loads,
    /// The calls that wait for nobody.
    pub(super) queues: Queues,
}

impl Called {
    /// Forgets a function that goes; `key` may be of any of its versions.
    pub fn forget(&self, runtime: &Runtime, key: &FunctionKey) {
        runtime.retire_function(key);
        self.lock().retain(|other, _| !log::same_function(other, key));
        self.records.forget(key);
        self.events.forget(key);
    }

    /// Writes down how a call went, and delivers its log into the function's topic; `retry` counts
    /// the tries before it.
    pub(super) fn write_down(
        cloud: &Arc<Cloud>,
        spec: &FunctionSpec,
        outcome: &Outcome,
        started: Time,
        retry: u32,
    ) {
        if outcome.status.ends_instance() {
            cloud.called.loads.broke(spec, started);
        }
        cloud.figures.ended(spec, outcome, cloud.clock.now());
        cloud.called.records.add(&spec.key, log::Record::of(outcome, started, retry));
        if !spec.log_topic.is_empty() {
            let (uin, region) = (spec.uin.clone(), spec.key.region.clone());
            let topic = Topic { uin, region, id: spec.log_topic.clone() };
            logs::write(cloud, &topic, Written::by(&spec.key, outcome, started, retry));
        }
    }

    /// Forgets everything, or what belongs to one account.
    pub fn clear(&self, runtime: &Runtime, uin: Option<&str>) {
        self.loads.clear(uin);
        self.logs.clear(uin);
        self.lock().retain(|key, spec| {
            let stays = uin.is_some_and(|uin| uin != spec.uin);
            if !stays {
                runtime.retire_function(key);
                self.records.forget(key);
                self.events.forget(key);
            }
            stays
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FunctionKey, Arc<FunctionSpec>>> {
        self.specs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls a function and waits for what comes of it.
///
/// # Errors
/// When there is no such function or version, or it cannot run yet. What goes wrong while it runs
/// is an [`Outcome`].
pub async fn invoke(
    cloud: &Arc<Cloud>,
    target: &Target,
    event: Vec<u8>,
    request_id: String,
) -> Result<Outcome, Refusal> {
    let spec = {
        let txn = cloud.store.read()?;
        resolve(cloud, &txn.scope(&target.account.uin, &target.region), target, Kind::Event)?
    };
    run(cloud, &spec, event, request_id).await
}

/// Serves an HTTP request by a web function. How it went is written down when the answer has gone.
///
/// # Errors
/// When there is no such function or version, it takes events, or it cannot run yet. What goes
/// wrong while it runs is part of the answer.
pub async fn serve(
    cloud: &Arc<Cloud>,
    target: &Target,
    request: Request<Incoming>,
) -> Result<Response<WebBody>, Refusal> {
    let spec = {
        let txn = cloud.store.read()?;
        resolve(cloud, &txn.scope(&target.account.uin, &target.region), target, Kind::Http)?
    };
    let (started, called, weak) = (cloud.clock.now(), Arc::clone(&spec), Arc::downgrade(cloud));
    let quota = quota(cloud, &spec)?;
    let running = Running::begin(cloud, &spec);
    let call = WebCall {
        request_id: cloud.ids.request(),
        quota,
        finished: Box::new(move |outcome| {
            drop(running);
            if let Some(cloud) = weak.upgrade() {
                Called::write_down(&cloud, &called, &outcome, started, 0);
            }
        }),
    };
    Ok(cloud.runtime.serve(spec, call, request).await)
}

/// Runs a call once, and writes down how it went.
async fn run(
    cloud: &Arc<Cloud>,
    spec: &Arc<FunctionSpec>,
    event: Vec<u8>,
    request_id: String,
) -> Result<Outcome, Refusal> {
    let started = cloud.clock.now();
    let invocation =
        Invocation { request_id, event, quota: quota(cloud, spec)?, stops: Stops::default() };
    let _running = Running::begin(cloud, spec);
    let outcome = cloud.runtime.invoke(Arc::clone(spec), invocation).await;
    Called::write_down(cloud, spec, &outcome, started, 0);
    Ok(outcome)
}

/// What a call may take: of the function's reserve (R220), or of what nobody has reserved (R221).
pub(super) fn quota(cloud: &Cloud, spec: &FunctionSpec) -> Result<Option<Quota>, Refusal> {
    let txn = cloud.store.read()?;
    let here = txn.scope(&spec.uin, &spec.key.region);
    let mb = |mb: i64| u64::try_from(mb).unwrap_or_default();
    let id = function::id(&spec.key.namespace, &spec.key.function);
    if let Some(reserve) = reserved::of(&here, &id)? {
        return Ok(Some(Quota::Reserved { memory_mb: mb(reserve) }));
    }
    Ok(match total::of(cloud, &here)? {
        i64::MAX => None,
        all => Some(Quota::Shared { memory_mb: mb(all - reserved::sum(&here, "")?) }),
    })
}

/// What the runtime needs to know of the version that a target's qualifier leads to.
pub(super) fn resolve(
    cloud: &Arc<Cloud>,
    here: &Scope<'_>,
    target: &Target,
    kind: Kind,
) -> Result<Arc<FunctionSpec>, Refusal> {
    let now = cloud.clock.now();
    let function = function::named(here, now, &target.namespace, &target.function)?;
    if function.kind != kind {
        // R112.
        let text = match function.kind {
            Kind::Http => "A web function is called by HTTP, not by the API.",
            Kind::Event => "This function takes events; only web functions are called by HTTP.",
        };
        return refused("InvalidParameterValue.FunctionType", text);
    }
    let id = function::id(&target.namespace, &target.function);
    let version = chosen(cloud, here, &id, target)?;
    let (number, published);
    let (name, revision) = if version == LATEST {
        (LATEST.to_owned(), latest(&function, target, now)?)
    } else {
        (number, published) = version::find(here, &id, &version)?
            .ok_or_else(|| function::no_version(&target.function, &version))?;
        if published.life.at(now) != Status::Active {
            let text = format!("Version {number} of {} is not Active yet.", target.function);
            return refused("FailedOperation.FunctionVersionStatusNotActive", text);
        }
        (number.to_string(), &published.revision)
    };
    if revision.image.is_some() {
        let text = format!(
            "{} is a container image. The local cloud keeps images but does not run containers.",
            target.function
        );
        return refused("UnsupportedOperation", text);
    }
    let reach = network::reach(here, now, revision)?;
    Ok(spec(cloud, target, name, &function, revision, reach))
}

/// The version that a qualifier stands for; an alias may choose between two.
fn chosen(cloud: &Cloud, here: &Scope<'_>, id: &str, target: &Target) -> Result<String, Refusal> {
    let qualifier = &target.qualifier;
    if qualifier == LATEST || qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(qualifier.clone());
    }
    let Some(alias) = alias::find(here, id, qualifier)? else {
        return Err(function::no_version(&target.function, qualifier));
    };
    let values = routing_values(target.routing_key.as_deref())?;
    Ok(alias.routing.choose(&alias.version, &values, cloud.ids.chance()).to_owned())
}

fn routing_values(text: Option<&str>) -> Result<Map<String, Value>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Map::new()) };
    match serde_json::from_str(text) {
        Ok(values) if text.len() <= ROUTING_KEY_BYTES => Ok(values),
        _ => {
            let text = "RoutingKey must be a JSON object of at most 1024 bytes.";
            refused("InvalidParameterValue.Param", text)
        }
    }
}

fn latest<'f>(function: &'f Function, target: &Target, now: Time) -> Result<&'f Revision, Refusal> {
    match function.status(now) {
        Status::Creating | Status::CreateFailed | Status::Deleting | Status::Gone => {
            let status = function.status(now).name();
            let text = format!("{} is {status}, not Active.", target.function);
            refused("FailedOperation.FunctionStatusError", text)
        }
        _ => Ok(function.running(now)),
    }
}

fn spec(
    cloud: &Arc<Cloud>,
    target: &Target,
    version: String,
    function: &Function,
    revision: &Revision,
    reach: Option<Reach>,
) -> Arc<FunctionSpec> {
    let key = FunctionKey {
        appid: target.account.app_id.to_string(),
        region: target.region.clone(),
        namespace: target.namespace.clone(),
        function: target.function.clone(),
        version,
    };
    let mut specs = cloud.called.lock();
    if let Some(known) = specs.get(&key).filter(|known| known.revision == revision.number) {
        if known.reach == reach {
            return Arc::clone(known);
        }
        // The network around the function has changed; its instances live in the old one.
        cloud.runtime.retire(&key);
    }
    let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    let spec = Arc::new(FunctionSpec {
        log_topic: revision.cls_topic.clone(),
        uin: target.account.uin.clone(),
        revision: revision.number,
        runtime: revision.runtime.clone(),
        handler: revision.handler.clone(),
        code: package(cloud, target, &revision.code.sha256),
        layers: revision
            .layers
            .iter()
            .map(|layer| package(cloud, target, &layer.code().sha256))
            .collect(),
        mounts: revision
            .mounts
            .iter()
            .map(|mount| mount.to_runtime(cloud, &target.account.uin, &target.region))
            .collect(),
        environment: revision.environment.iter().cloned().collect(),
        memory_mb: u32::try_from(revision.memory).unwrap_or_default(),
        timeout: seconds(revision.timeout),
        init_timeout: seconds(revision.init_timeout),
        // R314: the account's own keys, as the only ones that this cloud accepts.
        credentials: (!revision.role.is_empty()).then(|| Credentials {
            secret_id: target.account.secret_id.clone(),
            secret_key: SECRET_KEY.to_owned(),
            token: String::new(),
        }),
        async_run: function.async_run,
        reach,
        web: (function.kind == Kind::Http).then(|| revision.web()),
        key: key.clone(),
    });
    specs.insert(key, Arc::clone(&spec));
    spec
}

/// The code, read from the store on a cold start. The cloud keeps the package, so the package must
/// not keep the cloud.
fn package(cloud: &Arc<Cloud>, target: &Target, sha256: &str) -> Package {
    let cloud: Weak<Cloud> = Arc::downgrade(cloud);
    let (uin, region) = (target.account.uin.clone(), target.region.clone());
    let hash = sha256.to_owned();
    Package::new(sha256, move || {
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let txn = cloud.upgrade().ok_or_else(gone)?.store.read().map_err(std::io::Error::other)?;
        let blob = txn.scope(&uin, &region).blob(&hash).map_err(std::io::Error::other)?;
        blob.map(Arc::from).ok_or_else(gone)
    })
}

/// `Invoke`: `$LATEST` unless the caller says otherwise, waiting or not.
pub(super) fn invoke_action(live: Live) -> LiveAnswer {
    Box::pin(async move {
        let (target, event, wait) = live.read(|call| {
            let wait = match call.params.str("InvocationType") {
                "" | "RequestResponse" => true,
                "Event" => false,
                other => {
                    let text =
                        format!("InvocationType `{other}` must be RequestResponse or Event.");
                    return refused("InvalidParameterValue.InvokeType", text);
                }
            };
            let (target, event) = asked(call, &live.account, LATEST, "ClientContext")?;
            Ok((target, event, wait))
        })?;
        answer(live, target, event, wait).await
    })
}

/// `InvokeFunction`: `$DEFAULT` unless the caller says otherwise (R279), always waiting.
pub(super) fn invoke_function_action(live: Live) -> LiveAnswer {
    Box::pin(async move {
        let (target, event) =
            live.read(|call| asked(call, &live.account, DEFAULT_ALIAS, "Event"))?;
        answer(live, target, event, true).await
    })
}

fn asked(
    call: &Call<'_>,
    account: &Arc<Account>,
    usual: &str,
    event: &str,
) -> Result<(Target, Vec<u8>), Refusal> {
    let p = &call.params;
    if !["", "None", "Tail"].contains(&p.str("LogType")) {
        return refused("InvalidParameterValue.Param", "LogType must be None or Tail.");
    }
    let text = |name: &str| p.text(name).filter(|text| !text.is_empty());
    let target = Target {
        account: Arc::clone(account),
        region: call.region().to_owned(),
        namespace: namespace_of(p).to_owned(),
        function: p.str("FunctionName").to_owned(),
        qualifier: text("Qualifier").unwrap_or(usual).to_owned(),
        routing_key: text("RoutingKey").map(str::to_owned),
    };
    Ok((target, text(event).unwrap_or("{}").as_bytes().to_vec()))
}

async fn answer(live: Live, target: Target, event: Vec<u8>, wait: bool) -> Answer {
    let (spec, async_run) = live.read(|call| {
        let spec = resolve(call.cloud, &call.store, &target, Kind::Event)?;
        Ok((spec, function::of_call(call)?.async_run))
    })?;
    let tail = live.read(|call| Ok(call.params.str("LogType") == "Tail"))?;
    if wait && !async_run {
        let outcome = run(&live.cloud, &spec, event, live.request_id.clone()).await?;
        return Ok(json!({"Result": result(&outcome, tail)}));
    }
    if event.len() > ASYNC_EVENT_BYTES {
        let text = "The event of an asynchronous call is at most 128 KB.";
        return refused("InvalidParameter.RequestTooLarge", text);
    }
    let asked = Asked { event, request_id: live.request_id.clone(), kind: API, name: "" };
    live.read(|call| {
        let function = function::of_call(call)?;
        queue::start(call.cloud, &call.store, &function, spec, asked)
    })?;
    Ok(json!({"Result": answer_of_queued(&live.request_id)}))
}

fn result(outcome: &Outcome, tail: bool) -> Value {
    let code = match outcome.status {
        Ended::Success => 0,
        failed => failed.code(),
    };
    json!({
        "Log": if tail { log::tail(&outcome.log, LOG_TAIL_BYTES) } else { "" },
        "RetMsg": outcome.ret_msg,
        "ErrMsg": outcome.err_msg,
        "MemUsage": outcome.memory_bytes,
        "Duration": outcome.duration_ms,
        "BillDuration": outcome.bill_ms,
        "FunctionRequestId": outcome.request_id,
        "InvokeResult": code,
    })
}

/// What the caller of a queued call gets: the id to ask for (R425).
fn answer_of_queued(request_id: &str) -> Value {
    json!({
        "Log": "",
        "RetMsg": "",
        "ErrMsg": "",
        "MemUsage": 0,
        "Duration": 0.0,
        "BillDuration": 0,
        "FunctionRequestId": request_id,
        "InvokeResult": 0,
    })
}
