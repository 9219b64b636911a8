//! Every resource, one line each.

pub mod scf;

use tf_protocol::Resources;

use crate::Cloud;

/// The resources of the provider.
pub fn all() -> Resources<Cloud> {
    Resources::new().with::<scf::namespace::Namespace>().with::<scf::function::Function>()
}
