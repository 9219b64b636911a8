//! One request from its head and body to its answer.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};

use super::address::{self, Address, Door};
use super::bucket::Bucket;
use super::events::{self, Event};
use super::logging::{self, Access};
use super::operation::{self, Operation};
use super::origin::{self, Outcome};
use super::request::{Answer, Request};
use super::{cors, dialect, domain, page, replication, website};
use crate::accounts::Account;
use crate::cloud::Cloud;
use crate::fault::{Caller, Effect, Suffered, When};
use crate::journal::Entry;
use crate::refusal::{Refusal, refused};
use crate::server::Page;
use crate::store::{StoreError, Txn};
use crate::verify::{self, sigv4};

/// A request that is one to COS, not yet checked.
pub(crate) struct Incoming {
    address: Address,
    query: Vec<(String, String)>,
}

/// Whether a request is one to COS: at a domain of a bucket's own, or by its address.
pub(crate) fn incoming(cloud: &Cloud, head: &Parts) -> Option<Incoming> {
    let query = address::query(head.uri.query().unwrap_or_default())?;
    let by_domain = || {
        let host = address::foreign_host(head)?;
        let found = domain::find(&cloud.store.read().ok()?, host).ok()??;
        address::at_domain(head, found)
    };
    let address = by_domain().or_else(|| address::of(head, &query))?;
    Some(Incoming { address, query })
}

/// Answers a request; `None` when the connection is to be cut.
pub(crate) async fn respond(
    cloud: &Arc<Cloud>,
    peer: SocketAddr,
    head: &Parts,
    mut incoming: Incoming,
    body: Bytes,
) -> Option<Page> {
    let (request_id, started) = (cloud.ids.request(), cloud.clock.now());
    let mut entry = Entry::begin(started, &request_id);
    "cos".clone_into(&mut entry.service);
    let answer = match admit(cloud, head, &mut incoming, body, &mut entry) {
        Ok(admitted) => {
            let Admitted { operation, caller, suffered, headers, body } = admitted;
            let (incoming, request_id) = (&incoming, &*request_id);
            let visit = Visit { cloud, head, headers: &headers, incoming, body: &body, request_id };
            let answer = visit.carry_out(operation, caller.as_ref(), suffered).await;
            let access = Access {
                head,
                peer,
                bucket: incoming.address.bucket.as_deref().unwrap_or_default(),
                key: &incoming.address.key,
                operation: operation.name,
                caller: caller.as_ref(),
                request_id,
                received: body.len(),
                started,
            };
            visit.log(caller.as_ref(), &access, answer)
        }
        Err(refusal) => Some(Err(refusal)),
    };
    entry.region = incoming.address.region.clone().unwrap_or_default();
    if let Some(Err(refusal)) = &answer {
        entry.code = refusal.code.to_string();
    }
    cloud.journal.add(entry);
    let mut answer = answer?;
    if let Ok(reply) = &mut answer
        && sigv4::claims(&head.headers, &incoming.query)
    {
        dialect::told(&mut reply.headers);
    }
    Some(page(answer, &head.method, &incoming.address.path, &request_id))
}

/// A request that has passed the checks.
struct Admitted {
    operation: Operation,
    caller: Option<Account>,
    suffered: Option<Suffered>,
    /// Its headers in COS's own words.
    headers: HeaderMap,
    /// Its body, out of its chunks.
    body: Bytes,
}

fn admit(
    cloud: &Cloud,
    head: &Parts,
    incoming: &mut Incoming,
    body: Bytes,
    entry: &mut Entry,
) -> Result<Admitted, Refusal> {
    let signed_so = sigv4::claims(&head.headers, &incoming.query);
    let headers = if signed_so { dialect::heard(&head.headers) } else { head.headers.clone() };
    let operation = operation_of(head, &headers, incoming);
    let name = operation.map_or("", |operation| operation.name);
    name.clone_into(&mut entry.action);
    let now = cloud.clock.signature_second();
    let Incoming { address, query } = incoming;
    let (caller, body) = if signed_so {
        let verified = sigv4::verify(head, &address.path, query, &body, now)?;
        address.signed_for(verified.region);
        (Some(verified.account), verified.body)
    } else {
        (verify::cos::verify(head, &address.path, query, now)?, body)
    };
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
    Ok(Admitted { operation, caller, suffered, headers, body })
}

fn operation_of(head: &Parts, headers: &HeaderMap, incoming: &Incoming) -> Option<Operation> {
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
        |name| headers.contains_key(name),
    )
}

/// A request while it is carried out.
struct Visit<'a> {
    cloud: &'a Arc<Cloud>,
    head: &'a Parts,
    headers: &'a HeaderMap,
    incoming: &'a Incoming,
    body: &'a Bytes,
    request_id: &'a str,
}

