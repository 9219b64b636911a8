//! Where the functions of a namespace run, if not on the platform.

use tencentcloud_api::scf::{
    K8sLabel, K8sToleration, NamespaceResourceEnv, NamespaceResourceEnvTke,
};
use tencentcloud_api::vpc;
use tf_protocol::Change;
use tf_schema::check::{Check, between, length, one_of};
use tf_schema::{Block, Path, Value};

use super::namespace::Namespace;
use crate::Cloud;

/// Where the functions of a namespace run, if not on the platform.
#[derive(Block, Default)]
pub struct Environment {
    /// A Kubernetes cluster of TKE.
    #[tf(block, min(1), max(1))]
    pub tke: Value<Vec<Cluster>>,
}

/// A Kubernetes cluster of TKE in the region.
#[derive(Block, Default)]
pub struct Cluster {
    /// Id of the cluster, `cls-…`. It runs Kubernetes 1.7 or later and has nodes already, native or
    /// ordinary ones; super nodes do not serve.
    #[tf(required, validate(cluster_id))]
    pub cluster_id: Value<String>,
    /// Id of a subnet of the cluster's VPC, not in 9.x.x.x. It loses one address to a private load
    /// balancer, through which calls reach the functions.
    #[tf(required)]
    pub subnet_id: Value<String>,
    /// Namespace of the cluster in which the functions' pods are made. What the platform itself needs
    /// comes into the namespace `scf-system`.
    #[tf(required, validate(label))]
    pub namespace: Value<String>,
    /// Directory on the nodes for code, layers and logs.
    #[tf(optional, default = "/var/lib/scf", validate(absolute))]
    pub data_path: Value<String>,
    /// Port on which the platform's service listens.
    #[tf(optional, default = 38_000, validate(between(1, 65_535)))]
    pub port: Value<i64>,
    /// YAML that is merged into the pods.
    #[tf(optional)]
    pub pod_template_patch: Value<String>,
    /// Labels that the nodes must have. Where no node has them all, nothing runs.
    #[tf(block)]
    pub node_selector: Value<Vec<Label>>,
    /// Taints of nodes that do not keep the functions away.
    #[tf(block)]
    pub tolerations: Value<Vec<Toleration>>,
}

/// A label of a node.
#[derive(Block, Default)]
pub struct Label {
    /// Key of the label.
    #[tf(required, validate(length(1, 317)))]
    pub key: Value<String>,
    /// Value of the label.
    #[tf(required)]
    pub value: Value<String>,
}

/// A taint that is tolerated.
#[derive(Block, Default)]
pub struct Toleration {
    /// Key of the taint.
    #[tf(optional)]
    pub key: Value<String>,
    /// `Equal` for taints with this value, `Exists` for any value.
    #[tf(optional, default = "Equal", validate(one_of(&["Equal", "Exists"])))]
    pub operator: Value<String>,
    /// Value of the taint.
    #[tf(optional)]
    pub value: Value<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; every effect without it.
    #[tf(optional, validate(one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"])))]
    pub effect: Value<String>,
    /// Seconds for which a pod stays on a node with the effect `NoExecute`.
    #[tf(optional, validate(between(0, i64::MAX)))]
    pub toleration_seconds: Value<i64>,
}

/// The cluster, if there is one.
fn cluster(blocks: &Value<Vec<Environment>>) -> Option<&Cluster> {
    blocks.known()?.first()?.tke.known()?.first()
}

/// What a request says about it.
pub fn to_api(blocks: &Value<Vec<Environment>>) -> Option<NamespaceResourceEnv> {
    let tke = cluster(blocks)?;
    let labels = tke.node_selector.known().into_iter().flatten().map(Label::to_api);
    let tolerations = tke.tolerations.known().into_iter().flatten().map(Toleration::to_api);
    let request = NamespaceResourceEnvTke {
        cluster_id: tke.cluster_id.or_default(),
        subnet_id: tke.subnet_id.or_default(),
        namespace: tke.namespace.or_default(),
        data_path: tke.data_path.known().cloned(),
        node_selector: Some(labels.collect()).filter(|labels: &Vec<_>| !labels.is_empty()),
        tolerations: Some(tolerations.collect()).filter(|all: &Vec<_>| !all.is_empty()),
        port: tke.port.known().copied(),
        pod_template_patch: tke.pod_template_patch.known().cloned(),
    };
    Some(NamespaceResourceEnv { tke: Some(request), offline: None })
}

impl Label {
    fn to_api(&self) -> K8sLabel {
        K8sLabel { key: self.key.or_default(), value: self.value.or_default() }
    }
}

impl Toleration {
    fn to_api(&self) -> K8sToleration {
        K8sToleration {
            key: self.key.known().cloned(),
            operator: self.operator.known().cloned(),
            effect: self.effect.known().cloned(),
            value: self.value.known().cloned(),
            toleration_seconds: self.toleration_seconds.known().copied(),
        }
    }
}

/// R404: the subnet is not in 9.x.x.x. One that is not there is for the cloud to refuse.
pub async fn check_subnet(change: &mut Change<Namespace>, cloud: &Cloud) {
    if !change.changes("resource_env") {
        return;
    }
    let Some(id) = cluster(&change.planned.resource_env).and_then(|tke| tke.subnet_id.known())
    else {
        return;
    };
    let path = Path::attribute("resource_env").index(0).name("tke").index(0).name("subnet_id");
    match vpc::find_subnet(cloud, id).await {
        Ok(Some(subnet)) if subnet.cidr_block.starts_with("9.") => {
            let detail = format!(
                "{id} is the network {}; a cluster's functions are not reached through 9.x.x.x.",
                subnet.cidr_block
            );
            change.problems.error(path, "Subnet in 9.x.x.x", detail);
        }
        Ok(_) => {}
        Err(error) => {
            let detail = format!("Whether it can be used is not known: {}.", error.explain());
            change.problems.warning(path, "The subnet was not seen", detail);
        }
    }
}

#[allow(clippy::ptr_arg)]
fn cluster_id(id: &String) -> Check {
    match id.starts_with("cls-") && id.len() > "cls-".len() {
        true => Ok(()),
        false => {
            Err(format!("Expected the id of a cluster, such as \"cls-12345678\", got {id:?}."))
        }
    }
}

#[allow(clippy::ptr_arg)]
fn absolute(path: &String) -> Check {
    match path.starts_with('/') {
        true => Ok(()),
        false => Err(format!("Expected an absolute path, such as \"/var/lib/scf\", got {path:?}.")),
    }
}

/// The form of names in Kubernetes (RFC 1123).
fn label(name: &String) -> Check {
    let well_formed = (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    match well_formed {
        true => Ok(()),
        false => Err(format!(
            "Expected 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both \
             ends, got {name:?}."
        )),
    }
}
