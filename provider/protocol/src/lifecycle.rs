//! What the author of a provider writes: [`Provider`], [`Lifecycle`] and [`DataSource`].

use std::any::Any;
use std::error::Error;
use std::future::Future;

use tf_schema::{Diagnostic, Diagnostics, Model, Path};

use crate::change::Change;
use crate::managed::{AnyDataSource, AnyResource, Managed, ReadOnly};
use crate::operation::Operation;
use crate::timeouts::Timeouts;

/// A provider: its block, its way to the cloud, and what it offers.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Config: Model;
    /// The way to the cloud.
    type Cloud: Cloud;

    /// Makes the way to the cloud. Nothing is called yet; values may still be unknown while
    /// planning.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn configure(config: Self::Config, terraform: &str) -> Result<Self::Cloud, Problem>;

    /// The resources.
    fn resources() -> Resources<Self::Cloud>;

    /// The data sources.
    fn data_sources() -> DataSources<Self::Cloud>;
}

/// A handle to the cloud, cheap to clone.
pub trait Cloud: Clone + Send + Sync + 'static {
    /// The same handle for one operation: it sends nothing after the user has asked to stop, and
    /// waits no longer than the operation may take.
    #[must_use]
    fn bind(&self, operation: &Operation) -> Self;

    /// Puts an error of the cloud's client into words: what happened, and what to do. `None` for
    /// an error that is not the client's.
    fn explain(error: &(dyn Error + 'static)) -> Option<Explanation>;
}

/// An error in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// One line that ends the sentence "Could not create x: ".
    pub summary: String,
    /// The code, the request id, and what to do.
    pub detail: String,
}

/// A resource: the life of one object of the cloud.
///
/// The verbs change `self`, from which the framework makes the state. While creating, what `self`
/// holds when a verb fails, is interrupted or panics is saved if its `id` is set by then: so an
/// author sets the id the moment the cloud returns it, and nothing is ever orphaned.
pub trait Lifecycle: Model {
    /// The name of the resource type.
    const TYPE: &'static str;
    /// The time limits that a user may set.
    const TIMEOUTS: Timeouts = Timeouts::NONE;
    /// The way to the cloud.
    type Cloud: Cloud;

    /// Creates the planned object. [`Lifecycle::read`] follows by itself.
    fn create(&mut self, cloud: &Self::Cloud) -> impl Future<Output = Result<(), Problem>> + Send;

    /// Reads the object. Only the cloud's own word that there is no such object means
    /// [`Presence::Gone`]; any other failure is a problem.
    fn read(
        &mut self,
        cloud: &Self::Cloud,
    ) -> impl Future<Output = Result<Presence, Problem>> + Send;

    /// Changes the object from `prior` to `self` in place. [`Lifecycle::read`] follows by itself.
    fn update(
        &mut self,
        prior: &Self,
        cloud: &Self::Cloud,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        let _ = (prior, cloud);
        async {
            let detail = "No attribute of this resource can be changed in place.";
            Err(Problem::new("Nothing to update", detail))
        }
    }

    /// Deletes the object; one that is gone already is a success. It must work from the state
    /// alone.
    fn delete(&mut self, cloud: &Self::Cloud) -> impl Future<Output = Result<(), Problem>> + Send;

    /// Reads an import id: sets what [`Lifecycle::read`] needs to find the object.
    ///
    /// # Errors
    /// What an id must look like.
    fn import(id: &str) -> Result<Self, Problem>;

    /// Checks a configuration as a whole. Unknown values pass.
    fn validate(config: &Self, problems: &mut Diagnostics) {
        let _ = (config, problems);
    }

    /// Plans what the schema alone cannot. Called twice with the same arguments, it must plan the
    /// same.
    fn plan(
        change: &mut Change<Self>,
        cloud: &Self::Cloud,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        let _ = (change, cloud);
        async { Ok(()) }
    }
}

/// A data source.
pub trait DataSource: Model {
    /// The name of the data source.
    const TYPE: &'static str;
    /// The way to the cloud.
    type Cloud: Cloud;

    /// Fills in what the configuration asks for.
    fn read(&mut self, cloud: &Self::Cloud) -> impl Future<Output = Result<(), Problem>> + Send;

