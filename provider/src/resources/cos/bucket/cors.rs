//! Which pages of other origins may use a bucket.

use tencentcloud_api::cos::{CorsConfiguration, CorsRule};
use tf_schema::check::Check;
use tf_schema::{Block, Value};

/// Which origins may do what.
#[derive(Block, Clone)]
pub struct Rule {
    /// Origins, such as `https://www.example.com`, in which one `*` stands for any text.
    #[tf(required)]
    pub allowed_origins: Value<Vec<String>>,
    /// Methods: `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    #[tf(required, validate(methods))]
    pub allowed_methods: Value<Vec<String>>,
    /// Headers that requests may have, in which one `*` stands for any text.
    #[tf(required)]
    pub allowed_headers: Value<Vec<String>>,
    /// Headers of answers that pages may read.
    #[tf(optional)]
    pub expose_headers: Value<Vec<String>>,
    /// How long browsers may remember the rule, in seconds.
    #[tf(optional)]
    pub max_age_seconds: Value<i64>,
}

fn methods(methods: &Vec<String>) -> Check {
    const KNOWN: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
    match methods.iter().find(|method| !KNOWN.contains(&method.as_str())) {
        Some(method) => Err(format!("Expected GET, PUT, HEAD, POST and DELETE, got {method:?}.")),
        None => Ok(()),
    }
}

/// The rules, and whether answers say that they depend on the origin.
pub(super) fn to_api(
    rules: &Value<Vec<Rule>>,
    response_vary: &Value<String>,
) -> Option<CorsConfiguration> {
    let rules = rules.known().filter(|rules| !rules.is_empty())?;
    let to_rule = |rule: &Rule| CorsRule {
        allowed_origins: rule.allowed_origins.or_default(),
        allowed_methods: rule.allowed_methods.or_default(),
        allowed_headers: rule.allowed_headers.or_default(),
        expose_headers: rule.expose_headers.or_default(),
        max_age_seconds: rule.max_age_seconds.known().copied(),
    };
    let response_vary = response_vary.known().map(|vary| vary == "true");
    Some(CorsConfiguration { rules: rules.iter().map(to_rule).collect(), response_vary })
}

/// What is empty keeps the form in which the user wrote it.
pub(super) fn adopt(current: &Value<Vec<Rule>>, found: Vec<CorsRule>) -> Value<Vec<Rule>> {
    let current = current.known().map(Vec::as_slice).unwrap_or_default();
    let rules = found.into_iter().enumerate().map(|(index, found)| {
        let written = current.get(index).map(|rule| &rule.expose_headers);
        let unset = found.expose_headers.is_empty() && !written.is_some_and(Value::is_known);
        Rule {
            allowed_origins: found.allowed_origins.into(),
            allowed_methods: found.allowed_methods.into(),
            allowed_headers: found.allowed_headers.into(),
            expose_headers: if unset { Value::Null } else { found.expose_headers.into() },
            max_age_seconds: found.max_age_seconds.into(),
        }
    });
    rules.collect::<Vec<_>>().into()
}
