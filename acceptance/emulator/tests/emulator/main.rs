//! The real binary, driven over HTTP by a signer that shares no code with it; and its function
//! runtime, driven as a library.

mod console;
mod durability;
mod exec;
mod faults;
mod protocol;
mod runtime;
mod support;
mod vpc;
