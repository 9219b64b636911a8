//! A static website of a bucket's objects.

use tencentcloud_api::cos::{
    ErrorDocument, IndexDocument, Redirect, RedirectAll, RoutingCondition, RoutingRule,
    RoutingRules, WebsiteConfiguration,
};
use tf_schema::check::one_of;
use tf_schema::{Block, Diagnostics, Path, Value};

/// A static website.
#[derive(Block, Clone)]
pub struct Website {
    /// Name of the page of a folder, such as `index.html`.
    #[tf(optional)]
    pub index_document: Value<String>,
    /// Key of the page in place of one that is missing, such as `error.html`.
    #[tf(optional)]
    pub error_document: Value<String>,
    /// Protocol to which every request is sent: `https` or `http`.
    #[tf(optional, validate(one_of(&["http", "https"])))]
    pub redirect_all_requests_to: Value<String>,
    /// Host of the website.
    #[tf(computed)]
    pub endpoint: Value<String>,
    /// Where some requests are sent.
    #[tf(block, max(1))]
    pub routing_rules: Value<Vec<Routing>>,
}

/// Where some requests are sent.
#[derive(Block, Clone)]
pub struct Routing {
    /// The rules, of which the first that fits counts.
    #[tf(block, min(1))]
    pub rules: Value<Vec<Rule>>,
}

/// Where some requests are sent. Either `condition_error_code` or `condition_prefix` says which.
#[derive(Block, Clone)]
pub struct Rule {
    /// Status of requests that fail, such as `404`.
    #[tf(optional)]
    pub condition_error_code: Value<String>,
    /// How the keys of the requests begin.
    #[tf(optional)]
    pub condition_prefix: Value<String>,
    /// Protocol to which the requests are sent: `https` or `http`.
    #[tf(optional, validate(one_of(&["http", "https"])))]
    pub redirect_protocol: Value<String>,
    /// Key to which the requests are sent.
    #[tf(optional)]
    pub redirect_replace_key: Value<String>,
    /// What comes in the place of `condition_prefix`.
    #[tf(optional)]
    pub redirect_replace_key_prefix: Value<String>,
}

/// A website has the page of a folder; a rule has one condition.
pub(super) fn check(website: &Value<Vec<Website>>, problems: &mut Diagnostics) {
    let Some(site) = website.known().and_then(|sites| sites.first()) else { return };
    let path = Path::attribute("website").index(0);
    if site.index_document.is_null() {
        let detail = "A website needs index_document, the page of a folder.";
        problems.error(path.name("index_document"), "Website without pages", detail);
    }
    let rules = site.routing_rules.known().and_then(|routing| routing.first());
    let rules = rules.and_then(|routing| routing.rules.known()).into_iter().flatten();
    for (index, rule) in rules.enumerate() {
        if rule.condition_error_code.is_null() == rule.condition_prefix.is_null() {
            let detail = "Set either condition_error_code or condition_prefix.";
            let path = path.name("routing_rules").index(0).name("rules").index(index);
            problems.error(path, "Which requests is not clear", detail);
        }
    }
}

pub(super) fn to_api(website: &Value<Vec<Website>>) -> Option<WebsiteConfiguration> {
    let site = website.known()?.first()?;
    let text = |value: &Value<String>| value.known().cloned();
    let to_rule = |rule: &Rule| RoutingRule {
        condition: RoutingCondition {
            error_code: text(&rule.condition_error_code),
            prefix: text(&rule.condition_prefix),
        },
        redirect: Redirect {
            protocol: text(&rule.redirect_protocol),
            key: text(&rule.redirect_replace_key),
            prefix: text(&rule.redirect_replace_key_prefix),
        },
    };
    let routing = site.routing_rules.known().and_then(|routing| routing.first());
    let rules = routing.and_then(|routing| routing.rules.known()).filter(|rules| !rules.is_empty());
    Some(WebsiteConfiguration {
        index: text(&site.index_document).map(|suffix| IndexDocument { suffix }),
        redirect_all: text(&site.redirect_all_requests_to).map(|protocol| RedirectAll { protocol }),
        error: text(&site.error_document).map(|key| ErrorDocument { key }),
        routing: rules.map(|rules| RoutingRules { rules: rules.iter().map(to_rule).collect() }),
    })
}

pub(super) fn adopt(found: Option<WebsiteConfiguration>, host: &str) -> Value<Vec<Website>> {
    let Some(found) = found else { return Vec::new().into() };
    let rules: Vec<_> =
        found.routing.unwrap_or_default().rules.into_iter().map(adopt_rule).collect();
    let routing = (!rules.is_empty()).then(|| Routing { rules: rules.into() });
    vec![Website {
        index_document: found.index.map(|index| index.suffix).into(),
        error_document: found.error.map(|error| error.key).into(),
        redirect_all_requests_to: found.redirect_all.map(|all| all.protocol).into(),
        endpoint: host.into(),
        routing_rules: routing.into_iter().collect::<Vec<_>>().into(),
    }]
    .into()
}

fn adopt_rule(found: RoutingRule) -> Rule {
    Rule {
        condition_error_code: found.condition.error_code.into(),
        condition_prefix: found.condition.prefix.into(),
        redirect_protocol: found.redirect.protocol.into(),
        redirect_replace_key: found.redirect.key.into(),
        redirect_replace_key_prefix: found.redirect.prefix.into(),
    }
}
