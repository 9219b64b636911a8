//! Every resource, one line each.

pub mod cfs;
pub mod clb;
pub mod cls;
pub mod cos;
pub mod scf;
pub mod vpc;

use tf_protocol::Resources;

use crate::Cloud;

/// The resources of the provider.
pub fn all() -> Resources<Cloud> {
    Resources::new()
        .with::<cfs::access_group::AccessGroup>()
        .with::<cfs::access_rule::AccessRule>()
        .with::<cfs::file_system::FileSystem>()
        .with::<clb::function_targets::Attachment>()
        .with::<clb::instance::Instance>()
        .with::<clb::listener::Listener>()
        .with::<clb::rule::Rule>()
        .with::<cls::index::Index>()
        .with::<cls::logset::Logset>()
        .with::<cls::topic::Topic>()
        .with::<cos::bucket::Bucket>()
        .with::<cos::object::Object>()
        .with::<scf::alias::Alias>()
        .with::<scf::custom_domain::CustomDomain>()
        .with::<scf::event_invoke_config::EventInvokeConfig>()
        .with::<scf::function::Function>()
        .with::<scf::invoke_function::InvokeFunction>()
        .with::<scf::layer::Layer>()
        .with::<scf::namespace::Namespace>()
        .with::<scf::provisioned_concurrency_config::ProvisionedConcurrency>()
        .with::<scf::reserved_concurrency_config::ReservedConcurrency>()
        .with::<scf::sync_invoke_function::SyncInvokeFunction>()
        .with::<scf::terminate_async_event::TerminateAsyncEvent>()
        .with::<scf::trigger::Trigger>()
        .with::<scf::trigger::config::TriggerConfig>()
        .with::<scf::version::Version>()
        .with::<vpc::network::Vpc>()
        .with::<vpc::security_group::SecurityGroup>()
        .with::<vpc::subnet::Subnet>()
}
