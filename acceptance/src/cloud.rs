//! The cloud as somebody else than Terraform uses it.

use serde_json::{Value as Json, json};
use tencentcloud_api::{Action, Client, Error, Settings};
use tokio::runtime::{Builder, Runtime};

use crate::emulator::{SECRET_ID, SECRET_KEY};

/// A client of the local cloud that waits for each answer.
pub struct Cloud {
    client: Client,
    endpoint: String,
    runtime: Runtime,
}

impl Cloud {
    /// A client for the region of the tests.
    ///
    /// # Panics
    /// Where no client can be made.
    pub fn new(endpoint: &str) -> Cloud {
        let settings = Settings {
            secret_id: Some(SECRET_ID.into()),
            secret_key: Some(SECRET_KEY.into()),
            region: Some("ap-guangzhou".to_owned()),
            endpoint: Some(endpoint.to_owned()),
            ..Settings::default()
        };
        let config = settings.resolve_with(|_| None).expect("the settings are complete");
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        Cloud { client: Client::new(config), endpoint: endpoint.to_owned(), runtime }
    }

    /// Calls an action.
    ///
    /// # Errors
    /// What the cloud refuses.
    pub fn call<A: Action>(&self, request: &A) -> Result<A::Response, Error> {
        self.runtime.block_on(self.client.call(request)).map(|answer| answer.value)
    }

    /// Everything that users have made, as kinds and ids. What every account has is not listed.
    ///
    /// # Panics
    /// Where the cloud does not tell.
    pub fn everything(&self) -> Json {
        let url = format!("{}/_emulator/state", self.endpoint);
        let mut answer = ureq::get(&url).call().expect("the local cloud answers");
        let state: Json = answer.body_mut().read_json().expect("its state is JSON");
        json!(made_by_users(&state))
    }
}

/// What only exists because somebody made it.
fn made_by_users(state: &Json) -> Vec<String> {
    const MADE: [&str; 8] = [
        "vpc",
        "subnet",
        "security_group",
        "function",
        "namespace",
        "load_balancer",
        "listener",
        "rule",
    ];
    let mut found = Vec::new();
    for object in state["objects"].as_array().into_iter().flatten() {
        let (kind, id) = (object["kind"].as_str(), object["id"].as_str());
        if let (Some(kind), Some(id)) = (kind, id)
            && MADE.contains(&kind)
            && !id.ends_with("default")
        {
            found.push(format!("{kind} {id}"));
        }
    }
    found
}
