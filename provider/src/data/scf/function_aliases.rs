//! `tencentcloud_scf_function_aliases`: the aliases of a function.
//! <https://www.tencentcloud.com/document/product/583/36147>

use tencentcloud_api::page;
use tencentcloud_api::scf::{self, ListAliasesRequest, RoutingConfig, VersionMatch, VersionWeight};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Lists the aliases of a function; `$DEFAULT` is one of them.
#[derive(Resource, Default)]
pub struct FunctionAliases {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Version for which the aliases stand.
    #[tf(optional)]
    pub function_version: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The aliases, in the order of their names.
    #[tf(computed)]
    pub aliases: Value<Vec<Alias>>,
}

/// An alias.
#[derive(Block, Clone)]
pub struct Alias {
    /// Name of the alias.
    #[tf(computed)]
    pub name: Value<String>,
    /// Version that the alias stands for.
    #[tf(computed)]
    pub function_version: Value<String>,
    /// What the alias is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub add_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub mod_time: Value<String>,
    /// A second version that gets a part of the calls.
    #[tf(computed)]
    pub routing_config: Value<Vec<Routing>>,
}

/// A second version that gets a part of the calls.
#[derive(Block, Clone)]
pub struct Routing {
    /// The second version and its share.
    #[tf(computed)]
    pub additional_version_weights: Value<Vec<Weight>>,
    /// The second version and the calls that go to it. The name is spelt as in the official provider.
    #[tf(computed)]
    pub addition_version_matchs: Value<Vec<Match>>,
}

/// A version and its share of the calls.
#[derive(Block, Clone)]
pub struct Weight {
    /// The version.
    #[tf(computed)]
    pub version: Value<String>,
    /// Its share of the calls, from 0 to 1.
    #[tf(computed)]
    pub weight: Value<f64>,
}

/// A version and the calls that go to it.
#[derive(Block, Clone)]
pub struct Match {
    /// The version.
    #[tf(computed)]
    pub version: Value<String>,
    /// What is compared: `invoke.headers.NAME`.
    #[tf(computed)]
    pub key: Value<String>,
    /// `exact` for a text, `range` for a whole number.
    #[tf(computed)]
    pub method: Value<String>,
    /// The text, or the range.
    #[tf(computed)]
    pub expression: Value<String>,
}

impl DataSource for FunctionAliases {
    const TYPE: &'static str = "tencentcloud_scf_function_aliases";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let request = ListAliasesRequest {
            function_name: self.function_name.or_default(),
            namespace: Some(namespace.clone()),
            function_version: self.function_version.known().cloned(),
            ..ListAliasesRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let mut found: Vec<_> = rows.into_iter().map(Alias::of).collect();
        found.sort_by(|a, b| a.name.text().cmp(b.name.text()));
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", request.function_name).into();
        self.aliases = found.into();
        Ok(())
    }
}

impl Alias {
    fn of(found: scf::Alias) -> Alias {
        Alias {
            name: found.name.into(),
            function_version: found.function_version.into(),
            description: found.description.into(),
            add_time: found.add_time.into(),
            mod_time: found.mod_time.into(),
            routing_config: Routing::of(found.routing_config)
                .into_iter()
                .collect::<Vec<_>>()
                .into(),
        }
    }
}

impl Routing {
    /// Nothing where no second version gets calls.
    fn of(found: RoutingConfig) -> Option<Routing> {
        let weights = found.additional_version_weights.unwrap_or_default();
        let matches = found.addtion_version_matchs.unwrap_or_default();
        (!weights.is_empty() || !matches.is_empty()).then(|| Routing {
            additional_version_weights: weights
                .into_iter()
                .map(Weight::of)
                .collect::<Vec<_>>()
                .into(),
            addition_version_matchs: matches.into_iter().map(Match::of).collect::<Vec<_>>().into(),
        })
    }
}

impl Weight {
    fn of(found: VersionWeight) -> Weight {
        Weight { version: found.version.into(), weight: found.weight.into() }
    }
}

impl Match {
    fn of(found: VersionMatch) -> Match {
        Match {
            version: found.version.into(),
            key: found.key.into(),
            method: found.method.into(),
            expression: found.expression.into(),
        }
    }
}
