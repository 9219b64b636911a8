//! [`Field`]: the Rust types that may stand in a model, each one Terraform type.

use std::collections::BTreeMap;

use crate::{Block, Diagnostic, Dynamic, Model, Nesting, Number, Path, Type, Value};

/// What a [`Field`] is on the wire: a plain type, or an object with documented attributes.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A plain type.
    Type(Type),
    /// Objects whose attributes have their own schema and documentation.
    Nested(Nesting, Block),
}

impl Shape {
    /// The type of a value of this shape.
    pub fn ty(&self) -> Type {
        match self {
            Shape::Type(ty) => ty.clone(),
            Shape::Nested(nesting, block) => nesting.wrap(block.ty()),
        }
    }

    fn collect(self, nesting: Nesting) -> Shape {
        match self {
            Shape::Nested(Nesting::Single, block) => Shape::Nested(nesting, block),
            other => Shape::Type(nesting.wrap(other.ty())),
        }
    }
}

/// A Rust type that may stand in a model as `Value<Self>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Terraform type",
    note = "use bool, i64, f64, String, Vec<T>, Set<T>, BTreeMap<String, T> or a struct with #[derive(Block)]"
)]
pub trait Field: Sized + Send + Sync + 'static {
    /// The type on the wire.
    fn shape() -> Shape;

    /// Reads a value. A collection with an unknown element is itself unknown.
    ///
    /// # Errors
    /// A diagnostic at `path` for a value of another type.
    fn read(value: &Dynamic, path: &Path) -> Result<Value<Self>, Diagnostic>;

    /// The value as Terraform takes it.
    fn write(self) -> Dynamic;
}

/// What a field of a model must be: a [`Value`].
#[diagnostic::on_unimplemented(
    message = "write `Value<{Self}>`: a Terraform value may be null or unknown",
    label = "not a `Value`"
)]
pub trait Slot {
    /// The type inside.
    type Field: Field;
}

impl<T: Field> Slot for Value<T> {
    type Field = T;
}

/// Writes a field of a model.
pub fn write<T: Field>(value: Value<T>) -> Dynamic {
    match value {
        Value::Null => Dynamic::Null,
        Value::Unknown => Dynamic::Unknown,
        Value::Known(value) => value.write(),
    }
}

fn wrong(path: &Path, expected: &str, got: &Dynamic) -> Diagnostic {
    Diagnostic::error("Wrong type", format!("Expected {expected}, got {}.", got.describe()))
        .at(path.clone())
}

macro_rules! scalar {
    ($rust:ty, $ty:ident, $expected:literal, $read:expr, $write:expr) => {
        impl Field for $rust {
            fn shape() -> Shape {
                Shape::Type(Type::$ty)
            }

            fn read(value: &Dynamic, path: &Path) -> Result<Value<Self>, Diagnostic> {
                let read: fn(&Dynamic) -> Option<Self> = $read;
                match value {
                    Dynamic::Null => Ok(Value::Null),
                    Dynamic::Unknown => Ok(Value::Unknown),
                    other => {
                        read(other).map(Value::Known).ok_or_else(|| wrong(path, $expected, other))
                    }
                }
            }

            fn write(self) -> Dynamic {
                let write: fn(Self) -> Dynamic = $write;
                write(self)
            }
        }
    };
}

fn number(value: &Dynamic) -> Option<&Number> {
    match value {
        Dynamic::Number(number) => Some(number),
        _ => None,
    }
}

scalar!(
    bool,
    Bool,
    "true or false",
    |value| match value {
        Dynamic::Bool(flag) => Some(*flag),
        _ => None,
    },
    Dynamic::Bool
);
scalar!(
    String,
    String,
    "a string",
    |value| match value {
        Dynamic::String(text) => Some(text.clone()),
        _ => None,
    },
    Dynamic::String
);
scalar!(Number, Number, "a number", |value| number(value).cloned(), Dynamic::Number);
scalar!(i64, Number, "a whole number", |value| number(value)?.as_i64(), |value| value.into());
scalar!(f64, Number, "a number", |value| Some(number(value)?.to_f64()), |value| Number::try_from(
    value
)
.map_or(Dynamic::Null, Dynamic::Number));

/// Reads the elements of a collection; `None` where one of them is unknown.
fn read_elements<'a, T: Field>(
    elements: impl Iterator<Item = (Path, &'a Dynamic)>,
) -> Result<Option<Vec<T>>, Diagnostic> {
    let mut read = Vec::new();
    for (path, element) in elements {
        match T::read(element, &path)? {
            Value::Known(value) => read.push(value),
            Value::Unknown => return Ok(None),
            Value::Null => {
                return Err(
                    Diagnostic::error("Null element", "An element may not be null.").at(path)
                );
            }
        }
    }
    Ok(Some(read))
}

