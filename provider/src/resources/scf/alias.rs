//! `tencentcloud_scf_function_alias`: a name for a version of a function.
//! <https://www.tencentcloud.com/document/product/583/36149>

use tencentcloud_api::scf::{
    self, CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, RoutingConfig,
    UpdateAliasRequest, VersionMatch, VersionWeight,
};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::{Check, length, one_of};
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use super::{as_written, function_lock, namespace_or_default};
use crate::{Cloud, create, id};

/// A name for a version of a function, or for two that share the traffic: by weight, or by a rule
/// over what a call says. Callers use the name, and a release is a change of the alias.
#[derive(Resource, Default)]
pub struct Alias {
    /// Name of the alias: 1 to 64 letters, digits, hyphens and underscores, beginning with a
    /// letter and ending with a letter or digit. It cannot be changed.
    #[tf(required, force_new, validate(name_form))]
    pub name: Value<String>,
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Version that the alias stands for, a number or `$LATEST`.
    #[tf(required)]
    pub function_version: Value<String>,
    /// Namespace of the function, by default `default`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub namespace: Value<String>,
    /// What the alias is for, at most 1000 characters.
    #[tf(optional, validate(length(0, 1000)))]
    pub description: Value<String>,
    /// Namespace, name of the function and name of the alias, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// A second version that gets a part of the calls.
    #[tf(block, max(1))]
    pub routing_config: Value<Vec<Routing>>,
}

/// A second version that gets a part of the calls: by weight or by rule, not both.
#[derive(Block, Default)]
pub struct Routing {
    /// The second version and its share.
    #[tf(block, max(1))]
    pub additional_version_weights: Value<Vec<Weight>>,
    /// The second version and the calls that go to it.
    #[tf(block, max(1))]
    pub additional_version_matches: Value<Vec<Match>>,
}

/// A version and its share of the calls.
#[derive(Block, Default)]
pub struct Weight {
    /// The version.
    #[tf(required)]
    pub version: Value<String>,
    /// Its share of the calls, from 0 to 1.
    #[tf(required, validate(share))]
    pub weight: Value<f64>,
}

/// A version and the calls that go to it.
#[derive(Block, Default)]
pub struct Match {
    /// The version.
    #[tf(required)]
    pub version: Value<String>,
    /// What is compared: `invoke.headers.NAME`, where `NAME` is a name in the call's routing key.
    #[tf(required, validate(match_key))]
    pub key: Value<String>,
    /// `exact` for a text, `range` for a whole number.
    #[tf(required, validate(one_of(&["exact", "range"])))]
    pub method: Value<String>,
    /// The text; or a range, `(a,b)` without its ends or `[a,b]` with them.
    #[tf(required)]
    pub expression: Value<String>,
}

