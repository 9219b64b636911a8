//! Changes of a load balancer.
//!
//! A load balancer carries out one change at a time and refuses others meanwhile. A change
//! therefore takes the load balancer's lock, is made again while the cloud says that the load
//! balancer is busy, and keeps the lock until its task is done. The id of the task is the id of
//! the request.

use std::ops::Deref;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tracing::debug;

use super::SERVICE;
use crate::action::{Action, Answer, actions};
use crate::client::Client;
use crate::codes::Class;
use crate::error::{Error, Result};
use crate::lock::Guard;
use crate::wait::{self, Step};

/// How long a task that was just begun may be unknown.
const UNKNOWN: Duration = Duration::from_secs(2);

/// A task to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTaskStatusRequest {
    /// The id of the request that began it.
    pub task_id: Option<String>,
    /// The order that began it.
    pub deal_name: Option<String>,
}

/// How a task goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTaskStatusResponse {
    /// 0 done, 1 failed, 2 under way.
    pub status: i64,
    /// The load balancers that it made.
    pub load_balancer_ids: Vec<String>,
    /// Why it failed.
    pub message: String,
}

actions! { SERVICE;
    /// Tells how a task goes.
    describe_task_status = "DescribeTaskStatus", Read: DescribeTaskStatusRequest => DescribeTaskStatusResponse;
}

/// A request that changes a load balancer.
pub trait Change: Action {
    /// The load balancer, unless it is being made.
    fn load_balancer_id(&self) -> Option<&str>;

    /// Puts into the response what only the task knows.
    fn complete(response: &mut Self::Response, task: &DescribeTaskStatusResponse) {
        let _ = (response, task);
    }
}

/// A change that the cloud has accepted and that may still go on. Reads as the response.
///
/// Note the ids in it before waiting, so that what was made is known whatever happens. The load
/// balancer stays locked until this is done or dropped.
#[must_use = "the change is made only when the task is done"]
#[derive(Debug)]
pub struct Pending<'a, C: Change> {
    client: &'a Client,
    answer: Answer<C::Response>,
    guard: Option<Guard>,
}

/// Makes a change and returns when the cloud has accepted it.
///
/// # Errors
///
/// Those of [`Client::call`]; a load balancer that stays busy ends with that refusal when the
/// client's time is up.
pub async fn change<'a, C: Change>(client: &'a Client, request: &C) -> Result<Pending<'a, C>> {
    let guard = match request.load_balancer_id() {
        Some(id) => Some(client.lock(id).await?),
        None => None,
    };
    let answer = wait::retry(client, C::NAME, Error::is_busy, || client.call(request)).await?;
    Ok(Pending { client, answer, guard })
}

impl<C: Change> Pending<'_, C> {
    /// Waits until the change is made.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] with the cloud's reason, and those of [`wait::until`].
    pub async fn done(self) -> Result<C::Response> {
        let Self { client, answer, guard } = self;
        let Answer { mut value, request_id } = answer;
        let task = wait_task(client, C::NAME, &request_id).await?;
        drop(guard);
        C::complete(&mut value, &task);
        Ok(value)
    }
}

impl<C: Change> Deref for Pending<'_, C> {
    type Target = Answer<C::Response>;

    fn deref(&self) -> &Self::Target {
        &self.answer
    }
}

/// Waits until the task of the request `request_id` is done.
///
/// A task that the cloud has forgotten counts as done: what it did shows when it is read.
///
/// # Errors
///
/// As [`Pending::done`].
pub async fn wait_task(
    client: &Client,
    action: &str,
    request_id: &str,
) -> Result<DescribeTaskStatusResponse> {
    let request = DescribeTaskStatusRequest {
        task_id: Some(request_id.to_owned()),
        ..DescribeTaskStatusRequest::default()
    };
    let what = format!("the task of {action} ({request_id})");
    let started = Instant::now();
    wait::until(client, &what, || async {
        let task = match describe_task_status(client, &request).await {
            Ok(answer) => answer.value,
            Err(error) if is_forgotten(&error) && started.elapsed() < UNKNOWN => {
                return Ok(Step::Pending("unknown".to_owned()));
            }
            Err(error) if is_forgotten(&error) => {
                debug!(%error, "the task is forgotten");
                return Ok(Step::Done(DescribeTaskStatusResponse::default()));
            }
            Err(error) => return Err(error),
        };
        Ok(match task.status {
            0 => Step::Done(task),
            1 => Step::Failed { state: "failed".to_owned(), reasons: vec![task.message] },
            _ => Step::Pending("under way".to_owned()),
        })
    })
    .await
}

fn is_forgotten(error: &Error) -> bool {
    matches!(error.class(), Some(Class::NotFound | Class::Invalid))
}

/// Declares changes: for each line an [`Action`], a [`Change`] and a function with the action's
/// name in snake case. The request must have a `load_balancer_id`.
macro_rules! changes {
    ($(
        $(#[$doc:meta])*
        $function:ident = $name:literal, $kind:ident: $request:ty => $response:ty;
    )*) => {$(
        impl $crate::Action for $request {
            type Response = $response;
            const SERVICE: &'static $crate::Service = &$crate::clb::SERVICE;
            const NAME: &'static str = $name;
            const KIND: $crate::Kind = $crate::Kind::$kind;
        }

        impl $crate::clb::Change for $request {
            fn load_balancer_id(&self) -> Option<&str> {
                Some(&self.load_balancer_id)
            }
        }

        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Those of [`change`]($crate::clb::change).
        pub async fn $function<'a>(
            client: &'a $crate::Client,
            request: &$request,
        ) -> $crate::Result<$crate::clb::Pending<'a, $request>> {
            $crate::clb::change(client, request).await
        }
    )*};
}
pub(crate) use changes;
