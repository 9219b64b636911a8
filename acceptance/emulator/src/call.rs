//! What a handler gets: one call of one action.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::accounts::Account;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::params::Params;
use crate::quotas::{Quota, limit};
use crate::refusal::{Answer, Refusal, refused};
use crate::shapes;
use crate::store::{Scope, StoreError, Txn};
use crate::transitions::{Life, Reason, Span};

/// How an action is carried out.
#[derive(Debug, Clone, Copy)]
pub enum Run {
    /// It reads a snapshot.
    Read(fn(&Call<'_>) -> Answer),
    /// It writes; a refusal leaves nothing behind.
    Write(fn(&Call<'_>) -> Answer),
    /// It waits for something (a function that runs) between its transactions.
    Live(fn(Live) -> LiveAnswer),
}

/// What a [`Run::Live`] action gives back in the end.
pub type LiveAnswer = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// One action that this cloud carries out.
#[derive(Debug)]
pub struct Action {
    /// The name, as `X-TC-Action` carries it.
    pub name: &'static str,
    /// How.
    pub run: Run,
}

/// An action that only reads.
#[must_use]
pub const fn read(name: &'static str, run: fn(&Call<'_>) -> Answer) -> Action {
    Action { name, run: Run::Read(run) }
}

/// An action that writes.
#[must_use]
pub const fn write(name: &'static str, run: fn(&Call<'_>) -> Answer) -> Action {
    Action { name, run: Run::Write(run) }
}

/// An action that waits.
#[must_use]
pub const fn live(name: &'static str, run: fn(Live) -> LiveAnswer) -> Action {
    Action { name, run: Run::Live(run) }
}

/// Something to do once the writes of a call are lasting.
pub type After = Box<dyn FnOnce(&Arc<Cloud>) + Send>;

/// One call, inside one transaction.
pub struct Call<'a> {
    /// The cloud.
    pub cloud: &'a Arc<Cloud>,
    /// Who calls.
    pub account: &'a Account,
    /// The account's objects in the call's region.
    pub store: Scope<'a>,
    /// The request, held against the official shape.
    pub params: Params<'a>,
    /// The id of this request, which is also the id of a task that it starts.
    pub request_id: &'a str,
    /// What time it is.
    pub now: Time,
    forced: Option<&'a [Reason]>,
    after: RefCell<Vec<After>>,
}

impl Call<'_> {
    /// The region of the call.
    #[must_use]
    pub fn region(&self) -> &str {
        self.store.region()
    }

    /// A new id, `PREFIX-xxxxxxxx`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn new_id(&self, prefix: &str) -> Result<String, StoreError> {
        let n = self.store.next(prefix)?;
        let stream = format!("{} {} {prefix}", self.store.account(), self.region());
        Ok(self.cloud.ids.short(prefix, &stream, n))
    }

    /// A life that is `state` for as long as `span` lasts, and `good` from then on; or `bad`, if a
    /// fault said that it ends badly.
    #[must_use]
    pub fn life<S: Copy>(&self, span: &Span, state: S, good: S, bad: S) -> Life<S> {
        self.life_for(self.cloud.transitions.lasts(span), state, good, bad)
    }

    /// A [`Call::life`] that changes after `ms` milliseconds.
    #[must_use]
    pub fn life_for<S: Copy>(&self, ms: i64, state: S, good: S, bad: S) -> Life<S> {
        let at = self.now.plus(ms);
        match self.forced {
            None => Life::until(state, at, good, Vec::new()),
            Some(reasons) => Life::until(state, at, bad, reasons.to_vec()),
        }
    }

    /// The limit that a quota sets for this account and region.
    ///
    /// # Errors
    /// When the store fails.
    pub fn limit(&self, quota: &Quota) -> Result<i64, StoreError> {
        limit(quota, self.cloud.allowance, &self.store)
    }

    /// Refuses when there would be more than the quota allows. `remedy` tells the way out (R55).
    ///
    /// # Errors
    /// The quota's code.
    pub fn within(&self, quota: &Quota, count: usize, remedy: &str) -> Result<(), Refusal> {
        let limit = self.limit(quota)?;
        if i64::try_from(count).is_ok_and(|count| count <= limit) {
            return Ok(());
        }
        refused(quota.code, format!("The quota {} of {limit} is used up; {remedy}.", quota.name))
    }

    /// Does something once the writes of this call are lasting, and not at all if it is refused.
    pub fn after(&self, then: impl FnOnce(&Arc<Cloud>) + Send + 'static) {
        self.after.borrow_mut().push(Box::new(then));
    }
}

/// A call that belongs to nobody's stack: everything it needs, owned.
pub struct Live {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// Who calls.
    pub account: Arc<Account>,
    /// The region.
    pub region: String,
    /// The id of this request.
    pub request_id: String,
    /// The shapes of its service.
    pub shapes: &'static shapes::Service,
    /// The action.
    pub action: &'static shapes::Action,
    /// The request, held against the official shape.
    pub map: Map<String, Value>,
    /// Why what the call starts is to fail, if a fault said so.
    pub forced: Option<Vec<Reason>>,
}

impl Live {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// What `look` refuses with, or `InternalError`.
    pub fn read<T>(
        &self,
        look: impl FnOnce(&Call<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.look_into(&self.cloud.store.read()?, look)
    }

    /// Reads a state that is given: a snapshot of the past.
    ///
    /// # Errors
    /// What `look` refuses with.
    pub fn look_into<T>(
        &self,
        txn: &Txn,
        look: impl FnOnce(&Call<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        look(&self.call(txn))
    }

    /// Writes; if `change` refuses, nothing stays.
    ///
    /// # Errors
    /// What `change` refuses with, or `InternalError`.
    pub fn write<T>(
        &self,
        change: impl FnOnce(&Call<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let work = || {
            let txn = self.cloud.store.write()?;
            let call = self.call(&txn);
            let value = change(&call)?;
            let after = call.after.take();
            txn.commit()?;
            for then in after {
                then(&self.cloud);
            }
            Ok(value)
        };
        if self.cloud.store.is_on_disk() { tokio::task::block_in_place(work) } else { work() }
    }

    fn call<'a>(&'a self, txn: &'a Txn) -> Call<'a> {
        Call {
            cloud: &self.cloud,
            account: &self.account,
            store: txn.scope(&self.account.uin, &self.region),
            params: Params::new(&self.map, self.shapes, self.action),
            request_id: &self.request_id,
            now: self.cloud.clock.now(),
            forced: self.forced.as_deref(),
            after: RefCell::default(),
        }
    }
}
