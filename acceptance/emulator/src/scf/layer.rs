//! Layers: packages that functions share. Each publication makes a version that never changes; a
//! function is bound to versions, and keeps what it is bound to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::package::{self, Code};
use super::{MOST, TAG, rules};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags;
use crate::transitions::{LAYER_PUBLISH, Life};

/// R40: how many a function may be bound to.
const MOST_BOUND: usize = 5;
/// R359.
const MOST_RUNTIMES: usize = 5;
/// Whose layer it is: the account's own.
const STAMP: &str = "default";
/// R358: where its content may come from.
const SOURCES: [&str; 4] = ["ZipFile", "CosBucketName", "TempCosObjectName", "GitUrl"];

/// A layer, for as long as it has a version.
#[derive(Debug, Serialize, Deserialize)]
struct Layer {
    /// The number of its newest version.
    newest: u64,
}

impl Record for Layer {
    const KIND: &'static str = "scf.layer";
}

/// A version of a layer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LayerVersion {
    life: Life<Status>,
    runtimes: Vec<String>,
    description: String,
    license: String,
    code: Code,
    created: Time,
}

impl Record for LayerVersion {
    const KIND: &'static str = "scf.layer_version";
}

/// Where a version is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Status {
    Publishing,
    Active,
    PublishFailed,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Publishing => "Publishing",
            Self::Active => "Active",
            Self::PublishFailed => "PublishFailed",
        }
    }
}

/// A version as a function is bound to it (R352): a copy, so that the function works on when the
/// version is deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bound {
    name: String,
    number: u64,
    version: LayerVersion,
}

/// Where a version is stored, so that the order of the keys is that of the numbers.
fn key(layer: &str, number: u64) -> String {
    format!("{layer}/{number:010}")
}

fn all(here: &Scope<'_>, layer: &str) -> Result<Vec<(u64, LayerVersion)>, StoreError> {
    let prefix = format!("{layer}/");
    let found = here.scan::<LayerVersion>(&prefix)?.into_iter();
    Ok(found.map(|(key, version)| (key[prefix.len()..].parse().unwrap_or(0), version)).collect())
}

/// The version that a request names.
fn named(here: &Scope<'_>, p: &Params<'_>) -> Result<(u64, LayerVersion), Refusal> {
    let (layer, number) = (p.str("LayerName"), p.int("LayerVersion").unwrap_or(0));
    if !here.has(Layer::KIND, layer)? {
        return refused("ResourceNotFound.Layer", format!("There is no layer {layer}."));
    }
    let missing = || {
        let text = format!("The layer {layer} has no version {number}.");
        refuse("ResourceNotFound.LayerVersion", text)
    };
    let number = u64::try_from(number).map_err(|_| missing())?;
    let found = here.get(&key(layer, number))?.ok_or_else(missing)?;
    Ok((number, found))
}

impl LayerVersion {
    fn is_for(&self, runtime: &str) -> bool {
        self.runtimes.iter().any(|name| name == runtime)
    }

    fn show(&self, layer: &str, number: u64, status: &str) -> Value {
        json!({
            "LayerName": layer,
            "LayerVersion": number,
            "CompatibleRuntimes": self.runtimes,
            "Description": self.description,
            "LicenseInfo": self.license,
            "Status": status,
            "AddTime": self.created.local(),
        })
    }

    /// A row of a list.
    fn row(&self, call: &Call<'_>, layer: &str, number: u64) -> Result<Value, StoreError> {
        let mut row = self.show(layer, number, self.life.at(call.now).name());
        row["Stamp"] = json!(STAMP);
        row["Tags"] = tags::of(&call.store, tags::LAYER, layer)?.list(TAG);
        Ok(row)
    }
}

pub(super) fn publish(call: &Call<'_>) -> Answer {
    let (p, here) = (&call.params, &call.store);
    let layer = p.str("LayerName");
    rules::layer_name(layer)?;
    let runtimes = runtimes(&p.texts("CompatibleRuntimes"))?;
    // The shape makes Content a required member.
    let content = p.object("Content").map(|content| package::sent_by(call, &content, &SOURCES));
    let content = content.transpose()?.unwrap_or_default();
    let code = Code::of(&content)?;
    package::within_limit([&code])?;
    let existing = all(here, layer)?.len();
    if existing == 0 {
        let layers = here.count::<Layer>("")? + 1;
        call.within(&quotas::LAYERS, layers, "delete layers that nothing uses")?;
    }
    call.within(&quotas::LAYER_VERSIONS, existing + 1, "delete versions that nothing uses")?;
    package::store(call, &content, &code)?;
    package::hold(here, &code)?;
    // Numbers are never used again, not even when the layer was gone meanwhile.
    let number = here.next(&format!("scf layer {layer}"))? + 1;
    let version = LayerVersion {
        life: call.life(&LAYER_PUBLISH, Status::Publishing, Status::Active, Status::PublishFailed),
        runtimes,
        description: rules::description(p.str("Description"))?,
        license: p.str("LicenseInfo").to_owned(),
        code,
        created: call.now,
    };
    here.put(&key(layer, number), &version)?;
    here.put(layer, &Layer { newest: number })?;
    if p.has("Tags") {
        tags::set_from(call, tags::LAYER, layer, &p.objects("Tags"), TAG)?;
    }
    Ok(json!({"LayerVersion": number}))
}

