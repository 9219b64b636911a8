//! The official request and response shapes, as a table.
//!
//! One text file a service, under `shapes/`, reduced from the vendor's CLI (tccli 3.1.189.1). Each
//! is read when its service is first called. A line is one of
//!
//! ```text
//! version 2018-04-16
//! action NAME REQUEST-OBJECT RESPONSE-OBJECT [unsigned]
//! object NAME MEMBER:TYPE MEMBER*:TYPE ...
//! ```
//!
//! with the types `s`tring, `i`nteger, `f`loat, `b`oolean, an object's name, and `[TYPE]` for a
//! list; and the marks `*` required, `!` always returned, `?` may be null, `~` out of service.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// An object of that name.
    Object(&'static str),
    /// A list of text, numbers, or objects.
    List(&'static Type),
}

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its type.
    pub is: Type,
    /// A request without it is refused.
    pub required: bool,
    /// Every answer carries it, be it null.
    pub always: bool,
    /// An answer may carry null.
    pub nullable: bool,
}

/// The members of one object.
pub type Object = Vec<Member>;

/// The shapes of one service.
#[derive(Debug, Default)]
pub struct Service {
    /// The API version, as `X-TC-Version` carries it.
    pub version: &'static str,
    /// By name.
    pub actions: HashMap<&'static str, Action>,
    objects: HashMap<&'static str, Object>,
}

/// One action's shapes.
#[derive(Debug)]
pub struct Action {
    /// The name, as `X-TC-Action` carries it.
    pub name: &'static str,
    input: &'static str,
    output: &'static str,
    /// Callers may send `Authorization: SKIP`.
    pub unsigned: bool,
}

macro_rules! services {
    ($($name:literal)*) => {
        /// Every service that has shapes, in alphabetical order.
        pub const SERVICES: &[&str] = &[$($name),*];

        /// The shapes of a service; `None` for one that the table does not know.
        #[must_use]
        pub fn service(name: &str) -> Option<&'static Service> {
            match name {
                $($name => {
                    static SHAPES: LazyLock<Service> = LazyLock::new(|| {
                        Service::read(include_str!(concat!("../shapes/", $name, ".txt")))
                    });
                    Some(&SHAPES)
                })*
                _ => None,
            }
        }
    };
}

services! { "apigateway" "cam" "cfs" "clb" "cls" "monitor" "mps" "scf" "sts" "tag" "vpc" }

impl Service {
    fn read(text: &'static str) -> Self {
        let mut service = Self::default();
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match (words.next(), words.next()) {
                (Some("version"), Some(version)) => service.version = version,
                (Some("action"), Some(name)) => {
                    let (input, output) = (words.next(), words.next());
                    let action = Action {
                        name,
                        input: input.unwrap_or_default(),
                        output: output.unwrap_or_default(),
                        unsigned: words.next() == Some("unsigned"),
                    };
                    service.actions.insert(name, action);
                }
                (Some("object"), Some(name)) => {
                    service.objects.insert(name, words.map(Member::read).collect());
                }
                _ => {}
            }
        }
        service
    }

    /// An object's members; none for a name that the file does not define.
    #[must_use]
    pub fn object(&self, name: &str) -> &[Member] {
        self.objects.get(name).map_or(&[], Vec::as_slice)
    }

    /// The members of an action's request.
    #[must_use]
    pub fn input(&self, action: &Action) -> &[Member] {
        self.object(action.input)
    }

    /// The members of an action's response, without `RequestId`.
    #[must_use]
    pub fn output(&self, action: &Action) -> &[Member] {
        self.object(action.output)
    }

    /// Adds null for the members of an answer that the shape promises, that may be null, and that
    /// the handler had nothing to say about.
    pub fn complete(&self, members: &[Member], answer: &mut Map<String, Value>) {
        for member in members {
            match answer.get_mut(member.name) {
                None if member.always && member.nullable => {
                    answer.insert(member.name.to_owned(), Value::Null);
                }
                Some(value) => self.complete_value(member.is, value),
                None => {}
            }
        }
    }

    fn complete_value(&self, is: Type, value: &mut Value) {
        match (is, value) {
            (Type::Object(name), Value::Object(map)) => self.complete(self.object(name), map),
            (Type::List(item @ Type::Object(_)), Value::Array(items)) => {
                for value in items {
                    self.complete_value(*item, value);
                }
            }
            _ => {}
        }
    }

    /// What is wrong with an answer: a member that the official shape does not have, a promised one
    /// that is missing, a value of another type. `None` when it honours the shape.
    #[must_use]
    pub fn breach(&self, members: &[Member], answer: &Map<String, Value>) -> Option<String> {
        let stranger = answer.keys().find(|key| !members.iter().any(|m| m.name == *key));
        if let Some(stranger) = stranger {
            return Some(format!("{stranger} is no member of the official shape"));
        }
        members.iter().find_map(|member| match answer.get(member.name) {
            None => member.always.then(|| format!("{} is missing", member.name)),
            // The cloud answers null for many a list and object that the table does not mark.
            Some(Value::Null) if member.nullable || member.is.object().is_some() => None,
            Some(Value::Null) if matches!(member.is, Type::List(_)) => None,
            Some(value) => {
                self.value_breach(member.is, value).map(|why| format!("{}: {why}", member.name))
            }
        })
    }

    fn value_breach(&self, is: Type, value: &Value) -> Option<String> {
        match (is, value) {
            (Type::Text, Value::String(_)) | (Type::Boolean, Value::Bool(_)) => None,
            (Type::Integer, Value::Number(n)) if !n.is_f64() => None,
            (Type::Float, Value::Number(_)) => None,
            (Type::Object(name), Value::Object(map)) => self.breach(self.object(name), map),
            (Type::List(item), Value::Array(items)) => {
                items.iter().find_map(|value| self.value_breach(*item, value))
            }
            (is, value) => Some(format!("{value} is not of type {is:?}")),
        }
    }
}

