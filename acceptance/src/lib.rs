//! The harness of the acceptance tests: the real `terraform` or `tofu`, the built provider and the
//! built local cloud.
//!
//! A test makes a [`Case`]: a local cloud of its own and a working directory. It applies
//! configurations, after each of which two plans must be empty, with and without refresh; looks at
//! plans and states; and ends with [`Case::finish`], which destroys everything and asks the cloud
//! whether anything is left.

pub mod case;
pub mod cli;
pub mod cloud;
pub mod demo;
pub mod emulator;
pub mod install;
pub mod programs;

pub use case::{Case, Plan};
pub use cli::Cli;
pub use emulator::Emulator;
