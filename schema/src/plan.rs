//! From prior state, configuration and schema to a planned state.
//!
//! Terraform proposes a state that merges configuration and prior state but marks nothing
//! unknown. Planning has two steps, and a resource's own plan rules run between them:
//!
//! 1. [`start`] fills in defaults, removes write-only values and keeps stored values that mean the
//!    same as the configured ones;
//! 2. [`finish`] makes unknown what the change will decide, and lists what forces a replacement.
//!
//! Both are pure functions of their arguments: Terraform plans twice and compares.

use std::collections::BTreeSet;

use crate::dynamic::same_elements;
use crate::{AttributeSpec, Block, BlockSpec, Dynamic, Nesting, Path, Shape};

/// What Terraform knows before a change.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The stored state; null while creating.
    pub prior: &'a Dynamic,
    /// The configuration.
    pub config: &'a Dynamic,
}

/// The outcome of planning.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The planned state.
    pub state: Dynamic,
    /// The attributes and blocks whose change needs a new resource.
    pub replace: Vec<Path>,
}

/// The first step: `proposed` with defaults, without write-only values, and with the stored form
/// of every value that means the same as the configured one.
pub fn start(block: &Block, known: Known<'_>, proposed: Dynamic) -> Dynamic {
    let mut planned = proposed;
    start_block(block, known, &mut planned);
    planned
}

fn start_block(block: &Block, known: Known<'_>, planned: &mut Dynamic) {
    let Dynamic::Map(values) = planned else { return };
    for attribute in &block.attributes {
        let known = known.attribute(attribute.name);
        let value = values.entry(attribute.name.to_owned()).or_default();
        start_attribute(attribute, known, value);
    }
    for nested in &block.blocks {
        let known = known.attribute(nested.name);
        let value = values.entry(nested.name.to_owned()).or_default();
        each_element(nested.nesting, &nested.block, known, value, start_block);
    }
}

fn start_attribute(attribute: &AttributeSpec, known: Known<'_>, value: &mut Dynamic) {
    if attribute.write_only {
        *value = Dynamic::Null;
        return;
    }
    if let (true, Some(default)) = (known.config.is_null(), &attribute.default) {
        *value = default.clone();
    }
    // Terraform lets a plan differ from the configuration only in this way.
    if !known.config.is_null()
        && !known.prior.is_null()
        && attribute.means_same(known.config, known.prior)
    {
        *value = known.prior.clone();
    } else if let Shape::Nested(nesting, block) = &attribute.shape {
        each_element(*nesting, block, known, value, start_block);
    }
}

/// The second step. `pinned` names the top-level attributes that the resource has planned itself:
/// they are left alone.
pub fn finish(
    block: &Block,
    known: Known<'_>,
    mut planned: Dynamic,
    pinned: &BTreeSet<String>,
) -> Planned {
    let changed = !planned.same(known.prior, &block.ty());
    if changed {
        mark_block(block, known, &mut planned, pinned);
    }
    let mut replace = Vec::new();
    if changed && !known.prior.is_null() {
        find_replacements(block, known, &planned, &Path::root(), &mut replace);
    }
    Planned { state: planned, replace }
}

fn mark_block(block: &Block, known: Known<'_>, planned: &mut Dynamic, pinned: &BTreeSet<String>) {
    let Dynamic::Map(values) = planned else { return };
    let exists = !known.prior.is_null();
    for attribute in block.attributes.iter().filter(|a| !pinned.contains(a.name)) {
        let known = known.attribute(attribute.name);
        let value = values.entry(attribute.name.to_owned()).or_default();
        mark_attribute(attribute, exists, known, value);
    }
    for nested in &block.blocks {
        let known = known.attribute(nested.name);
        let value = values.entry(nested.name.to_owned()).or_default();
        each_element(nested.nesting, &nested.block, known, value, mark_unpinned);
    }
}

fn mark_unpinned(block: &Block, known: Known<'_>, planned: &mut Dynamic) {
    mark_block(block, known, planned, &BTreeSet::new());
}

fn mark_attribute(attribute: &AttributeSpec, exists: bool, known: Known<'_>, value: &mut Dynamic) {
    if attribute.is_provided() && known.config.is_null() {
        *value = match attribute.stable && exists {
            true => known.prior.clone(),
            false => Dynamic::Unknown,
        };
    } else if let Shape::Nested(nesting, block) = &attribute.shape {
        each_element(*nesting, block, known, value, mark_unpinned);
    }
}

fn find_replacements(
    block: &Block,
    known: Known<'_>,
    planned: &Dynamic,
    path: &Path,
    replace: &mut Vec<Path>,
) {
    for attribute in block.attributes.iter().filter(|a| a.force_new) {
        let known = known.attribute(attribute.name);
        // What the cloud decides anew is no wish of the user's.
        let decided = attribute.is_provided() && known.config.is_null();
        if !decided && !known.prior.same(planned.get(attribute.name), &attribute.ty()) {
            replace.push(path.name(attribute.name));
        }
    }
    for nested in &block.blocks {
        let (known, after) = (known.attribute(nested.name), planned.get(nested.name));
        find_block_replacements(nested, known, after, &path.name(nested.name), replace);
    }
}

