//! The calls about schemas and stored forms, which need no cloud.

use tf_schema::{Diagnostic, Diagnostics, Dynamic, Schema};

use super::{Server, read, unreadable, write};
use crate::lifecycle::Provider;
use crate::proto::tfplugin6 as pb;
use crate::{convert, json, private};

/// What this provider can do beyond the oldest protocol.
fn capabilities() -> Option<pb::ServerCapabilities> {
    Some(pb::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    })
}

impl<P: Provider> Server<P> {
    pub(super) fn metadata(&self) -> pb::get_metadata::Response {
        let resources = self.resources.keys().map(|name| {
            let type_name = (*name).to_owned();
            pb::get_metadata::ResourceMetadata { type_name }
        });
        let data_sources = self.data_sources.keys().map(|name| {
            let type_name = (*name).to_owned();
            pb::get_metadata::DataSourceMetadata { type_name }
        });
        pb::get_metadata::Response {
            server_capabilities: capabilities(),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            ..Default::default()
        }
    }

    pub(super) fn schemas(&self) -> pb::get_provider_schema::Response {
        fn named(name: &str, schema: &Schema) -> (String, pb::Schema) {
            (name.to_owned(), convert::schema(schema))
        }
        let resources = self.resources.values().map(|r| named(r.name(), r.schema()));
        let data_sources = self.data_sources.values().map(|d| named(d.name(), d.schema()));
        pb::get_provider_schema::Response {
            provider: Some(convert::schema(&self.provider)),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            server_capabilities: capabilities(),
            ..Default::default()
        }
    }

    /// A stored state in the current form. Its schema version is the only one so far.
    fn stored(&self, name: &str, version: i64, json: &[u8]) -> Result<Dynamic, Diagnostics> {
        let schema = self.resource(name)?.schema();
        if version != schema.version {
            let detail = format!(
                "The state of {name} has version {version}; this release knows version {}.",
                schema.version
            );
            return Err(Diagnostic::error("Unknown version of a state", detail).into());
        }
        if json.is_empty() {
            let detail = "The state was written by Terraform 0.11. Apply it once with 0.12 first.";
            return Err(Diagnostic::error("The state is too old", detail).into());
        }
        let state = serde_json::from_slice(json).map_err(|e| unreadable(&e))?;
        let state = json::decode(&state, &schema.block.ty()).map_err(|e| unreadable(&e))?;
        Ok(schema.block.complete(state))
    }

    pub(super) fn upgrade(
        &self,
        request: pb::upgrade_resource_state::Request,
    ) -> Result<pb::upgrade_resource_state::Response, Diagnostics> {
        let raw = request.raw_state.unwrap_or_default();
        let state = self.stored(&request.type_name, request.version, &raw.json)?;
        let ty = self.resource(&request.type_name)?.schema().block.ty();
        let upgraded_state = write(&state, &ty);
        Ok(pb::upgrade_resource_state::Response { upgraded_state, diagnostics: Vec::new() })
    }

    /// Takes over the state of the same resource type of another provider: the official one, or
    /// this one under another address.
    pub(super) fn move_state(
        &self,
        request: pb::move_resource_state::Request,
    ) -> Result<pb::move_resource_state::Response, Diagnostics> {
        let (from, to) = (&request.source_type_name, &request.target_type_name);
        if from != to {
            let detail = format!("A {from} cannot become a {to}.");
            return Err(Diagnostic::error("Another resource type", detail).into());
        }
        let raw = request.source_state.unwrap_or_default();
        let state = self.stored(to, request.source_schema_version, &raw.json)?;
        let ty = self.resource(to)?.schema().block.ty();
        Ok(pb::move_resource_state::Response {
            target_state: write(&state, &ty),
            target_private: request.source_private,
            ..Default::default()
        })
    }

    pub(super) fn import(
        &self,
        request: pb::import_resource_state::Request,
    ) -> Result<pb::import_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let state = resource.import(&request.id)?;
        let imported = pb::import_resource_state::ImportedResource {
            state: write(&state, &resource.schema().block.ty()),
            private: private::marked(&[]),
            type_name: request.type_name,
            identity: None,
        };
        Ok(pb::import_resource_state::Response {
            imported_resources: vec![imported],
            ..Default::default()
        })
    }

    /// The configuration that a state stands for: what only the cloud decides, what is deprecated
    /// and what is unset is left out.
    pub(super) fn generate(
        &self,
        request: pb::generate_resource_config::Request,
    ) -> Result<pb::generate_resource_config::Response, Diagnostics> {
        let block = &self.resource(&request.type_name)?.schema().block;
        let ty = block.ty();
        let mut config = read(request.state, &ty)?;
        for attribute in &block.attributes {
            let configurable = attribute.required || attribute.optional;
            let value = config.get(attribute.name);
            let is_default = attribute.default.as_ref().is_some_and(|d| d == value);
            let empty = *value == Dynamic::from("") && !attribute.required;
            if !configurable || attribute.deprecated.is_some() || is_default || empty {
                config.set(attribute.name, Dynamic::Null);
            }
        }
        let config = write(&config, &ty);
        Ok(pb::generate_resource_config::Response { config, diagnostics: Vec::new() })
    }
}
