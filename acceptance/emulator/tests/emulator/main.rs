//! The real binary, driven over HTTP by a signer that shares no code with it; and its function
//! runtime, driven as a library.

// A test panics with the place and the value; helpers are part of the tests.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod cfs;
mod clb;
mod cls;
mod console;
mod cos;
mod durability;
mod exec;
mod faults;
mod gateway;
mod monitor;
mod protocol;
mod readings;
mod refusals;
mod runtime;
mod scf;
mod support;
mod tag;
mod vpc;