/// R359: one to five runtimes that exist.
fn runtimes(names: &[&str]) -> Result<Vec<String>, Refusal> {
    const CODE: &str = "InvalidParameterValue.CompatibleRuntimes";
    if !(1..=MOST_RUNTIMES).contains(&names.len()) {
        let text = format!("CompatibleRuntimes are 1 to {MOST_RUNTIMES}, not {}.", names.len());
        return refused(CODE, text);
    }
    for name in names {
        rules::runtime(name).map_err(|refusal| refuse(CODE, refusal.message))?;
    }
    Ok(names.iter().map(|&name| name.to_owned()).collect())
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let layer = call.params.str("LayerName");
    let (number, version) = named(&call.store, &call.params)?;
    let mut answer = version.show(layer, number, version.life.at(call.now).name());
    answer["CodeSha256"] = json!(version.code.sha256);
    answer["Location"] = json!(package::url(call, &version.code));
    Ok(answer)
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let here = &call.store;
    let layer = call.params.str("LayerName");
    let (number, version) = named(here, &call.params)?;
    package::release(here, &version.code)?;
    here.remove::<LayerVersion>(&key(layer, number))?;
    match all(here, layer)?.last() {
        Some((newest, _)) => here.put(layer, &Layer { newest: *newest })?,
        None => {
            here.remove::<Layer>(layer)?;
            tags::forget(here, tags::LAYER, layer)?;
        }
    }
    Ok(json!({}))
}

/// Every version of a layer, newest first.
pub(super) fn versions(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (layer, wanted) = (p.str("LayerName"), p.texts("CompatibleRuntime"));
    let mut found = all(&call.store, layer)?;
    found.reverse();
    found.retain(|(_, version)| {
        wanted.is_empty() || wanted.iter().any(|runtime| version.is_for(runtime))
    });
    let rows = found.iter().map(|(number, version)| version.row(call, layer, *number));
    Ok(json!({"LayerVersions": rows.collect::<Result<Vec<_>, _>>()?}))
}

/// The newest version of every layer.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let runtime = p.str("CompatibleRuntime");
    let mut rows = Vec::new();
    for (layer, Layer { newest }) in call.store.scan::<Layer>("")? {
        let version = call.store.get::<LayerVersion>(&key(&layer, newest))?;
        if let Some(version) = version
            && layer.contains(p.str("SearchKey"))
            && (runtime.is_empty() || version.is_for(runtime))
        {
            rows.push(version.row(call, &layer, newest)?);
        }
    }
    let total = rows.len();
    Ok(json!({"Layers": page.of(rows), "TotalCount": total}))
}

impl Bound {
    /// The package.
    pub(super) fn code(&self) -> &Code {
        &self.version.code
    }

    /// As a function shows it.
    pub(super) fn show(&self, here: &Scope<'_>, now: Time) -> Result<Value, StoreError> {
        let kept = here.has(LayerVersion::KIND, &key(&self.name, self.number))?;
        let status = if kept { self.version.life.at(now).name() } else { "Deleted" };
        let mut shown = self.version.show(&self.name, self.number, status);
        shown["Stamp"] = json!(STAMP);
        Ok(shown)
    }
}

/// The layers that a create or update call binds, lowest first (R353); `None` when it says nothing
/// of layers, and none when all that it names is empty, which is how the API clears them.
pub(super) fn bound(
    call: &Call<'_>,
    runtime: &str,
    before: &[Bound],
) -> Result<Option<Vec<Bound>>, Refusal> {
    const CODE: &str = "InvalidParameterValue.Layers";
    if !call.params.has("Layers") {
        return Ok(None);
    }
    let mut asked = call.params.objects("Layers");
    asked.retain(|layer| !layer.str("LayerName").is_empty());
    if asked.len() > MOST_BOUND {
        let text = format!("A function has at most {MOST_BOUND} layers, not {}.", asked.len());
        return refused(CODE, text);
    }
    let mut bound = Vec::new();
    for layer in &asked {
        let is = |other: &&Bound| {
            other.name == layer.str("LayerName")
                && i64::try_from(other.number).ok() == layer.int("LayerVersion")
        };
        if let Some(kept) = before.iter().find(is) {
            // It may be deleted by now, and still be named among those that stay.
            bound.push(kept.clone());
            continue;
        }
        let (number, version) = named(&call.store, layer)?;
        let (name, status) = (layer.str("LayerName"), version.life.at(call.now));
        if status != Status::Active {
            let text = format!("Version {number} of the layer {name} is {}.", status.name());
            return refused(CODE, text);
        }
        if !version.is_for(runtime) {
            // R360.
            let runtimes = version.runtimes.join(", ");
            let text =
                format!("Version {number} of the layer {name} is for {runtimes}, not {runtime}.");
            return refused(CODE, text);
        }
        bound.push(Bound { name: name.to_owned(), number, version });
    }
    Ok(Some(bound))
}
