//! Following a function's status.
//!
//! Creating, updating, publishing and deleting are asynchronous: the call returns at once and the
//! status tells how it went on.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::{GetFunctionRequest, GetFunctionResponse, LATEST, get_function};
use crate::client::Client;
use crate::error::Result;
use crate::lock::Guard;
use crate::wait::{Step, until};

/// How long a function that was just made, or a version just published, may be unknown.
const UNKNOWN: Duration = Duration::from_secs(10);

/// A function, or one version or alias of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionKey {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Version or alias.
    pub qualifier: String,
}

impl FunctionKey {
    /// The version of a function that is edited.
    pub fn latest(namespace: &str, name: &str) -> Self {
        Self::qualified(namespace, name, LATEST)
    }

    /// A version or alias of a function.
    pub fn qualified(namespace: &str, name: &str, qualifier: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            qualifier: qualifier.to_owned(),
        }
    }

    /// Waits until nobody else changes the function: the cloud accepts one change at a time, of
    /// whatever version or alias.
    ///
    /// # Errors
    ///
    /// Those of [`Client::lock`].
    pub async fn lock(&self, client: &Client) -> Result<Guard> {
        let Self { namespace, name, .. } = self;
        client.lock(&format!("function {namespace}/{name} in {}", client.region())).await
    }

    fn request(&self) -> GetFunctionRequest {
        GetFunctionRequest {
            function_name: self.name.clone(),
            namespace: Some(self.namespace.clone()),
            qualifier: Some(self.qualifier.clone()),
            show_code: None,
        }
    }
}

impl fmt::Display for FunctionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {}/{}", self.namespace, self.name)?;
        match self.qualifier.as_str() {
            LATEST => Ok(()),
            other => write!(f, " {other}"),
        }
    }
}

/// The function, or `None` when there is none of that name.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_function(
    client: &Client,
    key: &FunctionKey,
) -> Result<Option<GetFunctionResponse>> {
    match get_function(client, &key.request()).await {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until the function is `Active`, as after creating, updating and publishing it.
///
/// # Errors
///
/// [`Error::Failed`](crate::Error::Failed) with the cloud's reasons when it cannot become active,
/// and those of [`until`].
pub async fn wait_active(client: &Client, key: &FunctionKey) -> Result<GetFunctionResponse> {
    let what = format!("{key} becoming Active");
    let started = Instant::now();
    until(client, &what, || async {
        Ok(match find_function(client, key).await? {
            None if started.elapsed() < UNKNOWN => Step::Pending("unknown".to_owned()),
            None => failed("unknown", vec![]),
            Some(function) => match function.status.as_str() {
                "Active" => Step::Done(function),
                "Creating" | "Updating" | "Publishing" => Step::Pending(function.status),
                _ => ended(function),
            },
        })
    })
    .await
}

/// Waits until the function accepts a change: one change at a time is allowed.
///
/// A function whose last update or publication failed still serves its old content and accepts
/// changes; one whose creation failed can only be deleted.
///
/// # Errors
///
/// As [`wait_active`].
pub async fn wait_changeable(client: &Client, key: &FunctionKey) -> Result<GetFunctionResponse> {
    let what = format!("{key} accepting a change");
    until(client, &what, || async {
        let function = get_function(client, &key.request()).await?.value;
        Ok(match function.status.as_str() {
            "Active" | "UpdateFailed" | "PublishFailed" => Step::Done(function),
            "Creating" | "Updating" | "Publishing" => Step::Pending(function.status),
            _ => ended(function),
        })
    })
    .await
}

/// Waits until the function does not exist any more.
///
/// # Errors
///
/// As [`wait_active`].
pub async fn wait_gone(client: &Client, key: &FunctionKey) -> Result<()> {
    let what = format!("{key} being deleted");
    until(client, &what, || async {
        Ok(match find_function(client, key).await? {
            None => Step::Done(()),
            Some(function) if function.status == "DeleteFailed" => ended(function),
            Some(function) => Step::Pending(function.status),
        })
    })
    .await
}

fn ended<T>(function: GetFunctionResponse) -> Step<T> {
    let mut reasons: Vec<_> = function
        .status_reasons
        .into_iter()
        .map(|reason| format!("{} ({})", reason.error_message, reason.error_code))
        .collect();
    if reasons.is_empty() && !function.status_desc.is_empty() {
        reasons.push(function.status_desc);
    }
    failed(&function.status, reasons)
}

fn failed<T>(state: &str, reasons: Vec<String>) -> Step<T> {
    Step::Failed { state: state.to_owned(), reasons }
}