fn known_or_unknown<T>(value: Option<T>) -> Value<T> {
    value.map_or(Value::Unknown, Value::Known)
}

impl<T: Field> Field for Vec<T> {
    fn shape() -> Shape {
        T::shape().collect(Nesting::List)
    }

    fn read(value: &Dynamic, path: &Path) -> Result<Value<Self>, Diagnostic> {
        match value {
            Dynamic::Null => Ok(Value::Null),
            Dynamic::Unknown => Ok(Value::Unknown),
            Dynamic::List(elements) => {
                let elements = elements.iter().enumerate().map(|(at, e)| (path.index(at), e));
                Ok(known_or_unknown(read_elements(elements)?))
            }
            other => Err(wrong(path, "a list", other)),
        }
    }

    fn write(self) -> Dynamic {
        Dynamic::List(self.into_iter().map(T::write).collect())
    }
}

/// Distinct elements without an order. Equality does not look at the order.
#[derive(Clone, Debug, Default, Eq)]
pub struct Set<T>(Vec<T>);

impl<T> Set<T> {
    /// The elements, in no particular order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq> Set<T> {
    /// Whether `element` is in the set.
    pub fn contains(&self, element: &T) -> bool {
        self.0.contains(element)
    }
}

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|element| other.contains(element))
    }
}

impl<T: PartialEq> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut set = Vec::new();
        for element in elements {
            if !set.contains(&element) {
                set.push(element);
            }
        }
        Set(set)
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Field> Field for Set<T> {
    fn shape() -> Shape {
        T::shape().collect(Nesting::Set)
    }

    fn read(value: &Dynamic, path: &Path) -> Result<Value<Self>, Diagnostic> {
        match value {
            Dynamic::Null => Ok(Value::Null),
            Dynamic::Unknown => Ok(Value::Unknown),
            // The elements of a set have no address: problems are reported at the set.
            Dynamic::List(elements) => {
                let elements = elements.iter().map(|element| (path.clone(), element));
                Ok(known_or_unknown(read_elements(elements)?).map(Set))
            }
            other => Err(wrong(path, "a set", other)),
        }
    }

    fn write(self) -> Dynamic {
        Dynamic::List(self.0.into_iter().map(T::write).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn shape() -> Shape {
        T::shape().collect(Nesting::Map)
    }

    fn read(value: &Dynamic, path: &Path) -> Result<Value<Self>, Diagnostic> {
        match value {
            Dynamic::Null => Ok(Value::Null),
            Dynamic::Unknown => Ok(Value::Unknown),
            Dynamic::Map(entries) => {
                let elements = entries.iter().map(|(key, e)| (path.key(key), e));
                let values = read_elements(elements)?;
                Ok(known_or_unknown(values.map(|v| entries.keys().cloned().zip(v).collect())))
            }
            other => Err(wrong(path, "a map", other)),
        }
    }

    fn write(self) -> Dynamic {
        Dynamic::Map(self.into_iter().map(|(key, value)| (key, value.write())).collect())
    }
}

/// The collections that may hold nested blocks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a block",
    note = "a block is a Vec<B> or a Set<B> of a struct B with #[derive(Block)]"
)]
pub trait Blocks: Field {
    /// How the blocks are held.
    const NESTING: Nesting;
    /// One block.
    type Item: Model;
}

impl<B: Model + Field> Blocks for Vec<B> {
    const NESTING: Nesting = Nesting::List;
    type Item = B;
}

impl<B: Model + Field> Blocks for Set<B> {
    const NESTING: Nesting = Nesting::Set;
    type Item = B;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_with_an_unknown_element_is_unknown() {
        let list = Dynamic::List(vec!["a".into(), Dynamic::Unknown]);
        assert_eq!(Vec::<String>::read(&list, &Path::root()), Ok(Value::Unknown));
    }

    #[test]
    fn a_wrong_value_is_reported_where_it_is() {
        let map = Dynamic::from([("k", Dynamic::List(vec![1.into(), "x".into()]))]);
        let error = BTreeMap::<String, Vec<i64>>::read(&map, &Path::attribute("m")).unwrap_err();
        assert_eq!(error.path.to_string(), r#"m["k"][1]"#);
        assert_eq!(error.detail, r#"Expected a whole number, got "x"."#);
        let half = Dynamic::Number("0.5".parse().unwrap());
        assert!(i64::read(&half, &Path::root()).is_err());
    }

    #[test]
    fn sets_are_equal_in_any_order() {
        let a: Set<i64> = [1, 2, 2].into_iter().collect();
        let b: Set<i64> = [2, 1].into_iter().collect();
        assert_eq!(a, b);
        assert_ne!(a, [1, 3].into_iter().collect());
    }
}
