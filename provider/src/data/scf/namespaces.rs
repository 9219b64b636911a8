//! `tencentcloud_scf_namespaces`: the namespaces of a region.
//! <https://www.tencentcloud.com/document/product/583/35914>

use tencentcloud_api::page;
use tencentcloud_api::scf::{self, ListNamespacesRequest, SearchKey};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds namespaces by name and description.
#[derive(Resource, Default)]
pub struct Namespaces {
    /// Name of the namespaces, or a part of it.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Description of the namespaces, or a part of it.
    #[tf(optional)]
    pub description: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The namespaces, in the order of their names.
    #[tf(computed)]
    pub namespaces: Value<Vec<Namespace>>,
}

/// A namespace.
#[derive(Block, Clone)]
pub struct Namespace {
    /// Name of the namespace.
    #[tf(computed)]
    pub namespace: Value<String>,
    /// What the namespace is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// Kind of the namespace, as the cloud names it.
    #[tf(computed)]
    pub r#type: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub modify_time: Value<String>,
}

impl DataSource for Namespaces {
    const TYPE: &'static str = "tencentcloud_scf_namespaces";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let condition = |key: &str, value: &Value<String>| {
            value.known().map(|value| SearchKey { key: key.to_owned(), value: value.clone() })
        };
        let conditions =
            [condition("Namespace", &self.namespace), condition("Description", &self.description)];
        let conditions: Vec<_> = conditions.into_iter().flatten().collect();
        let request = ListNamespacesRequest {
            search_key: Some(conditions).filter(|conditions| !conditions.is_empty()),
            ..ListNamespacesRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let mut found: Vec<_> = rows.into_iter().map(Namespace::of).collect();
        found.sort_by(|a, b| a.namespace.text().cmp(b.namespace.text()));
        save(&self.result_output_file, found.clone().write())?;
        self.id = [self.namespace.text(), self.description.text()].join("/").into();
        self.namespaces = found.into();
        Ok(())
    }
}

impl Namespace {
    fn of(found: scf::Namespace) -> Namespace {
        Namespace {
            namespace: found.name.into(),
            description: found.description.into(),
            r#type: found.kind.into(),
            create_time: found.add_time.into(),
            modify_time: found.mod_time.into(),
        }
    }
}
