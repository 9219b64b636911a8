//! Resources and data sources with their Rust type forgotten, as the server holds them.

use std::marker::PhantomData;
use std::sync::OnceLock;

use futures_util::future::BoxFuture;
use tf_schema::plan::{Known, Planned, finish, start};
use tf_schema::{Block, Diagnostics, Dynamic, Path, Schema};
use tokio_util::sync::CancellationToken;

use crate::apply::{self, Applied};
use crate::change::Change;
use crate::lifecycle::{Cloud, DataSource, Lifecycle, Presence};
use crate::operation::Operation;
use crate::timeouts::{self, Verb};

/// One call of a verb: the cloud, and the user's wish to stop.
pub struct Call<C> {
    /// The way to the cloud.
    pub cloud: C,
    /// Cancelled when Terraform is asked to stop.
    pub stop: CancellationToken,
}

/// A change that Terraform asks to plan.
pub struct Proposal {
    /// The stored state; null while creating.
    pub prior: Dynamic,
    /// Terraform's merge of configuration and prior state.
    pub proposed: Dynamic,
    /// The configuration.
    pub config: Dynamic,
    /// Whether an apply asks, to which a plan was shown before.
    pub applying: bool,
}

/// A resource whose model is forgotten.
pub trait AnyResource<C>: Send + Sync {
    /// The name of the resource type.
    fn name(&self) -> &'static str;
    /// Its schema, with the `timeouts` block.
    fn schema(&self) -> &Schema;
    /// Checks a configuration.
    fn validate(&self, config: &Dynamic) -> Diagnostics;
    /// Plans a change.
    fn plan(&self, proposal: Proposal, call: Call<C>) -> BoxFuture<'_, (Planned, Diagnostics)>;
    /// Reads an object; null says that it is gone. `foreign` states of other providers are
    /// brought into this provider's form.
    fn read(
        &self,
        state: Dynamic,
        foreign: bool,
        call: Call<C>,
    ) -> BoxFuture<'_, Result<Dynamic, Diagnostics>>;
    /// Creates the planned object.
    fn create(&self, planned: Dynamic, config: Dynamic, call: Call<C>) -> BoxFuture<'_, Applied>;
    /// Changes an object in place.
    fn update(
        &self,
        prior: Dynamic,
        planned: Dynamic,
        config: Dynamic,
        call: Call<C>,
    ) -> BoxFuture<'_, Applied>;
    /// Deletes an object.
    fn delete(&self, prior: Dynamic, call: Call<C>) -> BoxFuture<'_, Applied>;
    /// The state that an import id stands for.
    fn import(&self, id: &str) -> Result<Dynamic, Diagnostics>;
}

/// A resource with its model.
pub struct Managed<R> {
    schema: OnceLock<Schema>,
    of: PhantomData<fn() -> R>,
}

impl<R: Lifecycle> Managed<R> {
    pub(crate) fn new() -> Managed<R> {
        Managed { schema: OnceLock::new(), of: PhantomData }
    }

    fn block(&self) -> &Block {
        &AnyResource::<R::Cloud>::schema(self).block
    }
}

/// Binds the call's cloud to an operation that may take as long as `verb` does.
fn begin<R: Lifecycle>(call: Call<R::Cloud>, verb: Verb, state: &Dynamic) -> (Operation, R::Cloud) {
    let operation = Operation::new(call.stop, R::TIMEOUTS.limit(verb, state));
    let cloud = call.cloud.bind(&operation);
    (operation, cloud)
}

