//! The client against a scripted server on the loopback interface.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod calls;
mod paging;
mod secrets;
mod server;
mod stopping;
