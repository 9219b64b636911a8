//! How many requests one instance of a web function serves at a time.

use tencentcloud_api::scf::{InstanceConcurrencyConfig, MixNodeConfig, SessionConfig};
use tf_schema::check::{Check, between, one_of};
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Function;

const SWITCH: [&str; 2] = ["TRUE", "FALSE"];
const SESSION_BASED: &str = "Session-Based";

/// How many requests one instance serves at a time.
#[derive(Block, Clone, Debug, Default, PartialEq)]
pub struct Concurrency {
    /// `TRUE` lets the cloud choose the number, which it does not offer everywhere yet; `FALSE`
    /// takes `max_concurrency`.
    #[tf(optional, validate(one_of(&["", "TRUE", "FALSE"])))]
    pub dynamic_enabled: Value<String>,
    /// Requests at a time: 2 to 100, or 1 for one after the other.
    #[tf(optional, validate(between(1, 100)))]
    pub max_concurrency: Value<i64>,
    /// `TRUE` keeps instances apart from each other.
    #[tf(optional, validate(one_of(&SWITCH)))]
    pub instance_isolation_enabled: Value<String>,
    /// `Session-Based` sends all requests of a session to one instance, `Request-Based` does not.
    #[tf(optional, validate(one_of(&[SESSION_BASED, "Request-Based"])))]
    pub r#type: Value<String>,
    /// Kinds of nodes, and how many of each.
    #[tf(block)]
    pub mix_node_config: Value<Vec<Node>>,
    /// How sessions are told apart, for `Session-Based`.
    #[tf(block, max(1))]
    pub session_config: Value<Vec<Session>>,
}

/// A kind of node.
#[derive(Block, Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Specification of the node.
    #[tf(optional)]
    pub node_spec: Value<String>,
    /// How many of them.
    #[tf(optional)]
    pub num: Value<i64>,
}

/// How sessions are told apart, and how long they last.
#[derive(Block, Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// `HEADER`, `COOKIE` or `QUERY_STRING`: where the session's id is.
    #[tf(optional, validate(one_of(&["HEADER", "COOKIE", "QUERY_STRING"])))]
    pub session_source: Value<String>,
    /// Name of the header, cookie or parameter: 5 to 40 characters, beginning with a letter.
    #[tf(optional, validate(session_name))]
    pub session_name: Value<String>,
    /// How many sessions one instance serves at a time.
    #[tf(optional)]
    pub maximum_concurrency_session_per_instance: Value<i64>,
    /// Seconds that a session lasts.
    #[tf(optional)]
    pub maximum_ttl_in_seconds: Value<i64>,
    /// Seconds after which an idle session ends.
    #[tf(optional)]
    pub maximum_idle_time_in_seconds: Value<i64>,
    /// Path to which the session belongs.
    #[tf(optional)]
    pub session_path: Value<String>,
    /// What becomes of an instance whose sessions are idle.
    #[tf(optional)]
    pub idle_timeout_strategy: Value<String>,
}

fn session_name(name: &String) -> Check {
    if (5..=40).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(format!("Expected 5 to 40 characters, beginning with a letter, got {name:?}."))
}

/// R166, R167, and what belongs to sessions.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    let Some(concurrency) = config.instance_concurrency_config.known().and_then(|all| all.first())
    else {
        return;
    };
    let block = Path::attribute("instance_concurrency_config").index(0);
    if config.func_type.is_null() || config.func_type.is_known_and(|kind| kind == "Event") {
        let detail = "Only a web function serves several requests per instance: set func_type = \
                      \"HTTP\".";
        problems.error(block.clone(), "Several requests per instance", detail);
    }
    if concurrency.dynamic_enabled.is_known_and(|on| on == "TRUE") {
        let detail = "The cloud may refuse to choose the number of requests: it has announced this \
                      for later.";
        problems.warning(block.clone().name("dynamic_enabled"), "Dynamic concurrency", detail);
    }
    let no_session = concurrency.session_config.is_null()
        || concurrency.session_config.is_known_and(Vec::is_empty);
    if concurrency.r#type.is_known_and(|kind| kind == SESSION_BASED) && no_session {
        let detail = "Say in session_config how sessions are told apart.";
        problems.error(block.name("type"), "Sessions without session_config", detail);
    }
}

