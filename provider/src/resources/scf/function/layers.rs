//! The layers that a function is bound to.

use tencentcloud_api::scf::{self, GetLayerVersionRequest, LayerVersionInfo, LayerVersionSimple};
use tf_protocol::{Change, Problem};
use tf_schema::check::between;
use tf_schema::{Block, Path, Value};

use super::Function;
use crate::Cloud;

/// A version of a layer.
#[derive(Block, PartialEq)]
pub struct Layer {
    /// Name of the layer.
    #[tf(required)]
    pub layer_name: Value<String>,
    /// Number of the version.
    #[tf(required, validate(between(1, i64::MAX)))]
    pub layer_version: Value<i64>,
}

impl Layer {
    fn to_api(&self) -> LayerVersionSimple {
        LayerVersionSimple {
            layer_name: self.layer_name.or_default(),
            layer_version: self.layer_version.or_default(),
        }
    }
}

impl From<LayerVersionInfo> for Layer {
    fn from(found: LayerVersionInfo) -> Self {
        Layer { layer_name: found.layer_name.into(), layer_version: found.layer_version.into() }
    }
}

/// All layers; none are one with an empty name, or the cloud keeps what it has.
pub fn to_api(layers: &Value<Vec<Layer>>) -> Vec<LayerVersionSimple> {
    let mut layers: Vec<_> = layers.known().into_iter().flatten().map(Layer::to_api).collect();
    if layers.is_empty() {
        layers.push(LayerVersionSimple::default());
    }
    layers
}

/// R360: a layer should be for the function's runtime. Only changed bindings are looked at, and a
/// layer that is not there is for the cloud to refuse.
pub async fn warn(change: &mut Change<Function>, cloud: &Cloud) -> Result<(), Problem> {
    if !change.changes("layers") {
        return Ok(());
    }
    let (Some(runtime), Some(layers)) =
        (change.config.runtime.known(), change.config.layers.known())
    else {
        return Ok(());
    };
    for (index, layer) in layers.iter().enumerate() {
        let (Some(name), Some(number)) = (layer.layer_name.known(), layer.layer_version.known())
        else {
            continue;
        };
        let request = GetLayerVersionRequest { layer_name: name.clone(), layer_version: *number };
        let Some(found) = scf::find_layer_version(cloud, &request).await? else { continue };
        if !found.compatible_runtimes.contains(runtime) {
            let runtimes = found.compatible_runtimes.join(", ");
            let detail =
                format!("Version {number} of the layer {name} is for {runtimes}, not {runtime}.");
            let path = Path::attribute("layers").index(index);
            change.problems.warning(path, "Layer for another runtime", detail);
        }
    }
    Ok(())
}
