//! [`Dynamic`]: the untyped tree that travels between Terraform and a provider.

use std::collections::BTreeMap;

use crate::{Number, Path, Step, Type};

/// A value of any type.
///
/// It does not carry its type: a list, a set and a tuple are all [`Dynamic::List`], a map and an
/// object are both [`Dynamic::Map`]. Only where the schema says `any` does the value bring its
/// type with it, as [`Dynamic::Typed`].
#[derive(Clone, Debug, Default)]
pub enum Dynamic {
    /// Absent.
    #[default]
    Null,
    /// Not known until apply.
    Unknown,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, in Unicode normal form C as Terraform keeps it.
    String(String),
    /// The elements of a list, set or tuple.
    List(Vec<Dynamic>),
    /// The elements of a map, or the attributes of an object.
    Map(BTreeMap<String, Dynamic>),
    /// A value of an attribute of type `any`, with its type.
    Typed(Box<(Type, Dynamic)>),
}

static NULL: Dynamic = Dynamic::Null;

impl Dynamic {
    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Dynamic::Null)
    }

    /// Whether the value itself is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Dynamic::Unknown)
    }

    /// Whether the value and everything in it is known (null counts as known).
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Dynamic::Unknown => false,
            Dynamic::List(elements) => elements.iter().all(Dynamic::is_wholly_known),
            Dynamic::Map(elements) => elements.values().all(Dynamic::is_wholly_known),
            Dynamic::Typed(typed) => typed.1.is_wholly_known(),
            _ => true,
        }
    }

    /// The attribute `name` of an object; null where there is no object or no such attribute,
    /// unknown where the object is unknown.
    pub fn get(&self, name: &str) -> &Dynamic {
        match self {
            Dynamic::Map(attributes) => attributes.get(name).unwrap_or(&NULL),
            Dynamic::Unknown => self,
            _ => &NULL,
        }
    }

    /// Sets the attribute `name` of an object; does nothing to anything else.
    pub fn set(&mut self, name: &str, value: Dynamic) {
        if let Dynamic::Map(attributes) = self {
            attributes.insert(name.to_owned(), value);
        }
    }

    /// The value at `path`, if every step of it exists.
    pub fn at(&self, path: &Path) -> Option<&Dynamic> {
        let mut here = self;
        for step in path.steps() {
            here = match (step, here) {
                (Step::Attribute(name) | Step::Key(name), Dynamic::Map(elements)) => {
                    elements.get(name)?
                }
                (Step::Index(index), Dynamic::List(elements)) => elements.get(*index)?,
                _ => return None,
            };
        }
        Some(here)
    }

    /// The elements of a list or set; none where there is no list.
    pub fn elements(&self) -> &[Dynamic] {
        match self {
            Dynamic::List(elements) => elements,
            _ => &[],
        }
    }

    /// Whether this is what an unset attribute looks like in the states of providers on the
    /// legacy type system: null, `""`, `0`, `false`, or an empty collection.
    pub fn is_zero(&self) -> bool {
        match self {
            Dynamic::Null => true,
            Dynamic::Bool(flag) => !flag,
            Dynamic::Number(number) => number.as_i64() == Some(0),
            Dynamic::String(text) => text.is_empty(),
            Dynamic::List(elements) => elements.is_empty(),
            Dynamic::Map(elements) => elements.is_empty(),
            Dynamic::Unknown | Dynamic::Typed(_) => false,
        }
    }

    /// Replaces everything unknown by null, for a state that must be saved as it is.
    pub fn forget_unknown(&mut self) {
        match self {
            Dynamic::Unknown => *self = Dynamic::Null,
            Dynamic::List(elements) => elements.iter_mut().for_each(Dynamic::forget_unknown),
            Dynamic::Map(elements) => elements.values_mut().for_each(Dynamic::forget_unknown),
            Dynamic::Typed(typed) => typed.1.forget_unknown(),
            _ => {}
        }
    }

    /// A short text for messages: `"a"`, `128`, `null`, `3 elements`.
    pub fn describe(&self) -> String {
        match self {
            Dynamic::Null => "null".to_owned(),
            Dynamic::Unknown => "an unknown value".to_owned(),
            Dynamic::Bool(flag) => flag.to_string(),
            Dynamic::Number(number) => number.to_string(),
            Dynamic::String(text) => format!("{text:?}"),
            Dynamic::List(elements) => format!("{} elements", elements.len()),
            Dynamic::Map(elements) => format!("{} entries", elements.len()),
            Dynamic::Typed(typed) => typed.1.describe(),
        }
    }
}

