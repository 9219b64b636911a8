//! COS, the object storage: its own XML protocol and signature, on the same port as the rest.
//!
//! A request is addressed by its host or by its path (`address`), chooses an `operation`, and works
//! on one transaction. Objects' bytes lie in blobs of a few megabytes (`content`). Everything is
//! in the part of an account's state that has no region, for a bucket's name is its own in all.

mod acl;
mod address;
mod bucket;
mod content;
mod cors;
pub mod events;
mod lifecycle;
mod list;
mod object;
mod operation;
mod request;
mod setting;
mod upload;
mod website;
mod xml;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde::Serialize;

use self::address::{Address, Door};
use self::bucket::Bucket;
use self::operation::Operation;
use self::request::{Answer, Reply, Request};
use crate::accounts::Account;
use crate::cloud::Cloud;
use crate::fault::{Caller, Effect, Suffered, When};
use crate::journal::Entry;
use crate::refusal::{Refusal, refuse, refused};
use crate::server::Page;
use crate::store::{Scope, StoreError, Txn};
use crate::verify;

pub(crate) use operation::names;

/// Greatest body: what one request may put.
pub(crate) const MAX_BODY: usize = 1 << 30;

/// A request that is one to COS, not yet checked.
pub(crate) struct Incoming {
    address: Address,
    query: Vec<(String, String)>,
}

/// Whether a request is one to COS.
pub(crate) fn incoming(head: &Parts) -> Option<Incoming> {
    let query = address::query(head.uri.query().unwrap_or_default())?;
    let address = address::of(head, &query)?;
    Some(Incoming { address, query })
}

/// Answers a request; `None` when the connection is to be cut.
pub(crate) async fn respond(
    cloud: &Arc<Cloud>,
    head: &Parts,
    incoming: &Incoming,
    body: Bytes,
) -> Option<Page> {
    let request_id = cloud.ids.request();
    let mut entry = Entry::begin(cloud.clock.now(), &request_id);
    "cos".clone_into(&mut entry.service);
    entry.region = incoming.address.region.clone().unwrap_or_default();
    let answer = match admit(cloud, head, incoming, &mut entry) {
        Ok(admitted) => {
            let visit = Visit { cloud, head, incoming, body: &body, request_id: &request_id };
            visit.carry_out(admitted).await
        }
        Err(refusal) => Some(Err(refusal)),
    };
    if let Some(Err(refusal)) = &answer {
        entry.code = refusal.code.to_string();
    }
    cloud.journal.add(entry);
    let resource = &incoming.address.path;
    answer.map(|answer| page(answer, &head.method, resource, &request_id))
}

/// A request that has passed the checks.
struct Admitted {
    operation: Operation,
    caller: Option<Account>,
    suffered: Option<Suffered>,
}

fn admit(
    cloud: &Cloud,
    head: &Parts,
    incoming: &Incoming,
    entry: &mut Entry,
) -> Result<Admitted, Refusal> {
    let Incoming { address, query } = incoming;
    let operation = operation_of(head, incoming);
    let name = operation.map_or("", |operation| operation.name);
    name.clone_into(&mut entry.action);
    let now = cloud.clock.signature_second();
    let caller = verify::cos::verify(head, &address.path, query, now)?;
    if let Some(caller) = &caller {
        caller.uin.clone_into(&mut entry.account);
    }
    let Some(operation) = operation else {
        return refused(
            "NotImplemented",
            "The local cloud does not emulate this operation of COS.",
        );
    };
    let of = |text: fn(&Account) -> &str| caller.as_ref().map_or("", text);
    let suffered = cloud.faults.take(&Caller {
        service: "cos",
        action: name,
        secret_id: of(|caller| &caller.secret_id),
        uin: of(|caller| &caller.uin),
    });
    Ok(Admitted { operation, caller, suffered })
}

