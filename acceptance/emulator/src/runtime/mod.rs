//! Functions really run: a process per instance, started from the unpacked code package.
//!
//! [`Runtime::invoke`] takes a snapshot of one function version and one event, and answers what the
//! product would answer: status code, result, log, duration and memory.

mod outcome;
mod spec;

pub use outcome::{Outcome, Status};
pub use spec::{Credentials, FunctionKey, FunctionSpec, Invocation, Package, Quota};
