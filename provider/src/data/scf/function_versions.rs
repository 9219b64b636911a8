//! `tencentcloud_scf_function_versions`: the versions of a function.
//! <https://www.tencentcloud.com/document/product/583/37162>

use tencentcloud_api::page;
use tencentcloud_api::scf::{self, ListVersionByFunctionRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::check::one_of;
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Lists the versions of a function; `$LATEST` is one of them.
#[derive(Resource, Default)]
pub struct FunctionVersions {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Whether the oldest come first, `ASC`, or the newest, `DESC`.
    #[tf(optional, validate(one_of(&["ASC", "DESC"])))]
    pub order: Value<String>,
    /// By which time they are ordered: `AddTime` or `ModTime`.
    #[tf(optional, validate(one_of(&["AddTime", "ModTime"])))]
    pub order_by: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The versions.
    #[tf(computed)]
    pub versions: Value<Vec<FunctionVersion>>,
}

/// A version of a function.
#[derive(Block, Clone)]
pub struct FunctionVersion {
    /// Its number, or `$LATEST`.
    #[tf(computed)]
    pub version: Value<String>,
    /// What the version is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// State of the version.
    #[tf(computed)]
    pub status: Value<String>,
    /// When it was published.
    #[tf(computed)]
    pub add_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub mod_time: Value<String>,
}

impl DataSource for FunctionVersions {
    const TYPE: &'static str = "tencentcloud_scf_function_versions";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let request = ListVersionByFunctionRequest {
            function_name: self.function_name.or_default(),
            namespace: Some(namespace.clone()),
            order: self.order.known().cloned(),
            order_by: self.order_by.known().cloned(),
            ..ListVersionByFunctionRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let found: Vec<_> = rows.into_iter().map(FunctionVersion::of).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", request.function_name).into();
        self.versions = found.into();
        Ok(())
    }
}

impl FunctionVersion {
    fn of(found: scf::FunctionVersion) -> FunctionVersion {
        FunctionVersion {
            version: found.version.into(),
            description: found.description.into(),
            status: found.status.into(),
            add_time: found.add_time.into(),
            mod_time: found.mod_time.into(),
        }
    }
}