/// The settings as a request names them; without a block, those that switch it off (R169).
pub fn to_api(blocks: &Value<Vec<Concurrency>>) -> InstanceConcurrencyConfig {
    let Some(block) = blocks.known().and_then(|blocks| blocks.first()) else {
        return InstanceConcurrencyConfig {
            dynamic_enabled: Some("FALSE".to_owned()),
            max_concurrency: Some(1),
            ..InstanceConcurrencyConfig::default()
        };
    };
    let nodes = block.mix_node_config.known().filter(|nodes| !nodes.is_empty());
    let session = block.session_config.known().and_then(|sessions| sessions.first());
    InstanceConcurrencyConfig {
        dynamic_enabled: block.dynamic_enabled.known().cloned(),
        max_concurrency: block.max_concurrency.known().copied(),
        instance_isolation_enabled: block.instance_isolation_enabled.known().cloned(),
        kind: block.r#type.known().cloned(),
        mix_node_config: nodes.map(|nodes| nodes.iter().map(Node::to_api).collect()),
        session_config: session.map(Session::to_api),
    }
}

/// What the cloud says, in the form in which the user wrote it: what the cloud takes for granted
/// need not be written, but may be.
pub fn adopt(
    prior: &Value<Vec<Concurrency>>,
    found: Option<InstanceConcurrencyConfig>,
) -> Value<Vec<Concurrency>> {
    let written = prior.known().and_then(|blocks| blocks.first());
    let Some(found) = found else {
        let off = written.filter(|block| block.is_off()).cloned();
        return off.into_iter().collect::<Vec<_>>().into();
    };
    let blank = Concurrency::default();
    let before = written.unwrap_or(&blank);
    let block = Concurrency {
        dynamic_enabled: text(&before.dynamic_enabled, found.dynamic_enabled, "FALSE"),
        max_concurrency: number(&before.max_concurrency, found.max_concurrency, 1),
        instance_isolation_enabled: text(
            &before.instance_isolation_enabled,
            found.instance_isolation_enabled,
            "FALSE",
        ),
        r#type: text(&before.r#type, found.kind, ""),
        mix_node_config: found
            .mix_node_config
            .unwrap_or_default()
            .into_iter()
            .map(|node| Node {
                node_spec: text(&Value::Null, node.node_spec, ""),
                num: number(&Value::Null, node.num, 0),
            })
            .collect::<Vec<_>>()
            .into(),
        session_config: Session::adopt(&before.session_config, found.session_config),
    };
    let says_nothing = written.is_none() && block.is_off();
    let blocks = if says_nothing { Vec::new() } else { vec![block] };
    blocks.into()
}

impl Concurrency {
    /// Whether it asks for nothing but one request after the other.
    fn is_off(&self) -> bool {
        let most =
            self.max_concurrency.is_null() || self.max_concurrency.is_known_and(|it| *it == 1);
        let isolated = self.instance_isolation_enabled.is_known_and(|on| on == "TRUE");
        let empty = |nodes: &Value<Vec<_>>| nodes.known().is_none_or(Vec::is_empty);
        most && !isolated
            && self.r#type.is_null()
            && empty(&self.mix_node_config)
            && self.session_config.known().is_none_or(Vec::is_empty)
    }
}

impl Node {
    fn to_api(&self) -> MixNodeConfig {
        MixNodeConfig { node_spec: self.node_spec.known().cloned(), num: self.num.known().copied() }
    }
}

