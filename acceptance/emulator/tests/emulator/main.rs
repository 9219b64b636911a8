//! The real binary, driven over HTTP by a signer that shares no code with it.

mod console;
mod durability;
mod exec;
mod faults;
mod protocol;
mod support;
mod vpc;
