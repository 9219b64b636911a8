//! Checks of a value before it is sent to Terraform, in the provider's own words.
//!
//! Terraform refuses a value that breaks these rules as "a bug in the provider" and, while
//! creating, forgets the object. Finding the fault first turns it into a diagnostic with a path,
//! and lets the state be saved.

use std::collections::BTreeMap;

use crate::dynamic::same_elements;
use crate::{AttributeSpec, Block, Diagnostics, Dynamic, Nesting, Path, Shape, Type};

/// Whether `value` is of type `ty`, with every attribute of every object and nothing more.
pub fn has_type(value: &Dynamic, ty: &Type) -> bool {
    match (value, ty) {
        (Dynamic::Null | Dynamic::Unknown, _)
        | (Dynamic::Bool(_), Type::Bool)
        | (Dynamic::Number(_), Type::Number)
        | (Dynamic::String(_), Type::String) => true,
        (Dynamic::Typed(typed), Type::Dynamic) => has_type(&typed.1, &typed.0),
        (Dynamic::List(elements), Type::List(element) | Type::Set(element)) => {
            elements.iter().all(|value| has_type(value, element))
        }
        (Dynamic::List(elements), Type::Tuple(types)) => {
            elements.len() == types.len()
                && elements.iter().zip(types).all(|(value, ty)| has_type(value, ty))
        }
        (Dynamic::Map(elements), Type::Map(element)) => {
            elements.values().all(|value| has_type(value, element))
        }
        (Dynamic::Map(found), Type::Object(wanted)) => has_attributes(found, wanted),
        _ => false,
    }
}

fn has_attributes(found: &BTreeMap<String, Dynamic>, wanted: &BTreeMap<String, Type>) -> bool {
    found.len() == wanted.len()
        && wanted.iter().all(|(name, ty)| found.get(name).is_some_and(|value| has_type(value, ty)))
}

/// Finds the values in a new state that are still unknown, and those that are write-only and set.
pub fn is_final(block: &Block, state: &Dynamic) -> Diagnostics {
    let mut problems = Diagnostics::new();
    final_block(block, state, &Path::root(), &mut problems);
    problems
}

fn final_block(block: &Block, state: &Dynamic, path: &Path, problems: &mut Diagnostics) {
    for attribute in &block.attributes {
        let (value, path) = (state.get(attribute.name), path.name(attribute.name));
        if !value.is_wholly_known() {
            let detail = "The operation ended without a value for this attribute, though every \
                          value must be known once it has been applied.";
            problems.error(path, format!("{} is still unknown", attribute.name), detail);
        } else if attribute.write_only && !value.is_null() {
            let detail = "A write-only value would have been stored.";
            problems.error(path, format!("{} must not be stored", attribute.name), detail);
        }
    }
    for nested in &block.blocks {
        let (value, path) = (state.get(nested.name), path.name(nested.name));
        if value.is_unknown() {
            problems.error(path, format!("{} is still unknown", nested.name), "");
            continue;
        }
        for (index, element) in value.elements().iter().enumerate() {
            let path = nested.nesting.element_path(&path, index);
            final_block(&nested.block, element, &path, problems);
        }
    }
}

/// Finds where `state` breaks what `planned` promised: a planned value that is known must be kept,
/// an unknown one may become anything.
pub fn keeps_plan(block: &Block, planned: &Dynamic, state: &Dynamic) -> Diagnostics {
    let mut problems = Diagnostics::new();
    keeps_block(block, planned, state, &Path::root(), &mut problems);
    problems
}

fn keeps_block(
    block: &Block,
    planned: &Dynamic,
    state: &Dynamic,
    path: &Path,
    problems: &mut Diagnostics,
) {
    for attribute in &block.attributes {
        let (p, s) = (planned.get(attribute.name), state.get(attribute.name));
        keeps_attribute(attribute, p, s, &path.name(attribute.name), problems);
    }
    for nested in &block.blocks {
        let (p, s) = (planned.get(nested.name), state.get(nested.name));
        let path = path.name(nested.name);
        match nested.nesting {
            _ if p.is_unknown() => {}
            Nesting::Set => {
                if !same_elements(p.elements(), s.elements(), could_be) {
                    let detail = describe_change(p, s);
                    problems.error(path, format!("{} differs from the plan", nested.name), detail);
                }
            }
            _ if p.elements().len() != s.elements().len() => {
                let detail = describe_change(p, s);
                problems.error(path, format!("{} differs from the plan", nested.name), detail);
            }
            nesting => {
                for (index, (p, s)) in p.elements().iter().zip(s.elements()).enumerate() {
                    keeps_block(&nested.block, p, s, &nesting.element_path(&path, index), problems);
                }
            }
        }
    }
}

fn keeps_attribute(
    attribute: &AttributeSpec,
    planned: &Dynamic,
    state: &Dynamic,
    path: &Path,
    problems: &mut Diagnostics,
) {
    if let (Shape::Nested(Nesting::List, block), Dynamic::List(p), Dynamic::List(s)) =
        (&attribute.shape, planned, state)
        && p.len() == s.len()
    {
        for (index, (p, s)) in p.iter().zip(s).enumerate() {
            keeps_block(block, p, s, &path.index(index), problems);
        }
        return;
    }
    if could_be_of(planned, state, &attribute.ty()) {
        return;
    }
    let summary = format!("{} differs from the plan", attribute.name);
    let detail = match attribute.sensitive {
        true => "The cloud returned another value than the planned one.".to_owned(),
        false => describe_change(planned, state),
    };
    problems.error(path.clone(), summary, detail);
}

fn describe_change(planned: &Dynamic, state: &Dynamic) -> String {
    format!("Planned {}, but the cloud returned {}.", planned.describe(), state.describe())
}

/// Whether an unknown part of `planned` may have become what `state` holds there.
fn could_be(planned: &Dynamic, state: &Dynamic) -> bool {
    match (planned, state) {
        (Dynamic::Unknown, _) => true,
        (Dynamic::List(p), Dynamic::List(s)) => {
            p.len() == s.len() && p.iter().zip(s).all(|(p, s)| could_be(p, s))
        }
        (Dynamic::Map(p), Dynamic::Map(s)) => {
            p.len() == s.len()
                && p.iter().all(|(key, p)| s.get(key).is_some_and(|s| could_be(p, s)))
        }
        _ => planned == state,
    }
}

fn could_be_of(planned: &Dynamic, state: &Dynamic, ty: &Type) -> bool {
    match (planned, state, ty) {
        (Dynamic::List(p), Dynamic::List(s), Type::Set(_)) => same_elements(p, s, could_be),
        _ => could_be(planned, state) || planned.same(state, ty),
    }
}