impl Session {
    fn to_api(&self) -> SessionConfig {
        let number = |value: &Value<i64>| value.known().copied();
        SessionConfig {
            session_source: self.session_source.known().cloned(),
            session_name: self.session_name.known().cloned(),
            maximum_concurrency_session_per_instance: number(
                &self.maximum_concurrency_session_per_instance,
            ),
            maximum_ttl_in_seconds: number(&self.maximum_ttl_in_seconds),
            maximum_idle_time_in_seconds: number(&self.maximum_idle_time_in_seconds),
            session_path: self.session_path.known().cloned(),
            idle_timeout_strategy: self.idle_timeout_strategy.known().cloned(),
        }
    }

    fn adopt(prior: &Value<Vec<Session>>, found: Option<SessionConfig>) -> Value<Vec<Session>> {
        let Some(found) = found else { return Vec::new().into() };
        let blank = Session::default();
        let before = prior.known().and_then(|sessions| sessions.first()).unwrap_or(&blank);
        let session = Session {
            session_source: text(&before.session_source, found.session_source, ""),
            session_name: text(&before.session_name, found.session_name, ""),
            maximum_concurrency_session_per_instance: number(
                &before.maximum_concurrency_session_per_instance,
                found.maximum_concurrency_session_per_instance,
                0,
            ),
            maximum_ttl_in_seconds: number(
                &before.maximum_ttl_in_seconds,
                found.maximum_ttl_in_seconds,
                0,
            ),
            maximum_idle_time_in_seconds: number(
                &before.maximum_idle_time_in_seconds,
                found.maximum_idle_time_in_seconds,
                0,
            ),
            session_path: text(&before.session_path, found.session_path, ""),
            idle_timeout_strategy: text(
                &before.idle_timeout_strategy,
                found.idle_timeout_strategy,
                "",
            ),
        };
        vec![session].into()
    }
}

/// The cloud's text; null where it is the `usual` one, unless the user wrote that.
fn text(written: &Value<String>, found: Option<String>, usual: &str) -> Value<String> {
    let found = found.unwrap_or_default();
    if !found.is_empty() && found != usual {
        return found.into();
    }
    match written.known() {
        Some(text) if text.is_empty() || text == usual => written.clone(),
        _ => Value::Null,
    }
}

/// The cloud's number; null where it is the `usual` one, unless the user wrote that.
fn number(written: &Value<i64>, found: Option<i64>, usual: i64) -> Value<i64> {
    match found {
        Some(found) if found != usual => found.into(),
        _ if written.is_known_and(|number| *number == usual) => usual.into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(most: i64) -> Concurrency {
        Concurrency {
            max_concurrency: most.into(),
            mix_node_config: Vec::new().into(),
            session_config: Vec::new().into(),
            ..Concurrency::default()
        }
    }

    fn found(most: i64) -> InstanceConcurrencyConfig {
        InstanceConcurrencyConfig {
            dynamic_enabled: Some("FALSE".to_owned()),
            max_concurrency: Some(most),
            instance_isolation_enabled: Some("FALSE".to_owned()),
            ..InstanceConcurrencyConfig::default()
        }
    }

    #[test]
    fn what_the_cloud_takes_for_granted_need_not_be_written_but_may_be() {
        let known = |block| Value::Known(vec![block]);
        let adopted = |prior: Value<_>, found| adopt(&prior, found).known().unwrap().clone();
        assert_eq!(adopted(known(block(10)), Some(found(10))), [block(10)]);
        assert_eq!(adopted(Value::Null, Some(found(10))), [block(10)]);
        assert_eq!(adopted(known(block(10)), Some(found(20))), [block(20)]);
        let explicit = Concurrency { dynamic_enabled: "FALSE".into(), ..block(10) };
        assert_eq!(adopted(known(explicit.clone()), Some(found(10))), [explicit]);
        assert_eq!(adopted(known(block(1)), None), [block(1)], "off, and written so");
        assert_eq!(adopted(known(block(10)), None), [], "switched off by somebody else");
        assert_eq!(adopted(Value::Null, Some(found(1))), []);
    }
}
