//! Serverless Cloud Function (API 2018-04-16): namespaces, functions, versions, aliases, triggers,
//! invocations and logs. <https://www.tencentcloud.com/document/api/583>

mod account;
mod alias;
mod async_event;
mod concurrency;
mod configuration;
mod custom_domain;
mod event_invoke;
mod function;
mod invocation;
mod layer;
mod log;
mod namespace;
mod status;
mod trigger;
mod version;

use crate::action::Service;

pub use account::*;
pub use alias::*;
pub use async_event::*;
pub use concurrency::*;
pub use configuration::*;
pub use custom_domain::*;
pub use event_invoke::*;
pub use function::*;
pub use invocation::*;
pub use layer::*;
pub use log::*;
pub use namespace::*;
pub use status::*;
pub use trigger::*;
pub use version::*;

/// The product.
pub const SERVICE: Service = Service { name: "scf", version: "2018-04-16" };

/// The namespace that always exists.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The qualifier of the version that is edited.
pub const LATEST: &str = "$LATEST";

/// The alias that always exists.
pub const DEFAULT_ALIAS: &str = "$DEFAULT";
