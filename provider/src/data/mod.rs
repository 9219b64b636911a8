//! Every data source, one line each.

pub mod cfs;
pub mod clb;
pub mod cls;
pub mod cos;
pub mod scf;

use std::path::Path;

use tf_protocol::{DataSources, Problem};
use tf_schema::Value;
use tf_schema::check::Check;

use crate::Cloud;

/// The data sources of the provider.
pub fn all() -> DataSources<Cloud> {
    DataSources::new()
        .with::<cfs::access_groups::AccessGroups>()
        .with::<cfs::access_rules::AccessRules>()
        .with::<cfs::available_zone::AvailableZone>()
        .with::<cfs::file_systems::FileSystems>()
        .with::<cfs::mount_targets::MountTargets>()
        .with::<clb::instances::Instances>()
        .with::<cls::logsets::Logsets>()
        .with::<cls::topics::Topics>()
        .with::<cos::bucket_object::BucketObject>()
        .with::<cos::buckets::Buckets>()
        .with::<scf::account_info::AccountInfo>()
        .with::<scf::async_event_management::AsyncEventManagement>()
        .with::<scf::async_event_status::AsyncEventStatus>()
        .with::<scf::function_address::FunctionAddress>()
        .with::<scf::function_aliases::FunctionAliases>()
        .with::<scf::function_versions::FunctionVersions>()
        .with::<scf::functions::Functions>()
        .with::<scf::layer_versions::LayerVersions>()
        .with::<scf::layers::Layers>()
        .with::<scf::logs::Logs>()
        .with::<scf::namespaces::Namespaces>()
        .with::<scf::request_status::RequestStatus>()
        .with::<scf::triggers::Triggers>()
}

/// Writes what was found into the file that `result_output_file` names, as JSON.
fn save(file: &Value<String>, found: tf_schema::Dynamic) -> Result<(), Problem> {
    let Some(path) = file.known().filter(|path| !path.is_empty()) else { return Ok(()) };
    let json = serde_json::to_string_pretty(&json(found))?;
    std::fs::write(Path::new(path), json).map_err(|error| {
        Problem::new("the result was not saved", format!("Cannot write {path}: {error}."))
            .at("result_output_file")
    })
}

/// A moment as the cloud writes it, `2026-01-31 08:00:00`, in its own time zone, UTC+8.
fn time(text: &String) -> Check {
    match crate::create::parse_time(text) {
        Some(_) => Ok(()),
        None => Err(format!("Expected a time such as 2026-01-31 08:00:00, got {text:?}.")),
    }
}

fn json(value: tf_schema::Dynamic) -> serde_json::Value {
    use serde_json::Value as Json;
    use tf_schema::Dynamic;
    match value {
        Dynamic::Null | Dynamic::Unknown => Json::Null,
        Dynamic::Bool(flag) => Json::Bool(flag),
        Dynamic::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.to_f64().into(),
        },
        Dynamic::String(text) => Json::String(text),
        Dynamic::List(elements) => Json::Array(elements.into_iter().map(json).collect()),
        Dynamic::Map(entries) => {
            Json::Object(entries.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
        Dynamic::Typed(typed) => json(typed.1),
    }
}
