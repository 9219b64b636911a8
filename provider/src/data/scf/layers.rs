//! `tencentcloud_scf_layers`: the layers of a region.
//! <https://www.tencentcloud.com/document/product/583/45762>

use tencentcloud_api::page;
use tencentcloud_api::scf::{LayerVersionInfo, ListLayersRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Set, Value};

use crate::Cloud;
use crate::data::save;

/// Finds layers, each at its newest version.
#[derive(Resource, Default)]
pub struct Layers {
    /// Runtime that the layers are for.
    #[tf(optional)]
    pub compatible_runtime: Value<String>,
    /// Name of the layers, or a part of it.
    #[tf(optional)]
    pub search_key: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The layers, in the order of their names.
    #[tf(computed)]
    pub layers: Value<Vec<LayerVersion>>,
}

/// A version of a layer.
#[derive(Block, Clone)]
pub struct LayerVersion {
    /// Name of the layer.
    #[tf(computed)]
    pub layer_name: Value<String>,
    /// Number of the version.
    #[tf(computed)]
    pub layer_version: Value<i64>,
    /// Runtimes that it is for.
    #[tf(computed)]
    pub compatible_runtimes: Value<Set<String>>,
    /// What it is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// Licence of its content.
    #[tf(computed)]
    pub license_info: Value<String>,
    /// State of the version.
    #[tf(computed)]
    pub status: Value<String>,
    /// Whose layer it is.
    #[tf(computed)]
    pub stamp: Value<String>,
    /// When it was published.
    #[tf(computed)]
    pub add_time: Value<String>,
}

impl DataSource for Layers {
    const TYPE: &'static str = "tencentcloud_scf_layers";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = ListLayersRequest {
            compatible_runtime: self.compatible_runtime.known().cloned(),
            search_key: self.search_key.known().cloned(),
            ..ListLayersRequest::default()
        };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let mut found: Vec<_> = found.map(LayerVersion::from).collect();
        found.sort_by(|a, b| a.layer_name.text().cmp(b.layer_name.text()));
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{}/{}", self.compatible_runtime.text(), self.search_key.text()).into();
        self.layers = found.into();
        Ok(())
    }
}

impl From<LayerVersionInfo> for LayerVersion {
    fn from(found: LayerVersionInfo) -> Self {
        LayerVersion {
            layer_name: found.layer_name.into(),
            layer_version: found.layer_version.into(),
            compatible_runtimes: found.compatible_runtimes.into_iter().collect::<Set<_>>().into(),
            description: found.description.into(),
            license_info: found.license_info.into(),
            status: found.status.into(),
            stamp: found.stamp.into(),
            add_time: found.add_time.into(),
        }
    }
}
