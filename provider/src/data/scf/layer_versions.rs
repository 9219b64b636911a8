//! `tencentcloud_scf_layer_versions`: the versions of a layer.
//! <https://www.tencentcloud.com/document/product/583/45763>

use tencentcloud_api::page;
use tencentcloud_api::scf::ListLayerVersionsRequest;
use tf_protocol::{DataSource, Problem};
use tf_schema::{Field, Resource, Set, Value};

use super::layers::LayerVersion;
use crate::Cloud;
use crate::data::save;

/// Finds the versions of a layer.
#[derive(Resource, Default)]
pub struct LayerVersions {
    /// Name of the layer.
    #[tf(required)]
    pub layer_name: Value<String>,
    /// Only versions for one of these runtimes.
    #[tf(optional)]
    pub compatible_runtime: Value<Set<String>>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Name of the layer.
    #[tf(computed)]
    pub id: Value<String>,
    /// The versions, newest first.
    #[tf(computed)]
    pub layer_versions: Value<Vec<LayerVersion>>,
}

impl DataSource for LayerVersions {
    const TYPE: &'static str = "tencentcloud_scf_layer_versions";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let runtimes = self.compatible_runtime.known();
        let request = ListLayerVersionsRequest {
            layer_name: self.layer_name.or_default(),
            compatible_runtime: runtimes.map(|runtimes| runtimes.iter().cloned().collect()),
        };
        let mut rows = page::all_pages(cloud, &request).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.layer_version));
        let found: Vec<_> = rows.into_iter().map(LayerVersion::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = self.layer_name.text().into();
        self.layer_versions = found.into();
        Ok(())
    }
}
