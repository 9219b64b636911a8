//! State as a document: every object as it is stored, and its bytes in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Said, encode};
use crate::cloud::Cloud;
use crate::store::{Entry, StoreError};
use crate::transitions::is_over;

/// Everything that a cloud holds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The objects, in the order of their keys.
    objects: Vec<Object>,
    /// The code packages.
    packages: Vec<Package>,
}

/// One object.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Object {
    /// The account's UIN.
    account: String,
    /// The region; empty for what has none.
    region: String,
    /// What it is, as `scf.function`.
    kind: String,
    /// Its id.
    id: String,
    /// The object.
    value: Value,
}

/// One code package.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Package {
    /// The account's UIN.
    account: String,
    /// The region.
    region: String,
    /// The SHA-256 of a code package in hexadecimal, or the number of a piece of an object in COS.
    sha256: String,
    /// The bytes, in base64.
    base64: String,
}

/// What the cloud keeps for itself beside the objects that people make.
const INTERNAL: [&str; 7] =
    ["sequence", "use", "tags", "scf.layer", "scf.package", "scf.egress", "cos.part"];

/// The objects that people make, for people to look at: no code, nothing internal.
pub fn objects(cloud: &Cloud) -> Said {
    let (state, now) = (read(cloud)?, cloud.clock.now());
    let is_shown = |object: &Object| {
        !INTERNAL.contains(&&*object.kind) && !is_over(&object.value["life"], now)
    };
    encode(&state.objects.into_iter().filter(is_shown).collect::<Vec<_>>())
}

/// The state as it is.
pub fn export(cloud: &Cloud) -> Said {
    encode(&read(cloud)?)
}

fn read(cloud: &Cloud) -> Result<State, String> {
    let entries = cloud.store.read().and_then(|txn| txn.entries());
    let mut state = State { objects: Vec::new(), packages: Vec::new() };
    for entry in entries.map_err(|error| error.to_string())? {
        let Entry { account, region, kind, id, bytes } = entry;
        if kind.is_empty() {
            let base64 = STANDARD.encode(bytes);
            state.packages.push(Package { account, region, sha256: id, base64 });
        } else {
            let value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
            state.objects.push(Object { account, region, kind, id, value });
        }
    }
    Ok(state)
}

/// Puts an exported state in place of the one that is.
pub fn import(cloud: &Cloud, state: &State) -> Said {
    let mut entries = Vec::new();
    for Object { account, region, kind, id, value } in &state.objects {
        let [account, region, kind, id] = [account, region, kind, id].map(String::clone);
        entries.push(Entry { account, region, kind, id, bytes: value.to_string().into_bytes() });
    }
    for Package { account, region, sha256, base64 } in &state.packages {
        let [account, region, id] = [account, region, sha256].map(String::clone);
        let bytes = STANDARD.decode(base64).map_err(|error| format!("package {id}: {error}"))?;
        entries.push(Entry { account, region, kind: String::new(), id, bytes });
    }
    let write = || {
        let txn = cloud.store.write()?;
        txn.remove_all(None)?;
        for entry in &entries {
            txn.put_entry(entry)?;
        }
        txn.commit()
    };
    write().map_err(|error: StoreError| error.to_string())?;
    cloud.called.clear(&cloud.runtime, None);
    Ok(json!({"objects": state.objects.len(), "packages": state.packages.len()}))
}
