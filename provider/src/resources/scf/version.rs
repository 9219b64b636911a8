//! `tencentcloud_scf_function_version`: a frozen copy of a function.
//! <https://www.tencentcloud.com/document/product/583/35911>

use std::time::SystemTime;

use tencentcloud_api::page;
use tencentcloud_api::scf::{
    self, DeleteFunctionVersionRequest, FunctionKey, ListVersionByFunctionRequest,
    PublishVersionRequest,
};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::length;
use tf_schema::{Resource, Value};

use super::{as_written, function_lock, namespace_or_default};
use crate::{Cloud, create, id};

/// A published version of a function: a copy of its code and configuration that never changes.
/// Versions are numbered from 1; a number is never used again.
#[derive(Resource, Default)]
pub struct Version {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub namespace: Value<String>,
    /// What the version is for, at most 1000 characters. It cannot be changed.
    #[tf(optional, force_new, validate(length(0, 1000)))]
    pub description: Value<String>,
    /// Number of the version.
    #[tf(computed, stable)]
    pub function_version: Value<String>,
    /// Name of the function, its namespace and the number, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

impl Lifecycle for Version {
    const TYPE: &'static str = "tencentcloud_scf_function_version";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let (namespace, function) =
            (namespace_or_default(&self.namespace), self.function_name.or_default());
        let _lock = function_lock(cloud, &namespace, &function).await?;
        let key = FunctionKey::latest(&namespace, &function);
        let version = publish(cloud, &key, self.description.known().cloned()).await?;
        self.id = format!("{function}#{namespace}#{version}").into();
        Ok(wait_published(cloud, &key, &version).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [function, namespace, version] = split_id(self.id.text())?;
        let key = FunctionKey::qualified(&namespace, &function, &version);
        let Some(found) = scf::find_function(cloud, &key).await? else {
            return Ok(Presence::Gone);
        };
        self.function_name = function.into();
        self.namespace = namespace.into();
        self.function_version = version.into();
        self.description = as_written(&self.description, found.description);
        Ok(Presence::Present)
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [function, namespace, version] = split_id(self.id.text())?;
        let _lock = function_lock(cloud, &namespace, &function).await?;
        let request = DeleteFunctionVersionRequest {
            function_name: function.clone(),
            namespace: Some(namespace.clone()),
            qualifier: version.clone(),
            force_delete: None,
        };
        match scf::delete_function_version(cloud, &request).await {
            Err(error) if error.is_not_found() => return Ok(()),
            outcome => outcome?,
        };
        let key = FunctionKey::qualified(&namespace, &function, &version);
        scf::wait_gone(cloud, &key).await?;
        Ok(())
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(Version { id: id.into(), ..Version::default() })
    }
}

/// Publishes a version of a function that nothing else changes meanwhile, and returns its number.
/// What follows is [`wait_published`].
pub(super) async fn publish(
    cloud: &Cloud,
    key: &FunctionKey,
    description: Option<String>,
) -> tencentcloud_api::Result<String> {
    scf::wait_active(cloud, key).await?;
    let request = PublishVersionRequest {
        function_name: key.name.clone(),
        namespace: Some(key.namespace.clone()),
        description,
    };
    let started = SystemTime::now();
    let made = scf::publish_version(cloud, &request).await;
    let made = made.map(|answer| answer.value.function_version);
    let look = versions(cloud, &key.namespace, &key.name);
    create::nameless(made, started, look).await
}

/// Waits until a version that was just published can be called.
pub(super) async fn wait_published(
    cloud: &Cloud,
    key: &FunctionKey,
    version: &str,
) -> tencentcloud_api::Result<()> {
    let key = FunctionKey::qualified(&key.namespace, &key.name, version);
    scf::wait_active(cloud, &key).await.map(drop)
}

/// The versions of a function: number and time of publication.
async fn versions(
    cloud: &Cloud,
    namespace: &str,
    function: &str,
) -> tencentcloud_api::Result<Vec<(String, String)>> {
    let request = ListVersionByFunctionRequest {
        function_name: function.to_owned(),
        namespace: Some(namespace.to_owned()),
        ..ListVersionByFunctionRequest::default()
    };
    let found = page::all_pages(cloud, &request).await?.into_iter();
    let found = found.filter(|version| version.version != scf::LATEST);
    Ok(found.map(|version| (version.version, version.add_time)).collect())
}

/// The official import id: `FUNCTION#NAMESPACE#VERSION`.
fn split_id(text: &str) -> Result<[String; 3], Problem> {
    id::split(text, '#', "FUNCTION#NAMESPACE#VERSION, such as hello#default#1")
}
