//! [`Change`]: a planned change while its resource refines it.

use std::collections::BTreeSet;

use tf_schema::{AttributeSpec, Block, BlockSpec, Diagnostics, Dynamic, Field, Model, Path, Value};

/// A planned change: what was, what is configured and what is planned so far.
///
/// The resource sees it with defaults filled in and before anything is marked unknown. What it
/// sets here is not touched afterwards.
pub struct Change<M> {
    /// The stored state; `None` while creating.
    pub prior: Option<M>,
    /// The configuration.
    pub config: M,
    /// The state planned so far. Changing it has no effect: use [`Change::set`].
    pub planned: M,
    /// Problems found; an error ends the plan.
    pub problems: Diagnostics,
    /// Whether an apply asks for the plan again, after the user has seen it. Only Terraform tells;
    /// OpenTofu never does.
    pub applying: bool,
    block: Block,
    before: Dynamic,
    after: Dynamic,
    pinned: BTreeSet<String>,
    replace: Vec<Path>,
}

/// What a resource made of a planned change.
pub(crate) struct Refined {
    pub after: Dynamic,
    pub pinned: BTreeSet<String>,
    pub replace: Vec<Path>,
    pub problems: Diagnostics,
}

impl<M: Model> Change<M> {
    pub(crate) fn new(
        block: &Block,
        before: &Dynamic,
        config: &Dynamic,
        after: Dynamic,
    ) -> Result<Change<M>, tf_schema::Diagnostic> {
        let root = Path::root();
        Ok(Change {
            prior: (!before.is_null()).then(|| M::decode(before, &root)).transpose()?,
            config: M::decode(config, &root)?,
            planned: M::decode(&after, &root)?,
            problems: Diagnostics::new(),
            applying: false,
            block: block.clone(),
            before: before.clone(),
            after,
            pinned: BTreeSet::new(),
            replace: Vec::new(),
        })
    }

    /// Plans `value` for the computed attribute `name`.
    pub fn set<T: Field>(&mut self, name: &str, value: impl Into<Value<T>>) {
        self.after.set(name, tf_schema::field::write(value.into()));
        self.pinned.insert(name.to_owned());
    }

    /// Plans that the cloud decides the computed attribute `name` anew.
    pub fn set_unknown(&mut self, name: &str) {
        self.after.set(name, Dynamic::Unknown);
        self.pinned.insert(name.to_owned());
    }

    /// Plans that the computed attribute `name` keeps its value, whatever else changes.
    pub fn keep(&mut self, name: &str) {
        self.after.set(name, self.before.get(name).clone());
        self.pinned.insert(name.to_owned());
    }

    /// Plans a new object because `path` changes in a way that the cloud cannot follow.
    pub fn replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }

    /// Whether the attribute or block `name` differs from the stored state, or may.
    pub fn changes(&self, name: &str) -> bool {
        let attribute =
            self.block.attributes.iter().find(|a| a.name == name).map(AttributeSpec::ty);
        let nested = self.block.blocks.iter().find(|b| b.name == name).map(BlockSpec::ty);
        let (before, after) = (self.before.get(name), self.after.get(name));
        attribute.or(nested).is_none_or(|ty| !before.same(after, &ty))
    }

    /// Whether anything at all changes, as far as it is planned by now.
    pub fn changes_anything(&self) -> bool {
        !self.before.same(&self.after, &self.block.ty())
    }

    /// Whether the object is created rather than changed.
    pub fn creates(&self) -> bool {
        self.prior.is_none()
    }

    pub(crate) fn into_refined(self) -> Refined {
        let Change { after, pinned, replace, problems, .. } = self;
        Refined { after, pinned, replace, problems }
    }
}
