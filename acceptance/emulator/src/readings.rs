//! Where the vendor's pages do not agree: which of them the local cloud believes, as data.
//!
//! `readings.json` lists every such place. Those that make a difference here are settings, and can be
//! changed while the cloud runs, for whoever knows better or wants to see both.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The least and the most.
pub type Range = [i64; 2];

/// What the local cloud believes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Readings {
    /// D1: the regions in which functions can be behind load balancers.
    pub binding_regions: Vec<String>,
    /// D2: whether web functions can be.
    pub web_functions_behind_load_balancers: bool,
    /// D3: whether load balancers of the old generation have functions behind them.
    pub functions_behind_old_load_balancers: bool,
    /// D4: whether the function may be in the load balancer's own VPC.
    pub functions_in_the_load_balancers_vpc: bool,
    /// D6: how long a WebSocket connection may be idle, in seconds.
    pub web_socket_idle_seconds: Range,
    /// D7: how long a new function's initialisation may take, in seconds.
    pub init_timeout_seconds: i64,
    /// D8: characters of an alias's name.
    pub alias_name_characters: Range,
    /// D9: how many requests an instance of a web function may serve at a time.
    pub requests_per_instance: Range,
    /// D10: the types of triggers that web functions have.
    pub web_function_triggers: Vec<String>,
    /// D12: characters of a namespace's name.
    pub namespace_name_characters: Range,
    /// D14: whether provisioned concurrency can follow a utilisation of 0.
    pub utilization_from_zero: bool,
    /// D15: whether the logs of functions that name no topic go to one of the platform's.
    pub logs_go_to_the_platforms_topic: bool,
}

/// A place where the pages do not agree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// `D1` to `D23`.
    pub number: String,
    /// What it is about.
    pub topic: String,
    /// What which page says.
    pub pages: Map<String, Value>,
    /// The field of [`Readings`], if there is one.
    #[serde(default)]
    pub setting: Option<String>,
    /// What that field is from the start.
    #[serde(default)]
    pub value: Value,
    /// The quota that it is about instead.
    #[serde(default)]
    pub quota: Option<String>,
    /// What the provider does about it.
    pub provider: String,
}

/// Every place where the pages do not agree, in the order of their numbers.
#[allow(clippy::expect_used, reason = "the file is a part of the program, and a test reads it")]
pub static DOUBTS: LazyLock<Vec<Doubt>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("readings.json")).expect("a list of doubts")
});

impl Default for Readings {
    #[allow(clippy::expect_used, reason = "the file is a part of the program, and a test reads it")]
    fn default() -> Self {
        let settings = DOUBTS.iter().filter_map(|it| Some((it.setting.clone()?, it.value.clone())));
        serde_json::from_value(Value::Object(settings.collect())).expect("a value for every field")
    }
}

/// What is believed now.
#[derive(Debug, Default)]
pub struct Believed(RwLock<Arc<Readings>>);

impl Believed {
    /// The readings of this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Readings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the named settings.
    ///
    /// # Errors
    /// A sentence, when a name is no setting's or a value is of another form; then nothing is changed.
    pub fn change(&self, some: Map<String, Value>) -> Result<(), String> {
        let now = serde_json::to_value(&*self.now()).map_err(|error| error.to_string())?;
        let Value::Object(mut all) = now else { return Err("no settings".to_owned()) };
        all.extend(some);
        let changed = serde_json::from_value(Value::Object(all));
        self.believe(changed.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Believes what it did from the start.
    pub fn reset(&self) {
        self.believe(Readings::default());
    }

    fn believe(&self, readings: Readings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(readings);
    }
}

/// Whether a number lies in a range.
#[must_use]
pub fn within([least, most]: Range, number: usize) -> bool {
    i64::try_from(number).is_ok_and(|number| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::quotas::QUOTAS;

    #[test]
    fn every_doubt_is_listed_once_and_names_what_there_is() {
        let numbers: Vec<_> = DOUBTS.iter().map(|doubt| doubt.number.clone()).collect();
        assert_eq!(numbers, (1..=23).map(|number| format!("D{number}")).collect::<Vec<_>>());
        for doubt in DOUBTS.iter() {
            assert!(!doubt.pages.is_empty() && !doubt.topic.is_empty(), "{}", doubt.number);
            if let Some(quota) = &doubt.quota {
                assert!(QUOTAS.iter().any(|known| known.name == quota), "{quota}");
            }
        }
        let settings = DOUBTS.iter().filter(|doubt| doubt.setting.is_some()).count();
        let fields = serde_json::to_value(Readings::default()).unwrap();
        assert_eq!(fields.as_object().unwrap().len(), settings, "one field for each");
    }

    #[test]
    fn a_setting_is_changed_alone_or_not_at_all() {
        let believed = Believed::default();
        let change = |some: Value| believed.change(some.as_object().unwrap().clone());
        change(json!({"init_timeout_seconds": 65})).unwrap();
        assert_eq!(believed.now().init_timeout_seconds, 65);
        assert_eq!(believed.now().alias_name_characters, [1, 64]);
        for wrong in [json!({"colour": 1}), json!({"init_timeout_seconds": "soon"})] {
            assert!(change(wrong).is_err());
        }
        assert_eq!(believed.now().init_timeout_seconds, 65);
        believed.reset();
        assert_eq!(*believed.now(), Readings::default());
    }
}
