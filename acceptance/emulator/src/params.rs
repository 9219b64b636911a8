//! Requests, read against the official shapes before a handler sees them.
//!
//! After [`check`] a handler may rely on it: every member is one that the shape has, of the shape's
//! type, and every required member is there.

use serde_json::{Map, Value};

use crate::refusal::{Refusal, refuse};
use crate::shapes::{Action, Member, Service, Type};

/// The members of a request, or of an object inside one.
#[derive(Debug, Clone, Copy)]
pub struct Params<'a> {
    map: &'a Map<String, Value>,
    shapes: &'static Service,
    members: &'a [Member],
}

/// Where the parameters came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON body: types are as written.
    Json,
    /// A flattened query string, where everything is text.
    Query,
}

/// Reads a JSON body. An empty one is an empty request.
///
/// # Errors
/// `InvalidParameter` when it is no JSON object.
pub fn from_json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body)
        .map_err(|error| refuse("InvalidParameter", format!("The body is no JSON object: {error}")))
}

/// Reads `Filters.0.Name=vpc-id&Filters.0.Values.0=...`.
///
/// # Errors
/// `InvalidParameter` when a name contradicts another or the escapes are broken.
pub fn from_query(query: &str) -> Result<Map<String, Value>, Refusal> {
    let mut root = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        *slot(&mut root, &name)? = Value::String(decode(value)?);
    }
    Ok(root)
}

fn decode(text: &str) -> Result<String, Refusal> {
    let broken = || refuse("InvalidParameter", format!("`{text}` is not percent-encoded UTF-8"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit(), digit());
                let code = high.zip(low).map(|(high, low)| high * 16 + low).ok_or_else(broken)?;
                u8::try_from(code).map_err(|_| broken())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

/// The place that a dotted name denotes; numbers are positions in a list.
fn slot<'v>(root: &'v mut Map<String, Value>, name: &str) -> Result<&'v mut Value, Refusal> {
    let conflict = || refuse("InvalidParameter", format!("`{name}` does not fit its neighbours"));
    let mut parts = name.split('.');
    let mut at = root.entry(parts.next().unwrap_or_default()).or_insert(Value::Null);
    for part in parts {
        at = if let Ok(index) = part.parse::<usize>() {
            if at.is_null() {
                *at = Value::Array(Vec::new());
            }
            let items = at.as_array_mut().ok_or_else(conflict)?;
            if index > items.len() {
                return Err(conflict());
            }
            if index == items.len() {
                items.push(Value::Null);
            }
            &mut items[index]
        } else {
            if at.is_null() {
                *at = Value::Object(Map::new());
            }
            let map = at.as_object_mut().ok_or_else(conflict)?;
            map.entry(part).or_insert(Value::Null)
        };
    }
    Ok(at)
}

/// Holds a request against its shape. Nulls are removed, and text is turned into numbers and
/// booleans where the form cannot tell them apart.
///
/// # Errors
/// `UnknownParameter`, `MissingParameter`, `InvalidParameter`, with the path of the member.
pub fn check(
    service: &Service,
    action: &Action,
    form: Form,
    map: &mut Map<String, Value>,
) -> Result<(), Refusal> {
    check_members(service, service.input(action), form, map).map_err(Flaw::refusal)
}

/// What is wrong, and with which member; the path grows on the way out, so that a sound request
/// costs nothing.
struct Flaw {
    path: String,
    what: What,
}

enum What {
    Stranger,
    Missing,
    Mistyped(Type),
}

impl Flaw {
    fn at(path: &str, what: What) -> Self {
        Self { path: path.to_owned(), what }
    }

    fn inside(mut self, parent: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.path = format!("{parent}{dot}{}", self.path);
        self
    }

    fn refusal(self) -> Refusal {
        let path = self.path;
        match self.what {
            What::Stranger => {
                refuse("UnknownParameter", format!("The parameter `{path}` is not recognized."))
            }
            What::Missing => {
                let text = format!("The request is missing the required parameter `{path}`.");
                refuse("MissingParameter", text)
            }
            What::Mistyped(is) => {
                let text = format!("The parameter `{path}` must be of type {}.", kind(is));
                refuse("InvalidParameter", text)
            }
        }
    }
}

