//! Where objects come from that a bucket does not have, and the bucket's own domains.

use std::collections::{BTreeMap, BTreeSet};

use tencentcloud_api::cos::{
    DomainConfiguration, DomainRule, OriginCondition, OriginConfiguration, OriginHeader,
    OriginHeaderList, OriginHeaders, OriginHost, OriginInfo, OriginParameter, OriginRule,
};
use tf_schema::check::one_of;
use tf_schema::{Block, Diagnostics, Path, Set, Value};

const MODES: [&str; 3] = ["Mirror", "Proxy", "Redirect"];
const MIRROR: &str = "Mirror";
const PROXY: &str = "Proxy";
const REDIRECT: &str = "Redirect";

/// Where some objects come from.
#[derive(Block, Clone)]
pub struct Pull {
    /// Which rule counts first, the least number before others; no two rules may have the same.
    #[tf(required)]
    pub priority: Value<i64>,
    /// Host of the origin, with a port where it has one.
    #[tf(required)]
    pub host: Value<String>,
    /// What happens: `Mirror` pulls the object, keeps it and answers with it; `Proxy` sends the
    /// caller to the origin and keeps the object; `Redirect` only sends the caller there.
    #[tf(optional, computed, validate(one_of(&MODES)))]
    pub back_to_source_mode: Value<String>,
    /// Status with which `Redirect` sends the caller on: `301`, `302` or `307`.
    #[tf(optional, computed, validate(one_of(&["301", "302", "307"])))]
    pub http_redirect_code: Value<String>,
    /// `true` for the mode `Mirror`, `false` for `Proxy`.
    #[tf(optional, computed, deprecated("Use back_to_source_mode."))]
    pub sync_back_to_source: Value<bool>,
    /// How the keys of the objects begin.
    #[tf(optional, default = "")]
    pub prefix: Value<String>,
    /// Protocol of the origin: `HTTP`, `HTTPS`, or `FOLLOW` for that of the request.
    #[tf(optional, default = "", validate(one_of(&["", "HTTP", "HTTPS", "FOLLOW"])))]
    pub protocol: Value<String>,
    /// Whether the origin gets the query of the request.
    #[tf(optional, default = true)]
    pub follow_query_string: Value<bool>,
    /// Whether redirects of the origin are followed.
    #[tf(optional, default = true)]
    pub follow_redirection: Value<bool>,
    /// Names of headers of the request that the origin gets.
    #[tf(optional)]
    pub follow_http_headers: Value<Set<String>>,
    /// Headers that the origin gets beside them.
    #[tf(optional)]
    pub custom_http_headers: Value<BTreeMap<String, String>>,
}

/// A domain at which the bucket answers, too.
#[derive(Block, Clone)]
pub struct Domain {
    /// The domain.
    #[tf(required)]
    pub domain: Value<String>,
    /// What answers there: `REST`, `WEBSITE` or `ACCELERATE`.
    #[tf(optional, default = "REST", validate(one_of(&["REST", "WEBSITE", "ACCELERATE"])))]
    pub r#type: Value<String>,
    /// `ENABLED` or `DISABLED`.
    #[tf(optional, default = "ENABLED", validate(one_of(&["ENABLED", "DISABLED"])))]
    pub status: Value<String>,
}

pub(super) fn check(pulls: &Value<Vec<Pull>>, problems: &mut Diagnostics) {
    let mut priorities = BTreeSet::new();
    for (index, pull) in pulls.known().into_iter().flatten().enumerate() {
        let path = Path::attribute("origin_pull_rules").index(index);
        if pull.priority.known().is_some_and(|priority| !priorities.insert(*priority)) {
            let detail = "Another rule has the same priority.";
            problems.error(path.name("priority"), "Which rule counts first is not clear", detail);
        }
        let mode = pull.back_to_source_mode.known();
        if let (Some(mode), Some(sync)) = (mode, pull.sync_back_to_source.known())
            && *sync != (mode == MIRROR)
        {
            let detail = format!("back_to_source_mode is {mode:?}; leave sync_back_to_source out.");
            problems.error(path.name("sync_back_to_source"), "Two modes", detail);
        }
        let redirects =
            pull.back_to_source_mode.is_unknown() || mode.is_some_and(|m| m == REDIRECT);
        if pull.http_redirect_code.is_known() && !redirects {
            let detail = "http_redirect_code goes with back_to_source_mode = \"Redirect\" only.";
            problems.error(path.name("http_redirect_code"), "Nobody is sent on", detail);
        }
    }
}

