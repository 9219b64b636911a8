//! [`Block`]: attributes and nested blocks, and the rules of a whole configuration.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::field::Blocks;
use crate::{AttributeSpec, Diagnostics, Dynamic, Model, Path, Shape, Type};

/// How nested blocks or objects are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One or none.
    Single,
    /// In order.
    List,
    /// Distinct, without order.
    Set,
    /// By name.
    Map,
}

impl Nesting {
    /// The type that holds elements of type `element` in this way.
    pub fn wrap(self, element: Type) -> Type {
        match self {
            Nesting::Single => element,
            Nesting::List => element.list(),
            Nesting::Set => element.set(),
            Nesting::Map => element.map(),
        }
    }

    /// The path of the element at `index`; that of the whole where elements have no address.
    pub(crate) fn element_path(self, path: &Path, index: usize) -> Path {
        match self {
            Nesting::List => path.index(index),
            _ => path.clone(),
        }
    }
}

/// A resource type's, data source's or provider's schema.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The version of the stored state's form.
    pub version: i64,
    /// What it holds.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// What users read about it, in Markdown.
    pub doc: &'static str,
    /// In the order in which users read them.
    pub attributes: Vec<AttributeSpec>,
    /// In the order in which users read them.
    pub blocks: Vec<BlockSpec>,
}

/// One kind of nested block.
#[derive(Clone, Debug)]
pub struct BlockSpec {
    /// Its name in configuration.
    pub name: &'static str,
    /// What users read about it, in Markdown.
    pub doc: &'static str,
    /// How its blocks are held.
    pub nesting: Nesting,
    /// The least number of them.
    pub min: u32,
    /// The greatest number of them; 0 for any.
    pub max: u32,
    /// A change in it replaces the resource.
    pub force_new: bool,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// What one of them holds.
    pub block: Block,
}

/// Starts a kind of nested block: `block::<Vec<Code>>("code", "Where the code is.")`.
pub fn block<B: Blocks>(name: &'static str, doc: &'static str) -> BlockBuilder<B> {
    let spec = BlockSpec {
        name,
        doc,
        nesting: B::NESTING,
        min: 0,
        max: 0,
        force_new: false,
        deprecated: None,
        block: <B::Item as Model>::block(),
    };
    BlockBuilder { spec, of: PhantomData }
}

/// A kind of nested block under construction.
#[must_use = "add it to a block"]
pub struct BlockBuilder<B> {
    spec: BlockSpec,
    of: PhantomData<B>,
}

impl<B> BlockBuilder<B> {
    /// At least `count` of them.
    pub fn min(mut self, count: u32) -> Self {
        self.spec.min = count;
        self
    }

    /// At most `count` of them.
    pub fn max(mut self, count: u32) -> Self {
        self.spec.max = count;
        self
    }

    /// A change in it replaces the resource.
    pub fn force_new(mut self) -> Self {
        self.spec.force_new = true;
        self
    }

    /// Warns whoever writes one; `instead` says what to use.
    pub fn deprecated(mut self, instead: &'static str) -> Self {
        self.spec.deprecated = Some(instead);
        self
    }
}

impl<B> From<BlockBuilder<B>> for BlockSpec {
    fn from(builder: BlockBuilder<B>) -> Self {
        builder.spec
    }
}