impl Member {
    fn read(word: &'static str) -> Self {
        let (name, is) = word.split_once(':').unwrap_or((word, "s"));
        let marks = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        Self {
            name: &name[..name.len() - marks.len()],
            is: Type::read(is),
            required: marks.contains('*'),
            always: marks.contains('!') && !marks.contains('~'),
            nullable: marks.contains('?'),
        }
    }
}

impl Type {
    /// The object that a member is, or is a list of.
    #[must_use]
    pub fn object(self) -> Option<&'static str> {
        match self {
            Self::Object(name) | Self::List(&Self::Object(name)) => Some(name),
            _ => None,
        }
    }

    fn read(word: &'static str) -> Self {
        let item = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        match (item, word) {
            (Some("s"), _) => Self::List(&Self::Text),
            (Some("i"), _) => Self::List(&Self::Integer),
            (Some("f"), _) => Self::List(&Self::Float),
            // One small leak per list of objects in the table, which lives as long as the program.
            (Some(name), _) => Self::List(Box::leak(Box::new(Self::Object(name)))),
            (None, "s") => Self::Text,
            (None, "i") => Self::Integer,
            (None, "f") => Self::Float,
            (None, "b") => Self::Boolean,
            (None, name) => Self::Object(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> &Map<String, Value> {
        value.as_object().unwrap()
    }

    #[test]
    fn every_file_reads_and_refers_only_to_what_it_defines() {
        for name in SERVICES {
            let service = service(name).unwrap();
            assert!(service.version.starts_with("20"), "{name}");
            let defined = |object: &str| service.objects.contains_key(object);
            for action in service.actions.values() {
                assert!(defined(action.input) && defined(action.output), "{}", action.name);
            }
            for member in service.objects.values().flatten() {
                if let Some(object) = member.is.object() {
                    assert!(defined(object), "{name}: {} is a {object}", member.name);
                }
            }
        }
        assert!(service("cvm").is_none());
    }

    #[test]
    fn marks_are_read() {
        let scf = service("scf").unwrap();
        let create = scf.input(&scf.actions["CreateFunction"]);
        assert!(create.iter().any(|m| m.name == "FunctionName" && m.required));
        assert!(create.iter().any(|m| m.name == "Layers" && !m.required));
        let sts = service("sts").unwrap();
        assert!(sts.actions["AssumeRoleWithSAML"].unsigned);
        assert!(!sts.actions["AssumeRole"].unsigned);
    }

    #[test]
    fn answers_are_held_against_the_shape() {
        let scf = service("scf").unwrap();
        let members = scf.output(&scf.actions["ListNamespaces"]);
        let breach = |answer: Value| scf.breach(members, map(&answer));
        let space =
            json!({"ModTime": "", "AddTime": "", "Description": "", "Name": "a", "Type": ""});
        assert_eq!(breach(json!({"Namespaces": [space], "TotalCount": 1})), None);
        assert!(breach(json!({"Namespaces": []})).unwrap().contains("TotalCount is missing"));
        assert!(breach(json!({"Namespaces": [], "TotalCount": "1"})).unwrap().contains("type"));
        let stranger = json!({"Namespaces": [], "TotalCount": 0, "Extra": 1});
        assert!(breach(stranger).unwrap().contains("Extra"));
    }

    #[test]
    fn promised_members_that_may_be_null_are_filled_in() {
        let clb = service("clb").unwrap();
        let members = clb.object("Listener");
        let nullable = members.iter().find(|m| m.always && m.nullable).unwrap();
        let mut answer = Map::new();
        clb.complete(members, &mut answer);
        assert_eq!(answer.get(nullable.name), Some(&Value::Null));
    }
}
