//! The provider as a whole: its documentation, the review copy of its schema, and the protocol as
//! a plugin host other than Terraform would speak it.

mod docs;
mod generated;
mod host;
mod limits;
mod official;
mod protocol;
mod schema;
mod schemas;
