//! [`Type`]: Terraform's types and their JSON form.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// A type constraint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// A number of any precision.
    Number,
    /// A text.
    String,
    /// Any type: the value carries its own.
    Dynamic,
    /// An ordered sequence of one type.
    List(Box<Type>),
    /// Distinct values of one type, without an order.
    Set(Box<Type>),
    /// Values of one type by name.
    Map(Box<Type>),
    /// A fixed set of named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
    /// A fixed sequence, each element of its own type.
    Tuple(Vec<Type>),
}

/// A JSON text that is not a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a Terraform type")]
pub struct NotAType(pub String);

impl Type {
    /// A list of this type.
    pub fn list(self) -> Type {
        Type::List(Box::new(self))
    }

    /// A set of this type.
    pub fn set(self) -> Type {
        Type::Set(Box::new(self))
    }

    /// A map of this type.
    pub fn map(self) -> Type {
        Type::Map(Box::new(self))
    }

    /// Whether a value of this type carries its own type somewhere inside.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Type::Bool | Type::Number | Type::String => false,
            Type::Dynamic => true,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
            Type::Object(attributes) => attributes.values().any(Type::has_dynamic),
            Type::Tuple(elements) => elements.iter().any(Type::has_dynamic),
        }
    }

    /// The JSON form that the plugin protocol uses: `"string"`, `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Type::Bool => json!("bool"),
            Type::Number => json!("number"),
            Type::String => json!("string"),
            Type::Dynamic => json!("dynamic"),
            Type::List(element) => json!(["list", element.to_json()]),
            Type::Set(element) => json!(["set", element.to_json()]),
            Type::Map(element) => json!(["map", element.to_json()]),
            Type::Object(attributes) => {
                let attributes: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                json!(["object", attributes])
            }
            Type::Tuple(elements) => {
                json!(["tuple", elements.iter().map(Type::to_json).collect::<Vec<_>>()])
            }
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`NotAType`] for anything else.
    pub fn from_json(json: &Json) -> Result<Type, NotAType> {
        let bad = || NotAType(json.to_string());
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Type::Bool),
                "number" => Ok(Type::Number),
                "string" => Ok(Type::String),
                "dynamic" => Ok(Type::Dynamic),
                _ => Err(bad()),
            },
            // An object type may carry a third element, the names of its optional attributes.
            Json::Array(parts) if parts.len() >= 2 => match (parts[0].as_str(), &parts[1]) {
                (Some("list"), element) => Ok(Type::from_json(element)?.list()),
                (Some("set"), element) => Ok(Type::from_json(element)?.set()),
                (Some("map"), element) => Ok(Type::from_json(element)?.map()),
                (Some("object"), Json::Object(attributes)) => attributes
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Type::from_json(ty)?)))
                    .collect::<Result<_, _>>()
                    .map(Type::Object),
                (Some("tuple"), Json::Array(elements)) => {
                    elements.iter().map(Type::from_json).collect::<Result<_, _>>().map(Type::Tuple)
                }
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::Dynamic => f.write_str("any"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Object(_) => f.write_str("object"),
            Type::Tuple(_) => f.write_str("tuple"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_round_trips() {
        let object = Type::Object(BTreeMap::from([
            ("a".to_owned(), Type::Number),
            ("b".to_owned(), Type::Tuple(vec![Type::Bool, Type::Dynamic])),
        ]));
        for ty in [Type::String.list().set().map(), object.list()] {
            assert_eq!(Type::from_json(&ty.to_json()), Ok(ty));
        }
        assert_eq!(Type::String.list().to_json().to_string(), r#"["list","string"]"#);
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [json!("text"), json!(["list"]), json!(["object", []]), json!(null)] {
            assert!(Type::from_json(&bad).is_err(), "{bad}");
        }
    }
}