impl Block {
    /// An empty block; `doc` is shown to users.
    pub fn new(doc: &'static str) -> Block {
        Block { doc, ..Block::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<AttributeSpec>) -> Block {
        self.attributes.push(attribute.into());
        self
    }

    /// Adds a kind of nested block.
    #[must_use]
    pub fn block(mut self, block: impl Into<BlockSpec>) -> Block {
        self.blocks.push(block.into());
        self
    }

    /// The type of a value of this block: an object of everything in it.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.to_owned(), a.ty()));
        let blocks = self.blocks.iter().map(|b| (b.name.to_owned(), b.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// The value of this block with nothing set: null attributes, no nested blocks.
    pub fn empty_value(&self) -> Dynamic {
        let attributes = self.attributes.iter().map(|a| (a.name.to_owned(), Dynamic::Null));
        let blocks = self.blocks.iter().map(|b| (b.name.to_owned(), b.empty_value()));
        Dynamic::Map(attributes.chain(blocks).collect())
    }

    /// Completes an object: what is missing becomes null (blocks: empty), what the schema does
    /// not know is dropped. Used for stored states of other releases.
    pub fn complete(&self, value: Dynamic) -> Dynamic {
        let Dynamic::Map(mut found) = value else { return value };
        let mut complete = BTreeMap::new();
        for attribute in &self.attributes {
            let value = found.remove(attribute.name).unwrap_or_default();
            complete.insert(attribute.name.to_owned(), value);
        }
        for nested in &self.blocks {
            let value = match found.remove(nested.name) {
                None | Some(Dynamic::Null) => nested.empty_value(),
                Some(Dynamic::List(elements)) => Dynamic::List(
                    elements.into_iter().map(|element| nested.block.complete(element)).collect(),
                ),
                Some(single) => nested.block.complete(single),
            };
            complete.insert(nested.name.to_owned(), value);
        }
        Dynamic::Map(complete)
    }

    /// Checks a configuration: what is required is set, what is only computed is not, and every
    /// validator agrees. Unknown values pass.
    pub fn validate(&self, config: &Dynamic) -> Diagnostics {
        let mut problems = Diagnostics::new();
        self.validate_at(config, &Path::root(), &mut problems);
        problems
    }

    fn validate_at(&self, config: &Dynamic, path: &Path, problems: &mut Diagnostics) {
        for attribute in &self.attributes {
            let value = config.get(attribute.name);
            validate_attribute(attribute, value, &path.name(attribute.name), problems);
        }
        for nested in &self.blocks {
            let path = path.name(nested.name);
            let value = config.get(nested.name);
            if let (Some(instead), false) = (nested.deprecated, value.elements().is_empty()) {
                problems.warning(path.clone(), format!("{} is deprecated", nested.name), instead);
            }
            for_each_element(value, nested.nesting, &path, |element, path| {
                nested.block.validate_at(element, path, problems);
            });
        }
    }
}

fn validate_attribute(
    attribute: &AttributeSpec,
    value: &Dynamic,
    path: &Path,
    problems: &mut Diagnostics,
) {
    let name = attribute.name;
    if value.is_null() {
        if attribute.required {
            let detail = format!("{name} must be set; null is the same as leaving it out.");
            problems.error(path.clone(), format!("Missing {name}"), detail);
        }
        return;
    }
    if !attribute.required && !attribute.optional {
        let detail = format!("{name} is decided by the cloud and cannot be configured.");
        problems.error(path.clone(), format!("Read-only {name}"), detail);
        return;
    }
    if let (Some(instead), false) = (attribute.deprecated, value.is_unknown()) {
        problems.warning(path.clone(), format!("{name} is deprecated"), instead);
    }
    attribute.check(value, path, problems);
    if let Shape::Nested(nesting, block) = &attribute.shape {
        for_each_element(value, *nesting, path, |element, path| {
            block.validate_at(element, path, problems);
        });
    }
}

/// Visits the known elements of a nested value with their paths.
fn for_each_element(
    value: &Dynamic,
    nesting: Nesting,
    path: &Path,
    mut visit: impl FnMut(&Dynamic, &Path),
) {
    match (nesting, value) {
        (Nesting::Single, Dynamic::Map(_)) => visit(value, path),
        (Nesting::Map, Dynamic::Map(elements)) => {
            elements.iter().for_each(|(key, element)| visit(element, &path.key(key)));
        }
        (Nesting::List | Nesting::Set, Dynamic::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                visit(element, &nesting.element_path(path, index));
            }
        }
        _ => {}
    }
}

impl BlockSpec {
    /// The type of its value.
    pub fn ty(&self) -> Type {
        let ty = self.nesting.wrap(self.block.ty());
        // Terraform sends lists and maps of blocks with an `any` inside as one value of any type,
        // because their elements may differ in type.
        match self.nesting {
            Nesting::List | Nesting::Map if ty.has_dynamic() => Type::Dynamic,
            _ => ty,
        }
    }

    /// Its value where none is written: never null, but for a single block.
    pub fn empty_value(&self) -> Dynamic {
        match self.nesting {
            Nesting::Single => Dynamic::Null,
            Nesting::Map => Dynamic::Map(BTreeMap::new()),
            Nesting::List | Nesting::Set => Dynamic::List(Vec::new()),
        }
    }
}
