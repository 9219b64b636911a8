//! A signed, typed client for Tencent Cloud's API 3.0.
//!
//! A [`Client`] is bound to a region and is cheap to clone. Each product is a module; each action
//! is a function with the action's name in snake case that takes a request and returns an
//! [`Answer`]:
//!
//! ```no_run
//! use tencentcloud_api::{Client, Settings, scf};
//!
//! # async fn example() -> tencentcloud_api::Result<()> {
//! let client = Client::new(Settings::default().resolve()?);
//! let request = scf::GetFunctionRequest { function_name: "hello".into(), ..Default::default() };
//! let function = scf::get_function(&client, &request).await?;
//! println!("{} ({})", function.status, function.request_id);
//! # Ok(())
//! # }
//! ```
//!
//! A call is signed ([`sign`]), waits for its turn under the documented rate limit, is repeated
//! while that is safe ([`Policy`]), and ends when its caller cancels
//! ([`Client::with_cancel`]) or the time is up ([`Client::with_timeout`]). What fails says whether
//! the change may be there nevertheless ([`Error::may_have_taken_effect`]) and what to do
//! ([`Error::advice`]).
//!
//! Around calls: [`wait`] follows an asynchronous change, [`page`] reads whole lists, [`batch`]
//! makes one request of many single reads, and [`Client::lock`] serialises changes to one object.

mod action;
mod advice;
mod api3;
mod client;
mod codes;
mod credential;
mod endpoint;
mod error;
mod exchange;
mod limit;
mod lock;
mod random;
mod redact;
mod retry;
mod secret;
mod settings;
mod tls;
mod transport;
mod wire;

pub mod batch;
pub mod mps;
pub mod page;
pub mod sign;
pub mod wait;

pub mod cfs;
pub mod clb;
pub mod cls;
pub mod cos;
pub mod scf;
pub mod sts;
pub mod tag;
pub mod vpc;

pub use action::{Action, ActionId, Answer, Empty, Kind, Service};
pub use client::Client;
pub use codes::Class;
pub use credential::Credential;
pub use endpoint::Endpoints;
pub use error::{Clocks, Error, Result, Source};
pub use lock::Guard;
pub use retry::Policy;
pub use secret::Secret;
pub use settings::{Config, DEFAULT_REGION, Settings};
