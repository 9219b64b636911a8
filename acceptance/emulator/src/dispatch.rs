//! One API request from its head and body to its answer.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};

use crate::accounts::Account;
use crate::call::{Live, Run};
use crate::cloud::Cloud;
use crate::fault::{Caller, Effect, Suffered, When};
use crate::journal::Entry;
use crate::params::{self, Form};
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::shapes::{self, Action, Service, service};
use crate::store::Txn;
use crate::verify::Authorization;
use crate::{regions, registry};

/// What goes back to the caller.
#[derive(Debug)]
pub enum Reply {
    /// A JSON document.
    Json(Vec<u8>),
    /// Nothing: the connection is cut.
    Cut,
}

/// A request that has passed every check.
struct Admitted {
    service: &'static str,
    run: Option<Run>,
    suffered: Option<Suffered>,
    live: Live,
}

/// Answers one request.
pub async fn answer(cloud: &Arc<Cloud>, head: &Parts, body: &[u8]) -> Reply {
    let request_id = cloud.ids.request();
    let mut entry = Entry::begin(cloud.clock.now(), &request_id);
    let outcome = match admit(cloud, head, body, request_id.clone(), &mut entry) {
        Ok(admitted) => carry_out(admitted).await,
        Err(refusal) => Some(Err(refusal)),
    };
    if let Some(Err(refusal)) = &outcome {
        entry.code = refusal.code.to_string();
    }
    cloud.journal.add(entry);
    match outcome {
        Some(answer) => Reply::Json(document(answer, request_id)),
        None => Reply::Cut,
    }
}

fn document(answer: Answer, request_id: String) -> Vec<u8> {
    let mut response = match answer {
        Ok(Value::Object(map)) => map,
        Ok(_) => Map::new(),
        Err(Refusal { code, message }) => {
            Map::from_iter([("Error".to_owned(), json!({"Code": code, "Message": message}))])
        }
    };
    response.insert("RequestId".to_owned(), Value::String(request_id));
    let mut text = b"{\"Response\":".to_vec();
    // A map of JSON values always has a JSON form.
    let _ = serde_json::to_writer(&mut text, &response);
    text.push(b'}');
    text
}

/// The checks in the cloud's order: the header's syntax, version and action, timestamp, SecretId,
/// signature, token, region, and last the parameters.
fn admit(
    cloud: &Arc<Cloud>,
    head: &Parts,
    body: &[u8],
    request_id: String,
    entry: &mut Entry,
) -> Result<Admitted, Refusal> {
    let text = |name| head.headers.get(name).and_then(|v| v.to_str().ok());
    text("x-tc-region").unwrap_or_default().clone_into(&mut entry.region);
    text("x-tc-action").unwrap_or_default().clone_into(&mut entry.action);
    let authorization = Authorization::parse(&head.headers)?;
    let named = match &authorization {
        Authorization::Signed(signed) => signed.service,
        Authorization::Skip => unsigned_service(head),
    };
    named.clone_into(&mut entry.service);
    let (name, shapes, action) = resolve(named, text("x-tc-action"), text("x-tc-version"))?;
    let account = match &authorization {
        Authorization::Signed(signed) => {
            cloud.keyring.verify(signed, head, body, cloud.clock.signature_second())?
        }
        Authorization::Skip if action.unsigned => nobody(),
        Authorization::Skip => {
            let text = format!("The action {} must be signed.", action.name);
            return refused("AuthFailure.InvalidAuthorization", text);
        }
    };
    account.uin.clone_into(&mut entry.account);
    let region = region(name, text("x-tc-region"))?;
    let (form, mut map) = if head.method == Method::GET {
        (Form::Query, params::from_query(head.uri.query().unwrap_or_default())?)
    } else {
        (Form::Json, params::from_json(body)?)
    };
    params::check(shapes, action, form, &mut map)?;
    let caller = Caller {
        service: name,
        action: action.name,
        secret_id: &account.secret_id,
        uin: &account.uin,
    };
    let suffered = cloud.faults.take(&caller);
    let forced = match &suffered {
        Some(Suffered { effect: Effect::Outcome { reasons }, .. }) => Some(reasons.clone()),
        _ => None,
    };
    let (cloud, run) = (Arc::clone(cloud), registry::find(name, action.name));
    let live = Live { cloud, account, region, request_id, shapes, action, map, forced };
    Ok(Admitted { service: name, run, suffered, live })
}

/// Who sends an unsigned request.
fn nobody() -> Arc<Account> {
    Arc::new(Account { secret_id: String::new(), uin: String::new(), app_id: 0 })
}

