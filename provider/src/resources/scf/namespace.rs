//! `tencentcloud_scf_namespace`: a group of functions in a region.
//! <https://www.tencentcloud.com/document/product/583/35913>

use tencentcloud_api::scf::{
    self, CreateNamespaceRequest, DeleteNamespaceRequest, UpdateNamespaceRequest,
};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::Check;
use tf_schema::{Resource, Value};

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
}

impl Lifecycle for Namespace {
    const TYPE: &'static str = "tencentcloud_scf_namespace";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateNamespaceRequest {
            namespace: self.namespace.or_default(),
            description: self.description.known().cloned(),
            resource_env: None,
        };
        let made = scf::create_namespace(cloud, &request).await;
        let look = async { Ok(scf::find_namespace(cloud, &request.namespace).await?.is_some()) };
        let name = request.namespace.clone();
        Ok(create::named(made, &mut self.id, name, look).await?)
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
