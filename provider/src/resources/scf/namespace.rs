//! `tencentcloud_scf_namespace`: a group of functions in a region.
//! <https://www.tencentcloud.com/document/product/583/35913>

use tencentcloud_api::scf::{
    self, CreateNamespaceRequest, DeleteNamespaceRequest, UpdateNamespaceRequest,
};
use tencentcloud_api::wait::{self, Step};
use tf_protocol::{Change, Lifecycle, Presence, Problem};
use tf_schema::check::Check;
use tf_schema::{Resource, Value};

use super::hosting;
use crate::Cloud;
use crate::create;

/// A namespace groups functions, for example those of one project or of one stage. Each region has
/// a namespace `default`; up to four more can be made.
#[derive(Resource, Default)]
pub struct Namespace {
    /// Name of the namespace: 1 to 60 letters, digits, hyphens and underscores, beginning with a
    /// letter. It cannot be changed.
    #[tf(required, force_new, validate(name_form))]
    pub namespace: Value<String>,
    /// What the namespace is for.
    #[tf(optional, default = "")]
    pub description: Value<String>,
    /// Name of the namespace.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Kind of the namespace, as the cloud names it.
    #[tf(computed, stable)]
    pub r#type: Value<String>,
    /// When the namespace was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
    /// When the namespace was last changed.
    #[tf(computed)]
    pub modify_time: Value<String>,
    /// Where the namespace's functions run, if not on the platform. It cannot be changed, nor read
    /// back: after an import, add `ignore_changes = [resource_env]`.
    #[tf(block, max(1), force_new)]
    pub resource_env: Value<Vec<hosting::Environment>>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 2] =
    [("ResourceNotFound.Vpc", "resource_env"), ("InvalidParameterValue.Vpc", "resource_env")];

/// R410: waits until functions can be made in a namespace of a cluster, which takes about 20 seconds.
async fn wait_prepared(cloud: &Cloud, name: &str) -> tencentcloud_api::Result<()> {
    wait::until(cloud, &format!("the cluster of the namespace {name} being prepared"), || async {
        Ok(match scf::find_namespace(cloud, name).await? {
            Some(_) => Step::Done(()),
            None => Step::Pending("not listed".to_owned()),
        })
    })
    .await
}

impl Lifecycle for Namespace {
    const TYPE: &'static str = "tencentcloud_scf_namespace";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateNamespaceRequest {
            namespace: self.namespace.or_default(),
            description: self.description.known().cloned(),
            resource_env: hosting::to_api(&self.resource_env),
        };
        let made = scf::create_namespace(cloud, &request).await;
        // A namespace of a cluster is not listed before the cluster is prepared, so a lost answer
        // leaves it to the wait to tell.
        let hosted = request.resource_env.is_some();
        let look =
            async { Ok(hosted || scf::find_namespace(cloud, &request.namespace).await?.is_some()) };
        let name = request.namespace.clone();
        let made = create::named(made, &mut self.id, name, look).await;
        made.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        if hosted {
            wait_prepared(cloud, &request.namespace).await?;
        }
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = scf::find_namespace(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = UpdateNamespaceRequest {
            namespace: self.namespace.or_default(),
            description: self.description.or_default(),
        };
        scf::update_namespace(cloud, &request).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteNamespaceRequest { namespace: self.id.or_default() };
        match scf::delete_namespace(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Namespace { id: id.into(), ..Namespace::default() })
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        hosting::check_subnet(change, cloud).await;
        Ok(())
    }
}

impl Namespace {
    fn adopt(&mut self, found: scf::Namespace) {
        self.id = found.name.as_str().into();
        self.namespace = found.name.into();
        self.description = found.description.into();
        self.r#type = found.kind.into();
        self.create_time = found.add_time.into();
        self.modify_time = found.mod_time.into();
    }
}

/// The product names no limit of its own (D12); the API's newer pages say 60 characters.
fn name_form(name: &String) -> Check {
    let well_formed = name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match well_formed {
        true => Ok(()),
        false => Err(format!(
            "Expected 1 to 60 letters, digits, hyphens and underscores, beginning with a letter, \
             got {name:?}."
        )),
    }
}
