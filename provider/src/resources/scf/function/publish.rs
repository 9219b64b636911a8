//! Publishing a version with every change of what a version freezes.

use tencentcloud_api::scf::{self, FunctionKey, GetFunctionAddressRequest, GetFunctionResponse};
use tf_protocol::{Change, Problem};
use tf_schema::Value;

use super::Function;
use crate::Cloud;
use crate::resources::scf::version;

/// What a version freezes: a change of one of these is worth a version.
const FROZEN: [&str; 21] = [
    "code_sha256",
    "handler",
    "image_config",
    "description",
    "mem_size",
    "timeout",
    "environment",
    "environment_wo_version",
    "environment_wo_names",
    "role",
    "vpc_id",
    "subnet_id",
    "enable_public_net",
    "enable_eip_config",
    "dns_cache",
    "cls_logset_id",
    "cls_topic_id",
    "layers",
    "idle_time_out",
    "instance_concurrency_config",
    "intranet_config",
];

/// The outputs that tell of the version.
const OUTPUTS: [&str; 2] = ["version", "qualified_id"];

impl Function {
    /// Whether versions are published.
    fn publishes(&self) -> bool {
        self.publish.is_known_and(|on| *on)
    }

    /// The version that the outputs name, if it is a published one.
    fn published(&self) -> Option<&String> {
        self.version.known().filter(|version| *version != scf::LATEST)
    }

    fn set_version(&mut self, version: &str) {
        self.version = version.into();
        self.qualified_id = match (&self.namespace, &self.name) {
            (Value::Known(namespace), Value::Known(name)) => {
                format!("{namespace}+{name}+{version}").into()
            }
            _ => Value::Unknown,
        };
    }
}

/// Plans the version: a new one for every change that one freezes.
pub fn plan(change: &mut Change<Function>) {
    if change.config.publish.is_unknown() {
        OUTPUTS.iter().for_each(|name| change.set_unknown(name));
        change.set_unknown("previous_version");
        return;
    }
    let before = change.prior.as_ref().and_then(|prior| prior.published().cloned());
    if !change.config.publishes() {
        // What a foreign state does not tell, reading does.
        if change.creates() || before.is_some() {
            let mut planned = Function {
                namespace: change.planned.namespace.clone(),
                name: change.planned.name.clone(),
                ..Function::default()
            };
            planned.set_version(scf::LATEST);
            change.set::<String>("version", planned.version);
            change.set::<String>("qualified_id", planned.qualified_id);
            change.set::<String>("previous_version", before);
        }
        return;
    }
    if before.is_none() || FROZEN.iter().any(|name| change.changes(name)) {
        OUTPUTS.iter().for_each(|name| change.set_unknown(name));
        change.set::<String>("previous_version", before);
    }
}

/// Publishes a version if that was planned.
pub async fn apply(function: &mut Function, cloud: &Cloud) -> Result<(), Problem> {
    if !function.publishes() || function.published().is_some() {
        return Ok(());
    }
    let key = function.key();
    let number = version::publish(cloud, &key, None).await?;
    function.set_version(&number);
    version::wait_published(cloud, &key, &number).await?;
    Ok(())
}

/// Reads the version back. One that is gone, or that is not what the function is now, is none: the
/// next plan publishes another. So a change whose version could not be published is not forgotten.
pub async fn read(
    function: &mut Function,
    found: &GetFunctionResponse,
    cloud: &Cloud,
) -> Result<(), Problem> {
    if !function.publishes() {
        // The cloud does not know of it, so an imported function has the default.
        function.publish = false.into();
        function.set_version(scf::LATEST);
        return Ok(());
    }
    let Some(number) = function.published().cloned() else { return Ok(()) };
    let latest = function.key();
    let key = FunctionKey::qualified(&latest.namespace, &latest.name, &number);
    let changed = !function.modify_time.is_known_and(|time| *time == found.mod_time);
    let same = match scf::find_function(cloud, &key).await? {
        None => false,
        Some(frozen) if !same(found, &frozen) => false,
        // An image has no package to compare. The times have seconds only, so they do not tell
        // everything; what they tell saves two requests.
        Some(_) if found.image_config.is_some() || !changed => true,
        Some(_) => same_code(&latest, &key, cloud).await?,
    };
    if !same {
        function.version = Value::Null;
        function.qualified_id = Value::Null;
    }
    Ok(())
}

/// Whether two versions are configured alike.
fn same(one: &GetFunctionResponse, other: &GetFunctionResponse) -> bool {
    let frozen = |found: &GetFunctionResponse| {
        let mut variables = found.environment.variables.clone();
        variables.sort_by(|one, other| one.key.cmp(&other.key));
        (
            (found.handler.clone(), found.role.clone(), found.dns_cache.clone(), variables),
            (found.code_size, found.memory_size, found.timeout, found.vpc_config.clone()),
            (found.cls_logset_id.clone(), found.cls_topic_id.clone()),
            found
                .layers
                .iter()
                .map(|it| (it.layer_name.clone(), it.layer_version))
                .collect::<Vec<_>>(),
            found.image_config.clone(),
            (found.public_net_config.clone(), found.intranet_config.clone()),
            (found.instance_concurrency_config.clone(), found.protocol_params.clone()),
        )
    };
    frozen(one) == frozen(other)
}

async fn same_code(one: &FunctionKey, other: &FunctionKey, cloud: &Cloud) -> Result<bool, Problem> {
    let hash = async |key: &FunctionKey| {
        let request = GetFunctionAddressRequest {
            function_name: key.name.clone(),
            namespace: Some(key.namespace.clone()),
            qualifier: Some(key.qualifier.clone()),
        };
        scf::get_function_address(cloud, &request).await.map(|found| found.value.code_sha256)
    };
    Ok(hash(one).await? == hash(other).await?)
}