/// The service of an unsigned request, which no scope names: the host's first label, or `sts`, the
/// one service that has actions for callers without keys.
fn unsigned_service(head: &Parts) -> &str {
    let host = head.headers.get("host").and_then(|host| host.to_str().ok());
    let host = host.or_else(|| head.uri.host()).unwrap_or_default();
    let label = host.split(['.', ':']).next().unwrap_or_default();
    if shapes::SERVICES.contains(&label) { label } else { "sts" }
}

type Resolved = (&'static str, &'static Service, &'static Action);

fn resolve(named: &str, action: Option<&str>, version: Option<&str>) -> Result<Resolved, Refusal> {
    let known = shapes::SERVICES.iter().find(|name| **name == named);
    let Some((name, shapes)) = known.and_then(|name| Some((*name, service(name)?))) else {
        return refused("NoSuchProduct", format!("There is no service `{named}` in this cloud."));
    };
    let Some(action) = action else {
        return refused("MissingParameter", "The header X-TC-Action is missing.");
    };
    let Some(version) = version else {
        return refused("MissingParameter", "The header X-TC-Version is missing.");
    };
    if version != shapes.version {
        let text = format!("{name} has the version {}, not {version}.", shapes.version);
        return refused("NoSuchVersion", text);
    }
    match shapes.actions.get(action) {
        Some(action) => Ok((name, shapes, action)),
        None => refused("InvalidAction", format!("{name} has no action {action}.")),
    }
}

fn region(service: &str, sent: Option<&str>) -> Result<String, Refusal> {
    match sent {
        _ if regions::is_global(service) => Ok(String::new()),
        None | Some("") => refused("MissingParameter", "The header X-TC-Region is missing."),
        Some(region) if regions::is_region(region) => Ok(region.to_owned()),
        Some(region) => {
            refused("UnsupportedRegion", format!("{service} is not sold in the region `{region}`."))
        }
    }
}

/// Carries the action out, with what it has to suffer; `None` when the answer gets lost.
async fn carry_out(admitted: Admitted) -> Option<Answer> {
    let Admitted { service, run, suffered, live } = admitted;
    let Some(suffered) = suffered else {
        return Some(perform(service, run, live, None).await);
    };
    let Suffered { when, effect, past } = suffered;
    if when == When::Before && !suffer(&effect).await {
        return failed(effect).map(Err);
    }
    let answer = perform(service, run, live, past).await;
    if when == When::After && answer.is_ok() && !suffer(&effect).await {
        return failed(effect).map(Err);
    }
    Some(answer)
}

/// Waits if that is the effect; tells whether the call goes on.
async fn suffer(effect: &Effect) -> bool {
    if let Effect::Delay { ms } = effect {
        tokio::time::sleep(Duration::from_millis(*ms)).await;
    }
    !matches!(effect, Effect::Fail { .. } | Effect::Throttle | Effect::Drop)
}

fn failed(effect: Effect) -> Option<Refusal> {
    match effect {
        Effect::Fail { code, message } => Some(Refusal::with_code(code, message)),
        Effect::Drop => None,
        _ => {
            let text = "Your current request times equals to the limit of this action in a second.";
            Some(refuse("RequestLimitExceeded", text))
        }
    }
}

async fn perform(service: &str, run: Option<Run>, live: Live, past: Option<Txn>) -> Answer {
    let (shapes, action) = (live.shapes, live.action);
    let answer = match run {
        Some(Run::Read(run)) => match &past {
            Some(past) => live.look_into(past, run),
            None => live.read(run),
        },
        Some(Run::Write(run)) => {
            let (uin, secret_id) = (&live.account.uin, &live.account.secret_id);
            let caller = Caller { service, action: action.name, secret_id, uin };
            live.cloud.faults.remember(&caller, || live.cloud.store.read())?;
            live.write(run)
        }
        Some(Run::Live(run)) => run(live).await,
        None => {
            let text = format!("The local cloud does not emulate {service} {} yet.", action.name);
            refused("UnsupportedOperation", text)
        }
    }?;
    shaped(shapes, action, answer)
}

/// The answer with every member that the official shape promises. In debug builds an answer that
/// breaks the shape is an error, so that no test can pass on it.
fn shaped(shapes: &Service, action: &Action, mut answer: Value) -> Answer {
    let Value::Object(map) = &mut answer else {
        return refused("InternalError", format!("{} answers no object", action.name));
    };
    let members = shapes.output(action);
    shapes.complete(members, map);
    if cfg!(debug_assertions)
        && let Some(breach) = shapes.breach(members, map)
    {
        let text = format!("The answer of {} breaks the official shape: {breach}", action.name);
        return refused("InternalError", text);
    }
    Ok(answer)
}