fn find_block_replacements(
    nested: &BlockSpec,
    known: Known<'_>,
    after: &Dynamic,
    path: &Path,
    replace: &mut Vec<Path>,
) {
    if nested.force_new && !known.prior.same(after, &nested.ty()) {
        replace.push(path.clone());
        return;
    }
    if nested.nesting == Nesting::List {
        let existing = known.prior.elements().len();
        for (index, after) in after.elements().iter().enumerate().take(existing) {
            let known = known.element(index);
            find_replacements(&nested.block, known, after, &path.index(index), replace);
        }
    }
}

/// Gives `state` the form of `before` wherever both mean the same: what was planned while applying,
/// what was stored while reading. Otherwise each plan would show a change that is none.
pub fn keep_form(block: &Block, before: &Dynamic, state: &mut Dynamic) {
    let Dynamic::Map(values) = state else { return };
    for attribute in &block.attributes {
        let (before, value) = (before.get(attribute.name), values.get_mut(attribute.name));
        if let Some(value) = value
            && !before.is_null()
            && before.is_wholly_known()
            && attribute.means_same(before, value)
        {
            *value = before.clone();
        }
    }
    for nested in block.blocks.iter().filter(|nested| nested.nesting == Nesting::List) {
        let before = before.get(nested.name).elements();
        if let Some(Dynamic::List(elements)) = values.get_mut(nested.name)
            && before.len() == elements.len()
        {
            let pairs = before.iter().zip(elements);
            pairs.for_each(|(before, element)| keep_form(&nested.block, before, element));
        }
    }
}

/// Gives what only the cloud decides the planned value where one was planned. Something else may
/// have changed it since the plan, and Terraform allows no state that differs from its plan: the
/// next refresh shows it.
pub fn hold_to_plan(block: &Block, planned: &Dynamic, state: &mut Dynamic) {
    for attribute in block.attributes.iter().filter(|a| !a.required && !a.optional) {
        let planned = planned.get(attribute.name);
        if planned.is_wholly_known() {
            state.set(attribute.name, planned.clone());
        }
    }
}

impl<'a> Known<'a> {
    fn attribute(self, name: &str) -> Known<'a> {
        Known { prior: self.prior.get(name), config: self.config.get(name) }
    }
}

/// Visits each planned element together with the prior and the configured element it stands for.
fn each_element(
    nesting: Nesting,
    block: &Block,
    known: Known<'_>,
    planned: &mut Dynamic,
    visit: fn(&Block, Known<'_>, &mut Dynamic),
) {
    match (nesting, planned) {
        (Nesting::Single, planned @ Dynamic::Map(_)) => visit(block, known, planned),
        (Nesting::Map, Dynamic::Map(elements)) => {
            for (key, element) in elements {
                visit(block, known.attribute(key), element);
            }
        }
        (Nesting::List, Dynamic::List(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                visit(block, known.element(index), element);
            }
        }
        (Nesting::Set, Dynamic::List(elements)) => {
            for element in elements {
                let known = Known {
                    prior: partner(block, known.prior, element),
                    config: partner(block, known.config, element),
                };
                visit(block, known, element);
            }
        }
        _ => {}
    }
}

static NULL: Dynamic = Dynamic::Null;

impl<'a> Known<'a> {
    fn element(self, index: usize) -> Known<'a> {
        let element = |value: &'a Dynamic| match value {
            Dynamic::Unknown => value,
            _ => value.elements().get(index).unwrap_or(&NULL),
        };
        Known { prior: element(self.prior), config: element(self.config) }
    }
}

/// The element of the set `among` that `element` stands for: the one with the same value in every
/// attribute that the user decides.
fn partner<'a>(block: &Block, among: &'a Dynamic, element: &Dynamic) -> &'a Dynamic {
    if among.is_unknown() {
        return among;
    }
    among
        .elements()
        .iter()
        .find(|candidate| decided_alike(block, candidate, element))
        .unwrap_or(&NULL)
}

fn decided_alike(block: &Block, a: &Dynamic, b: &Dynamic) -> bool {
    let attributes = block.attributes.iter().filter(|attribute| !attribute.computed);
    let mut attributes = attributes.map(|attribute| (attribute.name, attribute.ty()));
    attributes.all(|(name, ty)| a.get(name).same(b.get(name), &ty))
        && block.blocks.iter().all(|nested| {
            let (a, b) = (a.get(nested.name).elements(), b.get(nested.name).elements());
            match nested.nesting {
                Nesting::Set => same_elements(a, b, |x, y| decided_alike(&nested.block, x, y)),
                _ => {
                    a.len() == b.len()
                        && a.iter().zip(b).all(|(x, y)| decided_alike(&nested.block, x, y))
                }
            }
        })
}
