//! The client against a scripted server on the loopback interface.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod alone;
mod batching;
mod calls;
mod functions;
mod load_balancers;
mod object_storage;
mod paging;
mod secrets;
mod server;
mod stopping;
mod tls;
mod transcripts;