impl Visit<'_> {
    /// Carries the operation out, with what it has to suffer; `None` when the answer gets lost.
    async fn carry_out(
        &self,
        operation: Operation,
        caller: Option<&Account>,
        suffered: Option<Suffered>,
    ) -> Option<Answer> {
        let Some(Suffered { when, effect, past }) = suffered else {
            return Some(self.answer(operation, caller, None).await);
        };
        if when == When::Before
            && let Some(end) = suffer(&effect).await
        {
            return end;
        }
        let answer = self.answer(operation, caller, past).await;
        if when == When::After
            && answer.is_ok()
            && let Some(end) = suffer(&effect).await
        {
            return end;
        }
        Some(answer)
    }

    /// What the operation answers or, for an object that is not there, an origin.
    async fn answer(
        &self,
        operation: Operation,
        caller: Option<&Account>,
        past: Option<Txn>,
    ) -> Answer {
        let refusal = match self.perform(operation, caller, past) {
            Err(refusal) if operation.name == "GetObject" && self.head.method == Method::GET => {
                refusal
            }
            answer => return answer,
        };
        let txn = self.cloud.store.read()?;
        let found = self.with(operation, caller, &txn, |request| origin::rule(request, &refusal));
        drop(txn);
        let Some(rule) = found? else { return Err(refusal) };
        match origin::follow(&rule, self.head, &self.incoming.address.key, refusal).await? {
            Outcome::Elsewhere(reply) => Ok(reply),
            Outcome::Pulled { found, reply } => {
                let kept = self.change(operation, caller, |request| origin::keep(request, &found));
                kept.map(|own| reply.unwrap_or(own))
            }
        }
    }

    fn perform(&self, operation: Operation, caller: Option<&Account>, past: Option<Txn>) -> Answer {
        let store = &self.cloud.store;
        if operation.reads {
            let owner = self.owner(caller, &store.read()?)?;
            logging::deliver(self.cloud, &owner)?;
            let txn = past.map_or_else(|| store.read(), Ok)?;
            return self.with(operation, caller, &txn, |request| self.run(operation, request))?;
        }
        let of = |text: fn(&Account) -> &str| caller.map_or("", text);
        let (secret_id, uin) = (of(|caller| &caller.secret_id), of(|caller| &caller.uin));
        let who = Caller { service: "cos", action: operation.name, secret_id, uin };
        self.cloud.faults.remember(&who, || store.read())?;
        let owner = self.owner(caller, &store.read()?)?;
        logging::deliver(self.cloud, &owner)?;
        self.change(operation, caller, |request| self.run(operation, request))
    }

    /// Works on a transaction of its own, which lasts if the work succeeds.
    fn change(
        &self,
        operation: Operation,
        caller: Option<&Account>,
        work: impl FnOnce(&Request<'_>) -> Answer,
    ) -> Answer {
        let store = &self.cloud.store;
        let work = || {
            let txn = store.write()?;
            let done = self.with(operation, caller, &txn, |request| {
                work(request).map(|reply| (reply, request.events.take()))
            })?;
            let (reply, mut events) = done?;
            replication::follow(&txn, &mut events, self.cloud.clock.now())?;
            txn.commit()?;
            announce(self.cloud, &events);
            Ok(reply)
        };
        if store.is_on_disk() { tokio::task::block_in_place(work) } else { work() }
    }

    fn run(&self, operation: Operation, request: &Request<'_>) -> Answer {
        let answer = (operation.run)(request);
        if self.headers.contains_key("origin") && self.head.method != Method::OPTIONS {
            let method = self.head.method.as_str();
            return answer.map(|reply| cors::decorate(request, method, reply));
        }
        answer
    }

    fn with<T>(
        &self,
        operation: Operation,
        caller: Option<&Account>,
        txn: &Txn,
        work: impl FnOnce(&Request<'_>) -> T,
    ) -> Result<T, Refusal> {
        let owner = self.owner(caller, txn)?;
        Ok(work(&Request {
            cloud: self.cloud,
            caller,
            operation: operation.name,
            store: txn.scope(&owner, ""),
            address: &self.incoming.address,
            query: &self.incoming.query,
            headers: self.headers,
            body: self.body,
            now: self.cloud.clock.now(),
            request_id: self.request_id,
            events: RefCell::default(),
        }))
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

    /// Writes the line that the bucket's log has of the request.
    fn log(
        &self,
        caller: Option<&Account>,
        access: &Access<'_>,
        answer: Option<Answer>,
    ) -> Option<Answer> {
        let answer = answer?;
        let line = || {
            let owner = self.owner(caller, &self.cloud.store.read()?)?;
            logging::record(self.cloud, &owner, access, &answer)
        };
        if !access.bucket.is_empty()
            && let Err(error) = line()
        {
            tracing::warn!(%error, bucket = access.bucket, "a request is missing in the log");
        }
        Some(answer)
    }
}

/// Tells what has happened.
pub(super) fn announce(cloud: &Arc<Cloud>, events: &[Event]) {
    for event in events {
        events::object_changed(cloud, event);
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
