//! What a Terraform value and a Terraform schema are.
//!
//! The crate is pure: no async, no input or output, no protobuf. It holds, from the bottom up:
//!
//! - [`Value`], the null, unknown or known value of one attribute, and [`Dynamic`], the untyped
//!   tree that travels between Terraform and a provider;
//! - [`Field`], the Rust types that may stand in a model, and [`Model`], a struct that is a whole
//!   resource, data source or nested block (usually by `#[derive(Resource)]` or
//!   `#[derive(Block)]`);
//! - the typed builder ([`attribute()`], [`block()`]), which holds every schema rule: required,
//!   optional and computed are types, so that nonsense does not compile;
//! - [`plan`], which turns prior state, configuration and schema into a planned state;
//! - [`check`], the stock validators, and [`conform`], which checks a value before it is sent.

pub mod attribute;
pub mod block;
pub mod check;
pub mod conform;
pub mod diagnostic;
pub mod dynamic;
pub mod field;
pub mod model;
pub mod number;
pub mod path;
pub mod plan;
pub mod print;
pub mod types;
pub mod value;

pub use attribute::{Attribute, AttributeSpec, Mode, attribute};
pub use block::{Block, BlockSpec, Nesting, Schema, block};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use dynamic::Dynamic;
pub use field::{Field, Set, Shape};
pub use model::Model;
pub use number::Number;
pub use path::{Path, Step};
pub use tf_schema_derive::{Block, Resource};
pub use types::Type;
pub use value::Value;
