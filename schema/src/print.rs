//! One text form of a schema: an attribute a line, so that a review sees each change.

use std::fmt::Write;

use crate::{AttributeSpec, Block, BlockSpec, Nesting, Schema, Shape};

/// Prints a schema under its name.
///
/// ```text
/// tencentcloud_vpc version 0
///   name string required
///   tags map(string) optional
/// ```
pub fn schema(name: &str, schema: &Schema) -> String {
    let mut out = format!("{name} version {}\n", schema.version);
    print_block(&schema.block, 1, &mut out);
    out
}

fn print_block(block: &Block, depth: usize, out: &mut String) {
    for attribute in &block.attributes {
        print_attribute(attribute, depth, out);
    }
    for nested in &block.blocks {
        print_nested(nested, depth, out);
    }
}

fn print_attribute(attribute: &AttributeSpec, depth: usize, out: &mut String) {
    indent(depth, out);
    let ty = match &attribute.shape {
        Shape::Type(ty) => ty.to_string(),
        Shape::Nested(nesting, _) => format!("{} of objects", nesting_name(*nesting)),
    };
    let _ = write!(out, "{} {ty}", attribute.name);
    let words = [
        (attribute.required, "required"),
        (attribute.optional, "optional"),
        (attribute.is_provided(), "computed"),
        (attribute.stable, "stable"),
        (attribute.force_new, "force_new"),
        (attribute.sensitive, "sensitive"),
        (attribute.write_only, "write_only"),
        (attribute.deprecated.is_some(), "deprecated"),
    ];
    for (_, word) in words.iter().filter(|(set, _)| *set) {
        let _ = write!(out, " {word}");
    }
    if let Some(default) = &attribute.default {
        let _ = write!(out, " default={}", default.describe());
    }
    out.push('\n');
    if let Shape::Nested(_, block) = &attribute.shape {
        print_block(block, depth + 1, out);
    }
}

fn print_nested(nested: &BlockSpec, depth: usize, out: &mut String) {
    indent(depth, out);
    let _ = write!(out, "{} {} of blocks", nested.name, nesting_name(nested.nesting));
    if nested.min > 0 {
        let _ = write!(out, " min={}", nested.min);
    }
    if nested.max > 0 {
        let _ = write!(out, " max={}", nested.max);
    }
    for (_, word) in [(nested.force_new, "force_new"), (nested.deprecated.is_some(), "deprecated")]
        .iter()
        .filter(|(set, _)| *set)
    {
        let _ = write!(out, " {word}");
    }
    out.push('\n');
    print_block(&nested.block, depth + 1, out);
}

fn nesting_name(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}