/// Structural equality. Order counts: compare sets with [`Dynamic::same`].
impl PartialEq for Dynamic {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Dynamic::Null, Dynamic::Null) | (Dynamic::Unknown, Dynamic::Unknown) => true,
            (Dynamic::Bool(a), Dynamic::Bool(b)) => a == b,
            (Dynamic::Number(a), Dynamic::Number(b)) => a == b,
            (Dynamic::String(a), Dynamic::String(b)) => a == b,
            (Dynamic::List(a), Dynamic::List(b)) => a == b,
            (Dynamic::Map(a), Dynamic::Map(b)) => a == b,
            (Dynamic::Typed(a), Dynamic::Typed(b)) => a == b,
            _ => false,
        }
    }
}

impl Dynamic {
    /// Equality as the type defines it: the order of a set's elements does not count.
    pub fn same(&self, other: &Dynamic, ty: &Type) -> bool {
        match (self, other, ty) {
            (Dynamic::List(a), Dynamic::List(b), Type::Set(element)) => {
                same_elements(a, b, |x, y| x.same(y, element))
            }
            (Dynamic::List(a), Dynamic::List(b), Type::List(element)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.same(y, element))
            }
            (Dynamic::List(a), Dynamic::List(b), Type::Tuple(types)) => {
                a.len() == b.len()
                    && a.iter().zip(b).zip(types).all(|((x, y), element)| x.same(y, element))
            }
            (Dynamic::Map(a), Dynamic::Map(b), Type::Map(element)) => {
                same_keys(a, b) && a.iter().all(|(key, x)| x.same(&b[key], element))
            }
            (Dynamic::Map(a), Dynamic::Map(b), Type::Object(attributes)) => {
                attributes.iter().all(|(name, ty)| {
                    let x = a.get(name).unwrap_or(&NULL);
                    x.same(b.get(name).unwrap_or(&NULL), ty)
                })
            }
            (Dynamic::Typed(a), Dynamic::Typed(b), _) => a.0 == b.0 && a.1.same(&b.1, &a.0),
            _ => self == other,
        }
    }
}

fn same_keys(a: &BTreeMap<String, Dynamic>, b: &BTreeMap<String, Dynamic>) -> bool {
    a.len() == b.len() && a.keys().eq(b.keys())
}

/// Whether two sets hold the same elements, each once, in any order.
pub(crate) fn same_elements(
    a: &[Dynamic],
    b: &[Dynamic],
    same: impl Fn(&Dynamic, &Dynamic) -> bool,
) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut left: Vec<&Dynamic> = b.iter().collect();
    a.iter().all(|x| match left.iter().position(|y| same(x, y)) {
        Some(found) => {
            left.swap_remove(found);
            true
        }
        None => false,
    })
}

impl From<&str> for Dynamic {
    fn from(text: &str) -> Self {
        Dynamic::String(text.to_owned())
    }
}

impl From<bool> for Dynamic {
    fn from(flag: bool) -> Self {
        Dynamic::Bool(flag)
    }
}

impl From<i64> for Dynamic {
    fn from(number: i64) -> Self {
        Dynamic::Number(number.into())
    }
}

impl<const N: usize> From<[(&str, Dynamic); N]> for Dynamic {
    /// An object of these attributes.
    fn from(attributes: [(&str, Dynamic); N]) -> Self {
        Dynamic::Map(attributes.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_compared_without_order_and_lists_with_it() {
        let a = Dynamic::List(vec!["x".into(), "y".into(), "x".into()]);
        let b = Dynamic::List(vec!["y".into(), "x".into(), "x".into()]);
        assert!(a.same(&b, &Type::String.set()));
        assert!(!a.same(&b, &Type::String.list()));
        let c = Dynamic::List(vec!["y".into(), "y".into(), "x".into()]);
        assert!(!a.same(&c, &Type::String.set()));
    }

    #[test]
    fn paths_lead_into_values() {
        let value = Dynamic::from([("code", Dynamic::List(vec![[("n", 1.into())].into()]))]);
        let path = Path::attribute("code").index(0).name("n");
        assert_eq!(value.at(&path), Some(&1.into()));
        assert_eq!(value.at(&Path::attribute("code").index(1)), None);
        assert!(value.get("gone").is_null());
    }

    #[test]
    fn a_saved_state_holds_nothing_unknown() {
        let mut value = Dynamic::from([("a", Dynamic::List(vec![Dynamic::Unknown]))]);
        assert!(!value.is_wholly_known());
        value.forget_unknown();
        assert!(value.is_wholly_known());
        assert_eq!(value.get("a").elements(), [Dynamic::Null]);
    }
}