    /// Checks a configuration as a whole. Unknown values pass.
    fn validate(config: &Self, problems: &mut Diagnostics) {
        let _ = (config, problems);
    }
}

/// Whether an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// The cloud says that it does not exist.
    Gone,
}

/// The resources of a provider.
pub struct Resources<C>(pub(crate) Vec<Box<dyn AnyResource<C>>>);

impl<C: Cloud> Resources<C> {
    /// None.
    pub fn new() -> Resources<C> {
        Resources(Vec::new())
    }

    /// Adds one.
    #[must_use]
    pub fn with<R: Lifecycle<Cloud = C>>(mut self) -> Resources<C> {
        self.0.push(Box::new(Managed::<R>::new()));
        self
    }

    /// The names and schemas, for documentation and reviews.
    pub fn schemas(&self) -> impl Iterator<Item = (&'static str, &tf_schema::Schema)> {
        self.0.iter().map(|resource| (resource.name(), resource.schema()))
    }
}

impl<C: Cloud> Default for Resources<C> {
    fn default() -> Self {
        Resources::new()
    }
}

/// The data sources of a provider.
pub struct DataSources<C>(pub(crate) Vec<Box<dyn AnyDataSource<C>>>);

impl<C: Cloud> DataSources<C> {
    /// None.
    pub fn new() -> DataSources<C> {
        DataSources(Vec::new())
    }

    /// Adds one.
    #[must_use]
    pub fn with<D: DataSource<Cloud = C>>(mut self) -> DataSources<C> {
        self.0.push(Box::new(ReadOnly::<D>::new()));
        self
    }

    /// The names and schemas, for documentation and reviews.
    pub fn schemas(&self) -> impl Iterator<Item = (&'static str, &tf_schema::Schema)> {
        self.0.iter().map(|source| (source.name(), source.schema()))
    }
}

impl<C: Cloud> Default for DataSources<C> {
    fn default() -> Self {
        DataSources::new()
    }
}

/// Why a verb failed. Every error converts into it, so `?` is enough.
#[derive(Debug)]
pub struct Problem {
    cause: Cause,
    path: Path,
}

#[derive(Debug)]
enum Cause {
    Words { summary: String, detail: String },
    Error(Box<dyn Error + Send + Sync>),
}

impl Problem {
    /// A problem in the author's own words.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Problem {
        let (summary, detail) = (summary.into(), detail.into());
        Problem { cause: Cause::Words { summary, detail }, path: Path::root() }
    }

    /// The same problem, about the value at `path`.
    #[must_use]
    pub fn at(self, path: impl Into<Path>) -> Problem {
        Problem { path: path.into(), ..self }
    }

    /// What a panic says.
    pub(crate) fn from_panic(panic: &(dyn Any + Send)) -> Problem {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Problem::new(
            "The provider failed",
            format!(
                "This is a fault of the provider, please report it: {}",
                text.as_deref().unwrap_or("panic")
            ),
        )
    }

    /// The problem without any word on what was being done.
    pub(crate) fn plain(self) -> Diagnostic {
        let (summary, detail) = match self.cause {
            Cause::Words { summary, detail } => (summary, detail),
            Cause::Error(error) => ("Failed".to_owned(), chain(&*error)),
        };
        Diagnostic::error(summary, detail).at(self.path)
    }

    /// The problem as Terraform shows it; `what` was being done.
    pub(crate) fn diagnostic<C: Cloud>(self, what: &str) -> Diagnostic {
        let diagnostic = match self.cause {
            Cause::Words { summary, detail } if self.path.is_root() => {
                Diagnostic::error(format!("{what}: {summary}"), detail)
            }
            Cause::Words { summary, detail } => Diagnostic::error(summary, detail),
            Cause::Error(error) => match C::explain(&*error) {
                Some(words) => {
                    Diagnostic::error(format!("{what}: {}", words.summary), words.detail)
                }
                None => Diagnostic::error(what, chain(&*error)),
            },
        };
        diagnostic.at(self.path)
    }
}

/// An error and its causes.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Problem { cause: Cause::Error(Box::new(error)), path: Path::root() }
    }
}
