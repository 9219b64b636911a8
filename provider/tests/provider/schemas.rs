//! `docs/schemas`: the JSON Schemas of the documents that attributes hold.

use std::collections::BTreeMap;
use std::path::PathBuf;

use provider::resources::scf::trigger::document;

use crate::generated;

#[test]
fn the_schemas_of_documents_are_published() {
    let mut files = BTreeMap::new();
    for (kind, schema) in document::schemas() {
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        files.insert(PathBuf::from(format!("docs/schemas/trigger-{kind}.json")), text + "\n");
    }
    generated::check(&files);
    generated::refuse_orphans("docs/schemas", &files);
}