fn operation_of(head: &Parts, incoming: &Incoming) -> Option<Operation> {
    let Incoming { address, query } = incoming;
    if head.method == Method::OPTIONS {
        return Some(Operation { name: "OptionsObject", reads: true, run: cors::preflight });
    }
    if address.door == Door::Website {
        let page = Operation { name: "GetObject", reads: true, run: website::page };
        return matches!(head.method, Method::GET | Method::HEAD).then_some(page);
    }
    operation::find(
        &head.method,
        address.bucket.is_some(),
        !address.key.is_empty(),
        |name| query.iter().any(|(known, _)| known == name),
        |name| head.headers.contains_key(name),
    )
}

/// A request while it is carried out.
struct Visit<'a> {
    cloud: &'a Arc<Cloud>,
    head: &'a Parts,
    incoming: &'a Incoming,
    body: &'a Bytes,
    request_id: &'a str,
}

impl Visit<'_> {
    /// Carries the operation out, with what it has to suffer; `None` when the answer gets lost.
    async fn carry_out(&self, admitted: Admitted) -> Option<Answer> {
        let Admitted { operation, caller, suffered } = admitted;
        let Some(Suffered { when, effect, past }) = suffered else {
            return Some(self.perform(operation, caller.as_ref(), None));
        };
        if when == When::Before
            && let Some(end) = suffer(&effect).await
        {
            return end;
        }
        let answer = self.perform(operation, caller.as_ref(), past);
        if when == When::After
            && answer.is_ok()
            && let Some(end) = suffer(&effect).await
        {
            return end;
        }
        Some(answer)
    }

    fn perform(&self, operation: Operation, caller: Option<&Account>, past: Option<Txn>) -> Answer {
        let store = &self.cloud.store;
        if operation.reads {
            return self.run(operation, caller, &past.map_or_else(|| store.read(), Ok)?);
        }
        let work = || {
            let of = |text: fn(&Account) -> &str| caller.map_or("", text);
            let (secret_id, uin) = (of(|caller| &caller.secret_id), of(|caller| &caller.uin));
            let who = Caller { service: "cos", action: operation.name, secret_id, uin };
            self.cloud.faults.remember(&who, || store.read())?;
            let txn = store.write()?;
            self.run_and(operation, caller, &txn, |request, answer| (answer, request.events.take()))
                .and_then(|(answer, events)| {
                    let reply = answer?;
                    txn.commit()?;
                    for event in &events {
                        events::object_changed(self.cloud, event);
                    }
                    Ok(reply)
                })
        };
        if store.is_on_disk() { tokio::task::block_in_place(work) } else { work() }
    }

    fn run(&self, operation: Operation, caller: Option<&Account>, txn: &Txn) -> Answer {
        self.run_and(operation, caller, txn, |_, answer| answer)?
    }

    fn run_and<T>(
        &self,
        operation: Operation,
        caller: Option<&Account>,
        txn: &Txn,
        then: impl FnOnce(&Request<'_>, Answer) -> T,
    ) -> Result<T, Refusal> {
        let owner = self.owner(caller, txn)?;
        let request = Request {
            cloud: self.cloud,
            caller,
            store: txn.scope(&owner, ""),
            address: &self.incoming.address,
            query: &self.incoming.query,
            headers: &self.head.headers,
            body: self.body,
            now: self.cloud.clock.now(),
            request_id: self.request_id,
            events: RefCell::default(),
        };
        let mut answer = (operation.run)(&request);
        if self.head.headers.contains_key("origin") && self.head.method != Method::OPTIONS {
            let method = self.head.method.as_str();
            answer = answer.map(|reply| cors::decorate(&request, method, reply));
        }
        Ok(then(&request, answer))
    }

    /// The UIN of the bucket's owner: the caller, or whoever has a bucket of that name.
    fn owner(&self, caller: Option<&Account>, txn: &Txn) -> Result<String, StoreError> {
        let name = self.incoming.address.bucket.as_deref().unwrap_or_default();
        let own = caller.map(|caller| (caller.uin.clone(), format!("-{}", caller.app_id)));
        match own {
            Some((uin, suffix)) if name.is_empty() || name.ends_with(&suffix) => Ok(uin),
            own => {
                let buckets = txn.every::<Bucket>()?.into_iter();
                let found = buckets.into_iter().find(|(_, _, known, _)| known == name);
                let found = found.map(|(account, ..)| account);
                Ok(found.or_else(|| own.map(|(uin, _)| uin)).unwrap_or_default())
            }
        }
    }
}

