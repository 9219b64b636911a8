//! Schemas, paths and diagnostics in the protocol's words.

use tf_schema::{
    AttributeSpec, Block, BlockSpec, Diagnostic, Diagnostics, Nesting, Path, Schema, Severity,
    Shape, Step, Type,
};

use crate::proto::tfplugin6 as pb;

/// A schema.
pub fn schema(schema: &Schema) -> pb::Schema {
    pb::Schema { version: schema.version, block: Some(block(&schema.block)) }
}

fn block(of: &Block) -> pb::schema::Block {
    pb::schema::Block {
        attributes: of.attributes.iter().map(attribute).collect(),
        block_types: of.blocks.iter().map(nested_block).collect(),
        description: of.doc.to_owned(),
        description_kind: pb::StringKind::Markdown.into(),
        ..pb::schema::Block::default()
    }
}

fn attribute(of: &AttributeSpec) -> pb::schema::Attribute {
    let (ty, nested_type) = match &of.shape {
        Shape::Type(ty) => (type_bytes(ty), None),
        Shape::Nested(nesting, block) => (Vec::new(), Some(nested_object(*nesting, block))),
    };
    pb::schema::Attribute {
        name: of.name.to_owned(),
        r#type: ty,
        nested_type,
        description: of.doc.to_owned(),
        description_kind: pb::StringKind::Markdown.into(),
        required: of.required,
        optional: of.optional,
        computed: of.computed,
        sensitive: of.sensitive,
        write_only: of.write_only,
        deprecated: of.deprecated.is_some(),
        deprecation_message: of.deprecated.unwrap_or_default().to_owned(),
    }
}

fn nested_object(nesting: Nesting, of: &Block) -> pb::schema::Object {
    use pb::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    pb::schema::Object {
        attributes: of.attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..pb::schema::Object::default()
    }
}

fn nested_block(of: &BlockSpec) -> pb::schema::NestedBlock {
    use pb::schema::nested_block::NestingMode;
    let nesting = match of.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    let mut content = block(&of.block);
    content.description = of.doc.to_owned();
    content.deprecated = of.deprecated.is_some();
    content.deprecation_message = of.deprecated.unwrap_or_default().to_owned();
    pb::schema::NestedBlock {
        type_name: of.name.to_owned(),
        block: Some(content),
        nesting: nesting.into(),
        min_items: i64::from(of.min),
        max_items: i64::from(of.max),
    }
}

/// A type as the bytes of its JSON form.
pub fn type_bytes(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}

/// Diagnostics.
pub fn diagnostics(of: Diagnostics) -> Vec<pb::Diagnostic> {
    of.into_iter().map(diagnostic).collect()
}

fn diagnostic(of: Diagnostic) -> pb::Diagnostic {
    let severity = match of.severity {
        Severity::Error => pb::diagnostic::Severity::Error,
        Severity::Warning => pb::diagnostic::Severity::Warning,
    };
    pb::Diagnostic {
        severity: severity.into(),
        attribute: (!of.path.is_root()).then(|| path(&of.path)),
        summary: of.summary,
        detail: of.detail,
    }
}

/// A path.
pub fn path(of: &Path) -> pb::AttributePath {
    use pb::attribute_path::step::Selector;
    let steps = of.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => {
                Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))
            }
        };
        pb::attribute_path::Step { selector: Some(selector) }
    });
    pb::AttributePath { steps: steps.collect() }
}
