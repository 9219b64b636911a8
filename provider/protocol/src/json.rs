//! Values in JSON, as they are stored in state files.

use serde_json::Value as Json;
use tf_schema::{Dynamic, Path, Type};

use crate::wire::Malformed;

/// Reads a stored value. Attributes that are missing are null; those that the type does not know
/// are dropped; a number, text or flag may be written as one of the others, as Terraform allows.
///
/// # Errors
/// [`Malformed`] for JSON that is not such a value.
pub fn decode(json: &Json, ty: &Type) -> Result<Dynamic, Malformed> {
    read(json, ty, &Path::root())
}

fn read(json: &Json, ty: &Type, path: &Path) -> Result<Dynamic, Malformed> {
    let wrong = || Malformed { path: path.clone(), reason: format!("expected {ty}") };
    match (json, ty) {
        (Json::Null, _) => Ok(Dynamic::Null),
        (Json::Bool(flag), Type::Bool) => Ok(Dynamic::Bool(*flag)),
        (Json::String(text), Type::Bool) => text.parse().map(Dynamic::Bool).map_err(|_| wrong()),
        (Json::Number(number), Type::Number) => {
            number.to_string().parse().map(Dynamic::Number).map_err(|_| wrong())
        }
        (Json::String(text), Type::Number) => {
            text.parse().map(Dynamic::Number).map_err(|_| wrong())
        }
        (Json::String(text), Type::String) => Ok(Dynamic::String(text.clone())),
        (Json::Number(number), Type::String) => Ok(Dynamic::String(number.to_string())),
        (Json::Bool(flag), Type::String) => Ok(Dynamic::String(flag.to_string())),
        (Json::Array(elements), Type::List(element) | Type::Set(element)) => {
            let elements = elements.iter().enumerate();
            let elements = elements.map(|(index, json)| read(json, element, &path.index(index)));
            elements.collect::<Result<_, _>>().map(Dynamic::List)
        }
        (Json::Array(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let elements = elements.iter().zip(types).enumerate();
            let elements = elements.map(|(index, (json, ty))| read(json, ty, &path.index(index)));
            elements.collect::<Result<_, _>>().map(Dynamic::List)
        }
        (Json::Object(entries), Type::Map(element)) => {
            let entries = entries.iter();
            let entries =
                entries.map(|(key, json)| Ok((key.clone(), read(json, element, &path.key(key))?)));
            entries.collect::<Result<_, _>>().map(Dynamic::Map)
        }
        (Json::Object(entries), Type::Object(types)) => {
            let attributes = types.iter().map(|(name, ty)| {
                let json = entries.get(name).unwrap_or(&Json::Null);
                Ok((name.clone(), read(json, ty, &path.name(name))?))
            });
            attributes.collect::<Result<_, _>>().map(Dynamic::Map)
        }
        (Json::Object(entries), Type::Dynamic) => {
            let ty = entries.get("type").and_then(|json| Type::from_json(json).ok());
            let ty = ty.ok_or_else(wrong)?;
            let value = read(entries.get("value").unwrap_or(&Json::Null), &ty, path)?;
            Ok(Dynamic::Typed(Box::new((ty, value))))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn stored_values_are_read_as_terraform_reads_them() {
        let ty = Type::Object(BTreeMap::from([
            ("n".to_owned(), Type::Number),
            ("s".to_owned(), Type::String),
            ("d".to_owned(), Type::Dynamic),
            ("missing".to_owned(), Type::Bool),
        ]));
        let digits = "1234567890123456789012345678901234567890";
        let text = format!(
            r#"{{"n": {digits}, "s": 5, "dropped": 1, "d": {{"type": "bool", "value": true}}}}"#
        );
        let read = decode(&serde_json::from_str(&text).unwrap(), &ty).unwrap();
        assert_eq!(read.get("n"), &Dynamic::Number(digits.parse().unwrap()));
        assert_eq!(read.get("s"), &"5".into());
        assert!(read.get("missing").is_null());
        let typed = Dynamic::Typed(Box::new((Type::Bool, true.into())));
        assert_eq!(read.get("d"), &typed);
    }

    #[test]
    fn what_does_not_fit_is_reported_where_it_is() {
        let error = decode(&json!({"a": ["x"]}), &Type::Number.list().map()).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"malformed value at a[0]: expected number"#.replace("a[0]", r#"["a"][0]"#)
        );
    }
}
