//! Every resource, one line each.

pub mod scf;
pub mod vpc;

use tf_protocol::Resources;

use crate::Cloud;

/// The resources of the provider.
pub fn all() -> Resources<Cloud> {
    Resources::new()
        .with::<scf::function::Function>()
        .with::<scf::alias::Alias>()
        .with::<scf::version::Version>()
        .with::<scf::namespace::Namespace>()
        .with::<vpc::network::Vpc>()
        .with::<vpc::security_group::SecurityGroup>()
        .with::<vpc::subnet::Subnet>()
}