impl Lifecycle for Alias {
    const TYPE: &'static str = "tencentcloud_scf_function_alias";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let update = self.to_update();
        let (namespace, function) = (namespace_or_default(&self.namespace), &update.function_name);
        let _lock = function_lock(cloud, &namespace, function).await?;
        if update.name == scf::DEFAULT_ALIAS {
            // R294: it exists from the beginning, so it is adopted.
            scf::update_alias(cloud, &update).await?;
            self.id = format!("{namespace}#{function}#{}", update.name).into();
            return Ok(());
        }
        let request = CreateAliasRequest {
            name: update.name.clone(),
            function_name: update.function_name.clone(),
            function_version: update.function_version.clone(),
            namespace: update.namespace.clone(),
            routing_config: update.routing_config.clone(),
            description: update.description.clone(),
        };
        let made = scf::create_alias(cloud, &request).await;
        let id = format!("{namespace}#{function}#{}", update.name);
        let key = to_get(&split_id(&id)?);
        let look = async { Ok(scf::find_alias(cloud, &key).await?.is_some()) };
        Ok(create::named(made, &mut self.id, id, look).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let parts = split_id(self.id.text())?;
        let Some(found) = scf::find_alias(cloud, &to_get(&parts)).await? else {
            return Ok(Presence::Gone);
        };
        let [namespace, function, _] = parts;
        self.namespace = namespace.into();
        self.function_name = function.into();
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = self.to_update();
        let namespace = namespace_or_default(&self.namespace);
        let _lock = function_lock(cloud, &namespace, &request.function_name).await?;
        scf::update_alias(cloud, &request).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [namespace, function_name, name] = split_id(self.id.text())?;
        let _lock = function_lock(cloud, &namespace, &function_name).await?;
        if name == scf::DEFAULT_ALIAS {
            // It cannot be deleted, so it goes back to what it is in a new function.
            let request = UpdateAliasRequest {
                function_name,
                name,
                function_version: scf::LATEST.to_owned(),
                namespace: Some(namespace),
                routing_config: Some(RoutingConfig::default()),
                description: Some(String::new()),
            };
            return match scf::update_alias(cloud, &request).await {
                Err(error) if !error.is_not_found() => Err(error.into()),
                _ => Ok(()),
            };
        }
        let request = DeleteAliasRequest { function_name, name, namespace: Some(namespace) };
        match scf::delete_alias(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(Alias { id: id.into(), ..Alias::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        for routing in config.routing_config.known().into_iter().flatten() {
            check_routing(routing, &config.function_version, problems);
        }
    }
}

impl Alias {
    /// The whole alias; an empty routing takes the second version away.
    fn to_update(&self) -> UpdateAliasRequest {
        let routing = self.routing_config.or_none().first();
        let weights =
            routing.map_or(&[][..], |routing| routing.additional_version_weights.or_none());
        let matches =
            routing.map_or(&[][..], |routing| routing.additional_version_matches.or_none());
        UpdateAliasRequest {
            function_name: self.function_name.or_default(),
            name: self.name.or_default(),
            function_version: self.function_version.or_default(),
            namespace: Some(namespace_or_default(&self.namespace)),
            routing_config: Some(RoutingConfig {
                additional_version_weights: Some(weights.iter().map(Weight::to_api).collect()),
                addtion_version_matchs: Some(matches.iter().map(Match::to_api).collect()),
            }),
            description: Some(self.description.or_default()),
        }
    }

    fn adopt(&mut self, found: scf::Alias) {
        self.name = found.name.into();
        self.function_version = found.function_version.into();
        self.description = as_written(&self.description, found.description);
        let RoutingConfig { additional_version_weights, addtion_version_matchs } =
            found.routing_config;
        let weights = additional_version_weights.unwrap_or_default();
        let matches = addtion_version_matchs.unwrap_or_default();
        let found = match weights.is_empty() && matches.is_empty() {
            true => vec![],
            false => vec![Routing {
                additional_version_weights: weights
                    .into_iter()
                    .map(Weight::of)
                    .collect::<Vec<_>>()
                    .into(),
                additional_version_matches: matches
                    .into_iter()
                    .map(Match::of)
                    .collect::<Vec<_>>()
                    .into(),
            }],
        };
        // An empty block in the configuration means the same as none: it is kept.
        if !found.is_empty() || !self.routing_config.or_none().iter().all(Routing::is_empty) {
            self.routing_config = found.into();
        } else if !self.routing_config.is_known() {
            self.routing_config = vec![].into();
        }
    }
}

impl Routing {
    fn is_empty(&self) -> bool {
        self.additional_version_weights.or_none().is_empty()
            && self.additional_version_matches.or_none().is_empty()
    }
}

impl Weight {
    fn to_api(&self) -> VersionWeight {
        VersionWeight { version: self.version.or_default(), weight: self.weight.or_default() }
    }

    fn of(found: VersionWeight) -> Weight {
        Weight { version: found.version.into(), weight: found.weight.into() }
    }
}

impl Match {
    fn to_api(&self) -> VersionMatch {
        VersionMatch {
            version: self.version.or_default(),
            key: self.key.or_default(),
            method: self.method.or_default(),
            expression: self.expression.or_default(),
        }
    }

    fn of(found: VersionMatch) -> Match {
        Match {
            version: found.version.into(),
            key: found.key.into(),
            method: found.method.into(),
            expression: found.expression.into(),
        }
    }
}

/// The blocks of a kind, none where they are unknown.
trait OrNone<T> {
    fn or_none(&self) -> &[T];
}

impl<T> OrNone<T> for Value<Vec<T>> {
    fn or_none(&self) -> &[T] {
        self.known().map_or(&[], Vec::as_slice)
    }
}

fn check_routing(routing: &Routing, main: &Value<String>, problems: &mut Diagnostics) {
    let path = Path::attribute("routing_config").index(0);
    let weights = path.name("additional_version_weights").index(0);
    let matches = path.name("additional_version_matches").index(0);
    let weight = routing.additional_version_weights.or_none().first();
    let rule = routing.additional_version_matches.or_none().first();
    if weight.is_some() && rule.is_some() {
        let detail = "Calls are shared by weight or by rule, not by both.";
        problems.error(matches.clone(), "Two kinds of routing", detail);
    }
    let versions =
        [(weight.map(|w| &w.version), weights), (rule.map(|r| &r.version), matches.clone())];
    for (version, path) in versions {
        if let Some(version) = version.and_then(Value::known)
            && main.is_known_and(|main| main == version)
        {
            let detail = format!("The alias itself stands for {version}; name another version.");
            problems.error(path.name("version"), "The same version twice", detail);
        }
    }
    if let Some(rule) = rule
        && rule.method.is_known_and(|method| method == "range")
        && let Some(expression) = rule.expression.known()
        && !is_range(expression)
    {
        let detail = format!(
            "Expected (a,b) or [a,b] with whole numbers, such as [1,50], got {expression:?}."
        );
        problems.error(matches.name("expression"), "Invalid range", detail);
    }
}

/// R291: `(a,b)` or `[a,b]` with whole numbers.
fn is_range(text: &str) -> bool {
    let inner = [("(", ")"), ("[", "]")]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.and_then(|inner| inner.split_once(',')).is_some_and(|(low, high)| {
        match (low.trim().parse::<i64>(), high.trim().parse::<i64>()) {
            (Ok(low), Ok(high)) => low <= high,
            _ => false,
        }
    })
}

/// R281, R282 and D8: the console says 2 to 60 characters, the API 1 to 64.
fn name_form(name: &String) -> Check {
    let well_formed = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match well_formed || name == scf::DEFAULT_ALIAS {
        true => Ok(()),
        false => Err(format!(
            "Expected 1 to 64 letters, digits, hyphens and underscores, beginning with a letter and \
             ending with a letter or digit, got {name:?}."
        )),
    }
}

/// R286: a share of all calls.
fn share(weight: &f64) -> Check {
    match (0.0..=1.0).contains(weight) {
        true => Ok(()),
        false => {
            Err(format!("Expected a share from 0 to 1, such as 0.1 for a tenth, got {weight}."))
        }
    }
}

/// R288: `invoke.headers.NAME`.
fn match_key(key: &String) -> Check {
    match key.strip_prefix("invoke.headers.") {
        Some(name) if !name.is_empty() => Ok(()),
        _ => {
            Err(format!("Expected invoke.headers.NAME, such as invoke.headers.User, got {key:?}."))
        }
    }
}

fn to_get([namespace, function_name, name]: &[String; 3]) -> GetAliasRequest {
    GetAliasRequest {
        function_name: function_name.clone(),
        name: name.clone(),
        namespace: Some(namespace.clone()),
    }
}

/// The official import id: `NAMESPACE#FUNCTION#ALIAS`.
fn split_id(text: &str) -> Result<[String; 3], Problem> {
    id::split(text, '#', "NAMESPACE#FUNCTION#ALIAS, such as default#hello#live")
}
