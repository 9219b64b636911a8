//! Where the functions of a namespace run: on the platform, or in a Kubernetes cluster (R395). The
//! local cloud checks what is said about a cluster, and goes on running the functions itself.

use serde::{Deserialize, Serialize};

use crate::accounts::Standing;
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::store::StoreError;
use crate::transitions::{NAMESPACE_HOST, SUBNET_RELEASE};
use crate::{uses, vpc};

/// R405.
const USUAL_FOLDER: &str = "/var/lib/scf";
/// R406.
const USUAL_PORT: i64 = 38_000;
const PORTS: std::ops::RangeInclusive<i64> = 1..=65_535;
const CODE: &str = "InvalidParameterValue";

/// A Kubernetes cluster, and how functions run in it (R397, R402).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hosting {
    cluster: String,
    subnet: String,
    namespace: String,
    folder: String,
    port: i64,
    /// R407: labels that nodes must have.
    labels: Vec<(String, String)>,
    tolerations: Vec<Toleration>,
    patch: String,
    /// R410: when the cluster is prepared.
    ready: Time,
}

/// R407: a taint that functions put up with.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Toleration {
    key: String,
    operator: String,
    value: String,
    effect: String,
    seconds: Option<i64>,
}

impl Hosting {
    /// What a new namespace's ResourceEnv says.
    ///
    /// # Errors
    /// When it names no cluster, or one that cannot be used.
    pub(super) fn read(call: &Call<'_>) -> Result<Option<Self>, Refusal> {
        let Some(config) = call.params.object("ResourceEnv") else { return Ok(None) };
        if config.bool("OFFLINE") == Some(true) {
            let text = "The local cloud has no namespaces for offline work.";
            return refused("UnsupportedOperation", text);
        }
        let Some(tke) = config.object("TKE") else { return Ok(None) };
        let text = |name: &str| tke.str(name).to_owned();
        let or = |text: String, usual: &str| if text.is_empty() { usual.to_owned() } else { text };
        let label = |p: &Params<'_>| (p.str("Key").to_owned(), p.str("Value").to_owned());
        let tolerations = tke.objects("Tolerations");
        let found = Self {
            cluster: text("ClusterID"),
            subnet: text("SubnetID"),
            namespace: text("Namespace"),
            folder: or(text("DataPath"), USUAL_FOLDER),
            port: tke.int("Port").unwrap_or(USUAL_PORT),
            labels: tke.objects("NodeSelector").iter().map(label).collect(),
            tolerations: tolerations.iter().map(Toleration::read).collect::<Result<_, _>>()?,
            patch: text("PodTemplatePatch"),
            ready: call.now.plus(call.cloud.transitions.lasts(&NAMESPACE_HOST)),
        };
        found.check(call)?;
        Ok(Some(found))
    }

    fn check(&self, call: &Call<'_>) -> Result<(), Refusal> {
        if !Standing::of(call)?.container_role {
            // R400.
            let text = "The container service may not act for this account yet: authorise its role in \
                        the console of the container service (TKE).";
            return refused("FailedOperation.QcsRoleNotFound", text);
        }
        if !self.cluster.starts_with("cls-") {
            let text = format!("ClusterID `{}` must begin with cls-.", self.cluster);
            return refused(CODE, text);
        }
        if !is_label(&self.namespace) {
            let text = format!("Namespace `{}` can be none of a cluster.", self.namespace);
            return refused(CODE, text);
        }
        if !self.folder.starts_with('/') {
            return refused(CODE, format!("DataPath `{}` must begin with /.", self.folder));
        }
        if !PORTS.contains(&self.port) {
            return refused(CODE, format!("Port {} must be 1 to 65535.", self.port));
        }
        if self.labels.iter().any(|(key, _)| key.is_empty()) {
            return refused(CODE, "A label of NodeSelector has no Key.");
        }
        let Some(subnet) = vpc::subnet::find(&call.store, &self.subnet)? else {
            let text = format!("There is no subnet {}.", self.subnet);
            return refused("ResourceNotFound.Vpc", text);
        };
        // R404.
        if subnet.cidr.host(0).octets()[0] == 9 {
            let text = format!("The subnet {} lies in 9.x.x.x.", self.subnet);
            return refused("InvalidParameterValue.Vpc", text);
        }
        Ok(())
    }

    /// R410: whether functions can be made in the namespace.
    pub(super) fn is_ready(&self, now: Time) -> bool {
        self.ready <= now
    }

    /// R403: the private load balancer has an address of the subnet.
    pub(super) fn hold(&self, call: &Call<'_>, name: &str) -> Result<(), StoreError> {
        uses::begin(&call.store, &self.subnet, &user(name), 1)
    }

    /// The inverse of [`Hosting::hold`].
    pub(super) fn release(&self, call: &Call<'_>, name: &str) -> Result<(), StoreError> {
        let until = call.now.plus(call.cloud.transitions.lasts(&SUBNET_RELEASE));
        uses::end(&call.store, &self.subnet, &user(name), until)
    }
}

fn user(namespace: &str) -> String {
    format!("scf-namespace:{namespace}")
}

impl Toleration {
    fn read(p: &Params<'_>) -> Result<Self, Refusal> {
        let operator = match p.str("Operator") {
            "" => "Equal",
            known @ ("Equal" | "Exists") => known,
            other => {
                let text = format!("Operator `{other}` must be Equal or Exists.");
                return refused(CODE, text);
            }
        };
        Ok(Self {
            key: p.str("Key").to_owned(),
            operator: operator.to_owned(),
            value: p.str("Value").to_owned(),
            effect: p.str("Effect").to_owned(),
            seconds: p.int("TolerationSeconds"),
        })
    }
}

/// Whether a text can name a namespace of Kubernetes.
fn is_label(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
