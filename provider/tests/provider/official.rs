//! Drop-in: the same names, types and modes as the official provider, as far as they are there.
//!
//! `official.txt` holds the facts: an attribute of the official schema a line. What is not there
//! yet stands in `parity.txt`, which may only shrink.

use std::collections::BTreeSet;

use tf_schema::{Block, Nesting, Shape, Type};

const OFFICIAL: &str = include_str!("official.txt");
const PARITY: &str = include_str!("parity.txt");

/// `TYPE.PATH KIND`, a line for each attribute and block of this provider.
fn ours() -> BTreeSet<String> {
    let (resources, data) = (provider::resources::all(), provider::data::all());
    let mut lines = BTreeSet::new();
    for (kind, (name, schema)) in resources
        .schemas()
        .map(|schema| ("resource", schema))
        .chain(data.schemas().map(|schema| ("data", schema)))
    {
        describe(&format!("{kind} {name}"), &schema.block, &mut lines);
    }
    lines
}

fn describe(path: &str, block: &Block, lines: &mut BTreeSet<String>) {
    for attribute in &block.attributes {
        let path = format!("{path}.{}", attribute.name);
        match &attribute.shape {
            Shape::Type(ty) => {
                lines.insert(format!("{path} {}", kind(ty)));
            }
            Shape::Nested(nesting, block) => {
                lines.insert(format!("{path} {}", holder(*nesting)));
                describe(&path, block, lines);
            }
        }
    }
    for nested in &block.blocks {
        let path = format!("{path}.{}", nested.name);
        lines.insert(format!("{path} {}", holder(nested.nesting)));
        describe(&path, &nested.block, lines);
    }
}

fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "Bool",
        Type::Number => "Number",
        Type::String => "String",
        Type::List(_) | Type::Tuple(_) => "List",
        Type::Set(_) => "Set",
        Type::Map(_) | Type::Object(_) | Type::Dynamic => "Map",
    }
}

fn holder(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::List => "List",
        Nesting::Set => "Set",
        Nesting::Single | Nesting::Map => "Map",
    }
}

#[test]
fn every_official_attribute_is_there_or_on_the_list_that_only_shrinks() {
    let ours = ours();
    let open: BTreeSet<&str> = PARITY.lines().filter(|line| !line.starts_with('#')).collect();
    let missing: BTreeSet<&str> =
        OFFICIAL.lines().filter(|line| !line.starts_with('#') && !ours.contains(*line)).collect();
    let new: Vec<_> = missing.difference(&open).collect();
    assert!(new.is_empty(), "official attributes that are missing, or of another type: {new:#?}");
    let done: Vec<_> = open.difference(&missing).collect();
    assert!(done.is_empty(), "take these off parity.txt, they are there: {done:#?}");
}