/// Waits if that is the effect. What is answered in place of the operation's answer, if the effect
/// is of that kind: an error, or (inner `None`) nothing at all.
async fn suffer(effect: &Effect) -> Option<Option<Answer>> {
    match effect {
        Effect::Delay { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            None
        }
        Effect::Stale | Effect::Outcome { .. } => None,
        Effect::Drop => Some(None),
        Effect::Throttle => Some(Some(refused("SlowDown", "Reduce your request rate."))),
        Effect::Fail { code, message } => {
            Some(Some(Err(Refusal::with_code(code.clone(), message.clone()))))
        }
    }
}

/// The HTTP status of an error.
fn status(code: &str) -> u16 {
    match code {
        "AccessDenied"
        | "AccessForbidden"
        | "InvalidAccessKeyId"
        | "InvalidObjectState"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch" => 403,
        "MethodNotAllowed" => 405,
        "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "BucketNotEmpty"
        | "FileAlreadyExists" => 409,
        "PreconditionFailed" => 412,
        "InvalidRange" => 416,
        "InternalError" => 500,
        "NotImplemented" => 501,
        "ServiceUnavailable" | "SlowDown" => 503,
        code if code.starts_with("NoSuch") => 404,
        _ => 400,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    resource: &'a str,
    request_id: &'a str,
}

fn page(answer: Answer, method: &Method, resource: &str, request_id: &str) -> Page {
    let reply = answer.unwrap_or_else(|refusal| {
        let Refusal { code, message } = &refusal;
        let error = Error { code, message, resource, request_id };
        let body = xml::write("Error", &error).unwrap_or_default();
        Reply { status: status(code), ..Reply::xml(body) }
    });
    let body = if *method == Method::HEAD { Bytes::new() } else { reply.body };
    let mut page = Response::new(Full::new(body));
    *page.status_mut() = StatusCode::from_u16(reply.status.max(200)).unwrap_or_default();
    let own = [("x-cos-request-id".to_owned(), request_id.to_owned())];
    for (name, value) in reply.headers.into_iter().chain(own) {
        let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = (name, value) {
            page.headers_mut().insert(name, value);
        }
    }
    page.headers_mut().insert("server", HeaderValue::from_static("tencent-cos"));
    page
}

/// Whether the account has a bucket of that whole name in a region.
///
/// # Errors
/// When the store fails.
pub(crate) fn has_bucket(here: &Scope<'_>, region: &str, name: &str) -> Result<bool, StoreError> {
    let found = here.in_region("").get::<Bucket>(name)?;
    Ok(found.is_some_and(|bucket| bucket.region == region))
}

/// The bytes of an object that another service of the account reads: `bucket` with or without its
/// APPID, `key` with or without a leading slash.
///
/// # Errors
/// `ResourceNotFound.Cos`, `ResourceNotFound.CosObject`.
pub(crate) fn fetch(
    here: &Scope<'_>,
    account: &Account,
    region: &str,
    (bucket, key): (&str, &str),
    now: crate::clock::Time,
) -> Result<Bytes, Refusal> {
    let suffix = format!("-{}", account.app_id);
    let name: Cow<'_, str> =
        if bucket.ends_with(&suffix) { bucket.into() } else { format!("{bucket}{suffix}").into() };
    let store = here.in_region("");
    let found = store.get::<Bucket>(&name)?.filter(|bucket| bucket.region == region);
    let Some(bucket) = found else {
        let text = format!("There is no bucket {name} in {region}.");
        return refused("ResourceNotFound.Cos", text);
    };
    let key = key.strip_prefix('/').unwrap_or(key);
    let versions = store.scan::<object::Object>(&format!("{name}\0{key}\0"))?;
    let versions = lifecycle::remaining(&bucket, key, versions, now);
    let newest = versions.into_iter().next().filter(|(_, object)| !object.marker);
    let (_, object) = newest.ok_or_else(|| {
        let text = format!("The bucket {name} has no object {key}.");
        refuse("ResourceNotFound.CosObject", text)
    })?;
    object.content.read(&store, 0, object.size)
}
