//! How an alias shares calls between two versions: by weight, or by a value of the call (R285).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::params::Params;
use crate::refusal::{Refusal, refused};

/// R288: what stands before the name of a value.
const KEY_PREFIX: &str = "invoke.headers.";

/// How calls get to the additional version of an alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Routing {
    weight: Option<Weight>,
    matching: Option<Match>,
}

/// R287: the share of the additional version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weight {
    version: String,
    share: f64,
}

/// R289: calls whose value matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Match {
    version: String,
    key: String,
    exact: bool,
    expression: String,
}

fn wrong<T>(text: &str) -> Result<T, Refusal> {
    refused("InvalidParameterValue.RoutingConfig", text)
}

impl Routing {
    /// Reads RoutingConfig of an alias that points at `main`.
    ///
    /// # Errors
    /// `InvalidParameterValue.RoutingConfig`, `InvalidParameterValue.AdditionalVersionWeights`.
    pub(super) fn read(config: Option<&Params<'_>>, main: &str) -> Result<Self, Refusal> {
        let Some(config) = config else { return Ok(Self::default()) };
        let weights = config.objects("AdditionalVersionWeights");
        let matches = config.objects("AddtionVersionMatchs");
        if weights.len() + matches.len() > 1 {
            return wrong("An alias has at most one additional version, by weight or by match.");
        }
        let routing = Self {
            weight: weights.first().map(Weight::read).transpose()?,
            matching: matches.first().map(Match::read).transpose()?,
        };
        if routing.versions().any(|version| version == main) {
            return wrong("The additional version must differ from FunctionVersion.");
        }
        Ok(routing)
    }

    /// The additional version, if there is one.
    pub(super) fn versions(&self) -> impl Iterator<Item = &str> {
        let weight = self.weight.as_ref().map(|weight| weight.version.as_str());
        weight.into_iter().chain(self.matching.as_ref().map(|matching| matching.version.as_str()))
    }

    /// Whether it leads to that version.
    pub(super) fn names(&self, version: &str) -> bool {
        self.versions().any(|other| other == version)
    }

    /// The version of one call. `values` is the call's RoutingKey; `chance` decides by weight, from
    /// 0 to 1.
    pub(super) fn choose<'a>(
        &'a self,
        main: &'a str,
        values: &Map<String, Value>,
        chance: f64,
    ) -> &'a str {
        match (&self.weight, &self.matching) {
            (Some(weight), _) if chance < weight.share => &weight.version,
            (_, Some(matching)) if matching.fits(values) => &matching.version,
            _ => main,
        }
    }

    /// As the API shows it.
    pub(super) fn show(&self) -> Value {
        let weights: Vec<_> = self
            .weight
            .iter()
            .map(|weight| json!({"Version": weight.version, "Weight": weight.share}))
            .collect();
        let matches: Vec<_> = self.matching.iter().map(Match::show).collect();
        json!({"AdditionalVersionWeights": weights, "AddtionVersionMatchs": matches})
    }
}

impl Weight {
    fn read(p: &Params<'_>) -> Result<Self, Refusal> {
        let share = p.float("Weight").unwrap_or(0.0);
        if !(0.0..=1.0).contains(&share) {
            let text =
                format!("Weight {share} must be the share of the additional version, 0 to 1.");
            return refused("InvalidParameterValue.AdditionalVersionWeights", text);
        }
        Ok(Self { version: p.str("Version").to_owned(), share })
    }
}

impl Match {
    fn read(p: &Params<'_>) -> Result<Self, Refusal> {
        let Some(key) = p.str("Key").strip_prefix(KEY_PREFIX).filter(|key| !key.is_empty()) else {
            return wrong("The Key of a match must be invoke.headers. and a name.");
        };
        let (exact, expression) = (p.str("Method") == "exact", p.str("Expression"));
        if !exact && p.str("Method") != "range" {
            return wrong("The Method of a match must be exact or range.");
        }
        if !exact && Range::read(expression).is_none() {
            return wrong("The Expression of a range must be (a,b) or [a,b] with whole numbers.");
        }
        let [version, key] = [p.str("Version"), key].map(str::to_owned);
        Ok(Self { version, key, exact, expression: expression.to_owned() })
    }

    /// R290, R291, R296.
    fn fits(&self, values: &Map<String, Value>) -> bool {
        match values.get(&self.key) {
            Some(Value::String(text)) if self.exact => *text == self.expression,
            Some(Value::Number(number)) if self.exact => number.to_string() == self.expression,
            Some(_) if self.exact => false,
            Some(value) => {
                let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
                Range::read(&self.expression)
                    .zip(number)
                    .is_some_and(|(range, number)| range.contains(number))
            }
            None => false,
        }
    }

    fn show(&self) -> Value {
        json!({
            "Version": self.version,
            "Key": format!("{KEY_PREFIX}{}", self.key),
            "Method": if self.exact { "exact" } else { "range" },
            "Expression": self.expression,
        })
    }
}

/// `(a,b)` or `[a,b]`, each end open or closed.
struct Range {
    low: i64,
    high: i64,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let (open, rest) = text.split_at_checked(1)?;
        let (inner, close) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let (low, high) = inner.split_once(',')?;
        let (low, high) = (low.trim().parse::<i64>().ok()?, high.trim().parse::<i64>().ok()?);
        let low = match open {
            "(" => low.checked_add(1)?,
            "[" => low,
            _ => return None,
        };
        let high = match close {
            ")" => high.checked_sub(1)?,
            "]" => high,
            _ => return None,
        };
        Some(Self { low, high })
    }

    fn contains(&self, number: i64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn matching(exact: bool, expression: &str) -> Routing {
        let [version, key] = ["2", "user"].map(str::to_owned);
        let expression = expression.to_owned();
        Routing { weight: None, matching: Some(Match { version, key, exact, expression }) }
    }

    #[test]
    fn r287_weights_share_calls() {
        let weight = Weight { version: "2".to_owned(), share: 0.3 };
        let routing = Routing { weight: Some(weight), matching: None };
        assert_eq!(routing.choose("1", &Map::new(), 0.29), "2");
        assert_eq!(routing.choose("1", &Map::new(), 0.3), "1");
    }

    #[test]
    fn r290_exact_values_are_compared_as_text() {
        let routing = matching(true, "Bob");
        assert_eq!(routing.choose("1", &values(&json!({"user": "Bob"})), 0.0), "2");
        assert_eq!(routing.choose("1", &values(&json!({"user": "bob"})), 0.0), "1");
        assert_eq!(matching(true, "7").choose("1", &values(&json!({"user": 7})), 0.0), "2");
    }

    #[test]
    fn r291_ranges_hold_whole_numbers() {
        for (expression, number, version) in [
            ("[1,50]", json!(1), "2"),
            ("(1,50)", json!(1), "1"),
            ("(1,50)", json!(49), "2"),
            ("(1,50)", json!(50), "1"),
            ("[1,50]", json!("30"), "2"),
            ("[1,50]", json!(30.5), "1"),
            ("[1,50]", json!("x"), "1"),
        ] {
            let routing = matching(false, expression);
            let chosen = routing.choose("1", &values(&json!({"user": number})), 0.0);
            assert_eq!(chosen, version, "{expression} {number}");
        }
        for text in ["", "(", "1,2", "(1)", "{1,2}", "(a,b)", "(1.5,2)"] {
            assert!(Range::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn r297_a_call_without_a_routing_key_takes_the_main_version() {
        assert_eq!(matching(true, "Bob").choose("1", &Map::new(), 0.0), "1");
    }
}