fn check_members(
    service: &Service,
    members: &[Member],
    form: Form,
    map: &mut Map<String, Value>,
) -> Result<(), Flaw> {
    map.retain(|_, value| !value.is_null());
    for (name, value) in map.iter_mut() {
        let Some(member) = members.iter().find(|member| member.name == name) else {
            return Err(Flaw::at(name, What::Stranger));
        };
        check_value(service, member.is, form, value).map_err(|flaw| flaw.inside(name))?;
    }
    match members.iter().find(|member| member.required && !map.contains_key(member.name)) {
        Some(missing) => Err(Flaw::at(missing.name, What::Missing)),
        None => Ok(()),
    }
}

fn check_value(service: &Service, is: Type, form: Form, value: &mut Value) -> Result<(), Flaw> {
    if form == Form::Query
        && let Value::String(text) = value
        && let Some(read) = typed(is, text)
    {
        *value = read;
    }
    match (is, value) {
        (Type::Text, Value::String(_))
        | (Type::Boolean, Value::Bool(_))
        | (Type::Float, Value::Number(_)) => Ok(()),
        (Type::Integer, Value::Number(n)) if n.as_i64().is_some() => Ok(()),
        (Type::Object(name), Value::Object(map)) => {
            check_members(service, service.object(name), form, map)
        }
        (Type::List(item), Value::Array(items)) => {
            items.iter_mut().enumerate().try_for_each(|(i, value)| {
                let checked = check_value(service, *item, form, value);
                checked.map_err(|flaw| flaw.inside(&i.to_string()))
            })
        }
        _ => Err(Flaw::at("", What::Mistyped(is))),
    }
}

fn typed(is: Type, text: &str) -> Option<Value> {
    match is {
        Type::Integer => text.parse::<i64>().ok().map(Value::from),
        Type::Float => text.parse::<f64>().ok().map(Value::from),
        Type::Boolean => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        _ => None,
    }
}

fn kind(is: Type) -> &'static str {
    match is {
        Type::Text => "String",
        Type::Integer => "Integer",
        Type::Float => "Float",
        Type::Boolean => "Boolean",
        Type::Object(_) => "Object",
        Type::List(_) => "Array",
    }
}

impl<'a> Params<'a> {
    /// A request that [`check`] has passed.
    #[must_use]
    pub fn new(map: &'a Map<String, Value>, shapes: &'static Service, action: &'a Action) -> Self {
        Self { map, shapes, members: shapes.input(action) }
    }

