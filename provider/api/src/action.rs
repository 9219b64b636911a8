//! What an action is: the one description that sending, repeating and limiting go by.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A product of the cloud and the version of its API.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The first label of its host, which is also the service that a signature names.
    pub name: &'static str,
    /// The value of `X-TC-Version`.
    pub version: &'static str,
}

/// What repeating an action would do; decides what happens after a failure that leaves open
/// whether the action took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// Sets a state: the second time changes nothing more.
    Write,
    /// Removes: the second time finds nothing.
    Delete,
    /// Makes something new each time. Never repeated when it may have taken effect.
    Create,
}

/// A request that knows which action it is for.
pub trait Action: Serialize + Send + Sync {
    /// What the cloud answers with.
    type Response: DeserializeOwned + Send;
    /// The product.
    const SERVICE: &'static Service;
    /// The value of `X-TC-Action`.
    const NAME: &'static str;
    /// What repeating it would do.
    const KIND: Kind;
    /// How long an answer may take.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// What repeating this very request would do, where that depends on it.
    fn kind(&self) -> Kind {
        Self::KIND
    }

    /// The action of this request.
    fn id(&self) -> ActionId {
        ActionId { service: Self::SERVICE, name: Self::NAME, kind: self.kind() }
    }
}

/// An action by name; `Display` shows the name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionId {
    /// The product.
    pub service: &'static Service,
    /// The action's name.
    pub name: &'static str,
    /// What repeating it would do.
    pub kind: Kind,
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What the cloud answered. Reads as the response itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The response.
    pub value: T,
    /// The id of the request, which support asks for and which is the task id of a load balancer
    /// write.
    pub request_id: String,
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The response of an action that returns nothing but a request id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Empty {}

/// Declares actions: for each line an [`Action`] for the request type and a function with the
/// action's name in snake case that calls it.
macro_rules! actions {
    ($service:expr; $(
        $(#[$doc:meta])*
        $function:ident = $name:literal, $kind:ident: $request:ty => $response:ty $(, patience $patience:expr)?;
    )*) => {$(
        impl $crate::Action for $request {
            type Response = $response;
            const SERVICE: &'static $crate::Service = &$service;
            const NAME: &'static str = $name;
            const KIND: $crate::Kind = $crate::Kind::$kind;
            $(const PATIENCE: std::time::Duration = $patience;)?
        }

        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Any [`Error`]($crate::Error); see [`Client::call`]($crate::Client::call).
        pub async fn $function(
            client: &$crate::Client,
            request: &$request,
        ) -> $crate::Result<$crate::Answer<$response>> {
            client.call(request).await
        }
    )*};
}
pub(crate) use actions;