impl<R: Lifecycle> AnyResource<R::Cloud> for Managed<R> {
    fn name(&self) -> &'static str {
        R::TYPE
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| {
            let mut block = R::block();
            block.blocks.extend(R::TIMEOUTS.block());
            Schema { version: 0, block }
        })
    }

    fn validate(&self, config: &Dynamic) -> Diagnostics {
        let mut problems = self.block().validate(config);
        match R::decode(config, &Path::root()) {
            Ok(config) => R::validate(&config, &mut problems),
            Err(problem) => problems.push(problem),
        }
        problems
    }

    fn plan(
        &self,
        proposal: Proposal,
        call: Call<R::Cloud>,
    ) -> BoxFuture<'_, (Planned, Diagnostics)> {
        Box::pin(async move {
            let Proposal { prior, proposed, config, applying } = proposal;
            let block = self.block();
            let known = Known { prior: &prior, config: &config };
            let planned = start(block, known, proposed);
            let unrefined =
                |problems| (Planned { state: planned.clone(), replace: Vec::new() }, problems);
            let mut change = match Change::<R>::new(block, &prior, &config, planned.clone()) {
                Ok(change) => change,
                Err(problem) => return unrefined(problem.into()),
            };
            change.applying = applying;
            let (operation, cloud) = begin::<R>(call, Verb::Read, &planned);
            let outcome = operation.run(R::plan(&mut change, &cloud)).await;
            if let Err(problem) = outcome {
                let what = format!("Could not plan {}", R::TYPE);
                change.problems.push(problem.diagnostic::<R::Cloud>(&what));
            }
            let refined = change.into_refined();
            let mut plan = finish(block, known, refined.after, &refined.pinned);
            if !prior.is_null() {
                plan.replace.extend(refined.replace);
                plan.replace.sort();
                plan.replace.dedup();
            }
            (plan, refined.problems)
        })
    }

    fn read(
        &self,
        mut state: Dynamic,
        foreign: bool,
        call: Call<R::Cloud>,
    ) -> BoxFuture<'_, Result<Dynamic, Diagnostics>> {
        Box::pin(async move {
            if foreign {
                apply::normalise(self.block(), &mut state);
            }
            let mut model = R::decode(&state, &Path::root()).map_err(Diagnostics::from)?;
            let (operation, cloud) = begin::<R>(call, Verb::Read, &state);
            match operation.run(model.read(&cloud)).await {
                Ok(Presence::Present) => Ok(apply::state_of(self.block(), model, &state)),
                Ok(Presence::Gone) => Ok(Dynamic::Null),
                Err(problem) => {
                    let what = format!("Could not read {}", R::TYPE);
                    Err(problem.diagnostic::<R::Cloud>(&what).into())
                }
            }
        })
    }

    fn create(
        &self,
        planned: Dynamic,
        config: Dynamic,
        call: Call<R::Cloud>,
    ) -> BoxFuture<'_, Applied> {
        let (operation, cloud) = begin::<R>(call, Verb::Create, &planned);
        Box::pin(apply::create::<R>(self.block(), planned, config, operation, cloud))
    }

    fn update(
        &self,
        prior: Dynamic,
        planned: Dynamic,
        config: Dynamic,
        call: Call<R::Cloud>,
    ) -> BoxFuture<'_, Applied> {
        let (operation, cloud) = begin::<R>(call, Verb::Update, &planned);
        Box::pin(apply::update::<R>(self.block(), prior, planned, config, operation, cloud))
    }

    fn delete(&self, prior: Dynamic, call: Call<R::Cloud>) -> BoxFuture<'_, Applied> {
        let (operation, cloud) = begin::<R>(call, Verb::Delete, &prior);
        Box::pin(apply::delete::<R>(prior, operation, cloud))
    }

    fn import(&self, id: &str) -> Result<Dynamic, Diagnostics> {
        match R::import(id) {
            Ok(model) => Ok(apply::state_of(self.block(), model, &Dynamic::Null)),
            Err(problem) => {
                let what = format!("Could not import {}", R::TYPE);
                Err(problem.diagnostic::<R::Cloud>(&what).into())
            }
        }
    }
}

/// A data source whose model is forgotten.
pub trait AnyDataSource<C>: Send + Sync {
    /// The name of the data source.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> &Schema;
    /// Checks a configuration.
    fn validate(&self, config: &Dynamic) -> Diagnostics;
    /// Reads what the configuration asks for.
    fn read(&self, config: Dynamic, call: Call<C>) -> BoxFuture<'_, Result<Dynamic, Diagnostics>>;
}

/// A data source with its model.
pub struct ReadOnly<D> {
    schema: OnceLock<Schema>,
    of: PhantomData<fn() -> D>,
}

impl<D: DataSource> ReadOnly<D> {
    pub(crate) fn new() -> ReadOnly<D> {
        ReadOnly { schema: OnceLock::new(), of: PhantomData }
    }
}

impl<D: DataSource> AnyDataSource<D::Cloud> for ReadOnly<D> {
    fn name(&self) -> &'static str {
        D::TYPE
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| Schema { version: 0, block: D::block() })
    }

    fn validate(&self, config: &Dynamic) -> Diagnostics {
        let mut problems = AnyDataSource::<D::Cloud>::schema(self).block.validate(config);
        match D::decode(config, &Path::root()) {
            Ok(config) => D::validate(&config, &mut problems),
            Err(problem) => problems.push(problem),
        }
        problems
    }

    fn read(
        &self,
        config: Dynamic,
        call: Call<D::Cloud>,
    ) -> BoxFuture<'_, Result<Dynamic, Diagnostics>> {
        Box::pin(async move {
            let block = &AnyDataSource::<D::Cloud>::schema(self).block;
            let mut model = D::decode(&config, &Path::root()).map_err(Diagnostics::from)?;
            let limit = timeouts::Timeouts::NONE.limit(Verb::Read, &Dynamic::Null);
            let operation = Operation::new(call.stop, limit);
            let cloud = call.cloud.bind(&operation);
            match operation.run(model.read(&cloud)).await {
                Ok(()) => Ok(apply::state_of(block, model, &Dynamic::Null)),
                Err(problem) => {
                    let what = format!("Could not read {}", D::TYPE);
                    Err(problem.diagnostic::<D::Cloud>(&what).into())
                }
            }
        })
    }
}
