//! The builder of attributes. Required, optional and computed are types, so that a schema that
//! makes no sense does not compile.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::check::Check;
use crate::{Diagnostics, Dynamic, Field, Path, Shape, Type, Value};

type Validator = Arc<dyn Fn(&Dynamic, &Path, &mut Diagnostics) + Send + Sync>;
type Equal = Arc<dyn Fn(&Dynamic, &Dynamic) -> bool + Send + Sync>;

/// Starts an attribute: `attribute::<String>("name", "Name of the function.")`.
///
/// `doc` is shown to users; it is written in Markdown and ends with a full stop.
pub fn attribute<T: Field>(name: &'static str, doc: &'static str) -> Mode<T> {
    Mode { name, doc, of: PhantomData }
}

/// An attribute whose mode is not chosen yet.
#[must_use = "choose required(), optional() or computed()"]
pub struct Mode<T> {
    name: &'static str,
    doc: &'static str,
    of: PhantomData<T>,
}

/// The user must set it.
pub struct Required;
/// The user may set it.
pub struct Optional;
/// Only the provider sets it.
pub struct Computed;
/// The user may set it; the provider does where the user does not.
pub struct OptionalComputed;

/// The modes in which a user may set the attribute.
pub trait Configurable {}
impl Configurable for Required {}
impl Configurable for Optional {}
impl Configurable for OptionalComputed {}

/// The modes in which the provider may set the attribute.
pub trait Provided {}
impl Provided for Computed {}
impl Provided for OptionalComputed {}

/// The modes that may be write-only.
pub trait Plain: Configurable {}
impl Plain for Required {}
impl Plain for Optional {}

impl<T: Field> Mode<T> {
    /// The user must set it.
    pub fn required(self) -> Attribute<T, Required> {
        self.mode(|spec| spec.required = true)
    }

    /// The user may set it.
    pub fn optional(self) -> Attribute<T, Optional> {
        self.mode(|spec| spec.optional = true)
    }

    /// Only the provider sets it. It becomes unknown whenever the resource changes, unless it is
    /// also [`stable`](Attribute::stable).
    pub fn computed(self) -> Attribute<T, Computed> {
        self.mode(|spec| spec.computed = true)
    }

    fn mode<M>(self, choose: impl FnOnce(&mut AttributeSpec)) -> Attribute<T, M> {
        let mut spec = AttributeSpec::new(self.name, self.doc, T::shape());
        choose(&mut spec);
        Attribute { spec, of: PhantomData }
    }
}

/// An attribute of type `T` in mode `M`.
#[must_use = "add it to a block"]
pub struct Attribute<T, M> {
    spec: AttributeSpec,
    of: PhantomData<(T, M)>,
}

impl<T: Field, M> Attribute<T, M> {
    /// Hides the value in Terraform's output. It still travels and is stored in clear.
    pub fn sensitive(mut self) -> Self {
        self.spec.sensitive = true;
        self
    }

    fn turn<N>(self) -> Attribute<T, N> {
        Attribute { spec: self.spec, of: PhantomData }
    }
}

impl<T: Field, M: Configurable> Attribute<T, M> {
    /// A change replaces the resource, because the cloud cannot change it.
    pub fn force_new(mut self) -> Self {
        self.spec.force_new = true;
        self
    }

    /// Refuses a known value that fails `test`; null and unknown pass. Several may be given.
    pub fn validate(mut self, test: impl Fn(&T) -> Check + Send + Sync + 'static) -> Self {
        let name = self.spec.name;
        self.spec.validators.push(Arc::new(move |value, path, problems| {
            if let Ok(Value::Known(value)) = T::read(value, path)
                && let Err(reason) = test(&value)
            {
                problems.error(path.clone(), format!("Invalid {name}"), reason);
            }
        }));
        self
    }

    /// Warns whoever sets it; `instead` says what to use.
    pub fn deprecated(mut self, instead: &'static str) -> Self {
        self.spec.deprecated = Some(instead);
        self
    }

    /// Keeps the stored value where `equal` says that the configured one means the same.
    pub fn equal_when(mut self, equal: impl Fn(&T, &T) -> bool + Send + Sync + 'static) -> Self {
        self.spec.equal = Some(Arc::new(move |a, b| {
            let read = |value| T::read(value, &Path::root()).ok().and_then(Value::into_known);
            matches!((read(a), read(b)), (Some(a), Some(b)) if equal(&a, &b))
        }));
        self
    }
}

impl<T: Field> Attribute<T, Optional> {
    /// The value where the user sets none. Terraform takes a default only for an attribute that
    /// is also computed on the wire, so this marks it so.
    pub fn default(mut self, value: impl Into<T>) -> Self {
        self.spec.default = Some(value.into().write());
        self.spec.computed = true;
        self
    }

    /// The provider sets it where the user does not.
    pub fn computed(mut self) -> Attribute<T, OptionalComputed> {
        self.spec.computed = true;
        self.turn()
    }
}

impl<T: Field, M: Plain> Attribute<T, M> {
    /// Reaches the provider and is never stored: neither in the plan nor in the state.
    pub fn write_only(mut self) -> Self {
        self.spec.write_only = true;
        self
    }
}

impl<T: Field, M: Provided> Attribute<T, M> {
    /// Keeps its value while the resource lives, so an update does not make it unknown.
    pub fn stable(mut self) -> Self {
        self.spec.stable = true;
        self
    }
}

impl<T, M> From<Attribute<T, M>> for AttributeSpec {
    fn from(attribute: Attribute<T, M>) -> Self {
        attribute.spec
    }
}

/// An attribute as the rest of the crate sees it, its Rust type forgotten.
#[derive(Clone)]
pub struct AttributeSpec {
    /// Its name in configuration.
    pub name: &'static str,
    /// What users read about it, in Markdown.
    pub doc: &'static str,
    /// Its type.
    pub shape: Shape,
    /// The user must set it.
    pub required: bool,
    /// The user may set it.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Hidden in output.
    pub sensitive: bool,
    /// Never stored.
    pub write_only: bool,
    /// A change replaces the resource.
    pub force_new: bool,
    /// Computed once.
    pub stable: bool,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// The value where the user sets none.
    pub default: Option<Dynamic>,
    validators: Vec<Validator>,
    equal: Option<Equal>,
}

impl AttributeSpec {
    fn new(name: &'static str, doc: &'static str, shape: Shape) -> AttributeSpec {
        AttributeSpec {
            name,
            doc,
            shape,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            force_new: false,
            stable: false,
            deprecated: None,
            default: None,
            validators: Vec::new(),
            equal: None,
        }
    }

    /// The type of its value.
    pub fn ty(&self) -> Type {
        self.shape.ty()
    }

    /// Whether the provider decides the value when the configuration has none and there is no
    /// default: such a value is unknown while planning.
    pub fn is_provided(&self) -> bool {
        self.computed && self.default.is_none()
    }

    /// Whether `a` and `b` mean the same, though they may be written differently.
    pub fn means_same(&self, a: &Dynamic, b: &Dynamic) -> bool {
        a.same(b, &self.ty()) || self.equal.as_ref().is_some_and(|equal| equal(a, b))
    }

    /// Whether some values of its type are refused.
    pub fn is_checked(&self) -> bool {
        !self.validators.is_empty()
    }

    /// Runs the validators on `value`.
    pub(crate) fn check(&self, value: &Dynamic, path: &Path, problems: &mut Diagnostics) {
        for validator in &self.validators {
            validator(value, path, problems);
        }
    }
}

impl fmt::Debug for AttributeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttributeSpec").field("name", &self.name).finish_non_exhaustive()
    }
}
