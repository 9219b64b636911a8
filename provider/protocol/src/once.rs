//! Resources that are deeds rather than things: done when they are made, and never undone.

use std::future::Future;

use tf_schema::{Diagnostics, Model};

use crate::lifecycle::{Cloud, Lifecycle, Presence, Problem};
use crate::timeouts::Timeouts;

/// A resource that does something once, when it is made: every argument that matters forces a
/// replacement, which does it again. Reading finds what was done, and destroying does nothing.
pub trait RunOnce: Model {
    /// The name of the resource type.
    const TYPE: &'static str;
    /// The time limits that a user may set.
    const TIMEOUTS: Timeouts = Timeouts::NONE;
    /// The way to the cloud.
    type Cloud: Cloud;

    /// Does it. The id is set by then, or the next apply does it again.
    fn run(&mut self, cloud: &Self::Cloud) -> impl Future<Output = Result<(), Problem>> + Send;

    /// Checks a configuration as a whole. Unknown values pass.
    fn validate(config: &Self, problems: &mut Diagnostics) {
        let _ = (config, problems);
    }
}

impl<T: RunOnce> Lifecycle for T {
    const TYPE: &'static str = T::TYPE;
    const TIMEOUTS: Timeouts = T::TIMEOUTS;
    type Cloud = T::Cloud;

    fn create(&mut self, cloud: &Self::Cloud) -> impl Future<Output = Result<(), Problem>> + Send {
        self.run(cloud)
    }

    async fn read(&mut self, _cloud: &Self::Cloud) -> Result<Presence, Problem> {
        Ok(Presence::Present)
    }

    async fn delete(&mut self, _cloud: &Self::Cloud) -> Result<(), Problem> {
        Ok(())
    }

    fn import(_id: &str) -> Result<Self, Problem> {
        let detail = "This resource stands for something that Terraform does once. There is nothing in \
                      the cloud to import: write the resource, and Terraform does it.";
        Err(Problem::new("cannot be imported", detail))
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        RunOnce::validate(config, problems);
    }
}
