//! The schema crate as a resource author uses it: through the derive.

mod misuse;
mod model;
mod plan;