pub(super) fn to_api(pulls: &Value<Vec<Pull>>) -> Option<OriginConfiguration> {
    let pulls = pulls.known().filter(|pulls| !pulls.is_empty())?;
    Some(OriginConfiguration { rules: pulls.iter().map(to_rule).collect() })
}

fn to_rule(pull: &Pull) -> OriginRule {
    let sync = pull.sync_back_to_source.is_known_and(|sync| *sync);
    let kind = pull.back_to_source_mode.or(if sync { MIRROR } else { PROXY });
    let list =
        |headers: Vec<OriginHeader>| (!headers.is_empty()).then_some(OriginHeaderList { headers });
    let own = pull.custom_http_headers.known().into_iter().flatten();
    let own = own.map(|(key, value)| OriginHeader { key: key.clone(), value: value.clone() });
    let followed = pull.follow_http_headers.known().into_iter().flat_map(Set::iter);
    let followed = followed.map(|key| OriginHeader { key: key.clone(), value: String::new() });
    let (new, follow) = (list(own.collect()), list(followed.collect()));
    OriginRule {
        priority: pull.priority.or_default(),
        condition: OriginCondition { status: "404".to_owned(), prefix: pull.prefix.or_default() },
        parameter: OriginParameter {
            protocol: pull.protocol.or_default(),
            follow_query: pull.follow_query_string.known().copied(),
            headers: Some(OriginHeaders { new, follow }),
            follow_redirection: pull.follow_redirection.known().copied(),
            redirect_code: pull.http_redirect_code.or_default(),
            copy_data: Some(true),
        },
        info: OriginInfo { hosts: vec![OriginHost { name: pull.host.or_default() }] },
        kind,
    }
}

pub(super) fn adopt(current: &Value<Vec<Pull>>, found: OriginConfiguration) -> Value<Vec<Pull>> {
    let current = current.known().map(Vec::as_slice).unwrap_or_default();
    let rules = found.rules.into_iter().enumerate();
    rules.map(|(index, rule)| adopt_rule(current.get(index), rule)).collect::<Vec<_>>().into()
}

fn adopt_rule(current: Option<&Pull>, found: OriginRule) -> Pull {
    let headers = found.parameter.headers.unwrap_or_default();
    let own = headers.new.unwrap_or_default().headers.into_iter();
    let own: BTreeMap<_, _> = own.map(|header| (header.key, header.value)).collect();
    let followed = headers.follow.unwrap_or_default().headers.into_iter();
    let followed: Set<String> = followed.map(|header| header.key).collect();
    let no_own = own.is_empty() && !current.is_some_and(|it| it.custom_http_headers.is_known());
    let no_followed = followed.iter().next().is_none()
        && !current.is_some_and(|it| it.follow_http_headers.is_known());
    let code = Some(found.parameter.redirect_code).filter(|code| !code.is_empty());
    Pull {
        priority: found.priority.into(),
        host: found.info.hosts.into_iter().next().map(|host| host.name).into(),
        sync_back_to_source: (found.kind == MIRROR).into(),
        back_to_source_mode: found.kind.into(),
        http_redirect_code: code.into(),
        prefix: found.condition.prefix.into(),
        protocol: found.parameter.protocol.into(),
        follow_query_string: found.parameter.follow_query.unwrap_or(true).into(),
        follow_redirection: found.parameter.follow_redirection.unwrap_or(true).into(),
        follow_http_headers: if no_followed { Value::Null } else { followed.into() },
        custom_http_headers: if no_own { Value::Null } else { own.into() },
    }
}

pub(super) fn to_domains(domains: &Value<Vec<Domain>>) -> Option<DomainConfiguration> {
    let domains = domains.known().filter(|domains| !domains.is_empty())?;
    let rules = domains.iter().map(|domain| DomainRule {
        status: domain.status.or_default(),
        name: domain.domain.or_default(),
        kind: domain.r#type.or_default(),
    });
    Some(DomainConfiguration { rules: rules.collect() })
}

pub(super) fn adopt_domains(found: DomainConfiguration) -> Value<Vec<Domain>> {
    let rules = found.rules.into_iter().map(|rule| Domain {
        domain: rule.name.into(),
        r#type: rule.kind.into(),
        status: rule.status.into(),
    });
    rules.collect::<Vec<_>>().into()
}
