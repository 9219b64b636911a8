//! Terraform's plugin protocol 6: what every provider repeats, so that a resource does not.
//!
//! A provider implements [`Provider`], [`Lifecycle`] for each resource (or [`RunOnce`], for one that
//! does something and is nothing) and [`DataSource`] for each data source, and calls [`serve`]. This
//! crate does the rest: the handshake and mutual TLS with Terraform, the wire form of values, decoding with attribute paths, defaults, unknown values,
//! replacement, time limits, private state, partial state of a failed create, and diagnostics made
//! of errors. It is the only crate that knows protobuf and msgpack.

mod apply;
mod change;
mod convert;
mod handshake;
mod json;
pub mod lifecycle;
mod log;
mod managed;
mod once;
mod operation;
mod private;
pub mod process;
mod server;
mod timeouts;
mod tls;
mod transport;
pub mod wire;

pub use change::Change;
pub use lifecycle::{
    Cloud, DataSource, DataSources, Explanation, Lifecycle, Presence, Problem, Provider, Resources,
};
pub use once::RunOnce;
pub use operation::Operation;
pub use process::{Identity, serve};
pub use timeouts::{Timeouts, parse_duration};

/// The messages and calls of the protocol.
#[allow(missing_docs, clippy::all, clippy::pedantic, unused_qualifications, rust_2018_idioms)]
pub mod proto {
    /// Terraform's own protocol.
    pub mod tfplugin6 {
        tonic::include_proto!("tfplugin6");
    }
    /// The plugin host's protocol.
    pub mod plugin {
        tonic::include_proto!("plugin");
    }
}
