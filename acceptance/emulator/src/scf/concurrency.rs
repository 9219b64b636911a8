//! How many requests one instance of a web function serves at a time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::flag;
use super::function::Kind;
use crate::call::Call;
use crate::params::Params;
use crate::refusal::{Refusal, refused};

const TYPES: [&str; 2] = ["Session-Based", "Request-Based"];
const SOURCES: [&str; 3] = ["HEADER", "COOKIE", "QUERY_STRING"];
const SESSION_NAME: std::ops::RangeInclusive<usize> = 5..=40;

/// The settings of a function. The local cloud honours the number of requests; what is about
/// sessions and nodes it checks and keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Concurrency {
    most: i64,
    isolated: bool,
    kind: String,
    nodes: Vec<(String, i64)>,
    session: Option<Session>,
}

/// How the requests of one session are recognised, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    source: String,
    name: String,
    per_instance: i64,
    lifetime: i64,
    idle: i64,
    path: String,
    strategy: String,
}

impl Concurrency {
    /// What a call says about it; `None` where that is the same as saying nothing (R169).
    ///
    /// # Errors
    /// R166, R167, R168.
    pub(super) fn read(
        call: &Call<'_>,
        config: &Params<'_>,
        kind: Kind,
    ) -> Result<Option<Self>, Refusal> {
        let code = "InvalidParameterValue.InstanceConcurrencyConfig";
        if kind == Kind::Event {
            let text = "Only web functions serve several requests per instance.";
            return refused(code, text);
        }
        if !["", "FALSE"].contains(&config.str("DynamicEnabled")) {
            let text = "The local cloud serves a fixed number of requests per instance: \
                        DynamicEnabled FALSE.";
            return refused("InvalidParameterValue.DynamicEnabled", text);
        }
        let most = config.int("MaxConcurrency").unwrap_or(1);
        let [from, to] = call.cloud.readings.now().requests_per_instance;
        if !(from..=to).contains(&most) {
            let text = format!("MaxConcurrency {most} must be {from} to {to}; 1 is off.");
            return refused("InvalidParameterValue.MaxConcurrency", text);
        }
        let based = config.str("Type");
        if !based.is_empty() && !TYPES.contains(&based) {
            return refused(code, format!("Type `{based}` must be one of {}.", TYPES.join(", ")));
        }
        let session = config.object("SessionConfig").map(|session| Session::read(&session));
        let session = session.transpose()?.flatten();
        if based == "Session-Based" && session.is_none() {
            return refused(code, "The type Session-Based needs a SessionConfig.");
        }
        let node =
            |node: &Params<'_>| (node.str("NodeSpec").to_owned(), node.int("Num").unwrap_or(0));
        let found = Self {
            most,
            isolated: flag(config, "InstanceIsolationEnabled", code)?.unwrap_or(false),
            kind: based.to_owned(),
            nodes: config.objects("MixNodeConfig").iter().map(node).collect(),
            session,
        };
        let says_nothing = found.most == 1
            && !found.isolated
            && found.kind.is_empty()
            && found.nodes.is_empty()
            && found.session.is_none();
        Ok((!says_nothing).then_some(found))
    }

    /// How many requests.
    pub(super) fn most(&self) -> i64 {
        self.most
    }

    pub(super) fn show(&self) -> Value {
        let node = |(spec, number): &(String, i64)| json!({"NodeSpec": spec, "Num": number});
        json!({
            "DynamicEnabled": "FALSE",
            "MaxConcurrency": self.most,
            "InstanceIsolationEnabled": if self.isolated { "TRUE" } else { "FALSE" },
            "Type": self.kind,
            "MixNodeConfig": self.nodes.iter().map(node).collect::<Vec<_>>(),
            "SessionConfig": self.session.as_ref().map(Session::show),
        })
    }
}

impl Session {
    fn read(config: &Params<'_>) -> Result<Option<Self>, Refusal> {
        let text = |name: &str| config.str(name).to_owned();
        let found = Self {
            source: text("SessionSource"),
            name: text("SessionName"),
            per_instance: config.int("MaximumConcurrencySessionPerInstance").unwrap_or(0),
            lifetime: config.int("MaximumTTLInSeconds").unwrap_or(0),
            idle: config.int("MaximumIdleTimeInSeconds").unwrap_or(0),
            path: text("SessionPath"),
            strategy: text("IdleTimeoutStrategy"),
        };
        if found.source.is_empty() && found.name.is_empty() {
            return Ok(None);
        }
        let code = "InvalidParameterValue.InstanceConcurrencyConfig";
        if !SOURCES.contains(&found.source.as_str()) {
            let text =
                format!("SessionSource `{}` must be one of {}.", found.source, SOURCES.join(", "));
            return refused(code, text);
        }
        let sound = SESSION_NAME.contains(&found.name.len())
            && found.name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !sound {
            let text = format!(
                "SessionName `{}` must have 5 to 40 characters and begin with a letter.",
                found.name
            );
            return refused(code, text);
        }
        Ok(Some(found))
    }

    fn show(&self) -> Value {
        json!({
            "SessionSource": self.source,
            "SessionName": self.name,
            "MaximumConcurrencySessionPerInstance": self.per_instance,
            "MaximumTTLInSeconds": self.lifetime,
            "MaximumIdleTimeInSeconds": self.idle,
            "SessionPath": self.path,
            "IdleTimeoutStrategy": self.strategy,
        })
    }
}
