//! Tasks: every write is answered at once and carried out after it, one at a time per load
//! balancer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::load_balancer::{self, LoadBalancer};
use crate::call::Call;
use crate::clock::Time;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, StoreError};
use crate::transitions::{CLB_TASK, Life};

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It is being carried out.
    Running,
    /// It has succeeded.
    Done,
    /// It has failed, and changed nothing.
    Failed,
}

/// A task; its id is the request id of the write that started it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    life: Life<State>,
    load_balancers: Vec<String>,
}

impl Record for Task {
    const KIND: &'static str = "clb.task";
}

/// The order of a load balancer, which leads to its task.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Deal {
    task: String,
}

impl Record for Deal {
    const KIND: &'static str = "clb.deal";
}

/// Starts the task of this call's write.
pub(super) fn start(call: &Call<'_>, load_balancers: &[String]) -> Result<Life<State>, StoreError> {
    let life = call.life(&CLB_TASK, State::Running, State::Done, State::Failed);
    resume(call, load_balancers, &life)?;
    Ok(life)
}

/// Lets this call's request id stand for a task that an earlier call started.
pub(super) fn resume(
    call: &Call<'_>,
    load_balancers: &[String],
    life: &Life<State>,
) -> Result<(), StoreError> {
    let task = Task { life: life.clone(), load_balancers: load_balancers.to_vec() };
    call.store.put(call.request_id, &task)
}

/// Lets an order lead to this call's task.
pub(super) fn ordered(call: &Call<'_>, deal: &str) -> Result<(), StoreError> {
    call.store.put(deal, &Deal { task: call.request_id.to_owned() })
}

/// Whether a task is going to fail, so that its write has no effect.
pub(super) fn is_doomed(life: &Life<State>) -> bool {
    life.at(Time(i64::MAX)) == State::Failed
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let (id, deal) = (call.params.str("TaskId"), call.params.str("DealName"));
    let id = match call.store.get::<Deal>(deal)? {
        Some(order) if id.is_empty() => order.task,
        _ => id.to_owned(),
    };
    let Some(task) = call.store.get::<Task>(&id)? else {
        return refused("InvalidParameter", format!("There is no task `{id}{deal}`."));
    };
    let state = task.life.at(call.now);
    let reasons = task.life.reasons(call.now);
    Ok(json!({
        "Status": match state {
            State::Done => 0,
            State::Failed => 1,
            State::Running => 2,
        },
        "LoadBalancerIds": (state == State::Done).then_some(task.load_balancers),
        "Message": reasons.first().map_or("", |reason| &reason.message),
    }))
}

/// Once the call's writes are lasting, the gateway serves the load balancer as it is then.
pub(super) fn tell_the_gateway(call: &Call<'_>, id: &str) {
    let account = Arc::new(call.account.clone());
    let (region, id) = (call.region().to_owned(), id.to_owned());
    call.after(move |cloud| cloud.gateway.refresh(cloud, &account, &region, &id));
}

/// A write to one load balancer: the lock on it, and the way to the store.
pub(super) struct Write<'c, 'a> {
    /// The call.
    pub(super) call: &'c Call<'a>,
    /// The load balancer's id.
    pub(super) id: String,
    /// The load balancer; [`Write::save`] stores what is changed in it.
    pub(super) balancer: LoadBalancer,
    doomed: bool,
}

impl<'c, 'a> Write<'c, 'a> {
    /// Begins a write to the load balancer that the call names.
    pub(super) fn begin(call: &'c Call<'a>) -> Result<Self, Refusal> {
        let id = call.params.str("LoadBalancerId");
        Self::begin_on(call, id, &[id.to_owned()])
    }

    /// Begins a write to one of the load balancers of this call.
    pub(super) fn begin_on(call: &'c Call<'a>, id: &str, all: &[String]) -> Result<Self, Refusal> {
        let mut balancer = load_balancer::named(call, id)?;
        if balancer.work.at(call.now) == State::Running {
            // Clients tell a busy load balancer by these words as often as by the code.
            let text = format!(
                "Your task is working: the load balancer {id} is not in normal status, it is \
                 still carrying out an earlier write."
            );
            return Err(refuse("FailedOperation.ResourceInOperating", text));
        }
        balancer.work = start(call, all)?;
        call.store.put(id, &balancer)?;
        let doomed = is_doomed(&balancer.work);
        tell_the_gateway(call, id);
        Ok(Self { call, id: id.to_owned(), balancer, doomed })
    }

    /// Whether the task will succeed, so that its effects are to be stored.
    pub(super) fn takes_effect(&self) -> bool {
        !self.doomed
    }

    /// Stores an object of the load balancer.
    pub(super) fn put<R: Record>(&self, id: &str, record: &R) -> Result<(), StoreError> {
        if self.doomed { Ok(()) } else { self.call.store.put(id, record) }
    }

    /// Forgets an object of the load balancer.
    pub(super) fn remove<R: Record>(&self, id: &str) -> Result<(), StoreError> {
        if self.doomed { Ok(()) } else { self.call.store.remove::<R>(id).map(drop) }
    }

    /// Stores the changed load balancer.
    pub(super) fn save(&self) -> Result<(), StoreError> {
        self.put(&self.id, &self.balancer)
    }
}
