//! Reading, writing, validating and printing a derived model.

use std::collections::BTreeMap;

use tf_schema::check::{Check, between, length};
use tf_schema::{Block, Dynamic, Model, Path, Resource, Schema, Set, Type, Value, print};

/// A function.
#[derive(Resource, Debug, PartialEq)]
pub struct Function {
    /// Name of the function.
    #[tf(required, force_new, validate(length(2, 60)))]
    pub name: Value<String>,
    /// Memory in MB.
    #[tf(optional, default = 128, validate(memory_step))]
    pub mem_size: Value<i64>,
    /// What it is of.
    #[tf(optional, sensitive, deprecated("Use tags."))]
    pub r#type: Value<String>,
    /// Tags.
    #[tf(optional)]
    pub tags: Value<BTreeMap<String, String>>,
    /// Identifier.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// State of the function.
    #[tf(computed)]
    pub status: Value<String>,
    /// Where the code is.
    #[tf(block, max(1))]
    pub code: Value<Vec<Code>>,
    /// What starts it.
    #[tf(block, deprecated("Use the resource."))]
    pub triggers: Value<Set<Trigger>>,
}

/// Code in a bucket.
#[derive(Block, Debug, PartialEq)]
pub struct Code {
    /// Name of the bucket.
    #[tf(required)]
    pub bucket: Value<String>,
    /// Weight.
    #[tf(optional, validate(between(0, 100)))]
    pub weight: Value<i64>,
}

/// A trigger.
#[derive(Block, Debug, PartialEq)]
pub struct Trigger {
    /// Its kind.
    #[tf(required)]
    pub kind: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub made: Value<String>,
}

fn memory_step(mb: &i64) -> Check {
    if *mb == 64 || mb % 128 == 0 {
        return Ok(());
    }
    Err(format!("Expected 64 or a multiple of 128, got {mb}."))
}

/// A configuration with everything in it.
pub fn config() -> Dynamic {
    Dynamic::from([
        ("name", "hello".into()),
        ("mem_size", 256.into()),
        ("type", Dynamic::Null),
        ("tags", Dynamic::from([("team", "web".into())])),
        ("id", Dynamic::Null),
        ("status", Dynamic::Null),
        ("code", Dynamic::List(vec![[("bucket", "b".into()), ("weight", 10.into())].into()])),
        (
            "triggers",
            Dynamic::List(vec![[("kind", "timer".into()), ("made", Dynamic::Null)].into()]),
        ),
    ])
}

#[test]
fn a_model_reads_and_writes_every_value() {
    let read = Function::decode(&config(), &Path::root()).unwrap();
    assert_eq!(read.name, Value::from("hello"));
    assert_eq!(read.r#type, Value::Null);
    assert_eq!(read.tags.known().unwrap()["team"], "web");
    assert_eq!(read.code.known().unwrap()[0].weight, Value::Known(10));
    assert_eq!(read.encode(), config());
}

#[test]
fn a_wrong_value_names_its_path() {
    let mut config = config();
    config
        .set("code", Dynamic::List(vec![[("bucket", 1.into()), ("weight", Dynamic::Null)].into()]));
    let error = Function::decode(&config, &Path::root()).unwrap_err();
    assert_eq!(error.path.to_string(), "code[0].bucket");
}

#[test]
fn unknown_values_inside_blocks_are_kept() {
    let mut config = config();
    let code = [("bucket", Dynamic::Unknown), ("weight", Dynamic::Null)].into();
    config.set("code", Dynamic::List(vec![code]));
    let read = Function::decode(&config, &Path::root()).unwrap();
    assert_eq!(read.code.known().unwrap()[0].bucket, Value::Unknown);
    config.set("code", Dynamic::Unknown);
    assert_eq!(Function::decode(&config, &Path::root()).unwrap().code, Value::Unknown);
}

fn problems(change: impl FnOnce(&mut Dynamic)) -> Vec<(String, String)> {
    let mut config = config();
    change(&mut config);
    let problems = Function::block().validate(&config);
    problems.into_iter().map(|problem| (problem.path.to_string(), problem.summary)).collect()
}

fn one(path: &str, summary: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), summary.to_owned())]
}

#[test]
fn validation_finds_each_kind_of_mistake_and_lets_unknown_pass() {
    let deprecated = one("triggers", "triggers is deprecated");
    assert_eq!(problems(|_| {}), deprecated);
    let none = |config: &mut Dynamic| config.set("triggers", Dynamic::List(vec![]));
    assert_eq!(problems(none), []);
    let with = |name: &'static str, value: Dynamic| {
        problems(move |config| {
            none(config);
            config.set(name, value);
        })
    };
    assert_eq!(with("name", Dynamic::Null), one("name", "Missing name"));
    assert_eq!(with("name", "x".into()), one("name", "Invalid name"));
    assert_eq!(with("name", Dynamic::Unknown), []);
    assert_eq!(with("mem_size", 100.into()), one("mem_size", "Invalid mem_size"));
    assert_eq!(with("mem_size", Dynamic::Unknown), []);
    assert_eq!(with("id", "x".into()), one("id", "Read-only id"));
    assert_eq!(with("type", "x".into()), one("type", "type is deprecated"));
    let heavy = [("bucket", "b".into()), ("weight", 101.into())].into();
    let code = Dynamic::List(vec![heavy]);
    assert_eq!(with("code", code), one("code[0].weight", "Invalid weight"));
    assert_eq!(with("code", Dynamic::Unknown), []);
}

#[test]
fn the_type_is_an_object_of_everything() {
    let Type::Object(attributes) = Function::block().ty() else { panic!("not an object") };
    assert_eq!(attributes["tags"], Type::String.map());
    assert!(matches!(attributes["triggers"], Type::Set(_)));
}

#[test]
fn stored_states_of_other_releases_are_completed() {
    let old = Dynamic::from([("name", "hello".into()), ("gone", "x".into())]);
    let complete = Function::block().complete(old);
    assert!(complete.get("mem_size").is_null());
    assert_eq!(complete.get("code"), &Dynamic::List(vec![]));
    assert!(Function::decode(&complete, &Path::root()).is_ok());
    assert!(tf_schema::conform::has_type(&complete, &Function::block().ty()));
}

#[test]
fn the_printed_schema_has_a_line_for_each_attribute() {
    let schema = Schema { version: 0, block: Function::block() };
    let expected = "\
f version 0
  name string required force_new
  mem_size number optional default=128
  type string optional sensitive deprecated
  tags map(string) optional
  id string computed stable
  status string computed
  code list of blocks max=1
    bucket string required
    weight number optional
  triggers set of blocks deprecated
    kind string required
    made string computed
";
    assert_eq!(print::schema("f", &schema), expected);
}
