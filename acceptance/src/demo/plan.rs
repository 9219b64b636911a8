//! What a plan changes, read from `terraform show -json`.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value as Json;

/// The attribute that tells one code from another.
const HASH: &str = "code_sha256";

/// An attribute that a plan changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    name: String,
    before: String,
    /// `None` where only the cloud will tell.
    after: Option<String>,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after.as_deref().unwrap_or("(known after apply)");
        write!(f, "{:12} {} -> {after}", self.name, self.before)
    }
}

/// What an edit of the code should not have done.
#[derive(Debug, thiserror::Error)]
#[error("the plan should change the code of {address} and nothing else, but {found}")]
pub struct Unexpected {
    address: String,
    found: String,
}

/// The attributes that `plan` changes, if it does nothing but update the code of the function at
/// `address` in place: it gives a new value to the hash and to nothing else. What follows from the
/// code, such as its size, may be known after the update only.
///
/// # Errors
/// [`Unexpected`] with the first thing that is not so.
pub fn code_change(plan: &Json, address: &str) -> Result<Vec<Attribute>, Unexpected> {
    let unexpected = |found: String| Unexpected { address: address.to_owned(), found };
    let mut attributes = Vec::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let (of, actions) = (&change["address"], &change["change"]["actions"]);
        match actions.as_array().map(Vec::as_slice) {
            Some([only]) if only == "no-op" => {}
            Some([only]) if only == "update" && of == address => {
                attributes = changed(&change["change"]);
            }
            _ => return Err(unexpected(format!("it does {actions} to {of}"))),
        }
    }
    for (name, change) in plan["output_changes"].as_object().into_iter().flatten() {
        if change["actions"] != serde_json::json!(["no-op"]) {
            return Err(unexpected(format!("the output {name} changes")));
        }
    }
    let given = || attributes.iter().filter(|attribute| attribute.after.is_some());
    if let Some(other) = given().find(|attribute| attribute.name != HASH) {
        return Err(unexpected(format!("it also changes {other}")));
    }
    if given().next().is_none() {
        return Err(unexpected(format!("it does not change {HASH}")));
    }
    Ok(attributes)
}

fn changed(change: &Json) -> Vec<Attribute> {
    let (before, after) = (&change["before"], &change["after"]);
    let unknown = &change["after_unknown"];
    let keys = [before, after, unknown].map(Json::as_object).into_iter().flatten();
    let names: BTreeSet<&String> = keys.flat_map(serde_json::Map::keys).collect();
    let attributes = names.into_iter().filter_map(|name| {
        let after = match &unknown[name] {
            Json::Bool(true) => None,
            part if before[name] != after[name] || holds_true(part) => Some(short(&after[name])),
            _ => return None,
        };
        Some(Attribute { name: name.clone(), before: short(&before[name]), after })
    });
    attributes.collect()
}

/// Whether a part of a value is unknown.
fn holds_true(unknown: &Json) -> bool {
    match unknown {
        Json::Bool(unknown) => *unknown,
        Json::Array(parts) => parts.iter().any(holds_true),
        Json::Object(parts) => parts.values().any(holds_true),
        _ => false,
    }
}

/// A value as people like to see it: of a hash, the beginning is enough.
fn short(value: &Json) -> String {
    const ENOUGH: usize = 24;
    let text = value.to_string();
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FUNCTION: &str = "tencentcloud_scf_function.hello";

    /// A plan in which the code changes, and the vpc does what `actions` say.
    fn plan(actions: &Json) -> Json {
        json!({
            "resource_changes": [
                {"address": "tencentcloud_vpc.main", "change": {"actions": actions}},
                {"address": FUNCTION, "change": {
                    "actions": ["update"],
                    "before": {"name": "hello", "code_sha256": "a", "code_size": 7, "tags": {}},
                    "after": {"name": "hello", "code_sha256": "b", "tags": {}},
                    "after_unknown": {"code_size": true, "tags": {}},
                }},
            ],
            "output_changes": {"address": {"actions": ["no-op"]}},
        })
    }

    fn refused(plan: &Json) -> String {
        code_change(plan, FUNCTION).unwrap_err().to_string()
    }

    #[test]
    fn the_changed_attributes_are_named() {
        let changed = code_change(&plan(&json!(["no-op"])), FUNCTION).unwrap();
        let changed: Vec<String> = changed.iter().map(Attribute::to_string).collect();
        let expected = [r#"code_sha256  "a" -> "b""#, "code_size    7 -> (known after apply)"];
        assert_eq!(changed, expected);
    }

    #[test]
    fn another_resource_must_not_change() {
        for actions in [json!(["update"]), json!(["create"]), json!(["delete", "create"])] {
            let said = refused(&plan(&actions));
            assert!(said.contains("tencentcloud_vpc.main"), "{said}");
        }
    }

    #[test]
    fn the_function_must_not_be_replaced() {
        let mut plan = plan(&json!(["no-op"]));
        plan["resource_changes"][1]["change"]["actions"] = json!(["delete", "create"]);
        assert!(refused(&plan).contains(r#"it does ["delete","create"]"#), "{}", refused(&plan));
    }

    #[test]
    fn nothing_but_the_code_may_change() {
        let mut other = plan(&json!(["no-op"]));
        other["resource_changes"][1]["change"]["after_unknown"]["tags"] = json!({"a": true});
        assert!(refused(&other).contains("it also changes tags"), "{}", refused(&other));
        let mut name = plan(&json!(["no-op"]));
        name["resource_changes"][1]["change"]["after"]["name"] = json!("bye");
        assert!(refused(&name).contains("it also changes name"), "{}", refused(&name));
        let mut output = plan(&json!(["no-op"]));
        output["output_changes"]["address"]["actions"] = json!(["update"]);
        assert!(refused(&output).contains("the output address"), "{}", refused(&output));
    }

    #[test]
    fn the_code_must_change() {
        let mut none = plan(&json!(["no-op"]));
        none["resource_changes"][1]["change"]["actions"] = json!(["no-op"]);
        assert!(refused(&none).contains("does not change code_sha256"), "{}", refused(&none));
        let mut unknown = plan(&json!(["no-op"]));
        unknown["resource_changes"][1]["change"]["after_unknown"]["code_sha256"] = json!(true);
        assert!(refused(&unknown).contains("does not change code_sha256"), "{}", refused(&unknown));
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(short(&json!("é".repeat(30))), format!("\"{}...", "é".repeat(23)));
        assert_eq!(short(&json!(null)), "null");
    }
}
