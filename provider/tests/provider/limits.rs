//! `limits.txt`: what every attribute that is checked accepts and refuses.

use std::collections::BTreeMap;

use provider::{Config, data, resources};
use serde_json::Value as Json;
use tf_schema::{Block, Dynamic, Field, Model, Path, Shape};

const LIMITS: &str = include_str!("limits.txt");

/// A line: the schema and the path, and values that are accepted and refused.
struct Line<'a> {
    attribute: &'a str,
    accepted: Vec<Json>,
    refused: Vec<Json>,
}

fn lines() -> impl Iterator<Item = Line<'static>> {
    LIMITS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let (attribute, rest) = line.split_once(" accepts ").expect(line);
        let (accepted, refused) = rest.split_once(" refuses ").expect(line);
        let values = |text: &str| serde_json::from_str(text).expect(line);
        Line { attribute, accepted: values(accepted), refused: values(refused) }
    })
}

/// The schemas, by what and name: `resource tencentcloud_vpc`.
fn schemas() -> BTreeMap<String, Block> {
    let mut found = BTreeMap::from([("provider tencentcloud".to_owned(), Config::block())]);
    let (resources, data) = (resources::all(), data::all());
    let resources = resources.schemas().map(|(name, schema)| (format!("resource {name}"), schema));
    let data = data.schemas().map(|(name, schema)| (format!("data {name}"), schema));
    found.extend(resources.chain(data).map(|(name, schema)| (name, schema.block.clone())));
    found
}

/// The attributes of a block that are checked, by dotted paths. Time limits are of all resources, and
/// what is inside of itself is looked at once.
fn checked(block: &Block, before: &str, found: &mut Vec<String>) {
    for attribute in &block.attributes {
        let path = format!("{before}{}", attribute.name);
        if let Shape::Nested(_, block) = &attribute.shape {
            checked(block, &format!("{path}."), found);
        }
        if attribute.is_checked() {
            found.push(path);
        }
    }
    for nested in &block.blocks {
        if nested.name == "timeouts" || before.split('.').any(|name| name == nested.name) {
            continue;
        }
        checked(&nested.block, &format!("{before}{}.", nested.name), found);
    }
}

/// A value as a line writes it; `a{3}` is `aaa`.
fn read(value: &Json) -> Dynamic {
    match value {
        Json::Bool(flag) => Dynamic::Bool(*flag),
        Json::Number(number) if number.is_f64() => number.as_f64().expect("a number").write(),
        Json::Number(number) => number.as_i64().expect("a whole number").write(),
        Json::String(text) => Dynamic::String(match text.strip_suffix('}') {
            Some(start) if start.contains('{') => {
                let (unit, count) = start.rsplit_once('{').expect("a unit and a count");
                count.parse().map_or_else(|_| text.clone(), |count| unit.repeat(count))
            }
            _ => text.clone(),
        }),
        Json::Array(elements) => Dynamic::List(elements.iter().map(read).collect()),
        Json::Object(members) => Dynamic::Map(
            members.iter().map(|(name, member)| (name.clone(), read(member))).collect(),
        ),
        Json::Null => Dynamic::Null,
    }
}

/// A configuration with nothing in it but the value at the dotted path.
fn with(block: &Block, path: &str, value: Dynamic) -> Dynamic {
    let mut config = block.empty_value();
    let Some((name, rest)) = path.split_once('.') else {
        config.set(path, value);
        return config;
    };
    let nested = block.blocks.iter().find(|nested| nested.name == name);
    let inner = nested.unwrap_or_else(|| panic!("there is no block {name} of {path}"));
    let element = with(&inner.block, rest, value);
    let single = matches!(inner.empty_value(), Dynamic::Null);
    config.set(name, if single { element } else { Dynamic::List(vec![element]) });
    config
}

/// Why the value is refused, if it is, and the dotted path that the refusal names.
fn refusal(block: &Block, path: &str, value: &Json) -> Option<(String, String)> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let problems = block.validate(&with(block, path, read(value)));
    let mut wrong = problems.iter().filter(|problem| problem.summary == format!("Invalid {name}"));
    wrong.next().map(|problem| (dotted(&problem.path), problem.detail.clone()))
}

/// A path without the positions in lists and sets.
fn dotted(path: &Path) -> String {
    let names = path.steps().iter().filter_map(|step| match step {
        tf_schema::Step::Attribute(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

#[test]
fn every_check_of_an_attribute_has_a_line() {
    let mut expected = Vec::new();
    for (name, block) in schemas() {
        let mut paths = Vec::new();
        checked(&block, "", &mut paths);
        expected.extend(paths.into_iter().map(|path| format!("{name} {path}")));
    }
    expected.sort();
    let mut found: Vec<_> = lines().map(|line| line.attribute.to_owned()).collect();
    found.sort();
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
    let stale: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:#?}\nstale: {stale:#?}");
}

#[test]
fn every_check_accepts_and_refuses_what_its_line_says() {
    let schemas = schemas();
    let mut wrong = Vec::new();
    for Line { attribute, accepted, refused } in lines() {
        let (schema, path) = attribute.rsplit_once(' ').expect("a schema and a path");
        let Some(block) = schemas.get(schema) else { continue };
        assert!(!accepted.is_empty() && !refused.is_empty(), "{attribute} proves nothing");
        for value in &accepted {
            if let Some((_, reason)) = refusal(block, path, value) {
                wrong.push(format!("{attribute} refuses {value}: {reason}"));
            }
        }
        for value in &refused {
            match refusal(block, path, value) {
                None => wrong.push(format!("{attribute} accepts {value}")),
                // A set has no places, so a path may end at one.
                Some((at, _)) if path == at || path.starts_with(&format!("{at}.")) => {}
                Some((at, _)) => wrong.push(format!("{attribute} is refused at {at}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