    /// The member, if the caller sent it.
    ///
    /// # Panics
    /// In debug builds, when the official shape has no such member: the handler has a typo.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.knows(name), "no parameter {name}");
        self.map.get(name)
    }

    /// Whether the official shape has such a member: actions that share code differ in this.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name)
    }

    /// Whether the caller sent the member at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Text, if sent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// Text, empty if not sent. For required members too: [`check`] has seen to it that they exist.
    #[must_use]
    pub fn str(&self, name: &str) -> &'a str {
        self.text(name).unwrap_or_default()
    }

    /// A whole number, if sent.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// A number, if sent.
    #[must_use]
    pub fn float(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// A boolean, if sent.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A list of text; empty if not sent.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&'a str> {
        self.items(name).filter_map(Value::as_str).collect()
    }

    /// A list of whole numbers; empty if not sent.
    #[must_use]
    pub fn ints(&self, name: &str) -> Vec<i64> {
        self.items(name).filter_map(Value::as_i64).collect()
    }

    /// An object, if sent.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Self> {
        let map = self.get(name)?.as_object()?;
        Some(self.inside(name, map))
    }

    /// A list of objects; empty if not sent.
    #[must_use]
    pub fn objects(&self, name: &str) -> Vec<Self> {
        self.items(name).filter_map(Value::as_object).map(|map| self.inside(name, map)).collect()
    }

    /// The members exactly as sent (and checked).
    #[must_use]
    pub fn raw(&self) -> &'a Map<String, Value> {
        self.map
    }

    fn items(&self, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    fn inside(&self, name: &str, map: &'a Map<String, Value>) -> Self {
        let member = self.members.iter().find(|member| member.name == name);
        let object = member.and_then(|member| member.is.object());
        let members = object.map_or(&[][..], |object| self.shapes.object(object));
        Self { map, shapes: self.shapes, members }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shapes::service;

    fn checked(svc: &str, action: &str, form: Form, value: Value) -> Result<Value, Refusal> {
        let shapes = service(svc).unwrap();
        let Value::Object(mut map) = value else { panic!("no object") };
        check(shapes, &shapes.actions[action], form, &mut map)?;
        Ok(Value::Object(map))
    }

    fn code(svc: &str, action: &str, value: Value) -> String {
        checked(svc, action, Form::Json, value).unwrap_err().code.into_owned()
    }

    #[test]
    fn strangers_gaps_and_wrong_types_are_refused() {
        assert_eq!(code("scf", "GetFunction", json!({"Nmae": "a"})), "UnknownParameter");
        assert_eq!(code("scf", "DeleteFunction", json!({})), "MissingParameter");
        assert_eq!(
            code("scf", "DeleteFunction", json!({"FunctionName": null})),
            "MissingParameter"
        );
        assert_eq!(code("scf", "GetFunction", json!({"FunctionName": 1})), "InvalidParameter");
        let number_as_text = json!({"FunctionName": "a", "MemorySize": "128"});
        assert_eq!(code("scf", "UpdateFunctionConfiguration", number_as_text), "InvalidParameter");
        let deep = json!({"FunctionName": "a", "Code": {"Zip": ""}});
        let refusal = checked("scf", "CreateFunction", Form::Json, deep).unwrap_err();
        assert!(refusal.message.contains("`Code.Zip`"), "{refusal}");
    }

    #[test]
    fn a_query_is_unfolded_and_typed() {
        let map =
            from_query("Filters.0.Name=vpc-id&Filters.0.Values.0=a%2Fb&Filters.0.Values.1=c+d");
        let wanted = json!({"Filters": [{"Name": "vpc-id", "Values": ["a/b", "c d"]}]});
        assert_eq!(Value::Object(map.unwrap()), wanted);
        let query = Value::Object(from_query("FunctionName=a&MemorySize=128").unwrap());
        let typed = checked("scf", "UpdateFunctionConfiguration", Form::Query, query).unwrap();
        assert_eq!(typed["MemorySize"], json!(128));
        let strings = Value::Object(from_query("Limit=5").unwrap());
        let typed = checked("vpc", "DescribeVpcs", Form::Query, strings).unwrap();
        assert_eq!(typed["Limit"], json!("5"));
    }

    #[test]
    fn broken_queries_are_refused() {
        for query in ["A.1=x", "A=x&A.0=y", "A=%zz", "A=%ff"] {
            assert_eq!(from_query(query).unwrap_err().code, "InvalidParameter", "{query}");
        }
    }

    #[test]
    fn handlers_read_checked_members() {
        let shapes = service("scf").unwrap();
        let value = json!({"FunctionName": "f", "Code": {"ZipFile": "x"}, "Timeout": 3});
        let map = value.as_object().unwrap();
        let params = Params::new(map, shapes, &shapes.actions["CreateFunction"]);
        assert_eq!(params.str("FunctionName"), "f");
        assert_eq!(params.int("Timeout"), Some(3));
        assert_eq!(params.object("Code").unwrap().text("ZipFile"), Some("x"));
        assert!(params.objects("Layers").is_empty() && !params.has("Handler"));
    }

    #[test]
    #[should_panic(expected = "no parameter Tiemout")]
    fn a_misspelt_parameter_in_a_handler_is_caught() {
        let shapes = service("scf").unwrap();
        let map = Map::new();
        let _ = Params::new(&map, shapes, &shapes.actions["CreateFunction"]).int("Tiemout");
    }
}
